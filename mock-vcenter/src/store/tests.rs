//! Commit, derive, notify: each kind of change and what follows from it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use vim25::{MoRef, Str, Value};

use crate::clock::{Clock, Pace};
use crate::fault::Fault;

use super::*;

/// A folder that shows its children, which only they know about.
#[derive(Clone)]
struct Shelf {
    name: Str,
    parent: Option<MoRef>,
}

impl ManagedObject for Shelf {
    fn kind(&self) -> &'static str {
        "Folder"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "name" => Property::of(self.name.clone()),
            "parent" => Property::of(self.parent.clone()?),
            "childEntity" => Property::refs(at.referrers("parent")),
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        links.add_all("parent", &self.parent);
    }
}

#[derive(Default)]
struct Log(Mutex<Vec<(MoRef, ChangeKind, Vec<&'static str>)>>);

impl Observer for Log {
    fn committed(&self, commit: &Commit) {
        let mut log = self.0.lock().unwrap();
        for change in &commit.changes {
            let properties = commit.changed_properties(&change.object);
            log.push((change.object.clone(), change.kind, properties));
        }
    }
}

fn store() -> (Store, Clock) {
    let clock = Clock::new(Pace::Stepped, SystemTime::UNIX_EPOCH);
    (Store::new(clock.clone(), 7), clock)
}

fn shelf(name: &str, parent: Option<&MoRef>) -> Shelf {
    Shelf { name: name.into(), parent: parent.cloned() }
}

#[test]
fn a_commit_tells_what_entered_changed_and_left() {
    let (store, _) = store();
    let log = Arc::new(Log::default());
    store.observe(log.clone());
    let by = Origin::default();
    let top = store.commit(&by, |tx| Ok(tx.create("group", shelf("top", None)))).unwrap();
    let child = store.commit(&by, |tx| Ok(tx.create("group", shelf("a", Some(&top))))).unwrap();
    store
        .commit(&by, |tx| {
            tx.edit::<Shelf>(&child)?.name = "b".into();
            Ok(())
        })
        .unwrap();
    store
        .commit(&by, |tx| {
            tx.remove(&child);
            Ok(())
        })
        .unwrap();
    assert_eq!(
        *log.0.lock().unwrap(),
        [
            (top.clone(), ChangeKind::Entered, vec!["childEntity", "name"]),
            (child.clone(), ChangeKind::Entered, vec!["childEntity", "parent", "name"]),
            (child.clone(), ChangeKind::Modified, vec!["name"]),
            (child, ChangeKind::Left, vec!["childEntity", "parent", "name"]),
        ]
    );
    assert_eq!(store.snapshot().version(), 4);
}

#[test]
fn a_derived_property_depends_on_what_it_read() {
    let (store, _) = store();
    let by = Origin::default();
    let top = store.commit(&by, |tx| Ok(tx.create("group", shelf("top", None)))).unwrap();
    let tracker = Tracker::default();
    let before = store.snapshot();
    let _ = Reading::of(&before).with_tracker(&tracker).property(&top, "childEntity");
    let watched = tracker.into_set();

    store.commit(&by, |tx| Ok(tx.create("group", shelf("a", Some(&top))))).unwrap();
    let now = store.snapshot();
    let touched = store.touched(before.version(), now.version());
    assert!(watched.iter().any(|dependency| touched.contains(dependency)));
    let children = Reading::of(&now).property(&top, "childEntity").unwrap().into_value();
    assert_eq!(children.items().len(), 1);
}

#[test]
fn moving_a_link_changes_both_ends_and_older_snapshots_stay() {
    let (store, _) = store();
    let by = Origin::default();
    let (a, b, child) = store
        .commit(&by, |tx| {
            let a = tx.create("group", shelf("a", None));
            let b = tx.create("group", shelf("b", None));
            let child = tx.create("group", shelf("child", Some(&a)));
            Ok((a, b, child))
        })
        .unwrap();
    let before = store.snapshot();
    store
        .commit(&by, |tx| {
            tx.edit::<Shelf>(&child)?.parent = Some(b.clone());
            assert_eq!(tx.view().referrers(&b, "parent"), std::slice::from_ref(&child));
            Ok(())
        })
        .unwrap();
    let after = store.snapshot();
    assert_eq!(before.referrers(&a, "parent"), std::slice::from_ref(&child));
    assert!(after.referrers(&a, "parent").is_empty());
    assert_eq!(after.of_kind("Folder"), [a, b, child]);
}

#[test]
fn a_failed_or_panicking_change_leaves_no_trace() {
    let (store, _) = store();
    let by = Origin::default();
    let failed = store.commit(&by, |tx| -> Result<(), Fault> {
        tx.create("group", shelf("gone", None));
        Err(Fault::invalid_argument("name"))
    });
    assert!(failed.is_err());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.commit(&by, |tx| -> Result<(), Fault> {
            tx.create("group", shelf("gone", None));
            panic!("a bug in a handler")
        })
    }));
    assert!(panicked.is_err());
    assert!(store.snapshot().is_empty());
    assert_eq!(store.snapshot().version(), 0);
    store.commit(&by, |tx| Ok(tx.create("group", shelf("fine", None)))).unwrap();
    assert_eq!(store.snapshot().len(), 1);
}

#[test]
fn a_delayed_change_takes_place_when_its_time_comes() {
    let (store, clock) = store();
    store
        .commit(&Origin::default(), |tx| {
            tx.after(Duration::from_secs(5), |tx| {
                tx.create("group", shelf("late", None));
                Ok(())
            });
            Ok(())
        })
        .unwrap();
    clock.advance(Duration::from_secs(4));
    assert!(store.snapshot().is_empty());
    clock.advance(Duration::from_secs(1));
    assert_eq!(store.snapshot().len(), 1);
}

#[test]
fn ids_are_the_same_in_every_run_with_the_same_seed() {
    let ids = || {
        let (store, _) = store();
        store
            .commit(&Origin::default(), |tx| {
                Ok((tx.new_id("HostSystem", "host"), tx.new_uuid(), tx.new_uuid()))
            })
            .unwrap()
    };
    let (host, first, second) = ids();
    assert_eq!(ids(), (host.clone(), first.clone(), second.clone()));
    assert_eq!((host.value.as_str(), first.len()), ("host-1", 36));
    assert_ne!(first, second);
}

#[test]
fn ten_thousand_objects_load_in_one_commit_and_a_later_commit_copies_little() {
    let (store, _) = store();
    let by = Origin::default();
    let children = store
        .commit(&by, |tx| {
            let top = tx.create("group", shelf("top", None));
            Ok((0..10_000)
                .map(|n| tx.create("group", shelf(&n.to_string(), Some(&top))))
                .collect::<Vec<_>>())
        })
        .unwrap();
    let before = store.snapshot();
    store
        .commit(&by, |tx| {
            tx.edit::<Shelf>(&children[5000])?.name = "changed".into();
            Ok(())
        })
        .unwrap();
    let after = store.snapshot();
    let same = children
        .iter()
        .filter(|id| std::ptr::eq(before.get::<Shelf>(id).unwrap(), after.get(id).unwrap()));
    assert_eq!(same.count(), 9_999);
    let renamed = Reading::of(&after).property(&children[5000], "name").unwrap().into_value();
    assert_eq!(renamed, Value::from("changed"));
}
