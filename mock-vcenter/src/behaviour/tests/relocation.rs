//! VMs that change their host, pool, folder and datastores, and folders that go with their VMs.

use vim25::MoRef;
use vim25::methods::{
    CloneVMTask, CreateFolder, CreateResourcePool, DestroyTask, FindByInventoryPath, MigrateVMTask,
    PowerOffVMTask, RegisterVMTask, RelocateVMTask, UnregisterAndDestroyTask,
};
use vim25::types::{
    VirtualMachineCloneSpec, VirtualMachineRelocateSpec, VirtualMachineRelocateSpecDiskLocator,
};

use crate::behaviour::virtual_machine::{VirtualMachine, datastores, disks, file_of};
use crate::inventory::Folder;
use crate::storage::DatastorePath;

use super::scene::{Ended, Scene, failure};

fn vm(scene: &Scene, name: &str) -> VirtualMachine {
    scene.get(&scene.vm(name))
}

async fn relocate(scene: &Scene, name: &str, spec: VirtualMachineRelocateSpec) -> Ended {
    let this = scene.vm(name);
    scene.run(RelocateVMTask { this, spec, ..Default::default() }).await
}

/// Another datastore than that of the VM, which its host reaches.
fn other_datastore(scene: &Scene, name: &str) -> MoRef {
    let snapshot = scene.snapshot();
    let home = vm(scene, name).home;
    snapshot.of_kind("Datastore").iter().find(|store| **store != home).unwrap().clone()
}

async fn new_folder(scene: &Scene, name: &str) -> MoRef {
    let this = vm(scene, "vm1").entity.parent.unwrap();
    let asked = CreateFolder { this, name: name.into(), ..Default::default() };
    scene.rig.call(asked).await.unwrap()
}

async fn new_pool(scene: &Scene) -> MoRef {
    let this = vm(scene, "vm1").pool.unwrap();
    let asked = CreateResourcePool { this, name: "p".into(), ..Default::default() };
    scene.rig.call(asked).await.unwrap()
}

#[tokio::test]
async fn host_pool_and_folder_change_together_or_alone() {
    let scene = Scene::of("ft-ready").await;
    let (pool, folder) = (new_pool(&scene).await, new_folder(&scene, "f").await);
    let before = vm(&scene, "vm1").host.unwrap();
    let hosts = scene.snapshot().of_kind("HostSystem").to_vec();
    let other = hosts.into_iter().find(|host| *host != before).unwrap();
    let spec = VirtualMachineRelocateSpec {
        host: Some(other.clone()),
        pool: Some(pool.clone()),
        folder: Some(folder.clone()),
        ..Default::default()
    };
    relocate(&scene, "vm1", spec).await.unwrap();
    let moved = vm(&scene, "vm1");
    assert_eq!(
        (moved.host, moved.pool, moved.entity.parent),
        (Some(other), Some(pool.clone()), Some(folder))
    );
    let alone = VirtualMachineRelocateSpec { pool: Some(pool.clone()), ..Default::default() };
    relocate(&scene, "vm2", alone).await.unwrap();
    assert_eq!(vm(&scene, "vm2").pool, Some(pool.clone()));
    let (this, pool) = (scene.vm("vm3"), Some(pool));
    let migrate = MigrateVMTask { this, pool: pool.clone(), ..Default::default() };
    scene.run(migrate).await.unwrap();
    assert_eq!(vm(&scene, "vm3").pool, pool);
    let gone = Some(MoRef::new("Folder", "group-v0"));
    let gone = VirtualMachineRelocateSpec { folder: gone, ..Default::default() };
    let asked = RelocateVMTask { this: scene.vm("vm1"), spec: gone, ..Default::default() };
    let fault = crate::testing::fault_type(scene.rig.call(asked).await);
    assert_eq!(fault, "ManagedObjectNotFound");
}

#[tokio::test]
async fn files_move_to_another_datastore_and_stay_on_their_own() {
    let scene = Scene::of("ft-ready").await;
    let before = vm(&scene, "vm1");
    let own = VirtualMachineRelocateSpec {
        datastore: Some(before.home.clone()),
        host: before.host.clone(),
        ..Default::default()
    };
    relocate(&scene, "vm1", own).await.unwrap();
    assert_eq!(vm(&scene, "vm1").vmx, before.vmx, "where it is already");
    let store = other_datastore(&scene, "vm1");
    let name = scene.rig.fetch(&store, "name").await.unwrap();
    let name = name.as_str().unwrap().to_owned();
    let spec = VirtualMachineRelocateSpec { datastore: Some(store.clone()), ..Default::default() };
    relocate(&scene, "vm1", spec.clone()).await.unwrap();
    let moved = vm(&scene, "vm1");
    assert_eq!(moved.vmx, format!("[{name}] vm1/vm1.vmx"));
    assert_eq!((datastores(&moved), &moved.home), (vec![store.clone()], &store));
    let file = file_of(disks(&moved.devices).next().unwrap()).unwrap().to_string();
    assert!(file.starts_with(&format!("[{name}] vm1/")), "{file}");
    assert_eq!(scene.dangling(), Vec::<String>::new());
    scene.turn_on(&scene.vm("vm2")).await.unwrap();
    assert_eq!(failure(relocate(&scene, "vm2", spec).await), "NotSupported", "a pair stays");
}

