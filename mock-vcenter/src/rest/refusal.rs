//! Why a request is refused, in the words of the API.

use hyper::StatusCode;
use serde_json::{Value as Json, json};

use super::dialect::Dialect;

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    kind: Kind,
    message: String,
}

/// The kinds of refusals that are made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AlreadyExists,
    AlreadyInDesiredState,
    Error,
    InternalServerError,
    InvalidArgument,
    NotAllowedInCurrentState,
    NotFound,
    OperationNotFound,
    Unauthenticated,
    Unauthorized,
    Unsupported,
}

impl Kind {
    /// As the older API writes it; the newer one in capitals.
    fn name(self) -> &'static str {
        match self {
            Self::AlreadyExists => "already_exists",
            Self::AlreadyInDesiredState => "already_in_desired_state",
            Self::Error => "error",
            Self::InternalServerError => "internal_server_error",
            Self::InvalidArgument => "invalid_argument",
            Self::NotAllowedInCurrentState => "not_allowed_in_current_state",
            Self::NotFound => "not_found",
            Self::OperationNotFound => "operation_not_found",
            Self::Unauthenticated => "unauthenticated",
            Self::Unauthorized => "unauthorized",
            Self::Unsupported => "unsupported",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::AlreadyExists
            | Self::AlreadyInDesiredState
            | Self::InvalidArgument
            | Self::NotAllowedInCurrentState
            | Self::Unsupported => StatusCode::BAD_REQUEST,
            Self::Error | Self::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotFound | Self::OperationNotFound => StatusCode::NOT_FOUND,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Unauthorized => StatusCode::FORBIDDEN,
        }
    }
}

impl Refusal {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn not_found(what: &str, id: &str) -> Self {
        Self::new(Kind::NotFound, format!("The {what} with identifier {id} does not exist."))
    }

    pub(super) fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "Authentication required.")
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidArgument, message)
    }

    pub(super) fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// Its name among the errors of the API, in the older way to write them.
    pub(super) fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// What went wrong, in words.
    pub(super) fn message(&self) -> Json {
        json!({
            "id": format!("com.vmware.vapi.std.errors.{}", self.kind.name()),
            "default_message": self.message,
            "args": [],
        })
    }

    pub(super) fn body(&self, dialect: Dialect) -> Json {
        let name = self.kind.name();
        let message = self.message();
        match dialect {
            Dialect::Api => json!({
                "error_type": name.to_uppercase(),
                "messages": [message],
            }),
            Dialect::Rest => json!({
                "type": format!("com.vmware.vapi.std.errors.{name}"),
                "value": { "error_type": name.to_uppercase(), "messages": [message] },
            }),
        }
    }
}
