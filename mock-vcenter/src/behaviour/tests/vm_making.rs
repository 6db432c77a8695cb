//! VMs that clients make, copy and take back to snapshots.

use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::methods::{
    CloneVMTask, CreateFolder, CreateSnapshotTask, CreateVMTask, MarkAsTemplate,
    MarkAsVirtualMachine, PowerOffVMTask, ReconfigVMTask, RemoveSnapshotTask, RenameSnapshot,
    RevertToCurrentSnapshotTask, RevertToSnapshotTask,
};
use vim25::types::{
    VirtualDevice, VirtualDeviceConfigSpec, VirtualDeviceFileBackingInfo, VirtualDisk,
    VirtualDiskFlatVer2BackingInfo, VirtualEthernetCard, VirtualEthernetCardNetworkBackingInfo,
    VirtualLsiLogicController, VirtualMachineCloneSpec, VirtualMachineConfigSpec as Spec,
    VirtualMachineFileInfo, VirtualMachineRelocateSpec, VirtualMachineSnapshotInfo,
    VirtualMachineSnapshotTree, VirtualVmxnet3,
};
use vim25::{DataObject, IsA, MoRef, Poly};

use crate::behaviour::virtual_machine::VirtualMachine;

use super::scene::{Scene, failure};

fn add<D: DataObject + IsA<VirtualDevice>>(device: D) -> Poly<VirtualDeviceConfigSpec> {
    Poly::new(VirtualDeviceConfigSpec {
        operation: Some(Operation::Add),
        device: Poly::new(device),
        ..Default::default()
    })
}

/// What a client sends for a VM with one disk and one adapter on `VM Network`.
fn wanted(name: &str, path: &str) -> Spec {
    let mut controller = VirtualLsiLogicController::default();
    controller.key = -1;
    let mut disk = VirtualDisk { capacity_in_kb: 2 << 20, ..Default::default() };
    (disk.key, disk.controller_key, disk.unit_number) = (-2, Some(-1), Some(0));
    let backing =
        VirtualDiskFlatVer2BackingInfo { disk_mode: "persistent".into(), ..Default::default() };
    disk.backing = Some(Poly::new(backing));
    let mut adapter = VirtualVmxnet3::default();
    adapter.key = -3;
    let mut network = VirtualEthernetCardNetworkBackingInfo::default();
    network.device_name = "VM Network".into();
    adapter.backing = Some(Poly::new(network));
    Spec {
        name: Some(name.into()),
        num_cp_us: Some(2),
        memory_mb: Some(1024),
        guest_id: Some("ubuntu64Guest".into()),
        files: Some(Box::new(VirtualMachineFileInfo {
            vm_path_name: Some(path.into()),
            ..Default::default()
        })),
        device_change: vec![add(controller), add(disk), add(adapter)],
        ..Default::default()
    }
}

/// The folder and the pool of `vm1`.
fn place(scene: &Scene) -> (MoRef, MoRef) {
    let vm: VirtualMachine = scene.get(&scene.vm("vm1"));
    (vm.entity.parent.unwrap(), vm.pool.unwrap())
}

fn create(scene: &Scene, config: Spec) -> CreateVMTask {
    let (this, pool) = place(scene);
    CreateVMTask { this, config, pool, ..Default::default() }
}

fn files(vm: &VirtualMachine) -> Vec<String> {
    let backings = vm.devices.iter().filter(|it| it.type_name() == "VirtualDisk");
    let file = |device: &Poly<VirtualDevice>| {
        let backing = device.backing.as_ref()?.downcast_ref::<VirtualDeviceFileBackingInfo>()?;
        Some(backing.file_name.to_string())
    };
    backings.filter_map(|device| file(device)).collect()
}

fn addresses(vm: &VirtualMachine) -> Vec<String> {
    let cards = vm.devices.iter().filter_map(|it| it.downcast_ref::<VirtualEthernetCard>());
    cards.filter_map(|card| card.mac_address.as_ref().map(ToString::to_string)).collect()
}

