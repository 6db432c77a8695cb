//! What to read of which objects, in the property collector's words.

use vim25::types::{ObjectSpec, PropertyFilterSpec, PropertySpec, SelectionSpec, TraversalSpec};
use vim25::{MoRef, Poly};

/// One way from objects of a type to others: through a property that holds references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traversal {
    /// A name by which other ways may continue here.
    pub name: &'static str,
    /// The managed type it starts from.
    pub from: &'static str,
    /// The property with the references.
    pub path: &'static str,
    /// Names of the ways that continue from the objects found.
    pub then: &'static [&'static str],
}

/// Reads `paths` of each of `objects`, whatever their types.
#[must_use]
pub fn objects_spec(objects: &[MoRef], paths: &[&str]) -> PropertyFilterSpec {
    let mut kinds: Vec<&str> = objects.iter().map(|object| object.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    PropertyFilterSpec {
        prop_set: kinds.into_iter().map(|kind| property_spec(kind, paths)).collect(),
        object_set: objects
            .iter()
            .map(|object| ObjectSpec { obj: object.clone(), ..Default::default() })
            .collect(),
        ..Default::default()
    }
}

/// Reads `properties` (managed type and paths) of `roots` and of all that the ways lead to.
#[must_use]
pub fn traversal_spec(
    roots: &[MoRef],
    ways: &[Traversal],
    properties: &[(&str, &[&str])],
) -> PropertyFilterSpec {
    let root = |root: &MoRef| ObjectSpec {
        obj: root.clone(),
        select_set: ways.iter().map(|way| Poly::new(traversal(way))).collect(),
        ..Default::default()
    };
    PropertyFilterSpec {
        prop_set: properties.iter().map(|(kind, paths)| property_spec(kind, paths)).collect(),
        object_set: roots.iter().map(root).collect(),
        ..Default::default()
    }
}

fn property_spec(kind: &str, paths: &[&str]) -> PropertySpec {
    PropertySpec {
        type_: kind.into(),
        path_set: paths.iter().map(|path| (*path).into()).collect(),
        ..Default::default()
    }
}

fn traversal(way: &Traversal) -> TraversalSpec {
    let named = |name: &str| SelectionSpec { name: Some(name.into()), ..Default::default() };
    TraversalSpec {
        base_: named(way.name),
        type_: way.from.into(),
        path: way.path.into(),
        skip: Some(false),
        select_set: way.then.iter().map(|name| Poly::new(named(name))).collect(),
    }
}
