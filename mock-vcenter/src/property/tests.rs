//! Reading and waiting through the whole server: traversal, pages, versions, truncation, cancellation.

use std::sync::Arc;

use vim25::enums::ObjectUpdateKind;
use vim25::methods::{
    CancelWaitForUpdates, ContinueRetrievePropertiesEx, CreateContainerView, CreateFilter,
    CreateFolder, DestroyPropertyFilter, DestroyTask, Logout, RenameTask, RetrievePropertiesEx,
    WaitForUpdatesEx,
};
use vim25::soap::SoapFault;
use vim25::types::{
    ObjectSpec, PropertyFilterSpec, PropertySpec, RetrieveOptions, SelectionSpec, TraversalSpec,
    UpdateSet, WaitOptions,
};
use vim25::{MoRef, Poly, Str, Value};

use crate::inventory::Folder;
use crate::session::session_manager_id;
use crate::testing::{Rig, fault_type};

fn properties(kind: &str, paths: &[&str]) -> PropertySpec {
    PropertySpec {
        type_: kind.into(),
        path_set: paths.iter().map(|path| Str::from(*path)).collect(),
        ..Default::default()
    }
}

fn by_name(name: &str) -> Poly<SelectionSpec> {
    Poly::new(SelectionSpec { name: Some(name.into()), ..Default::default() })
}

fn step(name: &str, kind: &str, path: &str, next: Vec<Poly<SelectionSpec>>) -> Poly<SelectionSpec> {
    let mut step = TraversalSpec {
        type_: kind.into(),
        path: path.into(),
        select_set: next,
        ..Default::default()
    };
    step.name = Some(name.into());
    Poly::new(step)
}

/// Everything below the root folder: folders in circles by name, datacenters by their VM folder.
fn whole_tree(rig: &Rig, sets: Vec<PropertySpec>) -> PropertyFilterSpec {
    let down = step("down", "Folder", "childEntity", vec![by_name("down"), by_name("vms")]);
    let vms = step("vms", "Datacenter", "vmFolder", vec![by_name("down")]);
    let start = ObjectSpec { obj: rig.root(), select_set: vec![down, vms], ..Default::default() };
    PropertyFilterSpec { prop_set: sets, object_set: vec![start], ..Default::default() }
}

fn only(object: &MoRef, kind: &str, paths: &[&str]) -> PropertyFilterSpec {
    let start = ObjectSpec { obj: object.clone(), ..Default::default() };
    PropertyFilterSpec {
        prop_set: vec![properties(kind, paths)],
        object_set: vec![start],
        ..Default::default()
    }
}

fn retrieve(rig: &Rig, spec: PropertyFilterSpec, max: Option<i32>) -> RetrievePropertiesEx {
    RetrievePropertiesEx {
        this: rig.collector(),
        spec_set: vec![spec],
        options: RetrieveOptions { max_objects: max, ..Default::default() },
        ..Default::default()
    }
}

async fn filter(rig: &Rig, spec: PropertyFilterSpec, partial: bool) -> MoRef {
    let asked = CreateFilter {
        this: rig.collector(),
        spec,
        partial_updates: partial,
        ..Default::default()
    };
    rig.call(asked).await.unwrap()
}

async fn wait(
    rig: &Rig,
    version: &str,
    seconds: i32,
    limit: Option<i32>,
) -> Result<Option<UpdateSet>, Box<SoapFault>> {
    let options = WaitOptions {
        max_wait_seconds: Some(seconds),
        max_object_updates: limit,
        ..Default::default()
    };
    let asked = WaitForUpdatesEx {
        this: rig.collector(),
        version: Some(version.into()),
        options: Some(Box::new(options)),
        ..Default::default()
    };
    Ok(rig.call(asked).await?.map(|updates| *updates))
}

type Told = (ObjectUpdateKind, MoRef, Vec<(String, Option<Value>)>);

/// Kind, object and changes of every object update.
fn told(updates: &UpdateSet) -> Vec<Told> {
    let updates = updates.filter_set.iter().flat_map(|set| &set.object_set);
    let change =
        |change: &vim25::types::PropertyChange| (change.name.to_string(), change.val.clone());
    updates
        .map(|update| {
            let changes = update.change_set.iter().map(change).collect();
            (update.kind.clone(), update.obj.clone(), changes)
        })
        .collect()
}

