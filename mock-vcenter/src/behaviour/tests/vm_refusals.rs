//! What a server does not take of VMs, and that nothing of others is touched.

use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::methods::{
    CreateSnapshotTask, CreateVMTask, DestroyTask, MarkAsTemplate, MarkAsVirtualMachine,
    MoveIntoFolderTask, PowerOffVMTask, ReconfigVMTask, RenameTask, RevertToSnapshotTask,
};
use vim25::types::{
    ParaVirtualSCSIController, ResourceAllocationInfo, VAppPropertyInfo, VAppPropertySpec,
    VirtualCdrom, VirtualCdromIsoBackingInfo, VirtualDevice, VirtualDeviceConfigSpec, VirtualDisk,
    VirtualDiskFlatVer2BackingInfo, VirtualEthernetCardNetworkBackingInfo,
    VirtualMachineConfigSpec as Spec, VirtualMachineFileInfo, VirtualVmxnet3, VmConfigSpec,
};
use vim25::{DataObject, IsA, MoRef, Poly};

use crate::behaviour::virtual_machine::VirtualMachine;
use crate::inventory::{Datacenter, Folder};
use crate::storage::DatastorePath;
use crate::testing::fault_type;

use super::scene::{Ended, Scene, failure};

async fn off(scene: &Scene) -> MoRef {
    let this = scene.vm("vm1");
    scene.run(PowerOffVMTask { this: this.clone(), ..Default::default() }).await.unwrap();
    this
}

async fn change(scene: &Scene, spec: Spec) -> Ended {
    let this = scene.vm("vm1");
    scene.run(ReconfigVMTask { this, spec, ..Default::default() }).await
}

fn device<D: DataObject + IsA<VirtualDevice>>(operation: Operation, device: D) -> Spec {
    let change = VirtualDeviceConfigSpec {
        operation: Some(operation),
        device: Poly::new(device),
        ..Default::default()
    };
    Spec { device_change: vec![Poly::new(change)], ..Default::default() }
}

fn disk(kilobytes: i64, file: &str) -> VirtualDisk {
    let mut backing = VirtualDiskFlatVer2BackingInfo::default();
    backing.file_name = file.into();
    let mut made = VirtualDisk { capacity_in_kb: kilobytes, ..Default::default() };
    made.key = -1;
    made.backing = Some(Poly::new(backing));
    made
}

fn at(path: &str) -> DatastorePath {
    DatastorePath::parse(path).unwrap()
}

fn create(scene: &Scene, folder: &MoRef, path: &str) -> CreateVMTask {
    let files = VirtualMachineFileInfo { vm_path_name: Some(path.into()), ..Default::default() };
    let config = Spec {
        name: Some("new".into()),
        files: Some(Box::new(files)),
        device_change: device(Operation::Add, disk(1 << 20, "")).device_change,
        ..Default::default()
    };
    let pool = scene.get::<VirtualMachine>(&scene.vm("vm1")).pool.unwrap();
    CreateVMTask { this: folder.clone(), config, pool, ..Default::default() }
}

fn home(scene: &Scene) -> MoRef {
    scene.get::<VirtualMachine>(&scene.vm("vm1")).entity.parent.unwrap()
}

#[tokio::test]
async fn a_destroyed_vm_takes_its_own_files_and_no_others() {
    let scene = Scene::of("ft-ready").await;
    let storage = &scene.rig.core.storage;
    storage.make_directory(&at("[shared1] iso")).unwrap();
    let image = storage.locate(&at("[shared1] iso/big.iso")).unwrap();
    std::fs::write(&image, "image").unwrap();
    let folder = home(&scene);
    let mut asked = create(&scene, &folder, "[shared1] iso/own.vmx");
    let mut disc = VirtualCdromIsoBackingInfo::default();
    disc.file_name = "[shared1] iso/big.iso".into();
    let mut drive = VirtualCdrom::default();
    drive.backing = Some(Poly::new(disc));
    asked.config.device_change.extend(device(Operation::Add, drive).device_change);
    let made = scene.run(asked).await.unwrap().unwrap();
    let vm = made.as_moref().unwrap().clone();
    assert_eq!(scene.get::<VirtualMachine>(&vm).vmx, "[shared1] iso/own.vmx");
    let mut again = create(&scene, &folder, "[shared1] iso/own.vmx");
    again.config.name = Some("other".into());
    assert_eq!(failure(scene.run(again).await), "FileAlreadyExists");
    scene.run(DestroyTask { this: vm, ..Default::default() }).await.unwrap();
    assert!(image.exists(), "somebody else's file is gone");
    let made = scene.run(create(&scene, &folder, "[shared1]")).await.unwrap().unwrap();
    assert!(storage.look(&at("[shared1] new")).unwrap().is_some());
    let this = made.as_moref().unwrap().clone();
    scene.run(DestroyTask { this, ..Default::default() }).await.unwrap();
    assert!(storage.look(&at("[shared1] new")).unwrap().is_none());
}

