//! The side of the client that can change things.

use std::ops::Deref;

use vim25::Method;

use crate::call::CallError;
use crate::reader::Reader;
use crate::session::CallOptions;

/// Sends any call to one server, and reads like a [`Reader`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Writer {
    reader: Reader,
}

impl Writer {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader }
    }

    /// The reading side alone.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Sends any call. One that changes something is sent again only when it certainly did not arrive.
    ///
    /// # Errors
    /// When the call fails; [`CallError::delivery`] says whether the server may have carried it out.
    pub async fn invoke<M: Method>(&self, call: &M) -> Result<M::Output, CallError> {
        self.reader.session().invoke(call, CallOptions::default()).await
    }
}

impl Deref for Writer {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}