#[tokio::test]
async fn a_traversal_follows_names_in_circles_and_takes_each_object_once() {
    let rig = Rig::logged_in("empty").await;
    let sets = vec![properties("ManagedEntity", &["name"]), properties("Folder", &["childType"])];
    let found = rig.call(retrieve(&rig, whole_tree(&rig, sets), None)).await.unwrap().unwrap();
    let names: Vec<(Option<&str>, usize)> = found
        .objects
        .iter()
        .map(|content| (content.prop_set[0].val.as_str(), content.prop_set.len()))
        .collect();
    // The datacenter is no folder, so only the first set fits it.
    assert_eq!(names, [(Some("Datacenters"), 2), (Some("DC"), 1), (Some("vm"), 2)]);
    assert_eq!(found.token, None);
}

#[tokio::test]
async fn wrong_specs_are_refused_by_what_is_wrong_with_them() {
    let rig = Rig::logged_in("empty").await;
    let gone = MoRef::new("Folder", "group-x");
    let unknown_name = PropertyFilterSpec {
        object_set: vec![ObjectSpec {
            obj: rig.root(),
            select_set: vec![by_name("nowhere")],
            ..Default::default()
        }],
        ..only(&rig.root(), "Folder", &["name"])
    };
    for (spec, expected) in [
        (only(&rig.root(), "Folder", &["nonsense"]), "InvalidProperty"),
        (only(&rig.root(), "Folder", &["name.nonsense"]), "InvalidProperty"),
        (only(&rig.root(), "Nonsense", &["name"]), "InvalidType"),
        (only(&gone, "Folder", &["name"]), "ManagedObjectNotFound"),
        (unknown_name, "InvalidArgument"),
    ] {
        let asked = retrieve(&rig, spec.clone(), None);
        assert_eq!(fault_type(rig.call(asked).await), expected);
        let asked = CreateFilter { this: rig.collector(), spec, ..Default::default() };
        assert_eq!(fault_type(rig.call(asked).await), expected);
    }
    let asked = retrieve(&rig, only(&rig.root(), "Folder", &["name"]), Some(0));
    assert_eq!(fault_type(rig.call(asked).await), "InvalidArgument");
    let mut tolerant = only(&gone, "Folder", &["name"]);
    tolerant.report_missing_objects_in_results = Some(true);
    assert!(rig.call(retrieve(&rig, tolerant, None)).await.unwrap().is_none());
}

#[tokio::test]
async fn pages_are_used_once_each_and_by_their_own_session() {
    let rig = Rig::logged_in("empty").await;
    let other = rig.another().await;
    let spec = whole_tree(&rig, vec![properties("ManagedEntity", &["name"])]);
    let first = rig.call(retrieve(&rig, spec, Some(2))).await.unwrap().unwrap();
    assert_eq!(first.objects.len(), 2);
    let next = ContinueRetrievePropertiesEx {
        this: rig.collector(),
        token: first.token.unwrap(),
        ..Default::default()
    };
    assert_eq!(fault_type(other.call(next.clone()).await), "InvalidArgument");
    let rest = rig.call(next.clone()).await.unwrap();
    assert_eq!((rest.objects.len(), rest.token), (1, None));
    assert_eq!(fault_type(rig.call(next).await), "InvalidArgument");
}

#[tokio::test]
async fn all_properties_of_an_older_version_leave_newer_ones_out() {
    let mut rig = Rig::logged_in("empty").await;
    let datacenter = rig.first("Datacenter");
    let all = PropertySpec { type_: "Datacenter".into(), all: Some(true), ..Default::default() };
    let spec = PropertyFilterSpec { prop_set: vec![all], ..only(&datacenter, "Datacenter", &[]) };
    for (version, expected) in [("8.0.3.0", true), ("4.1", false)] {
        rig.version = vim25::Version::parse(version).unwrap();
        let found = rig.call(retrieve(&rig, spec.clone(), None)).await.unwrap().unwrap();
        let names: Vec<_> = found.objects[0].prop_set.iter().map(|set| set.name.as_str()).collect();
        assert!(names.contains(&"vmFolder"), "{version}");
        assert_eq!(names.contains(&"configuration"), expected, "{version}");
        let newer = only(&datacenter, "Datacenter", &["configuration"]);
        assert_eq!(rig.call(retrieve(&rig, newer, None)).await.is_ok(), expected, "{version}");
    }
}

