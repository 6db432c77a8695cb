//! One disturbance: [`Rule`].

use serde::{Deserialize, Serialize};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Kind {
    /// The call fails with a fault and does nothing.
    Fault {
        /// Type of the fault.
        fault: String,
        /// Its message.
        #[serde(default)]
        message: Option<String>,
    },
    /// The call is answered later, on the mock's clock.
    Delay {
        /// By so many milliseconds.
        millis: u64,
    },
    /// The call is done, and its answer lost with the connection.
    DropResponse,
    /// The connection is closed and the call not done.
    Cut,
    /// All sessions end before the call is looked at.
    ExpireSessions,
    /// The connection is closed in the middle of an upload.
    CutUpload {
        /// After so many bytes.
        after_bytes: u64,
    },
    /// An upload fails half-way, and the lease that it belongs to.
    FailUpload {
        /// After so many bytes.
        after_bytes: u64,
        /// Type of the fault that the lease shows.
        fault: String,
    },
    /// HTTP 503 with a page for people.
    Unavailable,
}

/// A disturbance and the calls it strikes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// What happens.
    #[serde(flatten)]
    pub kind: Kind,
    /// Only calls of this method. Requests for files are called by verb and first part of the path, such as
    /// `PUT /folder` or `POST /nfc`; messages in JSON-RPC by their operation, such as
    /// `POST /api com.vmware.cis.tagging.tag.list`.
    #[serde(default)]
    pub method: Option<String>,
    /// Only calls on objects of this managed type.
    #[serde(default, rename = "type")]
    pub managed: Option<String>,
    /// Only calls on the object with this id.
    #[serde(default)]
    pub object: Option<String>,
    /// Only the so-manieth call that fits, counted from 1.
    #[serde(default)]
    pub nth: Option<u64>,
    /// Only with this chance, 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// At most so often.
    #[serde(default)]
    pub times: Option<u64>,
    /// Only once the mock has run for so many milliseconds of its time.
    #[serde(default)]
    pub after_millis: Option<u64>,
    /// Only until it has run for so many.
    #[serde(default)]
    pub until_millis: Option<u64>,
}

impl Rule {
    /// A disturbance of every call.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            method: None,
            managed: None,
            object: None,
            nth: None,
            probability: None,
            times: None,
            after_millis: None,
            until_millis: None,
        }
    }

    /// Strikes calls of this method only.
    #[must_use]
    pub fn on(self, method: &str) -> Self {
        Self { method: Some(method.to_owned()), ..self }
    }

    /// Strikes the so-manieth of these calls only, counted from 1.
    #[must_use]
    pub fn nth(self, nth: u64) -> Self {
        Self { nth: Some(nth), ..self }
    }

    /// Strikes at most so often.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }
}
