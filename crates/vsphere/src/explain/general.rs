//! Faults that can come from anywhere, and those that nothing is known about.

use vim25::types as t;
use vim25::{DataObject, WireEnum};

use super::{Words, named};

pub(super) fn words(fault: &dyn DataObject) -> Option<Words> {
    naming(fault).or_else(|| state(fault)).or_else(|| request(fault))
}

fn naming(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::DuplicateName>() {
        let cause = format!("the name `{}` is taken by `{}`", fault.name, fault.object);
        return Some(Words::new(cause, "choose another name, or use what is there"));
    }
    if let Some(fault) = fault.as_type::<t::InvalidName>() {
        let cause = format!("`{}` cannot be a name", fault.name);
        return Some(Words::new(cause, "use 1 to 80 characters"));
    }
    if let Some(fault) = fault.as_type::<t::AlreadyExists>() {
        let name = named(fault.name.as_deref(), "it");
        return Some(Words::cause_only(format!("{name} already exists")));
    }
    if let Some(fault) = fault.as_type::<t::ManagedObjectNotFound>() {
        let cause = format!("`{}` does not exist any more", fault.obj);
        return Some(Words::new(cause, "somebody removed it: run again"));
    }
    if let Some(fault) = fault.as_type::<t::ResourceInUse>() {
        let name = named(fault.name.as_deref(), "it");
        return Some(Words::cause_only(format!("{name} is in use")).for_base("ResourceInUse"));
    }
    fault
        .as_type::<t::NotFound>()
        .map(|_| Words::cause_only("it was not found").for_base("NotFound"))
}

fn state(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::TaskInProgress>() {
        let cause = format!("another task works on the same object (`{}`)", fault.task);
        return Some(Words::new(cause, "wait until it has ended and run again"));
    }
    if let Some(fault) = fault.as_type::<t::InvalidPowerState>() {
        let state = fault.existing_state.as_str();
        return Some(Words::cause_only(format!("the VM is `{state}`, which does not fit")));
    }
    if fault.as_type::<t::InvalidState>().is_some() {
        let fix = "look at the object's state, maintenance mode and tasks";
        let words = Words::new("the object is not in a state that allows it", fix);
        return Some(words.for_base("InvalidState"));
    }
    if fault.as_type::<t::ConcurrentAccess>().is_some() {
        let cause = "somebody else changed the object at the same time";
        return Some(Words::new(cause, "run again"));
    }
    if fault.as_type::<t::RequestCanceled>().is_some() {
        return Some(Words::cause_only("it was cancelled"));
    }
    fault.as_type::<t::Timedout>().map(|_| {
        let fix = "look at the object, then run again";
        Words::new("the server gave up waiting", fix).for_base("Timedout")
    })
}

fn request(fault: &dyn DataObject) -> Option<Words> {
    if let Some(argument) = fault.as_type::<t::InvalidArgument>() {
        let name = named(argument.invalid_property.as_deref(), "a value it did not name");
        let words = Words::cause_only(format!("the server does not accept {name}"));
        return Some(words.for_base("InvalidArgument"));
    }
    if let Some(fault) = fault.as_type::<t::InvalidProperty>() {
        return Some(Words::cause_only(format!("there is no property `{}`", fault.name)));
    }
    if let Some(fault) = fault.as_type::<t::LimitExceeded>() {
        let name = named(fault.property.as_deref(), "a limit");
        return Some(Words::cause_only(format!("{name} would be exceeded")));
    }
    if let Some(fault) = fault.as_type::<t::MethodNotFound>() {
        let cause = format!("the server has no method `{}` for this object", fault.method);
        return Some(Words::new(cause, "check the versions that are supported"));
    }
    if fault.as_type::<t::NotSupported>().is_some() {
        let cause = "the server does not support this for this object";
        let words = Words::new(cause, "check its version, its licence and whether HA is on");
        return Some(words.for_base("NotSupported"));
    }
    if fault.as_type::<t::SystemError>().is_some() {
        let words = unknown(fault);
        let fix = "look into the server's log under the operation id";
        return Some(Words::new(words.cause, fix));
    }
    None
}

/// A fault without words: its type and all its fields.
pub(super) fn unknown(fault: &dyn DataObject) -> Words {
    Words::cause_only(format!("{fault:?}"))
}
