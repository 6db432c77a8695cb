//! Ways through the inventory tree.

use std::collections::HashSet;

use vim25::{MoRef, Value, mo};

use crate::store::{Reading, Snapshot};

use super::entity::CHILD_OF;

/// The parents of an object, nearest first.
#[must_use]
pub fn ancestors(snapshot: &Snapshot, object: &MoRef) -> Vec<MoRef> {
    let mut found: Vec<MoRef> = Vec::new();
    let mut at = object.clone();
    while let Some(Value::Ref(parent)) = property(snapshot, &at, "parent") {
        if found.contains(&parent) {
            break;
        }
        found.push(parent.clone());
        at = parent;
    }
    found
}

/// The datacenter an object is in.
#[must_use]
pub fn datacenter_of(snapshot: &Snapshot, object: &MoRef) -> Option<MoRef> {
    let own = std::iter::once(object.clone());
    own.chain(ancestors(snapshot, object)).find(|ancestor| ancestor.kind == "Datacenter")
}

/// The child of `parent` with this name, escaped or not.
#[must_use]
pub fn child_named(snapshot: &Snapshot, parent: &MoRef, name: &str) -> Option<MoRef> {
    let wanted = super::entity::escaped_name(name);
    let children = snapshot.referrers(parent, CHILD_OF).iter();
    let mut named = children.filter(|child| {
        property(snapshot, child, "name").is_some_and(|name| name.as_str() == Some(&wanted))
    });
    named.next().cloned()
}

fn property(snapshot: &Snapshot, object: &MoRef, name: &str) -> Option<Value> {
    Some(Reading::of(snapshot).property(object, name)?.into_value())
}

/// Properties that lead from a container to what a view of it shows.
const DOWNWARD: &[(&str, &[&str])] = &[
    ("Folder", &["childEntity"]),
    ("Datacenter", &["hostFolder", "vmFolder", "datastoreFolder", "networkFolder"]),
    ("ComputeResource", &["host", "resourcePool"]),
    ("ResourcePool", &["resourcePool", "vm"]),
    ("HostSystem", &["vm"]),
];

/// What is in `container`, each object once, parents first.
pub(crate) fn contents(reading: &Reading<'_>, container: &MoRef, recursive: bool) -> Vec<MoRef> {
    let mut seen: HashSet<MoRef> = HashSet::from([container.clone()]);
    let mut found = Vec::new();
    let mut open = vec![container.clone()];
    while let Some(at) = open.pop() {
        let mut below = Vec::new();
        for name in downward(&at.kind) {
            let value = reading.property(&at, name).map(crate::store::Property::into_value);
            match value {
                Some(Value::Ref(child)) => below.push(child),
                Some(array) => below.extend(array.morefs().cloned()),
                None => {}
            }
        }
        below.retain(|child| seen.insert(child.clone()));
        found.extend(below.iter().cloned());
        if recursive {
            open.extend(below.into_iter().rev().filter(|child| !downward(&child.kind).is_empty()));
        }
    }
    found
}

fn downward(kind: &str) -> &'static [&'static str] {
    let found = DOWNWARD.iter().find(|(base, _)| *base == kind || mo::is_a(kind, base));
    found.map_or(&[], |(_, names)| names)
}
