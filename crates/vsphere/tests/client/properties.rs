//! Reading once: pages, lost pages, objects that are gone, the name tree.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use vim25::types as t;
use vim25::{MoRef, Poly, Value, methods};
use vsphere::Kind;
use vsphere::property::objects_spec;

use crate::collector::{localized, object};
use crate::fake::{Answer, Fake, moref, reply};

fn vm(number: usize) -> MoRef {
    moref("VirtualMachine", &format!("vm-{number}"))
}

fn page(numbers: std::ops::Range<usize>, token: Option<&str>) -> t::RetrieveResult {
    let name = Value::from("x");
    t::RetrieveResult {
        objects: numbers.map(|number| object(&vm(number), [("name", &name)])).collect(),
        token: token.map(Into::into),
        ..Default::default()
    }
}

/// A server with these pages, some of which get lost on the way.
fn paged(answers: Vec<Option<t::RetrieveResult>>) -> Arc<Fake> {
    let answers = Mutex::new(VecDeque::from(answers));
    Fake::scripted(move |call| {
        let first = match call.method.name {
            "RetrievePropertiesEx" => true,
            "ContinueRetrievePropertiesEx" => false,
            _ => return None,
        };
        let Some(page) = answers.lock().unwrap().pop_front().unwrap() else {
            return Some(Answer::Lost);
        };
        Some(if first {
            reply::<methods::RetrievePropertiesEx>(&Some(Box::new(page)))
        } else {
            reply::<methods::ContinueRetrievePropertiesEx>(&page)
        })
    })
}

#[tokio::test(start_paused = true)]
async fn pages_are_followed_to_the_last_one() {
    let fake = paged(vec![
        Some(page(0..3, Some("a"))),
        Some(page(3..5, Some("b"))),
        Some(page(5..6, None)),
    ]);
    let client = fake.connect().await.unwrap();
    let spec = objects_spec(&(0..6).map(vm).collect::<Vec<_>>(), &["name"]);
    let mut seen = Vec::new();
    client.reader().visit(spec, |object| seen.push(object.object)).await.unwrap();
    assert_eq!(seen, (0..6).map(vm).collect::<Vec<_>>());
    assert_eq!(fake.count("ContinueRetrievePropertiesEx"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_page_makes_all_be_read_again_and_nothing_twice() {
    let fake = paged(vec![
        Some(page(0..3, Some("a"))),
        None,
        Some(page(0..3, Some("c"))),
        Some(page(3..5, None)),
    ]);
    let client = fake.connect().await.unwrap();
    let spec = objects_spec(&(0..5).map(vm).collect::<Vec<_>>(), &["name"]);
    let found = client.reader().retrieve_all(spec).await.unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(fake.count("RetrievePropertiesEx"), 2);
}

#[tokio::test(start_paused = true)]
async fn objects_that_are_gone_are_left_out_of_many() {
    let fake = Fake::new();
    fake.collector.set(&vm(1), "name", "one");
    fake.collector.set(&vm(3), "name", "three");
    let client = fake.connect().await.unwrap();
    let reader = client.reader();
    let found = reader.retrieve_many(&[vm(1), vm(2), vm(3), vm(4)], &["name"]).await.unwrap();
    let names: Vec<_> = found.iter().filter_map(|object| object.text("name")).collect();
    assert_eq!(names, ["one", "three"]);
    let error = reader.retrieve(&vm(2), &["name"]).await.unwrap_err();
    assert_eq!(error.fault::<t::ManagedObjectNotFound>().unwrap().obj, vm(2));
}

#[tokio::test(start_paused = true)]
async fn properties_that_may_not_be_read_are_told() {
    let fault: Poly<t::MethodFault> = Poly::new(t::NoPermission::default());
    let mut content = page(1..2, None);
    content.objects[0].missing_set.push(t::MissingProperty {
        path: "config".into(),
        fault: localized(fault),
        ..Default::default()
    });
    let client = paged(vec![Some(content)]).connect().await.unwrap();
    let seen = client.reader().retrieve(&vm(1), &["name", "config"]).await.unwrap();
    assert_eq!(seen.text("name"), Some("x"));
    assert_eq!(seen.get("config"), None);
    assert_eq!(seen.unreadable()[0].path, "config");
}

#[tokio::test(start_paused = true)]
async fn the_name_tree_is_one_retrieval_and_knows_secondaries() {
    let row = |kind: &str, id: &str, name: &str, parent: MoRef| {
        object(&moref(kind, id), [("name", &Value::from(name)), ("parent", &Value::from(parent))])
    };
    let root = moref("Folder", "group-d1");
    let mut primary = row("VirtualMachine", "vm-1", "web", moref("Folder", "v"));
    let mut secondary = row("VirtualMachine", "vm-2", "web", moref("Folder", "v"));
    let info = |role| t::FaultToleranceConfigInfo {
        role,
        instance_uuids: vec!["u1".into(), "u2".into()],
        ..Default::default()
    };
    for (content, role) in [(&mut primary, 1), (&mut secondary, 2)] {
        content.prop_set.push(t::DynamicProperty {
            name: "config.ftInfo".into(),
            val: Value::object(info(role)),
            ..Default::default()
        });
    }
    let objects = vec![
        row("Datacenter", "dc", "DC", root),
        row("Folder", "v", "vm", moref("Datacenter", "dc")),
        primary,
        secondary,
    ];
    let answer = t::RetrieveResult { objects, ..Default::default() };
    let fake = paged(vec![Some(answer)]);
    let client = fake.connect().await.unwrap();
    let inventory = client.reader().inventory().await.unwrap();
    let found = inventory.find(Kind::VirtualMachine, "web").unwrap();
    assert_eq!(found, vm(1));
    assert_eq!(inventory.path(&found).as_deref(), Some("/DC/vm/web"));
    assert_eq!(fake.count("RetrievePropertiesEx"), 1);
}
