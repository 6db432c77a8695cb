//! Waiting for a condition on one object.

use std::time::Duration;

use vim25::types::{
    InvalidArgument, InvalidProperty, InvalidRequest, ManagedObjectNotFound, MethodFault,
    MethodNotFound, NotImplemented, NotSupported, SecurityError,
};
use vim25::{MoRef, Poly};

use super::{ObjectProperties, Unreadable, Watch, objects_spec};
use crate::call::{CallError, find_fault};
use crate::reader::Reader;

/// Why a condition was not met.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// The object is not there, or no more.
    #[error("`{object}` does not exist any more")]
    Gone {
        /// The object.
        object: MoRef,
    },
    /// The time is up.
    #[error("`{object}` did not get there within {} s", .within.as_secs())]
    Deadline {
        /// The object.
        object: MoRef,
        /// The time it had.
        within: Duration,
        /// What it was like in the end.
        last: Box<ObjectProperties>,
    },
    /// A property that the condition needs may not be read.
    #[error("cannot read `{}` of `{object}` ({})", .unreadable.path, .unreadable.fault.type_name())]
    Unreadable {
        /// The object.
        object: MoRef,
        /// The property and why.
        unreadable: Box<Unreadable>,
    },
    /// Nothing more can be learnt.
    #[error("cannot follow `{object}`")]
    Lost {
        /// The object.
        object: MoRef,
        /// Why.
        #[source]
        cause: CallError,
    },
}

impl WaitError {
    /// Does nobody tell what becomes of the object, so that waiting can go on once somebody does? A server that takes no
    /// filter now counts; one that says why it never will does not, nor does one whose updates failed for so long that
    /// the patience with them is at its end.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        let Self::Lost { cause, .. } = self else { return false };
        let may_tell = |fault: &Poly<MethodFault>| !is_refusal(fault);
        let no_filter =
            cause.method() == "CreateFilter" && cause.method_fault().is_some_and(may_tell);
        no_filter || cause.is_unanswered()
    }
}

/// Whether asking again is of no use: it is not allowed, or the question is wrong.
fn is_refusal(fault: &Poly<MethodFault>) -> bool {
    find_fault::<SecurityError>(fault).is_some()
        || find_fault::<InvalidArgument>(fault).is_some()
        || find_fault::<InvalidProperty>(fault).is_some()
        || find_fault::<InvalidRequest>(fault).is_some()
        || find_fault::<ManagedObjectNotFound>(fault).is_some()
        || find_fault::<MethodNotFound>(fault).is_some()
        || find_fault::<NotImplemented>(fault).is_some()
        || find_fault::<NotSupported>(fault).is_some()
}

impl Reader {
    /// Waits until `condition` finds what it looks for in `paths` of `object`. It is asked at once and
    /// after every change.
    ///
    /// # Errors
    /// When the object goes, a path cannot be read, updates end for good, or `within` is over.
    pub async fn wait_until<T>(
        &self,
        object: &MoRef,
        paths: &[&str],
        within: Duration,
        mut condition: impl FnMut(&ObjectProperties) -> Option<T>,
    ) -> Result<T, WaitError> {
        let deadline = self.clock().sleep(within);
        let spec = objects_spec(std::slice::from_ref(object), paths);
        let mut last = ObjectProperties::new(object.clone());
        let waiting = async {
            let mut watch = self.watch(spec);
            loop {
                if let Some(outcome) = look(&mut watch, object, &mut last, &mut condition) {
                    return outcome;
                }
                watch.changed().await;
            }
        };
        tokio::select! {
            biased;
            outcome = waiting => outcome,
            () = deadline => {
                Err(WaitError::Deadline { object: object.clone(), within, last: Box::new(last) })
            }
        }
    }
}

/// Asks the condition about the present state.
pub(crate) fn look<T>(
    watch: &mut Watch,
    object: &MoRef,
    last: &mut ObjectProperties,
    condition: &mut impl FnMut(&ObjectProperties) -> Option<T>,
) -> Option<Result<T, WaitError>> {
    let state = watch.state();
    if let Some(cause) = state.failure() {
        return Some(Err(WaitError::Lost { object: object.clone(), cause: cause.clone() }));
    }
    if !state.is_complete() {
        return None;
    }
    let Some(seen) = state.object(object) else {
        return Some(Err(WaitError::Gone { object: object.clone() }));
    };
    last.clone_from(seen);
    if let Some(found) = condition(seen) {
        return Some(Ok(found));
    }
    let unreadable = seen.unreadable().first()?.clone();
    let unreadable = Box::new(unreadable);
    Some(Err(WaitError::Unreadable { object: object.clone(), unreadable }))
}

#[cfg(test)]
mod tests {
    use vim25::soap::SoapFault;
    use vim25::types::{HostCommunication, InvalidType, NoPermission, SystemError};

    use super::*;
    use crate::call::CallProblem;

    fn lost(fault: Poly<MethodFault>) -> WaitError {
        lost_by("CreateFilter", fault)
    }

    fn lost_by(method: &'static str, fault: Poly<MethodFault>) -> WaitError {
        let detail = Some(fault);
        let problem = CallProblem::Fault(Box::new(SoapFault { detail, ..SoapFault::default() }));
        let object = MoRef::new("PropertyCollector", "propertyCollector");
        let cause = CallError::new(method, object.clone(), "", problem);
        WaitError::Lost { object, cause }
    }

    #[test]
    fn a_server_that_cannot_tell_now_may_tell_later() {
        assert!(lost(Poly::new(SystemError::default())).is_unanswered());
        assert!(lost(Poly::new(HostCommunication::default())).is_unanswered());
        assert!(!lost(Poly::new(NoPermission::default())).is_unanswered());
        assert!(!lost(Poly::new(InvalidType::default())).is_unanswered());
        assert!(!lost(Poly::new(InvalidProperty::default())).is_unanswered());
        let updates = lost_by("WaitForUpdatesEx", Poly::new(SystemError::default()));
        assert!(!updates.is_unanswered(), "these were tried again for minutes");
    }
}
