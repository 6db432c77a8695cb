//! The managed object `AuthorizationManager`.

use vim25::Value;
use vim25::types::{AuthorizationRole, Permission};

use crate::product::Role;
use crate::store::{At, ManagedObject, Property};

use super::privileges::{all_privileges, description, privilege};
use super::roles::system_roles;

/// Roles and permissions; accounts are the server's, not its own.
#[derive(Clone)]
pub struct AuthorizationManager {
    role: Role,
    pub(super) roles: Vec<AuthorizationRole>,
    /// What clients have set, each with its entity.
    pub(super) permissions: Vec<Permission>,
}

impl AuthorizationManager {
    /// That of a server of this kind, on which nobody has set anything.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self { role, roles: system_roles(role), permissions: Vec::new() }
    }

    pub(super) fn has_role(&self, role_id: i32) -> bool {
        self.roles.iter().any(|role| role.role_id == role_id)
    }
}

impl ManagedObject for AuthorizationManager {
    fn kind(&self) -> &'static str {
        "AuthorizationManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "roleList" => {
                let roles = self.roles.iter().cloned();
                Property::of(Value::objects_of("AuthorizationRole", roles))
            }
            "privilegeList" => {
                let privileges = all_privileges(self.role).into_iter().map(privilege);
                Property::of(Value::objects_of("AuthorizationPrivilege", privileges))
            }
            "description" => Property::object(description(self.role)),
            _ => None,
        }
    }
}
