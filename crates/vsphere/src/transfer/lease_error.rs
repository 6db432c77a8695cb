//! Why an import did not come about.

use vim25::types::{LocalizedMethodFault, MethodFault, Timedout};
use vim25::{DataObject, Poly};

use super::FileError;
use crate::call::{CallError, find_fault};
use crate::delivery::Delivery;
use crate::explain::explain_fault;
use crate::property::WaitError;

/// A failed import.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// The server refused the call that begins or ends it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The server gave up.
    #[error("the server gave the import up: {}", words(.0))]
    Failed(Box<LocalizedMethodFault>),
    /// The server had heard nothing of us for longer than the lease lasts, as it says itself.
    #[error("the import's lease expired, since the server heard nothing from here for too long")]
    Expired(Box<LocalizedMethodFault>),
    /// It was never ready, or cannot be followed.
    #[error("cannot follow the import")]
    Wait(#[from] WaitError),
    /// The lease ended, or its server was out of reach for longer than it lasts.
    #[error("the server ended the import's lease")]
    Lost(#[source] CallError),
    /// Somebody else completed or aborted it.
    #[error("the import ended while files were sent")]
    Ended,
    /// The lease names no URL for a file.
    #[error("the server named no address to send `{file}` to")]
    NoUrl {
        /// The file.
        file: String,
    },
    /// A file did not get there.
    #[error(transparent)]
    File(#[from] FileError),
}

impl LeaseError {
    /// What a lease that ended with this fault ended of.
    pub(super) fn ended_with(fault: LocalizedMethodFault) -> Self {
        let fault = Box::new(fault);
        match fault.fault.as_object().as_type::<Timedout>() {
            Some(_) => Self::Expired(fault),
            None => Self::Failed(fault),
        }
    }

    /// How far it got.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Call(cause) | Self::Lost(cause) => cause.delivery(),
            Self::Failed(_) | Self::Expired(_) | Self::Ended | Self::NoUrl { .. } => {
                Delivery::Answered
            }
            Self::Wait(WaitError::Lost { cause, .. }) => cause.delivery(),
            Self::Wait(_) => Delivery::Unknown,
            Self::File(cause) => cause.delivery(),
        }
    }

    /// The fault that it ended with.
    #[must_use]
    pub fn method_fault(&self) -> Option<&Poly<MethodFault>> {
        match self {
            Self::Call(cause) | Self::Lost(cause) => cause.method_fault(),
            Self::Failed(fault) | Self::Expired(fault) => Some(&fault.fault),
            Self::Wait(WaitError::Lost { cause, .. }) => cause.method_fault(),
            _ => None,
        }
    }

    /// The fault of type `F`, or one that extends it, wherever it is nested.
    #[must_use]
    pub fn fault<F: DataObject>(&self) -> Option<&F> {
        find_fault(self.method_fault()?)
    }

    /// What an operator can do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Call(cause) => cause.hint(),
            Self::Lost(_) | Self::Expired(_) => Some(
                "apply again; if it happens again, see why this machine or the host is so slow"
                    .to_owned(),
            ),
            Self::Failed(fault) => explain_fault(&fault.fault).fix,
            Self::File(cause) => cause.hint(),
            Self::Wait(_) | Self::Ended | Self::NoUrl { .. } => None,
        }
    }
}

fn words(fault: &LocalizedMethodFault) -> String {
    let message = fault.localized_message.as_deref().unwrap_or_default();
    explain_fault(&fault.fault).with_message(message)
}
