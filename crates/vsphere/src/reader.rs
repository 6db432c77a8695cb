//! The side of the client that can only look.
//!
//! [`Reader`] sends nothing but methods that change nothing: its `invoke` takes a
//! [`ReadOnly`] call, and that trait is sealed. It has no way to a [`Writer`](crate::Writer).
//!
//! ```compile_fail,E0277
//! async fn look_but_do_not_touch(reader: &vsphere::Reader) {
//!     let call = vim25::methods::CreateClusterEx::default();
//!     let _ = reader.invoke(&call).await; // the trait `ReadOnly` is not implemented
//! }
//! ```
//!
//! ```
//! async fn look(reader: &vsphere::Reader) {
//!     let call = vim25::methods::CurrentTime::default();
//!     let _ = reader.invoke(&call).await;
//! }
//! ```

use std::fmt;
use std::sync::Arc;

use vim25::Version;
use vim25::types::{AboutInfo, ServiceContent};

use crate::call::CallError;
use crate::clock::Clock;
use crate::effect::ReadOnly;
use crate::endpoint::SdkUrl;
use crate::property::Updates;
use crate::session::{CallOptions, Session};
use crate::transfer::Around;
use crate::vim_task::PercentBoard;

/// What readers and writers of one client share.
pub(crate) struct Shared {
    pub(crate) session: Arc<Session>,
    pub(crate) updates: Arc<Updates>,
    pub(crate) percents: PercentBoard,
    pub(crate) around: Around,
}

/// Reads from one server. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
}

impl Reader {
    /// Sends a call that changes nothing.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn invoke<M: ReadOnly>(&self, call: &M) -> Result<M::Output, CallError> {
        self.session().invoke(call, CallOptions::default()).await
    }

    /// The server's managers and root.
    #[must_use]
    pub fn content(&self) -> &ServiceContent {
        &self.session().content
    }

    /// What the server is.
    #[must_use]
    pub fn about(&self) -> &AboutInfo {
        &self.content().about
    }

    /// Is this a vCenter (and not an ESXi host)?
    #[must_use]
    pub fn is_vcenter(&self) -> bool {
        self.about().api_type == "VirtualCenter"
    }

    /// The version of the API that is spoken.
    #[must_use]
    pub fn version(&self) -> Version {
        self.session().version
    }

    /// The server's address.
    #[must_use]
    pub fn url(&self) -> &SdkUrl {
        &self.session().wire.url
    }

    /// The clock that this client goes by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.session().wire.clock
    }

    pub(crate) fn session(&self) -> &Session {
        &self.shared.session
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({})", self.url())
    }
}
