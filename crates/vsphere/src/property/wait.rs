//! Waiting for a condition on one object.

use std::time::Duration;

use vim25::MoRef;

use super::{ObjectProperties, Unreadable, Watch, objects_spec};
use crate::call::CallError;
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
    /// Does nobody answer, so that waiting can go on once somebody does?
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        matches!(self, Self::Lost { cause, .. } if cause.is_unanswered())
    }
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
fn look<T>(
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