#[tokio::test]
async fn a_created_vm_is_what_was_asked_for_where_it_was_asked_for() {
    let scene = Scene::of("ft-ready").await;
    let made = scene.run(create(&scene, wanted("new", "[shared1]"))).await.unwrap().unwrap();
    let id = made.as_moref().unwrap().clone();
    let vm: VirtualMachine = scene.get(&id);
    assert_eq!((vm.cpus, vm.memory, vm.guest_id.as_str()), (2, 1024, "ubuntu64Guest"));
    assert_eq!(vm.vmx, "[shared1] new/new.vmx");
    assert_eq!(files(&vm), ["[shared1] new/new.vmdk"]);
    assert_eq!(addresses(&vm).len(), 1);
    assert_eq!(scene.rig.fetch(&id, "network").await.unwrap().items().len(), 1);
    assert_eq!(scene.dangling(), Vec::<String>::new());
    let asked = create(&scene, wanted("new", "[shared1]"));
    assert_eq!(failure(scene.run(asked).await), "DuplicateName");
    let asked = create(&scene, wanted("other", "[nowhere]"));
    assert_eq!(failure(scene.run(asked).await), "InvalidDatastore");
    let asked = create(&scene, wanted("other", "[shared1] given/other.vmx"));
    let made = scene.run(asked).await.unwrap().unwrap();
    let vm: VirtualMachine = scene.get(made.as_moref().unwrap());
    assert_eq!(vm.vmx, "[shared1] given/other.vmx");
    let asked = create(&scene, Spec { num_cp_us: Some(-1), ..wanted("bad", "[shared1]") });
    assert_eq!(failure(scene.run(asked).await), "InvalidArgument");
}

