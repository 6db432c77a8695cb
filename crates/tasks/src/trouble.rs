//! Turns failures of the client into [`TaskError`]s: what was attempted, on what, why, what to do.
//!
//! [`Doing`] names the attempt; its `failed` adds the client's error as the cause. Nothing here decides
//! about retries: delivery and a passing cause are only passed on. Only where a wait was lost is the delivery that of
//! the work that was waited for, not that of the last question about it.

use std::error::Error;

use orchestrator::{Delivery, TaskError, limits};
use vim25::types::{
    ConcurrentAccess, InvalidLogin, MethodFault, NoPermission, ResourceInUse, TaskInProgress,
};
use vim25::{DataObject, Poly};
use vsphere::transfer::{FileError, LeaseError};
use vsphere::{
    CallError, ObjectProperties, RestError, VimTaskError, VimWorkError, WaitError, explain_fault,
    find_fault,
};

/// An attempt, for messages.
#[derive(Debug, Clone)]
pub(crate) struct Doing {
    code: &'static str,
    what: String,
    object: String,
}

/// An error of the client.
pub(crate) trait ClientError: Error + Send + Sync + 'static {
    fn reached(&self) -> Delivery;
    fn remedy(&self) -> Option<String>;
    fn typed_fault(&self) -> Option<&Poly<MethodFault>> {
        None
    }
    /// Nobody answers, or tells what is waited for, and somebody may later.
    fn is_unanswered(&self) -> bool {
        false
    }
}

impl Doing {
    /// `what` without the object: "cannot create cluster".
    pub(crate) fn new(code: &'static str, what: &str, object: &str) -> Self {
        Self { code, what: what.to_owned(), object: object.to_owned() }
    }

    /// A failure for reasons of our own.
    pub(crate) fn error(&self) -> TaskError {
        TaskError::new(self.code, self.what.clone(), self.object.clone())
    }

    /// A failure of the client.
    pub(crate) fn failed(&self, error: impl ClientError) -> TaskError {
        let mut failure = self.error().delivery(error.reached());
        if has_fault::<NoPermission>(&error) {
            failure.code = "missing-privilege";
        } else if has_fault::<InvalidLogin>(&error) {
            // The same password is not tried again.
            failure.code = "login-refused";
            failure.delivery = Some(Delivery::Answered);
        }
        failure.hint = error.remedy();
        // Somebody else works on the object; that ends by itself.
        if has_fault::<ConcurrentAccess>(&error) {
            failure = failure.transient();
        }
        // The same, or its host has enough to do.
        if has_fault::<TaskInProgress>(&error) || has_fault::<ResourceInUse>(&error) {
            failure = failure.busy(limits::HOST);
        }
        if is_overloaded(&error) {
            failure = failure.busy(limits::VCENTER);
        }
        if error.is_unanswered() {
            failure = failure.away();
        }
        failure.caused_by(error)
    }
}

/// A failure to read.
pub(crate) fn reading(object: &str) -> Doing {
    Doing::new("read-failed", "cannot read", object)
}

/// Refuses what was read only in part: nothing is decided from properties that the server would not show.
///
/// # Errors
/// When a property of `seen`, called `object`, was refused.
pub(crate) fn check_readable(seen: &ObjectProperties, object: &str) -> Result<(), TaskError> {
    let Some(hidden) = seen.unreadable().first() else { return Ok(()) };
    let what = format!("cannot read `{}` of", hidden.path);
    let words = explain_fault(&hidden.fault);
    let error = Doing::new("unreadable", &what, object).error().delivery(Delivery::Answered);
    Err(error
        .caused_by(words.to_string())
        .hint(words.fix.unwrap_or_else(|| MAKE_READABLE.to_owned())))
}

/// Whether a host, of which `runtime.connectionState` was read, is known to be cut off: then much of it cannot be shown.
pub(crate) fn is_cut_off(host: &ObjectProperties) -> bool {
    host.text("runtime.connectionState").is_some_and(|state| state != "connected")
}

