//! `SessionManager`: the present session. Logging in and out is the client's own affair.

use vim25::types::UserSession;

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The session manager of a server.
    SessionManager
}

impl SessionManager {
    /// The session of this client.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_current_session(
        &self,
        reader: &Reader,
    ) -> Result<Option<UserSession>, CallError> {
        let seen = reader.retrieve(&self.0, &["currentSession"]).await?;
        Ok(seen.object::<UserSession>("currentSession").cloned())
    }
}
