//! `Task`, here called vim task: cancelling it. Waiting for one is the reader's affair.

use vim25::methods;

use super::managed_object::managed_object;
use crate::{CallError, Writer};

managed_object! {
    /// A vim task.
    VimTask
}

impl VimTask {
    /// Asks the server to cancel it; it ends some time later.
    ///
    /// # Errors
    /// `NotSupported` when it cannot be cancelled, `InvalidState` when it has ended, `NoPermission`.
    pub async fn cancel(&self, writer: &Writer) -> Result<(), CallError> {
        writer.invoke(&methods::CancelTask { this: self.0.clone(), ..Default::default() }).await
    }
}
