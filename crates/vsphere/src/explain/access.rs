//! Faults about who may do what.

use vim25::DataObject;
use vim25::types as t;

use super::Words;

pub(super) fn words(fault: &dyn DataObject) -> Option<Words> {
    if fault.as_type::<t::PasswordExpired>().is_some() {
        return Some(Words::new("the password has expired", "set a new password for this user"));
    }
    if fault.as_type::<t::InvalidLogin>().is_some() {
        return Some(Words::new(
            "wrong user name or password",
            "check the credentials; they were tried once, so no account is locked out",
        ));
    }
    if fault.as_type::<t::NotAuthenticated>().is_some() {
        return Some(Words::new("the session has ended", "run again to log in again"));
    }
    if let Some(fault) = fault.as_type::<t::NoPermission>() {
        return Some(no_permission(fault));
    }
    if fault.as_type::<t::RestrictedVersion>().is_some() {
        return Some(Words::new(
            "the licence of this host does not allow changes through the API",
            "assign a paid or evaluation licence to the host",
        ));
    }
    None
}

fn no_permission(fault: &t::NoPermission) -> Words {
    let mut missing: Vec<String> = fault
        .missing_privileges
        .iter()
        .flat_map(|entry| {
            entry.privilege_ids.iter().map(move |id| format!("`{id}` on `{}`", entry.entity))
        })
        .collect();
    if missing.is_empty() {
        let privilege = super::named(fault.privilege_id.as_deref(), "a privilege it did not name");
        missing.push(match &fault.object {
            Some(object) => format!("{privilege} on `{object}`"),
            None => privilege,
        });
    }
    let missing = missing.join(", ");
    Words::new(format!("the user lacks {missing}"), format!("give the user a role with {missing}"))
}
