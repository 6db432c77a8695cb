//! `SessionManager`: the present session and those of others. Logging in and out is the client's own affair.

use vim25::methods;
use vim25::types::UserSession;

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

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

    /// The sessions of everybody. Most accounts may not see them: that needs `Sessions.TerminateSession`.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_sessions(&self, reader: &Reader) -> Result<Vec<UserSession>, CallError> {
        let seen = reader.retrieve(&self.0, &["sessionList"]).await?;
        Ok(seen.objects::<UserSession>("sessionList").cloned().collect())
    }

    /// Ends a session of somebody else: what it still sends is refused from then on.
    ///
    /// # Errors
    /// `NotFound` when it has ended, `NoPermission`.
    pub async fn terminate(&self, writer: &Writer, key: &str) -> Result<(), CallError> {
        let (this, session_id) = (self.0.clone(), vec![key.into()]);
        writer.invoke(&methods::TerminateSession { this, session_id, ..Default::default() }).await
    }
}
