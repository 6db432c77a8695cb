//! Pools, folders and attributes that clients make, and VMs that come and go between them.

use vim25::enums::SharesLevel;
use vim25::methods::{
    AddCustomFieldDef, CreateFolder, CreateResourcePool, DestroyChildren, DestroyTask,
    MoveIntoFolderTask, MoveIntoResourcePool, PowerOffVMTask, RegisterVMTask, RemoveCustomFieldDef,
    RenameCustomFieldDef, RenameTask, SetCustomValue, SetField, UnregisterVM, UpdateConfig,
};
use vim25::types::{
    CustomFieldDef, CustomFieldStringValue, ResourceAllocationInfo, ResourceConfigSpec, SharesInfo,
};
use vim25::{MoRef, Str};

use crate::behaviour::resource_pool::ResourcePool;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::testing::fault_type;

use super::scene::{Scene, failure};

fn allocation(reservation: i64, level: SharesLevel) -> ResourceAllocationInfo {
    ResourceAllocationInfo {
        reservation: Some(reservation),
        shares: Some(Box::new(SharesInfo { level, ..Default::default() })),
        ..Default::default()
    }
}

fn spec(reservation: i64) -> ResourceConfigSpec {
    ResourceConfigSpec {
        cpu_allocation: allocation(reservation, SharesLevel::High),
        memory_allocation: allocation(0, SharesLevel::Low),
        ..Default::default()
    }
}

fn root(scene: &Scene) -> MoRef {
    scene.get::<VirtualMachine>(&scene.vm("vm1")).pool.unwrap()
}

async fn new_pool(scene: &Scene, parent: &MoRef, name: &str) -> Result<MoRef, String> {
    let asked = CreateResourcePool {
        this: parent.clone(),
        name: name.into(),
        spec: spec(500),
        ..Default::default()
    };
    scene.rig.call(asked).await.map_err(|fault| fault_type::<MoRef>(Err(fault)))
}

