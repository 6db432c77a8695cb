//! `AuthorizationManager`: which privileges a user has where.

use vim25::types::UserPrivilegeResult;
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The authorization manager of a server.
    AuthorizationManager
}

impl AuthorizationManager {
    /// The privileges of `user` on each of `entities`. Needs vCenter 6.7 or newer.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_privileges(
        &self,
        reader: &Reader,
        entities: Vec<MoRef>,
        user: &str,
    ) -> Result<Vec<UserPrivilegeResult>, CallError> {
        let (this, user_name) = (self.0.clone(), user.into());
        let call = methods::FetchUserPrivilegeOnEntities {
            this,
            entities,
            user_name,
            ..Default::default()
        };
        reader.invoke(&call).await
    }
}