#[tokio::test]
async fn a_parked_wait_wakes_on_every_kind_of_change() {
    let rig = Arc::new(Rig::logged_in("empty").await);
    let root = rig.root();
    let paths = &["name", "childEntity", "recentTask", "overallStatus"];
    filter(&rig, only(&root, "Folder", paths), false).await;
    let mut version = wait(&rig, "", 0, None).await.unwrap().unwrap().version;
    let child = rig.commit(|tx| crate::inventory::add_folder(tx, &rig.root(), "child"));
    version = wait(&rig, &version, 0, None).await.unwrap().unwrap().version;

    type Change = Box<dyn Fn(&Rig)>;
    let (own, task, removed) = (root.clone(), root.clone(), child.clone());
    let changes: Vec<(&str, Change)> = vec![
        (
            "name",
            Box::new(move |rig| {
                rig.commit(|tx| {
                    tx.edit::<Folder>(&own)?.entity.name = "other".into();
                    Ok(())
                });
            }),
        ),
        (
            "recentTask",
            Box::new(move |rig| {
                rig.commit(
                    |tx| Ok(tx.start_task(crate::task::TaskSpec::new("Folder.x").on(&task))),
                );
            }),
        ),
        (
            "childEntity",
            Box::new(move |rig| {
                rig.commit(|tx| {
                    tx.remove(&removed);
                    Ok(())
                });
            }),
        ),
    ];
    for (expected, change) in changes {
        let waiter = tokio::spawn({
            let (rig, version) = (rig.clone(), version.clone());
            async move { wait(&rig, &version, 600, None).await }
        });
        rig.settle().await;
        assert!(!waiter.is_finished(), "{expected}");
        change(&rig);
        let updates = waiter.await.unwrap().unwrap().unwrap();
        let changes = told(&updates);
        assert_eq!(changes.len(), 1, "{expected}");
        assert_eq!(changes[0].2[0].0, expected);
        version = updates.version;
    }
}

#[tokio::test]
async fn what_nobody_watches_wakes_nobody_and_patience_ends_on_the_mocks_clock() {
    let rig = Arc::new(Rig::logged_in("empty").await);
    filter(&rig, only(&rig.root(), "Folder", &["name"]), false).await;
    let version = wait(&rig, "", 0, None).await.unwrap().unwrap().version;
    let waiter = tokio::spawn({
        let (rig, version) = (rig.clone(), version.clone());
        async move { wait(&rig, &version, 30, None).await }
    });
    rig.settle().await;
    rig.commit(|tx| crate::inventory::add_folder(tx, &rig.root(), "child"));
    rig.settle().await;
    rig.advance(29);
    rig.settle().await;
    assert!(!waiter.is_finished());
    rig.advance(1);
    assert!(waiter.await.unwrap().unwrap().is_none());
}