#[tokio::test]
async fn sizes_and_places_that_there_are_not_are_refused() {
    let scene = Scene::of("ft-ready").await;
    off(&scene).await;
    let mut far = ParaVirtualSCSIController::default();
    (far.key, far.bus_number) = (-1, i32::MAX);
    change(&scene, device(Operation::Add, far)).await.unwrap();
    let share = |reservation| ResourceAllocationInfo {
        reservation: Some(reservation),
        ..Default::default()
    };
    let memory = |size| Spec { memory_mb: Some(size), ..Default::default() };
    let wrong = [
        (device(Operation::Add, disk(i64::MAX, "")), "InvalidDeviceSpec"),
        (device(Operation::Add, disk(1 << 40, "")), "InvalidDeviceSpec"),
        (device(Operation::Add, disk(60 << 30, "")), "NoDiskSpace"),
        (device(Operation::Add, disk(1 << 20, "[nosuch] a.vmdk")), "InvalidDeviceSpec"),
        (memory(2_147_483_644), "InvalidArgument"),
        (Spec { memory_allocation: Some(Box::new(share(-1))), ..memory(1024) }, "InvalidArgument"),
        (
            Spec { memory_allocation: Some(Box::new(share(2048))), ..memory(1024) },
            "InvalidArgument",
        ),
        (
            Spec { cpu_allocation: Some(Box::new(share(1 << 43))), ..memory(1024) },
            "InvalidArgument",
        ),
    ];
    let before = scene.get::<VirtualMachine>(&scene.vm("vm1")).devices.len();
    for (spec, fault) in wrong {
        assert_eq!(failure(change(&scene, spec.clone()).await), fault, "{spec:?}");
    }
    assert_eq!(scene.get::<VirtualMachine>(&scene.vm("vm1")).devices.len(), before);
    change(&scene, device(Operation::Add, disk(1 << 20, ""))).await.unwrap();
    let vm: VirtualMachine = scene.get(&scene.vm("vm1"));
    let mut disks = vm.devices.iter().filter(|it| it.type_name() == "VirtualDisk");
    let (first, last) = (disks.next().unwrap(), disks.next_back().unwrap());
    let mut moved: VirtualDisk = last.downcast_ref::<VirtualDisk>().unwrap().clone();
    moved.unit_number = first.unit_number;
    assert_eq!(failure(change(&scene, device(Operation::Edit, moved)).await), "InvalidDeviceSpec");
}

