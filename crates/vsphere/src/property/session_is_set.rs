//! The question whether a session is still good, as a property read.

use vim25::types::RetrieveResult;
use vim25::{MoRef, methods};

use super::objects_spec;

const CURRENT: &str = "currentSession";

/// The call that asks.
pub(crate) fn call(collector: &MoRef, session_manager: &MoRef) -> methods::RetrievePropertiesEx {
    methods::RetrievePropertiesEx {
        this: collector.clone(),
        spec_set: vec![objects_spec(std::slice::from_ref(session_manager), &[CURRENT])],
        ..Default::default()
    }
}

/// The meaning of its answer.
pub(crate) fn read(answer: Option<&RetrieveResult>) -> bool {
    let objects = answer.map(|answer| answer.objects.as_slice()).unwrap_or_default();
    objects.iter().any(|object| object.prop_set.iter().any(|property| property.name == CURRENT))
}
