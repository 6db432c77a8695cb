//! What is known about a failed call: did the server get it?
//!
//! [`Delivery`] decides what may be sent again. The rule itself is in `retry.rs`.

use std::fmt;

/// How far a failed call got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The server has not seen it.
    NotSent,
    /// The server may have carried it out; only looking can tell.
    Unknown,
    /// The server answered, so its outcome is known.
    Answered,
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Unknown => "outcome unknown",
            Self::Answered => "answered",
        })
    }
}