#[tokio::test]
async fn a_view_lets_objects_enter_and_leave() {
    let rig = Rig::logged_in("empty").await;
    let asked = CreateContainerView {
        this: rig.first("ViewManager"),
        container: rig.root(),
        type_: vec!["Datacenter".into()],
        recursive: true,
        ..Default::default()
    };
    let view = rig.call(asked).await.unwrap();
    let shown = step("shown", "ContainerView", "view", Vec::new());
    let start =
        ObjectSpec { obj: view, skip: Some(true), select_set: vec![shown], ..Default::default() };
    let spec = PropertyFilterSpec {
        prop_set: vec![properties("Datacenter", &["name"])],
        object_set: vec![start],
        ..Default::default()
    };
    filter(&rig, spec, false).await;
    let first = wait(&rig, "", 0, None).await.unwrap().unwrap();
    assert_eq!(told(&first).len(), 1);

    let root = rig.root();
    let added = rig.commit(|tx| Ok(crate::inventory::add_datacenter(tx, &root, "two").datacenter));
    let second = wait(&rig, &first.version, 0, None).await.unwrap().unwrap();
    let name = vec![("name".to_owned(), Some(Value::from("two")))];
    assert_eq!(told(&second), [(ObjectUpdateKind::Enter, added.clone(), name)]);

    rig.call(DestroyTask { this: added.clone(), ..Default::default() }).await.unwrap();
    rig.advance(1);
    let third = wait(&rig, &second.version, 0, None).await.unwrap().unwrap();
    assert_eq!(told(&third), [(ObjectUpdateKind::Leave, added, Vec::new())]);
}

#[tokio::test]
async fn a_lost_answer_is_told_again_and_unknown_versions_are_refused() {
    let rig = Rig::logged_in("empty").await;
    filter(&rig, only(&rig.root(), "Folder", &["name"]), false).await;
    let first = wait(&rig, "", 0, None).await.unwrap().unwrap();
    rig.commit(|tx| {
        tx.edit::<Folder>(&rig.root())?.entity.name = "renamed".into();
        Ok(())
    });
    let second = wait(&rig, &first.version, 0, None).await.unwrap().unwrap();
    let again = wait(&rig, &first.version, 0, None).await.unwrap().unwrap();
    assert_eq!(told(&second), told(&again));
    assert_ne!(second.version, again.version);
    assert!(wait(&rig, &again.version, 0, None).await.unwrap().is_none());
    for unknown in ["99", "-1", "nonsense"] {
        assert_eq!(fault_type(wait(&rig, unknown, 0, None).await), "InvalidCollectorVersion");
    }
}

#[tokio::test]
async fn old_versions_are_forgotten_in_the_end() {
    let rig = Rig::logged_in("empty").await;
    filter(&rig, only(&rig.root(), "Folder", &["name"]), false).await;
    let first = wait(&rig, "", 0, None).await.unwrap().unwrap().version;
    for _ in 0..20 {
        assert!(wait(&rig, "", 0, None).await.unwrap().is_some());
    }
    assert_eq!(fault_type(wait(&rig, &first, 0, None).await), "InvalidCollectorVersion");
}

#[tokio::test]
async fn a_version_older_than_the_stores_history_still_tells_everything() {
    let rig = Rig::logged_in("empty").await;
    let child = rig.commit(|tx| crate::inventory::add_folder(tx, &rig.root(), "child"));
    filter(&rig, only(&child, "Folder", &["name"]), false).await;
    let first = wait(&rig, "", 0, None).await.unwrap().unwrap();
    rig.commit(|tx| {
        tx.edit::<Folder>(&child)?.entity.name = "renamed".into();
        Ok(())
    });
    for number in 0..3000 {
        rig.commit(|tx| {
            tx.edit::<Folder>(&rig.root())?.entity.name = number.to_string().into();
            Ok(())
        });
    }
    let second = wait(&rig, &first.version, 0, None).await.unwrap().unwrap();
    assert_eq!(told(&second).len(), 1);
}

#[tokio::test]
async fn many_updates_come_in_parts() {
    let rig = Rig::logged_in("empty").await;
    rig.commit(|tx| {
        for number in 0..10 {
            crate::inventory::add_folder(tx, &rig.root(), &number.to_string())?;
        }
        Ok(())
    });
    filter(&rig, whole_tree(&rig, vec![properties("Folder", &["name"])]), false).await;
    let (mut version, mut seen) = (Str::default(), Vec::new());
    let mut parts = Vec::new();
    loop {
        let part = wait(&rig, &version, 0, Some(5)).await.unwrap().unwrap();
        seen.extend(told(&part).into_iter().map(|(_, object, _)| object));
        parts.push((told(&part).len(), part.truncated));
        version = part.version;
        if part.truncated != Some(true) {
            break;
        }
    }
    assert_eq!(parts, [(5, Some(true)), (5, Some(true)), (2, None)]);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 12);
    assert!(wait(&rig, &version, 0, Some(5)).await.unwrap().is_none());
}

