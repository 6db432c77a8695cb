//! Permissions: who holds which role on what, as clients set it and ask for it.

use vim25::MoRef;
use vim25::methods::{
    RemoveEntityPermission, ResetEntityPermissions, RetrieveAllPermissions,
    RetrieveEntityPermissions, RetrieveRolePermissions, SetEntityPermissions,
};
use vim25::types::{NotFound, Permission};

use crate::core::Core;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{ancestors, root_folder_id};
use crate::session::Privileges;
use crate::store::{Snapshot, Transaction};

use super::object::AuthorizationManager;
use super::roles::no_role;

/// Role `Admin`.
const ADMIN: i32 = -1;
/// Role `ReadOnly`.
const READ_ONLY: i32 = -2;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<RetrieveEntityPermissions>(|call, asked| {
        let snapshot = call.snapshot();
        if !snapshot.contains(&asked.entity) {
            return Err(Fault::object_not_found(&asked.entity));
        }
        Ok(on_entity(call, &snapshot, &asked.entity, asked.inherited))
    });
    dispatch.add::<RetrieveAllPermissions>(|call, _| Ok(all(call, &call.snapshot())));
    dispatch.add::<RetrieveRolePermissions>(|call, asked| {
        let snapshot = call.snapshot();
        let manager = snapshot.get::<AuthorizationManager>(call.this());
        let knows = |role_id| manager.is_some_and(|it| it.has_role(role_id));
        if !knows(asked.role_id) {
            return Err(no_role(asked.role_id));
        }
        let mut found = all(call, &snapshot);
        found.retain(|permission| permission.role_id == asked.role_id);
        Ok(found)
    });
    dispatch.add::<SetEntityPermissions>(|call, asked| {
        call.commit(|tx| set(tx, call.this(), &asked.entity, asked.permission))
    });
    dispatch.add::<ResetEntityPermissions>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<AuthorizationManager>(call.this())?;
            manager.permissions.retain(|it| it.entity.as_ref() != Some(&asked.entity));
            set(tx, call.this(), &asked.entity, asked.permission)
        })
    });
    dispatch.add::<RemoveEntityPermission>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<AuthorizationManager>(call.this())?;
            let before = manager.permissions.len();
            manager.permissions.retain(|it| {
                it.entity.as_ref() != Some(&asked.entity)
                    || it.principal != asked.user
                    || it.group != asked.is_group
            });
            if manager.permissions.len() == before {
                return Err(Fault::new(NotFound::default(), "There is no such permission."));
            }
            Ok(())
        })
    });
}

/// The accounts of the server hold their roles on everything.
fn of_accounts(core: &Core) -> impl Iterator<Item = Permission> {
    let root = root_folder_id(&core.product);
    core.accounts.iter().map(move |account| Permission {
        entity: Some(root.clone()),
        principal: account.name.clone(),
        role_id: if account.privileges == Privileges::All { ADMIN } else { READ_ONLY },
        propagate: true,
        ..Default::default()
    })
}

fn all(call: &Call, snapshot: &Snapshot) -> Vec<Permission> {
    let manager = snapshot.get::<AuthorizationManager>(call.this());
    let set = manager.into_iter().flat_map(|manager| manager.permissions.iter().cloned());
    of_accounts(call.core()).chain(set).collect()
}

/// What is set on an entity; with `inherited` also what comes from above, where nearer counts before farther.
fn on_entity(call: &Call, snapshot: &Snapshot, entity: &MoRef, inherited: bool) -> Vec<Permission> {
    let all = all(call, snapshot);
    let of = |place: &MoRef| {
        let place = Some(place.clone());
        all.iter().filter(move |permission| permission.entity == place)
    };
    let mut found: Vec<Permission> = of(entity).cloned().collect();
    if inherited {
        for above in ancestors(snapshot, entity) {
            for permission in of(&above).filter(|permission| permission.propagate) {
                let is_it = |it: &Permission| {
                    it.principal == permission.principal && it.group == permission.group
                };
                if !found.iter().any(is_it) {
                    found.push(permission.clone());
                }
            }
        }
    }
    found
}

/// Gives each principal its role on an entity, instead of the one it held there.
fn set(
    tx: &mut Transaction<'_>,
    manager: &MoRef,
    entity: &MoRef,
    permissions: Vec<Permission>,
) -> Result<(), Fault> {
    if !tx.view().contains(entity) {
        return Err(Fault::object_not_found(entity));
    }
    let manager = tx.edit::<AuthorizationManager>(manager)?;
    for asked in permissions {
        if !manager.has_role(asked.role_id) {
            return Err(no_role(asked.role_id));
        }
        if asked.principal.is_empty() {
            return Err(Fault::invalid_argument("permission.principal"));
        }
        manager.permissions.retain(|it| {
            it.entity.as_ref() != Some(entity)
                || it.principal != asked.principal
                || it.group != asked.group
        });
        manager.permissions.push(Permission { entity: Some(entity.clone()), ..asked });
    }
    Ok(())
}
