//! Why a file was not sent or read.

use super::DestinationError;
use crate::delivery::Delivery;
use crate::tls::TrustProblem;
use crate::transport::{HttpResponse, TransportError};

/// A failed transfer of one file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// We do not go where the server sends us.
    #[error("cannot send `{file}` where the server says")]
    Address {
        /// The file.
        file: String,
        /// Why not.
        #[source]
        cause: DestinationError,
    },
    /// It did not get there whole.
    #[error("cannot send `{file}`")]
    Send {
        /// The file.
        file: String,
        /// Why.
        #[source]
        cause: TransportError,
    },
    /// It did not come.
    #[error("cannot read `{file}`")]
    Fetch {
        /// The file.
        file: String,
        /// Why.
        #[source]
        cause: TransportError,
    },
    /// The server does not want it, or does not have it.
    #[error("`{server}` answered {status} about `{file}`{}", shown(.text))]
    Refused {
        /// The file.
        file: String,
        /// `host:port`.
        server: String,
        /// HTTP status.
        status: u16,
        /// The beginning of what it said.
        text: String,
    },
    /// It is larger than allowed.
    #[error("`{file}` is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: String,
        /// The bound.
        limit: u64,
    },
}

impl FileError {
    /// The answer, if it is one of success.
    pub(super) fn check(
        file: &str,
        server: &str,
        response: HttpResponse,
    ) -> Result<HttpResponse, Self> {
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        Err(Self::Refused {
            file: file.to_owned(),
            server: server.to_owned(),
            status: response.status,
            text: response.beginning(),
        })
    }

    /// How far it got. An incomplete file may be there.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Address { .. } => Delivery::NotSent,
            Self::Send { cause, .. } | Self::Fetch { cause, .. } => cause.delivery(),
            Self::Refused { status, .. } if *status >= 500 => Delivery::Unknown,
            Self::Refused { .. } | Self::TooLarge { .. } => Delivery::Answered,
        }
    }

    /// Whether it was what should be sent that failed, such as a wrong digest, and not the sending.
    #[must_use]
    pub fn source_failure(&self) -> Option<&std::io::Error> {
        match self {
            Self::Send { cause: TransportError::Source { cause, .. }, .. } => Some(cause),
            _ => None,
        }
    }

    /// What an operator can do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Send { cause, .. }
            | Self::Fetch { cause, .. }
            | Self::Address { cause: DestinationError::Transport(cause), .. } => {
                transport_hint(cause)
            }
            Self::Address { cause: DestinationError::Stranger(_), .. } => Some(
                "connect by the name under which the server knows itself, or check who answered"
                    .to_owned(),
            ),
            Self::Refused { status: 401 | 403, .. } => {
                Some("check that the user may browse and change files on the datastore".to_owned())
            }
            Self::Refused { status: 507, .. } => Some("free space on the datastore".to_owned()),
            _ => None,
        }
    }
}

fn transport_hint(cause: &TransportError) -> Option<String> {
    match cause {
        TransportError::Untrusted { cause, .. } => {
            cause.downcast_ref::<TrustProblem>().map(|problem| problem.hint().to_owned())
        }
        TransportError::Unreachable { .. } | TransportError::ConnectTimeout { .. } => Some(
            "files go to the host itself: let this machine reach it by name on port 443".to_owned(),
        ),
        _ => None,
    }
}

fn shown(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}
