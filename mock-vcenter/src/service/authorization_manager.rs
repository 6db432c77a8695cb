//! `AuthorizationManager`: roles, and who may do what.
//!
//! Privileges are held on the whole inventory: an account has them everywhere or nowhere.

use std::collections::BTreeSet;

use vim25::methods::{
    FetchUserPrivilegeOnEntities, HasPrivilegeOnEntities, HasPrivilegeOnEntity,
    HasUserPrivilegeOnEntities, RetrieveEntityPermissions,
};
use vim25::types::{
    AuthorizationDescription, AuthorizationPrivilege, AuthorizationRole, Description,
    ElementDescription, EntityPrivilege, Permission, PrivilegeAvailability, UserPrivilegeResult,
};
use vim25::{MoRef, Poly, Str, Value, registry};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::session::Privileges;
use crate::store::{At, ManagedObject, Property};

/// The authorization manager; accounts are the server's, not its own.
#[derive(Clone)]
pub struct AuthorizationManager;

impl ManagedObject for AuthorizationManager {
    fn kind(&self) -> &'static str {
        "AuthorizationManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "roleList" => Property::of(Value::objects_of("AuthorizationRole", roles())),
            "privilegeList" => {
                let privileges = all_privileges().into_iter().map(privilege);
                Property::of(Value::objects_of("AuthorizationPrivilege", privileges))
            }
            "description" => Property::object(description()),
            _ => None,
        }
    }
}

/// Every privilege that some method of the schema asks for.
fn all_privileges() -> Vec<Str> {
    let named = registry::methods().iter().filter_map(|method| method.privilege);
    let mut names: Vec<Str> = named.map(Str::from).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A privilege is called by its group and its own name: `VirtualMachine.Interact.PowerOn`.
fn split(id: &str) -> (&str, &str) {
    id.rsplit_once('.').unwrap_or(("", id))
}

fn privilege(id: Str) -> AuthorizationPrivilege {
    let (group, name) = split(&id);
    AuthorizationPrivilege {
        name: name.into(),
        priv_group_name: group.into(),
        priv_id: id,
        on_parent: false,
        ..Default::default()
    }
}

fn description() -> AuthorizationDescription {
    let told = |key: &str| {
        let mut told = ElementDescription::default();
        told.key = key.into();
        told.label = key.into();
        told.summary = key.into();
        Poly::new(told)
    };
    let privileges = all_privileges();
    let groups: BTreeSet<&str> = privileges.iter().map(|id| split(id).0).collect();
    AuthorizationDescription {
        privilege: privileges.iter().map(|id| told(id)).collect(),
        privilege_group: groups.into_iter().map(told).collect(),
        ..Default::default()
    }
}

fn roles() -> Vec<AuthorizationRole> {
    let system = ["System.Anonymous", "System.Read", "System.View"].map(Str::from);
    let role = |role_id, name: &str, label: &str, privilege: Vec<Str>| {
        let mut info = Description::default();
        info.label = label.into();
        info.summary = label.into();
        AuthorizationRole {
            role_id,
            system: true,
            name: name.into(),
            info: Poly::new(info),
            privilege,
            ..Default::default()
        }
    };
    vec![
        role(-1, "Admin", "Administrator", all_privileges()),
        role(-2, "ReadOnly", "Read-only", system.to_vec()),
        role(-3, "View", "View", vec![system[0].clone(), system[2].clone()]),
        role(-4, "Anonymous", "Anonymous", vec![system[0].clone()]),
        role(-5, "NoAccess", "No access", Vec::new()),
    ]
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<HasPrivilegeOnEntities>(|call, asked| {
        let of = session_privileges(call, &asked.session_id)?;
        Ok(asked.entity.iter().map(|entity| availability(&of, entity, &asked.priv_id)).collect())
    });
    dispatch.add::<HasPrivilegeOnEntity>(|call, asked| {
        let of = session_privileges(call, &asked.session_id)?;
        Ok(asked.priv_id.iter().map(|privilege| of.contains(privilege)).collect())
    });
    dispatch.add::<HasUserPrivilegeOnEntities>(|call, asked| {
        let of = user_privileges(call, &asked.user_name)?;
        Ok(asked.entities.iter().map(|entity| availability(&of, entity, &asked.priv_id)).collect())
    });
    dispatch.add::<FetchUserPrivilegeOnEntities>(fetch);
    dispatch.add::<RetrieveEntityPermissions>(|call, asked| Ok(permissions(call, &asked.entity)));
}

fn session_privileges(call: &Call, session: &str) -> Result<Privileges, Fault> {
    let sessions = call.core().sessions.list();
    let found = sessions.iter().find(|(key, _)| key == session);
    let (_, user) = found.ok_or_else(|| Fault::invalid_argument("sessionId"))?;
    user_privileges(call, user)
}

fn user_privileges(call: &Call, user: &str) -> Result<Privileges, Fault> {
    let account = call.core().accounts.iter().find(|account| account.name == user);
    let account = account.ok_or_else(|| Fault::invalid_argument("userName"))?;
    Ok(account.privileges.clone())
}

fn availability(of: &Privileges, entity: &MoRef, privileges: &[Str]) -> EntityPrivilege {
    let one = |privilege: &Str| PrivilegeAvailability {
        priv_id: privilege.clone(),
        is_granted: of.contains(privilege),
        ..Default::default()
    };
    EntityPrivilege {
        entity: entity.clone(),
        priv_availability: privileges.iter().map(one).collect(),
        ..Default::default()
    }
}

fn fetch(
    call: &Call,
    asked: FetchUserPrivilegeOnEntities,
) -> Result<Vec<UserPrivilegeResult>, Fault> {
    let of = user_privileges(call, &asked.user_name)?;
    let mut held = all_privileges();
    held.retain(|privilege| of.contains(privilege));
    if let Privileges::Only(named) = &of {
        held.extend(named.iter().map(|name| Str::from(name.as_str())));
        held.sort_unstable();
        held.dedup();
    }
    let results = asked.entities.into_iter().map(|entity| UserPrivilegeResult {
        entity,
        privileges: held.clone(),
        ..Default::default()
    });
    Ok(results.collect())
}

fn permissions(call: &Call, entity: &MoRef) -> Vec<Permission> {
    let accounts = call.core().accounts.iter().map(|account| Permission {
        entity: Some(entity.clone()),
        principal: account.name.clone(),
        role_id: if account.privileges == Privileges::All { -1 } else { -2 },
        propagate: true,
        ..Default::default()
    });
    accounts.collect()
}
