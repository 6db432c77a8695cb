//! How the wanted properties of an object differ between two snapshots, as `PropertyChange`s.

use vim25::enums::{ObjectUpdateKind, PropertyChangeOp};
use vim25::types::{ObjectUpdate, PropertyChange};
use vim25::{DataObject, MoRef, Str, Value, path};

use crate::store::Reading;

use super::reader::{Reader, Seen, Wanted, missing};

/// How closely changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// The whole value at the wanted path.
    Whole,
    /// The members that differ, by their own paths.
    Nested,
}

/// The update that tells of a new object.
pub(super) fn entered(
    reader: &Reader,
    now: &Reading<'_>,
    id: &MoRef,
    wanted: &Wanted,
) -> ObjectUpdate {
    let mut update = empty(id, ObjectUpdateKind::Enter);
    reader.read(now, id, wanted, |path, seen| match seen {
        Seen::Set(value) => update.change_set.push(assign(path.into(), Some(value))),
        Seen::Unset => {}
        Seen::Refused(fault) => update.missing_set.push(missing(path, &fault)),
    });
    update
}

/// The update that tells of an object that is gone.
pub(super) fn left(id: &MoRef) -> ObjectUpdate {
    empty(id, ObjectUpdateKind::Leave)
}

/// The update that tells what changed; `None` when nothing did.
pub(super) fn modified(
    reader: &Reader,
    before: &Reading<'_>,
    now: &Reading<'_>,
    id: &MoRef,
    wanted: &Wanted,
    detail: Detail,
) -> Option<ObjectUpdate> {
    let mut old = Vec::new();
    reader.read(before, id, wanted, |_, seen| old.push(seen));
    let mut old = old.into_iter();
    let mut update = empty(id, ObjectUpdateKind::Modify);
    reader.read(now, id, wanted, |path, seen| {
        let was = old.next().unwrap_or(Seen::Unset);
        if was == seen {
            return;
        }
        match (was, seen) {
            (_, Seen::Refused(fault)) => update.missing_set.push(missing(path, &fault)),
            (Seen::Set(was), Seen::Set(is)) if detail == Detail::Nested => {
                nested(path, &was, is, &mut update.change_set);
            }
            (_, Seen::Set(is)) => update.change_set.push(assign(path.into(), Some(is))),
            (_, Seen::Unset) => update.change_set.push(assign(path.into(), None)),
        }
    });
    (!update.change_set.is_empty() || !update.missing_set.is_empty()).then_some(update)
}

fn empty(id: &MoRef, kind: ObjectUpdateKind) -> ObjectUpdate {
    ObjectUpdate { kind, obj: id.clone(), ..Default::default() }
}

fn assign(name: Str, val: Option<Value>) -> PropertyChange {
    PropertyChange { name, op: PropertyChangeOp::Assign, val, ..Default::default() }
}

/// Goes into objects of the same type; anything else is assigned as a whole.
fn nested(path: &str, was: &Value, is: Value, changes: &mut Vec<PropertyChange>) {
    let (Some(old), Some(new)) = (was.as_data_object(), is.as_data_object()) else {
        changes.push(assign(path.into(), Some(is)));
        return;
    };
    if !same_type(old, new) {
        changes.push(assign(path.into(), Some(is)));
        return;
    }
    let described = new.type_desc();
    for index in 0..described.len() {
        let field = described.field(index);
        let old = path::field_value(old.field(index), field);
        let new = path::field_value(new.field(index), field);
        if old == new {
            continue;
        }
        let path = format!("{path}.{}", field.name);
        match (old, new) {
            (Some(old), Some(new)) => nested(&path, &old, new, changes),
            (_, new) => changes.push(assign(path.into(), new)),
        }
    }
}

fn same_type(a: &dyn DataObject, b: &dyn DataObject) -> bool {
    a.type_name() == b.type_name() && a.extra().is_empty() && b.extra().is_empty()
}
