//! Property paths of managed objects: checking them against the schema and reading them.

use vim25::descriptor::{Kind, TypeDesc};
use vim25::{MoRef, Value, Version, mo, path, registry};

use crate::store::{Property, Reading};

/// The property a path starts with, and what follows: a member, or a key in brackets.
pub(super) fn split(path: &str) -> (&str, &str) {
    match path.find(['.', '[']) {
        Some(end) if path.as_bytes()[end] == b'.' => (&path[..end], &path[end + 1..]),
        Some(end) => (&path[..end], &path[end..]),
        None => (path, ""),
    }
}

/// True when objects of `kind` have this path in `version`. Members of extending types count: a path may
/// name what only some of the objects have.
pub(super) fn exists(kind: &str, path: &str, version: Version) -> bool {
    let (head, rest) = split(path);
    let Some(property) = mo::find(kind).and_then(|described| described.property(head)) else {
        return false;
    };
    version.knows(property.field.since)
        && (rest.is_empty() || member_exists(property.field.kind, property.field.type_name, rest))
}

fn member_exists(kind: Kind, type_name: &str, path: &str) -> bool {
    let path = after_keys(path);
    if path.is_empty() || kind == Kind::Any {
        return true;
    }
    let (member, rest) = split(path);
    let Some(declared) = registry::find_type(type_name) else { return false };
    let leads_on = |known: &TypeDesc| {
        let field = known.find(member, 0).map(|index| known.field(index));
        field.is_some_and(|f| rest.is_empty() || member_exists(f.kind, f.type_name, rest))
    };
    // Nearly every path names what the declared type has itself; the whole schema is searched only for the others.
    leads_on(declared)
        || registry::types().iter().any(|known| known.is_a(declared) && leads_on(known))
}

/// What follows keys in brackets and the dot behind them.
fn after_keys(mut path: &str) -> &str {
    while path.starts_with('[') {
        let quoted = path.starts_with("[\"");
        let end = if quoted {
            path.find("\"]").map(|at| at + 2)
        } else {
            path.find(']').map(|at| at + 1)
        };
        path = end.map_or("", |end| &path[end..]);
    }
    path.strip_prefix('.').unwrap_or(path)
}

/// The value below a property that was read; `None` when unset or not in this object's type.
pub(super) fn below(property: &Property<'_>, rest: &str) -> Option<Value> {
    match property {
        Property::Value(value) => path::get_in(value, rest).ok().flatten(),
        Property::Object(object) if rest.is_empty() => Some(Value::Object(object.clone_object())),
        Property::Object(object) => path::get(*object, rest).ok().flatten(),
    }
}

/// The value at `path` of an object.
pub(crate) fn value_at(reading: &Reading<'_>, id: &MoRef, path: &str) -> Option<Value> {
    let (head, rest) = split(path);
    below(&reading.property(id, head)?, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_exist_when_some_type_has_them() {
        for (kind, path, expected) in [
            ("VirtualMachine", "name", true),
            ("VirtualMachine", "config.hardware.device", true),
            ("VirtualMachine", "config.hardware.device[4000].macAddress", true),
            ("VirtualMachine", "config.extraConfig[\"a.b\"].value", true),
            ("VirtualMachine", "config.nonsense", false),
            ("VirtualMachine", "nonsense", false),
            ("Task", "info.state", true),
            ("ClusterComputeResource", "configurationEx.dasConfig.enabled", true),
            ("ManagedEntity", "config", false),
            ("Nothing", "name", false),
        ] {
            assert_eq!(exists(kind, path, Version::LATEST), expected, "{kind}.{path}");
        }
    }

    #[test]
    fn a_property_newer_than_the_version_does_not_exist() {
        let old = Version::parse("5.5").unwrap();
        let newer = mo::all().iter().find_map(|described| {
            let property = described.properties.iter().find(|p| !old.knows(p.field.since))?;
            Some((described.name, property.field.name))
        });
        let (kind, name) = newer.unwrap();
        assert!(exists(kind, name, Version::LATEST));
        assert!(!exists(kind, name, old));
    }
}
