//! Roles and permissions as a client sets and sees them.

use vim25::methods::{
    AddAuthorizationRole, RemoveAuthorizationRole, RemoveEntityPermission,
    RetrieveEntityPermissions, RetrieveRolePermissions, SetEntityPermissions,
    UpdateAuthorizationRole,
};
use vim25::types::{AuthorizationPrivilege, AuthorizationRole, Permission};
use vim25::{MoRef, Str};

use crate::testing::{Rig, fault_type};

/// What common roles of backup, provisioning and storage drivers are made of.
const OF_COMMON_ROLES: &[&str] = &[
    "Datastore.Browse",
    "Datastore.AllocateSpace",
    "Folder.Move",
    "Global.CancelTask",
    "Host.Config.SystemManagement",
    "Host.Local.ReconfigVM",
    "Network.Assign",
    "Resource.HotMigrate",
    "VApp.ApplicationConfig",
    "VirtualMachine.Config.AddNewDisk",
    "VirtualMachine.Config.CPUCount",
    "VirtualMachine.Interact.DeviceConnection",
    "VirtualMachine.Inventory.CreateFromExisting",
    "VirtualMachine.Provisioning.DeployTemplate",
];

/// What services of a vCenter add to that.
const OF_SERVICES: &[&str] = &[
    "Cns.Searchable",
    "ContentLibrary.AddLibraryItem",
    "InventoryService.Tagging.AttachTag",
    "StorageProfile.View",
];