#[tokio::test]
async fn an_adapter_is_attached_by_the_name_of_a_network_that_is_there() {
    let scene = Scene::of("ft-ready").await;
    let mut backing = VirtualEthernetCardNetworkBackingInfo::default();
    backing.device_name = "no such network".into();
    backing.network = Some(MoRef::new("Network", "network-999"));
    let mut adapter = VirtualVmxnet3::default();
    adapter.key = -1;
    adapter.backing = Some(Poly::new(backing));
    let added = change(&scene, device(Operation::Add, adapter)).await;
    assert_eq!(failure(added), "InvalidDeviceSpec");
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

#[tokio::test]
async fn places_of_another_kind_are_refused() {
    let scene = Scene::of("ft-ready").await;
    let datacenter: Datacenter = scene.get(&scene.rig.first("Datacenter"));
    let (hosts, vms) = (datacenter.folders.host, home(&scene));
    let asked = create(&scene, &hosts, "[shared1]");
    assert_eq!(fault_type(scene.rig.call(asked).await), "NotSupported");
    let make = vim25::methods::CreateFolder {
        this: hosts.clone(),
        name: "inner".into(),
        ..Default::default()
    };
    let inner = scene.rig.call(make).await.unwrap();
    let into = |list: &MoRef| MoveIntoFolderTask {
        this: vms.clone(),
        list: vec![list.clone()],
        ..Default::default()
    };
    assert_eq!(failure(scene.run(into(&inner)).await), "NotSupported");
    assert_eq!(scene.get::<Folder>(&inner).entity.parent, Some(hosts));
    let gone = MoRef::new("VirtualMachine", "vm-4711");
    assert_eq!(failure(scene.run(into(&gone)).await), "ManagedObjectNotFound");
    let vm = off(&scene).await;
    scene.rig.call(MarkAsTemplate { this: vm.clone(), ..Default::default() }).await.unwrap();
    let back = MarkAsVirtualMachine { this: vm, pool: vms, ..Default::default() };
    assert_eq!(fault_type(scene.rig.call(back).await), "ManagedObjectNotFound");
}

#[tokio::test]
async fn snapshots_have_a_depth_and_a_template_does_not_go_back_to_one() {
    let scene = Scene::of("ft-ready").await;
    let vm = off(&scene).await;
    let take = || CreateSnapshotTask { this: vm.clone(), name: "s".into(), ..Default::default() };
    let first = scene.run(take()).await.unwrap().unwrap().as_moref().unwrap().clone();
    for _ in 1..32 {
        scene.run(take()).await.unwrap();
    }
    assert_eq!(failure(scene.run(take()).await), "TooManySnapshotLevels");
    assert!(scene.rig.fetch(&vm, "snapshot").await.is_some());
    scene.rig.call(MarkAsTemplate { this: vm.clone(), ..Default::default() }).await.unwrap();
    let back = RevertToSnapshotTask { this: first, ..Default::default() };
    assert_eq!(failure(scene.run(back).await), "NotSupported");
    assert!(scene.get::<VirtualMachine>(&vm).is_template());
}

#[tokio::test]
async fn every_change_of_the_configuration_has_a_version_of_its_own() {
    let scene = Scene::of("ft-ready").await;
    let vm = off(&scene).await;
    let version = async || {
        let found = scene.rig.fetch(&vm, "config.changeVersion").await.unwrap();
        found.as_str().unwrap().to_owned()
    };
    let before = version().await;
    let rename = RenameTask { this: vm.clone(), new_name: "vm1x".into(), ..Default::default() };
    scene.run(rename).await.unwrap();
    let late = Spec { change_version: Some(before.as_str().into()), ..Default::default() };
    let asked = ReconfigVMTask { this: vm.clone(), spec: late, ..Default::default() };
    assert_eq!(failure(scene.run(asked).await), "ConcurrentAccess");
    assert_ne!(version().await, before);
}

#[tokio::test]
async fn vapp_options_are_added_edited_and_taken_away() {
    let scene = Scene::of("ft-ready").await;
    off(&scene).await;
    let property = |id: Option<&str>, value: Option<&str>| {
        let info = VAppPropertyInfo {
            key: 3,
            id: id.map(Into::into),
            value: value.map(Into::into),
            ..Default::default()
        };
        VAppPropertySpec { info: Some(Box::new(info)), ..Default::default() }
    };
    let options = |property: VAppPropertySpec| {
        let config = VmConfigSpec { property: vec![property], ..Default::default() };
        Spec { v_app_config: Some(Poly::new(config)), ..Default::default() }
    };
    change(&scene, options(property(Some("guest.ip"), Some("10.0.0.1")))).await.unwrap();
    change(&scene, options(property(None, Some("10.0.0.2")))).await.unwrap();
    let shown = |scene: &Scene| {
        let vm: VirtualMachine = scene.get(&scene.vm("vm1"));
        let first = vm.v_app.as_ref()?.property.first().cloned()?;
        Some((first.id.unwrap().to_string(), first.value.unwrap().to_string()))
    };
    assert_eq!(shown(&scene), Some(("guest.ip".to_owned(), "10.0.0.2".to_owned())));
    let gone = Spec { v_app_config_removed: Some(true), ..Default::default() };
    change(&scene, gone).await.unwrap();
    assert_eq!(shown(&scene), None);
}