#[tokio::test]
async fn vms_of_one_name_made_at_one_moment_get_directories_of_their_own() {
    let scene = Scene::of("ft-ready").await;
    let (folder, _) = place(&scene);
    let sub = CreateFolder { this: folder.clone(), name: "sub".into(), ..Default::default() };
    let sub = scene.rig.call(sub).await.unwrap();
    let first = create(&scene, wanted("twin", "[shared1]"));
    let second = CreateVMTask { this: sub.clone(), ..first.clone() };
    let (_, pool) = place(&scene);
    let location = VirtualMachineRelocateSpec { pool: Some(pool), ..Default::default() };
    let spec = VirtualMachineCloneSpec { location, ..Default::default() };
    let clone = |folder: &MoRef| CloneVMTask {
        this: scene.vm("vm1"),
        folder: folder.clone(),
        name: "copy".into(),
        spec: spec.clone(),
        ..Default::default()
    };
    let tasks = [
        scene.rig.call(first).await.unwrap(),
        scene.rig.call(second).await.unwrap(),
        scene.rig.call(clone(&folder)).await.unwrap(),
        scene.rig.call(clone(&sub)).await.unwrap(),
    ];
    let directory = |task: &MoRef| {
        let made = scene.end(task).unwrap().unwrap();
        let vm: VirtualMachine = scene.get(made.as_moref().unwrap());
        files(&vm).iter().for_each(|file| assert!(file.starts_with(vm.directory()), "{file}"));
        vm.directory().to_owned()
    };
    let home = directory(&tasks[2]).replace(" copy", "");
    let mut found: Vec<_> = tasks.iter().map(directory).collect();
    found.sort_unstable();
    let mut expected = ["[shared1] twin", "[shared1] twin_1"].map(str::to_owned).to_vec();
    expected.extend([format!("{home} copy"), format!("{home} copy_1")]);
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_clone_has_identities_and_files_of_its_own() {
    let scene = Scene::of("ft-ready").await;
    let source = scene.vm("vm1");
    let (folder, pool) = place(&scene);
    let clone = |name: &str, template: bool, location: VirtualMachineRelocateSpec| CloneVMTask {
        this: source.clone(),
        folder: folder.clone(),
        name: name.into(),
        spec: VirtualMachineCloneSpec {
            location,
            template,
            power_on: !template,
            config: Some(Box::new(Spec {
                annotation: Some("copied".into()),
                ..Default::default()
            })),
            ..Default::default()
        },
        ..Default::default()
    };
    let made = scene.run(clone("copy", false, Default::default())).await.unwrap().unwrap();
    let made = made.as_moref().unwrap().clone();
    let (old, new): (VirtualMachine, VirtualMachine) = (scene.get(&source), scene.get(&made));
    assert!(new.is_on() && old.is_on());
    assert_eq!((new.cpus, new.memory, new.annotation.as_str()), (old.cpus, old.memory, "copied"));
    assert_ne!((&new.uuid, &new.instance_uuid), (&old.uuid, &old.instance_uuid));
    assert_eq!(files(&new).len(), files(&old).len());
    assert!(
        files(&new).iter().all(|file| file.contains("copy/copy") && !files(&old).contains(file))
    );
    assert_eq!(addresses(&new).len(), addresses(&old).len());
    assert!(addresses(&new).iter().all(|address| !addresses(&old).contains(address)));
    let made = scene.run(clone("master", true, Default::default())).await.unwrap().unwrap();
    let template = made.as_moref().unwrap().clone();
    let facts: VirtualMachine = scene.get(&template);
    assert!(facts.is_template() && facts.pool.is_none() && !facts.is_on());
    let again =
        |location| CloneVMTask { this: template.clone(), ..clone("child", false, location) };
    assert_eq!(failure(scene.run(again(Default::default())).await), "InvalidArgument");
    let location = VirtualMachineRelocateSpec { pool: Some(pool.clone()), ..Default::default() };
    let made = scene.run(again(location)).await.unwrap().unwrap();
    assert!(!scene.get::<VirtualMachine>(made.as_moref().unwrap()).is_template());
    let back = MarkAsVirtualMachine { this: template.clone(), pool, ..Default::default() };
    scene.rig.call(back).await.unwrap();
    assert!(!scene.get::<VirtualMachine>(&template).is_template());
    let there = MarkAsTemplate { this: template.clone(), ..Default::default() };
    scene.rig.call(there).await.unwrap();
    assert_eq!(scene.dangling(), Vec::<String>::new());
    scene.turn_on(&source).await.unwrap();
    let refused = clone("late", false, Default::default());
    assert_eq!(failure(scene.run(refused).await), "NotSupported");
}

/// Names of snapshots, those made on one in brackets after it.
fn shown(tree: &[VirtualMachineSnapshotTree]) -> String {
    let one = |node: &VirtualMachineSnapshotTree| {
        let children = shown(&node.child_snapshot_list);
        if children.is_empty() {
            node.name.to_string()
        } else {
            format!("{}({children})", node.name)
        }
    };
    tree.iter().map(one).collect::<Vec<_>>().join(" ")
}

async fn snapshots(scene: &Scene, vm: &MoRef) -> (String, Option<MoRef>) {
    let Some(info) = scene.rig.fetch(vm, "snapshot").await else { return (String::new(), None) };
    let info: VirtualMachineSnapshotInfo = info.into_object().unwrap();
    (shown(&info.root_snapshot_list), info.current_snapshot)
}

#[tokio::test]
async fn a_vm_goes_back_to_a_snapshot_and_on_from_there() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let take = |name: &str, memory| {
        let this = vm.clone();
        CreateSnapshotTask { this, name: name.into(), memory, ..Default::default() }
    };
    let note = |text: &str| ReconfigVMTask {
        this: vm.clone(),
        spec: Spec { annotation: Some(text.into()), ..Default::default() },
        ..Default::default()
    };
    scene.run(note("first")).await.unwrap();
    let a = scene.run(take("a", true)).await.unwrap().unwrap().as_moref().unwrap().clone();
    scene.run(note("second")).await.unwrap();
    let b = scene.run(take("b", false)).await.unwrap().unwrap().as_moref().unwrap().clone();
    scene.run(note("third")).await.unwrap();
    let back = |id: &MoRef| RevertToSnapshotTask { this: id.clone(), ..Default::default() };
    // Without the memory it is off afterwards, with it, it runs.
    scene
        .run(RevertToCurrentSnapshotTask { this: vm.clone(), ..Default::default() })
        .await
        .unwrap();
    let now: VirtualMachine = scene.get(&vm);
    assert_eq!((now.annotation.as_str(), now.is_on()), ("second", false));
    scene.run(back(&a)).await.unwrap();
    let now: VirtualMachine = scene.get(&vm);
    assert_eq!((now.annotation.as_str(), now.is_on()), ("first", true));
    scene.run(take("c", false)).await.unwrap();
    let (tree, current) = snapshots(&scene, &vm).await;
    assert_eq!(tree, "a(b c)");
    let rename = RenameSnapshot { this: b.clone(), name: Some("B".into()), ..Default::default() };
    scene.rig.call(rename).await.unwrap();
    let saved = scene.rig.fetch(&b, "config.annotation").await.unwrap();
    assert_eq!(saved.as_str(), Some("second"));
    let gone = RemoveSnapshotTask { this: a.clone(), ..Default::default() };
    scene.run(gone).await.unwrap();
    assert_eq!(snapshots(&scene, &vm).await, ("B c".to_owned(), current));
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    scene
        .run(RemoveSnapshotTask { this: b, remove_children: true, ..Default::default() })
        .await
        .unwrap();
    let c = snapshots(&scene, &vm).await.1.unwrap();
    scene.run(RemoveSnapshotTask { this: c, ..Default::default() }).await.unwrap();
    assert_eq!(snapshots(&scene, &vm).await, (String::new(), None));
    let none = RevertToCurrentSnapshotTask { this: vm.clone(), ..Default::default() };
    assert_eq!(failure(scene.run(none).await), "NotFound");
    let late = scene.run(back(&a)).await;
    assert_eq!(failure(late), "ManagedObjectNotFound");
}
