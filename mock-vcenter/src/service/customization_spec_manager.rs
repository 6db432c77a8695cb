//! `CustomizationSpecManager` of a vCenter on which nobody has stored a specification.

use vim25::Value;
use vim25::methods::{DoesCustomizationSpecExist, GetCustomizationSpec};
use vim25::types::NotFound;

use crate::dispatch::Dispatch;
use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property};

/// Stores nothing.
#[derive(Clone)]
pub(super) struct CustomizationSpecManager;

impl ManagedObject for CustomizationSpecManager {
    fn kind(&self) -> &'static str {
        "CustomizationSpecManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "info" => Property::of(Value::array_of("CustomizationSpecInfo", [])),
            _ => None,
        }
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<DoesCustomizationSpecExist>(|_, _| Ok(false));
    dispatch.add::<GetCustomizationSpec>(|_, asked| {
        let message = format!("There is no specification '{}'.", asked.name);
        Err(Fault::new(NotFound::default(), message))
    });
}