/// What was not shown of an object, in words that follow its name; `None` when all was.
pub(crate) fn unreadable(seen: &ObjectProperties) -> Option<String> {
    let paths = seen.unreadable().iter().map(|one| format!("`{}`", one.path));
    let paths: Vec<String> = paths.collect();
    (!paths.is_empty()).then(|| format!("the server does not show {} of it", paths.join(", ")))
}

/// What helps when something is not shown.
pub(crate) const MAKE_READABLE: &str = "give the user `System.Read` on it";

fn has_fault<F: DataObject>(error: &impl ClientError) -> bool {
    error.typed_fault().is_some_and(|fault| find_fault::<F>(fault).is_some())
}

/// Whether a server on the way said that it has too much to do.
fn is_overloaded(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |cause| (*cause).source());
    causes.any(|cause| cause.downcast_ref::<CallError>().is_some_and(CallError::is_overloaded))
}

fn delivery(delivery: vsphere::Delivery) -> Delivery {
    match delivery {
        vsphere::Delivery::NotSent => Delivery::NotSent,
        vsphere::Delivery::Unknown => Delivery::Unknown,
        vsphere::Delivery::Answered => Delivery::Answered,
    }
}

macro_rules! client_error {
    ($($type:ty),*) => {$(
        impl ClientError for $type {
            fn reached(&self) -> Delivery {
                delivery(self.delivery())
            }

            fn typed_fault(&self) -> Option<&Poly<MethodFault>> {
                self.method_fault()
            }

            fn remedy(&self) -> Option<String> {
                self.hint()
            }

            fn is_unanswered(&self) -> bool {
                <$type>::is_unanswered(self)
            }
        }
    )*};
}

client_error!(CallError, VimTaskError, VimWorkError);

impl ClientError for LeaseError {
    fn reached(&self) -> Delivery {
        delivery(self.delivery())
    }

    fn typed_fault(&self) -> Option<&Poly<MethodFault>> {
        self.method_fault()
    }

    fn remedy(&self) -> Option<String> {
        self.hint()
    }
}

impl ClientError for RestError {
    fn reached(&self) -> Delivery {
        delivery(self.delivery())
    }

    fn remedy(&self) -> Option<String> {
        self.hint()
    }
}

impl ClientError for FileError {
    fn reached(&self) -> Delivery {
        delivery(self.delivery())
    }

    fn remedy(&self) -> Option<String> {
        self.hint()
    }
}

impl ClientError for WaitError {
    fn reached(&self) -> Delivery {
        match self {
            // The server answered, but not what became of the work, which goes on.
            Self::Lost { .. } if self.is_unanswered() => Delivery::Unknown,
            Self::Lost { cause, .. } => delivery(cause.delivery()),
            // What was asked for was answered; it only did not come about.
            Self::Gone { .. } | Self::Deadline { .. } | Self::Unreadable { .. } => {
                Delivery::Answered
            }
        }
    }

    fn typed_fault(&self) -> Option<&Poly<MethodFault>> {
        match self {
            Self::Lost { cause, .. } => cause.method_fault(),
            Self::Unreadable { unreadable, .. } => Some(&unreadable.fault),
            Self::Gone { .. } | Self::Deadline { .. } => None,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Lost { cause, .. } => cause.hint(),
            Self::Deadline { .. } => {
                Some("see in vCenter what it waits for; apply again to go on waiting".to_owned())
            }
            Self::Gone { .. } | Self::Unreadable { .. } => None,
        }
    }

    fn is_unanswered(&self) -> bool {
        WaitError::is_unanswered(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_that_was_too_long_is_not_an_unknown_outcome() {
        let late = WaitError::Deadline {
            object: vim25::MoRef::new("HostSystem", "host-1"),
            within: std::time::Duration::from_secs(5),
            last: Box::default(),
        };
        let error =
            Doing::new("host-agent", "cannot wait for the HA agent of", "esx1").failed(late);
        assert_eq!(error.to_string(), "cannot wait for the HA agent of `esx1`");
        assert_eq!(error.delivery, Some(Delivery::Answered));
        assert!(error.hint.is_some() && error.source().is_some());
    }
}
