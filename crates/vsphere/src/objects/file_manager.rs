//! `FileManager`: folders and files on datastores.

use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Writer};

managed_object! {
    /// The server's files.
    FileManager
}

impl FileManager {
    /// Makes a folder such as `[shared1] iso/tools`, and those above it. `datacenter` may be left out on
    /// an ESXi host.
    ///
    /// # Errors
    /// `FileAlreadyExists`, `InvalidDatastorePath`, `CannotCreateFile`.
    pub async fn make_directory(
        &self,
        writer: &Writer,
        path: &str,
        datacenter: Option<MoRef>,
    ) -> Result<(), CallError> {
        let call = methods::MakeDirectory {
            this: self.0.clone(),
            name: path.into(),
            datacenter,
            create_parent_directories: Some(true),
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Starts deleting a file or folder.
    ///
    /// # Errors
    /// When the call is refused; most refusals come from the task.
    pub async fn issue_delete(
        &self,
        writer: &Writer,
        path: &str,
        datacenter: Option<MoRef>,
    ) -> Result<MoRef, CallError> {
        let (this, name) = (self.0.clone(), path.into());
        let call =
            methods::DeleteDatastoreFileTask { this, name, datacenter, ..Default::default() };
        writer.invoke(&call).await
    }
}
