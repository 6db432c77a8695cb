//! How a question to the REST API failed, and how far it got.

use std::fmt;
use std::sync::Arc;

use crate::call::Hidden;
use crate::delivery::Delivery;
use crate::tls::TrustProblem;
use crate::transport::TransportError;

/// A question that was not answered. `Display` says what was wanted; the reason is its source.
#[derive(Debug, Clone)]
pub struct RestError {
    wanted: String,
    problem: Arc<RestProblem>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RestProblem {
    /// The exchange failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server refused or failed.
    #[error("{kind}{}", shown(.message))]
    Refused {
        /// HTTP status.
        status: u16,
        /// As the API spells it, such as `UNAUTHORIZED`.
        kind: String,
        /// What the server says.
        message: String,
    },
    /// Something answered in a way that this API does not.
    #[error("HTTP status {status} and no answer of the API{}", shown(.text))]
    Http {
        /// HTTP status.
        status: u16,
        /// The beginning of what it said.
        text: String,
    },
    /// The answer is not understood.
    #[error("the answer is not understood")]
    Decode(#[from] serde_json::Error),
    /// The server lists more than is taken.
    #[error("the server lists {found}, more than {limit} are not taken")]
    TooMany {
        /// How many.
        found: usize,
        /// The bound.
        limit: usize,
    },
    /// User and password, which SOAP took, are refused. They were sent once and are not sent again.
    #[error("the user and password are refused there")]
    WrongPassword,
    /// The server has no such API.
    #[error("the server has no REST API")]
    NoApi,
    /// The client was closed.
    #[error("the session was closed")]
    Closed,
}

impl RestProblem {
    /// The same without what was sent in confidence.
    pub(super) fn without(self, hidden: &Hidden) -> Self {
        match self {
            Self::Refused { status, kind, message } => {
                Self::Refused { status, kind, message: hidden.taken_out_of(&message) }
            }
            Self::Http { status, text } => Self::Http { status, text: hidden.taken_out_of(&text) },
            other => other,
        }
    }
}

impl RestError {
    pub(super) fn new(wanted: impl Into<String>, problem: impl Into<RestProblem>) -> Self {
        Self { wanted: wanted.into(), problem: Arc::new(problem.into()) }
    }

    /// The same reason for another question.
    pub(super) fn about(&self, wanted: impl Into<String>) -> Self {
        Self { wanted: wanted.into(), problem: Arc::clone(&self.problem) }
    }

    /// The reason.
    #[must_use]
    pub fn problem(&self) -> &RestProblem {
        &self.problem
    }

    /// How far the request got.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match &*self.problem {
            RestProblem::Transport(error) => error.delivery(),
            RestProblem::Refused { status, .. } | RestProblem::Http { status, .. }
                if *status >= 500 =>
            {
                Delivery::Unknown
            }
            RestProblem::Decode(_) => Delivery::Unknown,
            RestProblem::Refused { .. }
            | RestProblem::Http { .. }
            | RestProblem::TooMany { .. }
            | RestProblem::WrongPassword
            | RestProblem::NoApi => Delivery::Answered,
            RestProblem::Closed => Delivery::NotSent,
        }
    }

    /// Would the same question fail again for the same reason?
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match &*self.problem {
            RestProblem::Transport(error) => error.is_permanent(),
            // 503 passes: the server starts, or has too many sessions.
            RestProblem::Refused { status, .. } | RestProblem::Http { status, .. } => {
                *status != 503
            }
            _ => true,
        }
    }

    /// Whether the session has ended.
    pub(super) fn is_not_authenticated(&self) -> bool {
        matches!(
            &*self.problem,
            RestProblem::Refused { status: 401, .. } | RestProblem::Http { status: 401, .. }
        )
    }

    /// Whether there is nothing at the path.
    pub(super) fn is_not_there(&self) -> bool {
        matches!(
            &*self.problem,
            RestProblem::Refused { status: 404 | 405, .. }
                | RestProblem::Http { status: 404 | 405, .. }
        )
    }

    /// Whether the user lacks a right.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(
            &*self.problem,
            RestProblem::Refused { status: 403, .. } | RestProblem::Http { status: 403, .. }
        )
    }

    /// What an operator can do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match &*self.problem {
            RestProblem::Transport(TransportError::Untrusted { cause, .. }) => {
                return cause
                    .downcast_ref::<TrustProblem>()
                    .map(|problem| problem.hint().to_owned());
            }
            RestProblem::NoApi => {
                "tags are known to vCenter 6.5 and newer only; select by folder, pool, attribute or list instead"
            }
            RestProblem::WrongPassword => {
                "one attempt was made; check that the user may use the vSphere Automation API"
            }
            RestProblem::Refused { status: 503, .. } | RestProblem::Http { status: 503, .. } => {
                "the server is starting, overloaded or out of sessions: try again in some minutes"
            }
            _ if self.is_forbidden() => "give the user a role that may read tags and categories",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for RestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {} over the REST API", self.wanted)
    }
}

impl std::error::Error for RestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.problem)
    }
}

fn shown(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}
