//! Why an exchange failed, and whether the server may have got the request.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::delivery::Delivery;

/// The source of a transport failure.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Which wait was too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutPhase {
    /// The head of the answer did not come.
    FirstByte,
    /// The body stopped coming.
    Idle,
    /// The whole exchange took too long.
    Total,
    /// A file on its way up was not taken.
    Upload,
}

impl fmt::Display for TimeoutPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstByte => "no answer began",
            Self::Idle => "the answer stopped coming",
            Self::Total => "the answer was not complete",
            Self::Upload => "no more of the file was taken",
        })
    }
}

/// A failed exchange.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection: name not found, refused, no route. Trying again can help.
    #[error("cannot connect to `{server}`")]
    Unreachable {
        /// `host:port`.
        server: String,
        /// What the system said.
        #[source]
        cause: Cause,
    },
    /// The connection was not established in time. Trying again can help.
    #[error("cannot connect to `{server}` within {} s", .within.as_secs_f32())]
    ConnectTimeout {
        /// `host:port`.
        server: String,
        /// The bound.
        within: Duration,
    },
    /// The server could not prove who it is; nothing was sent. Trying again does not help.
    #[error("cannot trust the certificate of `{server}`")]
    Untrusted {
        /// `host:port`.
        server: String,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
    /// The TLS handshake failed for another reason than trust. Trying again does not help.
    #[error("cannot agree on TLS with `{server}`")]
    Handshake {
        /// `host:port`.
        server: String,
        /// What is wrong.
        #[source]
        cause: Cause,
    },
    /// The server was too slow.
    #[error("`{server}` was too slow: {phase} within {} s", .within.as_secs_f32())]
    Timeout {
        /// `host:port`.
        server: String,
        /// Which wait.
        phase: TimeoutPhase,
        /// The bound.
        within: Duration,
    },
    /// The connection broke, or what came was not HTTP.
    #[error("the connection to `{server}` broke before the answer was complete")]
    Broken {
        /// `host:port`.
        server: String,
        /// What the system said.
        #[source]
        cause: Cause,
    },
    /// What should be sent could not be read to its end, so the server has an incomplete request. Trying
    /// again does not help.
    #[error("cannot read what is sent to `{server}`")]
    Source {
        /// `host:port`.
        server: String,
        /// What its source said.
        #[source]
        cause: io::Error,
    },
    /// The answer is larger than allowed. Trying again does not help.
    #[error("the answer of `{server}` is larger than {limit} bytes")]
    TooLarge {
        /// `host:port`.
        server: String,
        /// The bound.
        limit: usize,
    },
    /// The transport itself cannot be built, or the request is malformed.
    #[error("cannot set up the connection to `{server}`")]
    Setup {
        /// `host:port`.
        server: String,
        /// What is wrong.
        #[source]
        cause: Cause,
    },
}

impl TransportError {
    /// How far the request got.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Unreachable { .. }
            | Self::ConnectTimeout { .. }
            | Self::Untrusted { .. }
            | Self::Handshake { .. }
            | Self::Setup { .. } => Delivery::NotSent,
            Self::Timeout { .. }
            | Self::Broken { .. }
            | Self::Source { .. }
            | Self::TooLarge { .. } => Delivery::Unknown,
        }
    }

    /// Would the same exchange fail again for the same reason?
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        matches!(
            self,
            Self::Untrusted { .. }
                | Self::Handshake { .. }
                | Self::Source { .. }
                | Self::TooLarge { .. }
                | Self::Setup { .. }
        )
    }
}
