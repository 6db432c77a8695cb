//! How managers describe the constants and types that they know: each labelled by its own name.

use vim25::types::{Description, ElementDescription, TypeDescription};
use vim25::{Poly, WireEnum};

/// The constants of an enumeration.
pub(super) fn constants<E: WireEnum>() -> Vec<Poly<ElementDescription>> {
    let described = E::CONSTANTS.iter().map(|constant| {
        let mut described = ElementDescription::default();
        described.key = (*constant).into();
        described.label = (*constant).into();
        described.summary = (*constant).into();
        Poly::new(described)
    });
    described.collect()
}

/// Types of data.
pub(super) fn types(names: &[&str]) -> Vec<Poly<TypeDescription>> {
    let described = names.iter().map(|name| {
        let mut described = TypeDescription::default();
        described.key = (*name).into();
        described.label = (*name).into();
        described.summary = (*name).into();
        Poly::new(described)
    });
    described.collect()
}

/// A label that says it all.
pub(super) fn labelled(label: &str) -> Description {
    Description { label: label.into(), summary: label.into(), ..Default::default() }
}