#[tokio::test]
async fn partial_updates_name_the_member_that_changed() {
    let rig = Rig::logged_in("empty").await;
    let task = rig.commit(|tx| {
        let root = rig.root();
        let spec = crate::task::TaskSpec::new("Folder.x").on(&root);
        Ok(tx.start_task(spec.takes(std::time::Duration::from_secs(100))))
    });
    for (partial, expected) in
        [(true, vec!["info.state", "info.progress", "info.startTime"]), (false, vec!["info"])]
    {
        let rig = rig.another().await;
        let task = if partial {
            task.clone()
        } else {
            rig.commit(|tx| Ok(tx.start_task(crate::task::TaskSpec::new("Folder.y"))))
        };
        filter(&rig, only(&task, "Task", &["info"]), partial).await;
        let version = wait(&rig, "", 0, None).await.unwrap().unwrap().version;
        rig.advance(0);
        let updates = wait(&rig, &version, 0, None).await.unwrap().unwrap();
        let changes = &told(&updates)[0].2;
        let mut names: Vec<&str> = changes.iter().map(|(name, _)| name.as_str()).collect();
        let mut expected = expected;
        names.sort_unstable();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
}

#[tokio::test]
async fn waits_end_when_cancelled_and_when_the_session_ends() {
    let rig = Arc::new(Rig::logged_in("empty").await);
    filter(&rig, only(&rig.root(), "Folder", &["name"]), false).await;
    let version = wait(&rig, "", 0, None).await.unwrap().unwrap().version;
    let park = || {
        let (rig, version) = (rig.clone(), version.clone());
        tokio::spawn(async move { wait(&rig, &version, 600, None).await })
    };
    let waiter = park();
    rig.settle().await;
    rig.call(CancelWaitForUpdates { this: rig.collector(), ..Default::default() }).await.unwrap();
    assert_eq!(fault_type(waiter.await.unwrap()), "RequestCanceled");

    let waiter = park();
    rig.settle().await;
    let manager = session_manager_id(&rig.core.product);
    rig.call(Logout { this: manager, ..Default::default() }).await.unwrap();
    assert_eq!(fault_type(waiter.await.unwrap()), "RequestCanceled");
}

#[tokio::test]
async fn filters_end_with_their_session_and_by_being_destroyed() {
    let rig = Rig::logged_in("empty").await;
    let filters = async || rig.fetch(&rig.collector(), "filter").await.unwrap().morefs().count();
    let id = filter(&rig, only(&rig.root(), "Folder", &["name"]), false).await;
    assert_eq!(filters().await, 1);
    assert_eq!(
        rig.another().await.fetch(&rig.collector(), "filter").await.unwrap().items().len(),
        0
    );
    rig.call(DestroyPropertyFilter { this: id.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(filters().await, 0);
    assert!(wait(&rig, "", 0, None).await.unwrap().is_none());
    let again = filter(&rig, only(&rig.root(), "Folder", &["name"]), false).await;
    rig.core.end_all_sessions();
    assert!(!rig.core.store.snapshot().contains(&again));
}

#[tokio::test]
async fn a_watched_object_that_goes_leaves_and_the_filter_lives_on() {
    let rig = Rig::logged_in("empty").await;
    let asked = CreateFolder { this: rig.root(), name: "short".into(), ..Default::default() };
    let child = rig.call(asked).await.unwrap();
    filter(&rig, only(&child, "Folder", &["name"]), false).await;
    let version = wait(&rig, "", 0, None).await.unwrap().unwrap().version;
    rig.call(RenameTask { this: child.clone(), new_name: "long".into(), ..Default::default() })
        .await
        .unwrap();
    rig.commit(|tx| {
        tx.remove(&child);
        Ok(())
    });
    let updates = wait(&rig, &version, 0, None).await.unwrap().unwrap();
    assert_eq!(told(&updates)[0].0, ObjectUpdateKind::Leave);
    assert!(wait(&rig, &updates.version, 0, None).await.unwrap().is_none());
}