#[tokio::test]
async fn what_lies_in_the_directory_of_a_vm_goes_along() {
    let scene = Scene::of("ft-ready").await;
    let (folder, pool) = (new_folder(&scene, "f").await, vm(&scene, "vm1").pool);
    let location = VirtualMachineRelocateSpec { pool, ..Default::default() };
    let spec = VirtualMachineCloneSpec { location, ..Default::default() };
    let (this, name) = (scene.vm("vm1"), "real".into());
    scene.run(CloneVMTask { this, folder, name, spec, ..Default::default() }).await.unwrap();
    let storage = &scene.rig.core.storage;
    let before = vm(&scene, "real");
    let directory = DatastorePath::parse(before.directory()).unwrap();
    let file = file_of(disks(&before.devices).next().unwrap()).unwrap();
    std::fs::write(storage.locate(&file).unwrap(), b"content").unwrap();
    let store = other_datastore(&scene, "real");
    let spec = VirtualMachineRelocateSpec { datastore: Some(store), ..Default::default() };
    relocate(&scene, "real", spec).await.unwrap();
    let moved = vm(&scene, "real");
    let file = file_of(disks(&moved.devices).next().unwrap()).unwrap();
    assert_eq!(std::fs::read(storage.locate(&file).unwrap()).unwrap(), b"content");
    assert!(storage.look(&directory).unwrap().is_none(), "{directory} is left");
    let directory = DatastorePath::parse(moved.directory()).unwrap();
    assert!(storage.look(&directory).unwrap().is_some(), "{directory} is missing");
}

#[tokio::test]
async fn a_disk_moves_by_itself() {
    let scene = Scene::of("ft-ready").await;
    let before = vm(&scene, "vm1");
    let key = disks(&before.devices).next().unwrap().key;
    let datastore = other_datastore(&scene, "vm1");
    let locator = VirtualMachineRelocateSpecDiskLocator {
        disk_id: key,
        datastore: datastore.clone(),
        ..Default::default()
    };
    let spec = VirtualMachineRelocateSpec { disk: vec![locator], ..Default::default() };
    relocate(&scene, "vm1", spec).await.unwrap();
    let moved = vm(&scene, "vm1");
    assert_eq!((&moved.vmx, &moved.home), (&before.vmx, &before.home));
    assert_eq!(datastores(&moved), [before.home, datastore]);
}

#[tokio::test]
async fn a_folder_goes_with_the_vms_in_it_or_leaves_their_files() {
    let scene = Scene::of("ft-ready").await;
    let folder = new_folder(&scene, "doomed").await;
    let clone = CloneVMTask {
        this: scene.vm("vm1"),
        folder: folder.clone(),
        name: "copy".into(),
        spec: VirtualMachineCloneSpec { power_on: true, ..Default::default() },
        ..Default::default()
    };
    scene.run(clone.clone()).await.unwrap();
    let destroy = || DestroyTask { this: folder.clone(), ..Default::default() };
    assert_eq!(failure(scene.run(destroy()).await), "InvalidPowerState");
    assert!(scene.snapshot().get::<Folder>(&folder).is_some());
    let copy = vm(&scene, "copy");
    let off = PowerOffVMTask { this: scene.vm("copy"), ..Default::default() };
    scene.run(off).await.unwrap();
    scene.run(destroy()).await.unwrap();
    assert!(scene.snapshot().get::<Folder>(&folder).is_none());
    let left = new_folder(&scene, "left").await;
    let spec = VirtualMachineCloneSpec::default();
    scene.run(CloneVMTask { folder: left.clone(), spec, ..clone }).await.unwrap();
    let vmx = vm(&scene, "copy").vmx;
    assert_eq!(vmx, copy.vmx, "the first one's files are gone");
    scene.run(UnregisterAndDestroyTask { this: left, ..Default::default() }).await.unwrap();
    let (this, pool) = (vm(&scene, "vm1").entity.parent.unwrap(), vm(&scene, "vm1").pool);
    let register = RegisterVMTask { this, path: vmx, pool, ..Default::default() };
    scene.run(register).await.unwrap();
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

#[tokio::test]
async fn the_root_pool_of_a_cluster_has_a_path() {
    let scene = Scene::of("ft-ready").await;
    let pool = vm(&scene, "vm1").pool.unwrap();
    let child = new_pool(&scene).await;
    let cluster = scene.snapshot().of_kind("ClusterComputeResource")[0].clone();
    let name = scene.rig.fetch(&cluster, "name").await.unwrap();
    let path = format!("Datacenter/host/{}/Resources", name.as_str().unwrap());
    let find = |path: String| {
        let this = MoRef::new("SearchIndex", "SearchIndex");
        let inventory_path = path.into();
        scene.rig.call(FindByInventoryPath { this, inventory_path, ..Default::default() })
    };
    assert_eq!(find(path.clone()).await.unwrap(), Some(pool));
    assert_eq!(find(format!("{path}/p")).await.unwrap(), Some(child));
    assert_eq!(find(format!("{path}/nothing")).await.unwrap(), None);
}