async fn add_role(rig: &Rig, name: &str, ids: &[&str]) -> Result<Vec<String>, String> {
    let this = rig.first("AuthorizationManager");
    let asked = AddAuthorizationRole {
        this: this.clone(),
        name: name.into(),
        priv_ids: ids.iter().map(|id| Str::from(*id)).collect(),
        ..Default::default()
    };
    let id = match rig.call(asked).await {
        Ok(id) => id,
        refused => return Err(fault_type(refused)),
    };
    let roles = rig.fetch(&this, "roleList").await.unwrap();
    let made = roles.objects::<AuthorizationRole>().find(|role| role.role_id == id).unwrap();
    Ok(made.privilege.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn privileges_that_no_method_asks_for_can_be_held_too() {
    let rig = Rig::logged_in("ft-ready").await;
    let asked = [OF_COMMON_ROLES, OF_SERVICES].concat();
    let held = add_role(&rig, "driver", &asked).await.unwrap();
    assert!(asked.iter().all(|id| held.iter().any(|other| other == id)), "{held:?}");
    assert_eq!(held.len(), asked.len() + 3, "with those that every session holds");

    let listed = rig.fetch(&rig.first("AuthorizationManager"), "privilegeList").await.unwrap();
    let listed: Vec<&AuthorizationPrivilege> = listed.objects().collect();
    let one = listed.iter().find(|it| it.priv_id == "VirtualMachine.Config.AddNewDisk").unwrap();
    assert_eq!((&*one.name, &*one.priv_group_name), ("AddNewDisk", "VirtualMachine.Config"));
    let ids: std::collections::BTreeSet<&Str> = listed.iter().map(|it| &it.priv_id).collect();
    assert_eq!(ids.len(), listed.len(), "each is listed once");
    assert!(!ids.iter().any(|id| id.contains(' ')), "each by itself");
    let roles = rig.fetch(&rig.first("AuthorizationManager"), "roleList").await.unwrap();
    let admin = roles.objects::<AuthorizationRole>().find(|role| role.role_id == -1).unwrap();
    assert_eq!(admin.privilege.len(), listed.len());
}

#[tokio::test]
async fn a_host_by_itself_lacks_the_privileges_of_services_of_a_vcenter() {
    let rig = Rig::logged_in("esxi").await;
    assert!(add_role(&rig, "driver", OF_COMMON_ROLES).await.is_ok());
    for id in OF_SERVICES {
        assert_eq!(add_role(&rig, "other", &[id]).await, Err("InvalidArgument".to_owned()), "{id}");
    }
}

async fn held(rig: &Rig, entity: &MoRef, inherited: bool) -> Vec<(String, i32)> {
    let asked = RetrieveEntityPermissions {
        this: rig.first("AuthorizationManager"),
        entity: entity.clone(),
        inherited,
        ..Default::default()
    };
    let found = rig.call(asked).await.unwrap();
    found.into_iter().map(|it| (it.principal.to_string(), it.role_id)).collect()
}

#[tokio::test]
async fn roles_are_made_changed_held_and_removed() {
    let rig = Rig::logged_in("ft-ready").await;
    let (this, vm) = (rig.first("AuthorizationManager"), rig.first("VirtualMachine"));
    let add = |name: &str, privilege: &str| AddAuthorizationRole {
        this: this.clone(),
        name: name.into(),
        priv_ids: vec![privilege.into()],
        ..Default::default()
    };
    let id = rig.call(add("operator", "VirtualMachine.Interact.PowerOn")).await.unwrap();
    assert!(id > 0);
    assert_eq!(fault_type(rig.call(add("operator", "System.View")).await), "AlreadyExists");
    assert_eq!(fault_type(rig.call(add("other", "No.Such")).await), "InvalidArgument");
    let update = |role_id| UpdateAuthorizationRole {
        this: this.clone(),
        role_id,
        new_name: "operators".into(),
        priv_ids: vec!["VirtualMachine.Interact.PowerOff".into()],
        ..Default::default()
    };
    rig.call(update(id)).await.unwrap();
    assert_eq!(fault_type(rig.call(update(-2)).await), "AlreadyExists");
    let roles = rig.fetch(&this, "roleList").await.unwrap();
    let made = roles.objects::<AuthorizationRole>().find(|role| role.role_id == id).unwrap();
    assert_eq!((made.name.as_str(), made.system), ("operators", false));
    let wanted = "System.Anonymous System.Read System.View VirtualMachine.Interact.PowerOff";
    assert_eq!(made.privilege.iter().map(Str::as_str).collect::<Vec<_>>().join(" "), wanted);

    let set = |role_id| SetEntityPermissions {
        this: this.clone(),
        entity: vm.clone(),
        permission: vec![Permission {
            principal: "LAB\\ops".into(),
            group: true,
            role_id,
            ..Default::default()
        }],
        ..Default::default()
    };
    assert_eq!(fault_type(rig.call(set(4711)).await), "NotFound");
    rig.call(set(-2)).await.unwrap();
    rig.call(set(id)).await.unwrap();
    assert_eq!(held(&rig, &vm, false).await, [("LAB\\ops".to_owned(), id)]);
    let of_role = RetrieveRolePermissions { this: this.clone(), role_id: id, ..Default::default() };
    assert_eq!(rig.call(of_role).await.unwrap()[0].entity, Some(vm.clone()));
    let gone = |fail_if_used| RemoveAuthorizationRole {
        this: this.clone(),
        role_id: id,
        fail_if_used,
        ..Default::default()
    };
    assert_eq!(fault_type(rig.call(gone(true)).await), "RemoveFailed");
    rig.call(gone(false)).await.unwrap();
    assert_eq!(held(&rig, &vm, false).await, []);
    assert_eq!(fault_type(rig.call(gone(false)).await), "NotFound");
}

#[tokio::test]
async fn permissions_come_from_above_and_the_nearest_counts() {
    let rig = Rig::logged_in("ft-ready").await;
    let (this, vm, root) =
        (rig.first("AuthorizationManager"), rig.first("VirtualMachine"), rig.root());
    let accounts = held(&rig, &root, false).await;
    assert!(!accounts.is_empty());
    assert_eq!(held(&rig, &vm, false).await, []);
    assert_eq!(held(&rig, &vm, true).await, accounts);
    let set = |entity: &MoRef, role_id, propagate| SetEntityPermissions {
        this: this.clone(),
        entity: entity.clone(),
        permission: vec![Permission {
            principal: "ops".into(),
            role_id,
            propagate,
            ..Default::default()
        }],
        ..Default::default()
    };
    let datacenter = rig.first("Datacenter");
    rig.call(set(&datacenter, -1, false)).await.unwrap();
    assert_eq!(held(&rig, &vm, true).await, accounts, "it does not propagate");
    rig.call(set(&datacenter, -1, true)).await.unwrap();
    assert!(held(&rig, &vm, true).await.contains(&("ops".to_owned(), -1)));
    rig.call(set(&vm, -5, true)).await.unwrap();
    let both = held(&rig, &vm, true).await;
    let of_ops: Vec<_> = both.iter().filter(|(principal, _)| principal == "ops").collect();
    assert_eq!(of_ops, [&("ops".to_owned(), -5)]);
    let remove = RemoveEntityPermission {
        this,
        entity: vm.clone(),
        user: "ops".into(),
        is_group: false,
        ..Default::default()
    };
    rig.call(remove.clone()).await.unwrap();
    assert_eq!(fault_type(rig.call(remove).await), "NotFound");
}
