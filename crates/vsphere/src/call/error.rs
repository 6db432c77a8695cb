//! How a call failed, and how far it got.

use std::fmt;

use vim25::soap::{DecodeError, SoapFault};
use vim25::types::{
    InvalidRequest, MethodFault, MethodNotFound, NotAuthenticated, NotImplemented, NotSupported,
};
use vim25::{DataObject, MoRef, Poly};

use super::find_fault;
use crate::delivery::Delivery;
use crate::explain::{Explanation, explain_fault};
use crate::tls::TrustProblem;
use crate::transport::TransportError;

const UNRESOLVED: &str = "Unable to resolve WSDL method name";

/// A failed call. `Display` names the method and the object; the reason is its source.
#[derive(Debug, Clone)]
pub struct CallError {
    parts: std::sync::Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    method: &'static str,
    object: MoRef,
    operation_id: String,
    problem: CallProblem,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum CallProblem {
    /// The exchange failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server refused or failed.
    #[error("{}", fault_text(.0))]
    Fault(Box<SoapFault>),
    /// Something answered that is no vSphere server, or a proxy in front of one.
    #[error("HTTP status {status} and no vSphere answer{}", shown_text(.text))]
    Http {
        /// HTTP status.
        status: u16,
        /// The beginning of what it said.
        text: String,
    },
    /// The answer is not understood.
    #[error("the answer is not understood")]
    Decode(#[from] DecodeError),
    /// The server speaks an older version of the API.
    #[error("the server speaks API {spoken}, this needs {needed}")]
    TooOld {
        /// The negotiated version.
        spoken: &'static str,
        /// The version that added the method.
        needed: &'static str,
    },
    /// The session has ended here.
    #[error("the session was closed")]
    Closed,
    /// The server took the session away and did not give a new one.
    #[error("the session ended and logging in again failed")]
    Relogin(#[source] Box<CallError>),
}

impl CallError {
    pub(crate) fn new(
        method: &'static str,
        object: MoRef,
        operation_id: impl Into<String>,
        problem: impl Into<CallProblem>,
    ) -> Self {
        let parts =
            Parts { method, object, operation_id: operation_id.into(), problem: problem.into() };
        Self { parts: std::sync::Arc::new(parts) }
    }

    /// Wire name of the method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.parts.method
    }

    /// The object it was called on.
    #[must_use]
    pub fn object(&self) -> &MoRef {
        &self.parts.object
    }

    /// The id under which the server's logs hold the call.
    #[must_use]
    pub fn operation_id(&self) -> &str {
        &self.parts.operation_id
    }

    /// The reason.
    #[must_use]
    pub fn problem(&self) -> &CallProblem {
        &self.parts.problem
    }

    /// How far the call got.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match &self.parts.problem {
            CallProblem::Transport(error) => error.delivery(),
            CallProblem::Fault(_) => Delivery::Answered,
            // A gateway in front of the server may have passed the call on before it gave up.
            CallProblem::Http { status, .. } if *status >= 500 => Delivery::Unknown,
            CallProblem::Http { .. } => Delivery::Answered,
            CallProblem::Decode(_) => Delivery::Unknown,
            CallProblem::TooOld { .. } | CallProblem::Closed | CallProblem::Relogin(_) => {
                Delivery::NotSent
            }
        }
    }

    /// Would the same call fail again for the same reason, whatever its effect?
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match &self.parts.problem {
            CallProblem::Transport(error) => error.is_permanent(),
            CallProblem::Http { status, .. } => *status < 500,
            CallProblem::Fault(_)
            | CallProblem::Decode(_)
            | CallProblem::TooOld { .. }
            | CallProblem::Closed
            | CallProblem::Relogin(_) => true,
        }
    }

    /// Does nobody answer, so that the same call can go well once somebody does?
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        match &self.parts.problem {
            CallProblem::Transport(error) => !error.is_permanent(),
            CallProblem::Http { status, .. } => *status >= 500,
            CallProblem::Relogin(cause) => cause.is_unanswered(),
            CallProblem::Fault(_)
            | CallProblem::Decode(_)
            | CallProblem::TooOld { .. }
            | CallProblem::Closed => false,
        }
    }

    /// Did the server, or a proxy in front of it, say that it has too much to do?
    #[must_use]
    pub fn is_overloaded(&self) -> bool {
        matches!(&self.parts.problem, CallProblem::Http { status: 429 | 503, .. })
    }

    /// The typed fault, if the server answered with one.
    #[must_use]
    pub fn method_fault(&self) -> Option<&Poly<MethodFault>> {
        match &self.parts.problem {
            CallProblem::Fault(fault) => fault.detail.as_ref(),
            _ => None,
        }
    }

    /// The fault of type `F`, or one that extends it, wherever it is nested.
    #[must_use]
    pub fn fault<F: DataObject>(&self) -> Option<&F> {
        find_fault(self.method_fault()?)
    }

    /// Does the server not have this method, at all or for this object?
    #[must_use]
    pub fn is_unserved(&self) -> bool {
        matches!(self.parts.problem, CallProblem::TooOld { .. })
            || self.fault::<MethodNotFound>().is_some()
            || self.fault::<NotImplemented>().is_some()
            || self.fault::<NotSupported>().is_some()
            || self.is_unresolved()
    }

    /// What vCenter answers to a method that its version of the API does not have: no fault of its own, but these words,
    /// which are not translated.
    fn is_unresolved(&self) -> bool {
        let CallProblem::Fault(fault) = &self.parts.problem else { return false };
        self.fault::<InvalidRequest>().is_some() && fault.message.contains(UNRESOLVED)
    }

    /// Has the server's session ended, or is the session not enough for this call?
    #[must_use]
    pub fn is_not_authenticated(&self) -> bool {
        self.method_fault().is_some_and(|fault| fault.downcast_ref::<NotAuthenticated>().is_some())
    }

    /// Cause and remedy in words, if the server answered with a typed fault.
    #[must_use]
    pub fn explanation(&self) -> Option<Explanation> {
        self.method_fault().map(explain_fault)
    }

    /// What an operator can do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.parts.problem {
            CallProblem::Transport(TransportError::Untrusted { cause, .. }) => {
                cause.downcast_ref::<TrustProblem>().map(|problem| problem.hint().to_owned())
            }
            CallProblem::Transport(
                TransportError::Unreachable { .. } | TransportError::ConnectTimeout { .. },
            ) => Some("check the address, the port, and that the server is up".to_owned()),
            CallProblem::Http { status, .. } if *status >= 500 => Some(
                "the server is starting, overloaded or out of sessions: try again in some minutes"
                    .to_owned(),
            ),
            CallProblem::Http { .. } => {
                Some("check that the address is that of a vCenter or an ESXi host".to_owned())
            }
            CallProblem::Relogin(cause) => cause.hint(),
            CallProblem::Fault(_) => self.explanation().and_then(|words| words.fix),
            _ => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot call `{}` on `{}`", self.parts.method, self.parts.object)
    }
}

impl std::error::Error for CallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.parts.problem)
    }
}

fn fault_text(fault: &SoapFault) -> String {
    match &fault.detail {
        Some(detail) => explain_fault(detail).with_message(&fault.message),
        None => format!("{} ({})", fault.message, fault.code),
    }
}

fn shown_text(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}
