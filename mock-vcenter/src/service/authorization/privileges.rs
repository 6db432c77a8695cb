//! Privileges: which there are, and which an account has.

use std::collections::BTreeSet;

use vim25::methods::{
    FetchUserPrivilegeOnEntities, HasPrivilegeOnEntities, HasPrivilegeOnEntity,
    HasUserPrivilegeOnEntities,
};
use vim25::types::{
    AuthorizationDescription, AuthorizationPrivilege, ElementDescription, EntityPrivilege,
    PrivilegeAvailability, UserPrivilegeResult,
};
use vim25::{MoRef, Poly, Str, registry};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::Role;
use crate::session::Privileges;

use super::catalogue::beside_methods;

/// What every session holds, and therefore every role includes.
pub(super) const SYSTEM: [&str; 3] = ["System.Anonymous", "System.Read", "System.View"];

/// Every privilege of a server: those that methods of the schema ask for, and the others.
pub(super) fn all_privileges(role: Role) -> Vec<Str> {
    let named = registry::methods().iter().filter_map(|method| method.privilege);
    // Some methods ask for several.
    let named = named.flat_map(str::split_whitespace).chain(SYSTEM).map(Str::from);
    let mut names: Vec<Str> = named.chain(beside_methods(role)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A privilege is called by its group and its own name: `VirtualMachine.Interact.PowerOn`.
fn split(id: &str) -> (&str, &str) {
    id.rsplit_once('.').unwrap_or(("", id))
}

pub(super) fn privilege(id: Str) -> AuthorizationPrivilege {
    let (group, name) = split(&id);
    AuthorizationPrivilege {
        name: name.into(),
        priv_group_name: group.into(),
        priv_id: id,
        on_parent: false,
        ..Default::default()
    }
}

pub(super) fn description(role: Role) -> AuthorizationDescription {
    let told = |key: &str| {
        let mut told = ElementDescription::default();
        told.key = key.into();
        told.label = key.into();
        told.summary = key.into();
        Poly::new(told)
    };
    let privileges = all_privileges(role);
    let groups: BTreeSet<&str> = privileges.iter().map(|id| split(id).0).collect();
    AuthorizationDescription {
        privilege: privileges.iter().map(|id| told(id)).collect(),
        privilege_group: groups.into_iter().map(told).collect(),
        ..Default::default()
    }
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
    let mut held = all_privileges(call.core().product.role());
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
