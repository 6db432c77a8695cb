//! `AuthorizationManager`: roles, and who may do what.
//!
//! Roles and permissions that clients set are kept and told. What an account may do is a setting of the server and
//! holds for the whole inventory: permissions do not change it.

mod catalogue;
mod object;
mod permissions;
mod privileges;
mod roles;
#[cfg(test)]
mod tests;

pub use object::AuthorizationManager;

use crate::dispatch::Dispatch;

pub(super) fn register(dispatch: &mut Dispatch) {
    permissions::register(dispatch);
    privileges::register(dispatch);
    roles::register(dispatch);
}
