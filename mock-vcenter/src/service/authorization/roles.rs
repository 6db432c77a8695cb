//! Roles: those of the system, and those that clients make.

use vim25::Poly;
use vim25::Str;
use vim25::methods::{AddAuthorizationRole, RemoveAuthorizationRole, UpdateAuthorizationRole};
use vim25::types::{AlreadyExists, AuthorizationRole, Description, NotFound, RemoveFailed};

use crate::dispatch::Dispatch;
use crate::fault::Fault;
use crate::product::Role;

use super::object::AuthorizationManager;
use super::privileges::{SYSTEM, all_privileges};

/// The roles that every server has.
pub(super) fn system_roles(of: Role) -> Vec<AuthorizationRole> {
    let system = SYSTEM.map(Str::from);
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
        role(-1, "Admin", "Administrator", all_privileges(of)),
        role(-2, "ReadOnly", "Read-only", system.to_vec()),
        role(-3, "View", "View", vec![system[0].clone(), system[2].clone()]),
        role(-4, "Anonymous", "Anonymous", vec![system[0].clone()]),
        role(-5, "NoAccess", "No access", Vec::new()),
    ]
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<AddAuthorizationRole>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<AuthorizationManager>(call.this())?;
            check_name(manager, &asked.name, None)?;
            let privilege = privileges(call.core().product.role(), asked.priv_ids)?;
            let role_id =
                manager.roles.iter().map(|role| role.role_id).max().unwrap_or(0).max(0) + 1;
            manager.roles.push(role(role_id, &asked.name, privilege));
            Ok(role_id)
        })
    });
    dispatch.add::<UpdateAuthorizationRole>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<AuthorizationManager>(call.this())?;
            check_name(manager, &asked.new_name, Some(asked.role_id))?;
            let place = own(manager, asked.role_id)?;
            let privilege = privileges(call.core().product.role(), asked.priv_ids)?;
            manager.roles[place] = role(asked.role_id, &asked.new_name, privilege);
            Ok(())
        })
    });
    dispatch.add::<RemoveAuthorizationRole>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<AuthorizationManager>(call.this())?;
            let place = own(manager, asked.role_id)?;
            let is_held = |role_id: i32| role_id == asked.role_id;
            if asked.fail_if_used && manager.permissions.iter().any(|it| is_held(it.role_id)) {
                let text = "The role is held by somebody.";
                return Err(Fault::new(RemoveFailed::default(), text));
            }
            manager.roles.remove(place);
            manager.permissions.retain(|it| !is_held(it.role_id));
            Ok(())
        })
    });
}

fn role(role_id: i32, name: &Str, privilege: Vec<Str>) -> AuthorizationRole {
    let mut info = Description::default();
    info.label.clone_from(name);
    info.summary.clone_from(name);
    AuthorizationRole {
        role_id,
        system: false,
        name: name.clone(),
        info: Poly::new(info),
        privilege,
        ..Default::default()
    }
}

/// The privileges of a role, each once; all of them must exist.
fn privileges(of: Role, mut asked: Vec<Str>) -> Result<Vec<Str>, Fault> {
    let known = all_privileges(of);
    if !asked.iter().all(|id| known.contains(id)) {
        return Err(Fault::invalid_argument("privIds"));
    }
    asked.extend(SYSTEM.map(Str::from));
    asked.sort_unstable();
    asked.dedup();
    Ok(asked)
}

fn check_name(manager: &AuthorizationManager, name: &Str, own: Option<i32>) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(Fault::invalid_argument("name"));
    }
    let taken = |role: &AuthorizationRole| role.name == *name && Some(role.role_id) != own;
    if manager.roles.iter().any(taken) {
        let detail = AlreadyExists { name: Some(name.clone()), ..Default::default() };
        return Err(Fault::new(detail, format!("The role '{name}' exists.")));
    }
    Ok(())
}

/// The place of a role that can be changed.
fn own(manager: &AuthorizationManager, role_id: i32) -> Result<usize, Fault> {
    let place = manager.roles.iter().position(|role| role.role_id == role_id);
    let place = place.ok_or_else(|| no_role(role_id))?;
    if manager.roles[place].system {
        return Err(Fault::invalid_argument("roleId"));
    }
    Ok(place)
}

pub(super) fn no_role(role_id: i32) -> Fault {
    Fault::new(NotFound::default(), format!("There is no role {role_id}."))
}
