//! `HostDatastoreBrowser`: looks into folders of a datastore.

use vim25::types::{FileQueryFlags, HostDatastoreBrowserSearchSpec};
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The browser of a datastore.
    HostDatastoreBrowser
}

impl HostDatastoreBrowser {
    /// Starts listing what fits `pattern` in a folder such as `[shared1] iso`, with sizes. The task's result
    /// is a `HostDatastoreBrowserSearchResults`; it fails with `FileNotFound` where there is no such folder.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_search(
        &self,
        reader: &Reader,
        folder: &str,
        pattern: &str,
    ) -> Result<MoRef, CallError> {
        let details = FileQueryFlags {
            file_type: true,
            file_size: true,
            modification: true,
            file_owner: false,
            ..Default::default()
        };
        let spec = HostDatastoreBrowserSearchSpec {
            details: Some(Box::new(details)),
            match_pattern: vec![pattern.into()],
            ..Default::default()
        };
        let call = methods::SearchDatastoreTask {
            this: self.0.clone(),
            datastore_path: folder.into(),
            search_spec: Some(Box::new(spec)),
            ..Default::default()
        };
        reader.invoke(&call).await
    }
}