#[tokio::test]
async fn pools_are_made_changed_filled_and_dissolved() {
    let scene = Scene::of("ft-ready").await;
    let (root, vm) = (root(&scene), scene.vm("vm1"));
    let outer = new_pool(&scene, &root, "outer").await.unwrap();
    let inner = new_pool(&scene, &outer, "inner").await.unwrap();
    assert_eq!(new_pool(&scene, &root, "outer").await, Err("DuplicateName".to_owned()));
    let pool: ResourcePool = scene.get(&inner);
    assert_eq!(pool.cpu.shares.as_ref().unwrap().shares, 8000);
    assert_eq!(pool.memory.shares.as_ref().unwrap().shares, 2000);
    assert_eq!((pool.cpu.reservation, pool.cpu.limit), (Some(500), Some(-1)));
    let asked = UpdateConfig {
        this: inner.clone(),
        name: Some("renamed".into()),
        config: Some(Box::new(spec(700))),
        ..Default::default()
    };
    scene.rig.call(asked).await.unwrap();
    let pool: ResourcePool = scene.get(&inner);
    assert_eq!((pool.entity.name.as_str(), pool.cpu.reservation), ("renamed", Some(700)));
    let rename = |this: &MoRef| RenameTask {
        this: this.clone(),
        new_name: "again".into(),
        ..Default::default()
    };
    scene.run(rename(&inner)).await.unwrap();
    assert_eq!(scene.get::<ResourcePool>(&inner).entity.name, "again");
    assert_eq!(failure(scene.run(rename(&root)).await), "NotSupported");
    let into = |to: &MoRef, list: &MoRef| MoveIntoResourcePool {
        this: to.clone(),
        list: vec![list.clone()],
        ..Default::default()
    };
    scene.rig.call(into(&inner, &vm)).await.unwrap();
    assert_eq!(scene.get::<VirtualMachine>(&vm).pool, Some(inner.clone()));
    let fault = scene.rig.call(into(&inner, &outer)).await;
    assert_eq!(fault_type(fault), "NotSupported");
    let asked = DestroyTask { this: inner.clone(), ..Default::default() };
    scene.run(asked).await.unwrap();
    assert_eq!(scene.get::<VirtualMachine>(&vm).pool, Some(outer.clone()));
    scene.rig.call(DestroyChildren { this: root.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(scene.get::<VirtualMachine>(&vm).pool, Some(root.clone()));
    assert_eq!(scene.dangling(), Vec::<String>::new());
    let asked = DestroyTask { this: root, ..Default::default() };
    assert_eq!(failure(scene.run(asked).await), "NotSupported");
}

#[tokio::test]
async fn vms_and_folders_move_where_they_fit_and_nowhere_else() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let home = scene.get::<VirtualMachine>(&vm).entity.parent.unwrap();
    let make = |name: &str, this: &MoRef| CreateFolder {
        this: this.clone(),
        name: name.into(),
        ..Default::default()
    };
    let outer = scene.rig.call(make("outer", &home)).await.unwrap();
    let inner = scene.rig.call(make("inner", &outer)).await.unwrap();
    let into = |to: &MoRef, what: &MoRef| MoveIntoFolderTask {
        this: to.clone(),
        list: vec![what.clone()],
        ..Default::default()
    };
    scene.run(into(&inner, &vm)).await.unwrap();
    assert_eq!(scene.get::<VirtualMachine>(&vm).entity.parent, Some(inner.clone()));
    assert_eq!(failure(scene.run(into(&inner, &outer)).await), "NotSupported");
    assert_eq!(failure(scene.run(into(&outer, &home)).await), "NotSupported");
    let host = scene.host("esx1.lab.local");
    assert_eq!(failure(scene.run(into(&outer, &host)).await), "NotSupported");
    scene.run(into(&home, &inner)).await.unwrap();
    let same = scene.rig.call(make("inner", &outer)).await.unwrap();
    assert_eq!(failure(scene.run(into(&home, &same)).await), "DuplicateName");
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

/// Defines an attribute; its key.
async fn define(scene: &Scene, name: &str, kind: Option<&str>) -> Result<i32, String> {
    let asked = AddCustomFieldDef {
        this: scene.rig.first("CustomFieldsManager"),
        name: name.into(),
        mo_type: kind.map(Str::from),
        ..Default::default()
    };
    let made = scene.rig.call(asked).await.map(|field| field.key);
    made.map_err(|fault| fault_type::<i32>(Err(fault)))
}

#[tokio::test]
async fn attributes_are_defined_for_a_kind_set_renamed_and_removed() {
    let scene = Scene::of("ft-ready").await;
    let (vm, host) = (scene.vm("vm1"), scene.host("esx1.lab.local"));
    let manager = scene.rig.first("CustomFieldsManager");
    let tier = define(&scene, "tier", Some("VirtualMachine")).await.unwrap();
    let owner = define(&scene, "owner", None).await.unwrap();
    assert_eq!(define(&scene, "tier", None).await, Err("DuplicateName".to_owned()));
    let set = |entity: &MoRef, key: i32, value: &str| SetField {
        this: manager.clone(),
        entity: entity.clone(),
        key,
        value: value.into(),
        ..Default::default()
    };
    scene.rig.call(set(&vm, tier, "silver")).await.unwrap();
    scene.rig.call(set(&vm, tier, "gold")).await.unwrap();
    scene.rig.call(set(&host, owner, "ops")).await.unwrap();
    for (entity, key) in [(&host, tier), (&vm, 4711)] {
        let fault = scene.rig.call(set(entity, key, "x")).await;
        assert_eq!(fault_type(fault), "InvalidArgument");
    }
    let by_name = SetCustomValue {
        this: vm.clone(),
        key: "owner".into(),
        value: "me".into(),
        ..Default::default()
    };
    scene.rig.call(by_name).await.unwrap();
    let values = async |entity: &MoRef, property: &str| {
        let found = scene.rig.fetch(entity, property).await.unwrap();
        let all = found.objects::<CustomFieldStringValue>();
        all.map(|value| (value.key, value.value.to_string())).collect::<Vec<_>>()
    };
    let wanted = vec![(tier, "gold".to_owned()), (owner, "me".to_owned())];
    for property in ["customValue", "value", "summary.customValue"] {
        assert_eq!(values(&vm, property).await, wanted, "{property}");
    }
    let available = scene.rig.fetch(&host, "availableField").await.unwrap();
    let names: Vec<_> = available.objects::<CustomFieldDef>().map(|it| it.name.clone()).collect();
    assert_eq!(names, ["owner"]);
    let rename = |name: &str| RenameCustomFieldDef {
        this: manager.clone(),
        key: owner,
        name: name.into(),
        ..Default::default()
    };
    scene.rig.call(rename("contact")).await.unwrap();
    let fault = scene.rig.call(rename("tier")).await;
    assert_eq!(fault_type(fault), "DuplicateName");
    let gone = RemoveCustomFieldDef { this: manager.clone(), key: owner, ..Default::default() };
    scene.rig.call(gone.clone()).await.unwrap();
    assert_eq!(values(&host, "customValue").await, []);
    assert_eq!(values(&vm, "customValue").await, wanted[..1]);
    let fault = scene.rig.call(gone).await;
    assert_eq!(fault_type(fault), "InvalidArgument");
}

#[tokio::test]
async fn an_unregistered_vm_keeps_its_files_and_comes_back_as_it_was() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    let before: VirtualMachine = scene.get(&vm);
    let datastore = before.home.clone();
    let free = async || scene.rig.fetch(&datastore, "summary.freeSpace").await.unwrap().as_i64();
    let room = free().await;
    let back = |path: &str, name: Option<&str>| RegisterVMTask {
        this: before.entity.parent.clone().unwrap(),
        path: path.into(),
        name: name.map(Str::from),
        pool: before.pool.clone(),
        ..Default::default()
    };
    assert_eq!(failure(scene.run(back(&before.vmx, None)).await), "AlreadyExists");
    scene.rig.call(UnregisterVM { this: vm.clone(), ..Default::default() }).await.unwrap();
    assert!(!scene.snapshot().contains(&vm));
    assert_eq!(free().await, room, "the files still take their room");
    assert_eq!(failure(scene.run(back("[shared1] no/no.vmx", None)).await), "NotFound");
    assert_eq!(failure(scene.run(back(&before.vmx, Some("vm2"))).await), "DuplicateName");
    let made = scene.run(back(&before.vmx, Some("again"))).await.unwrap().unwrap();
    let after: VirtualMachine = scene.get(made.as_moref().unwrap());
    assert_eq!((after.entity.name.as_str(), after.uuid), ("again", before.uuid.clone()));
    assert_eq!((after.vmx, after.devices.len()), (before.vmx.clone(), before.devices.len()));
    assert_eq!(free().await, room);
    assert_eq!(scene.dangling(), Vec::<String>::new());
}
