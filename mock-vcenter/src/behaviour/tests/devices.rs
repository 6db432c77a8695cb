//! Devices that a client adds, edits and removes, and what the server makes of them.

use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::methods::ReconfigVMTask;
use vim25::types::{
    ParaVirtualSCSIController, VirtualCdrom, VirtualCdromIsoBackingInfo, VirtualController,
    VirtualDevice, VirtualDeviceConfigSpec, VirtualDisk, VirtualDiskFlatVer2BackingInfo,
    VirtualEthernetCard, VirtualEthernetCardNetworkBackingInfo, VirtualMachineConfigSpec,
    VirtualVmxnet3,
};
use vim25::{DataObject, IsA, MoRef, Poly, Value};

use crate::behaviour::virtual_machine::{Device, VirtualMachine};

use super::scene::{Ended, Scene, failure};

const VM: &str = "vm1";

fn change<D: DataObject + IsA<VirtualDevice>>(
    operation: Operation,
    device: D,
) -> Poly<VirtualDeviceConfigSpec> {
    Poly::new(VirtualDeviceConfigSpec {
        operation: Some(operation),
        device: Poly::new(device),
        ..Default::default()
    })
}

async fn reconfigure(scene: &Scene, changes: Vec<Poly<VirtualDeviceConfigSpec>>) -> Ended {
    let spec = VirtualMachineConfigSpec { device_change: changes, ..Default::default() };
    scene.run(ReconfigVMTask { this: scene.vm(VM), spec, ..Default::default() }).await
}

fn disk(key: i32, controller: Option<i32>) -> VirtualDisk {
    let mut backing = VirtualDiskFlatVer2BackingInfo::default();
    backing.disk_mode = "persistent".into();
    let mut made = VirtualDisk { capacity_in_kb: 1 << 20, ..Default::default() };
    made.key = key;
    made.controller_key = controller;
    made.backing = Some(Poly::new(backing));
    made
}

fn adapter(key: i32, network: &str) -> VirtualVmxnet3 {
    let mut backing = VirtualEthernetCardNetworkBackingInfo::default();
    backing.device_name = network.into();
    let mut made = VirtualVmxnet3::default();
    made.key = key;
    made.backing = Some(Poly::new(backing));
    made
}

fn devices(scene: &Scene) -> Vec<Device> {
    scene.get::<VirtualMachine>(&scene.vm(VM)).devices
}

fn labelled(scene: &Scene, label: &str) -> Device {
    let devices = devices(scene);
    let found = devices.iter().find(|device| {
        device.device_info.as_ref().is_some_and(|described| described.label == label)
    });
    found.cloned().unwrap_or_else(|| panic!("no {label} among {devices:?}"))
}

/// Key, controller and place.
fn place(device: &Device) -> (i32, Option<i32>, Option<i32>) {
    (device.key, device.controller_key, device.unit_number)
}

fn listed(scene: &Scene, key: i32) -> Vec<i32> {
    let devices = devices(scene);
    let found = devices.iter().find(|device| device.key == key).unwrap();
    found.downcast_ref::<VirtualController>().unwrap().device.clone()
}

fn network_of(device: &Device) -> MoRef {
    let backing = device.backing.as_ref().unwrap();
    let backing = backing.downcast_ref::<VirtualEthernetCardNetworkBackingInfo>().unwrap();
    backing.network.clone().unwrap()
}

async fn refs(scene: &Scene, object: &MoRef, property: &str) -> String {
    let found: Option<Value> = scene.rig.fetch(object, property).await;
    format!("{found:?}")
}

#[tokio::test]
async fn an_added_disk_gets_what_the_server_decides() {
    let scene = Scene::of("ft-ready").await;
    let taken = devices(&scene).iter().filter(|it| it.type_name() == "VirtualDisk").count();
    let number = i32::try_from(taken).unwrap();
    let changes =
        vec![change(Operation::Add, disk(-1, None)), change(Operation::Add, disk(77, Some(1000)))];
    reconfigure(&scene, changes).await.unwrap();
    for number in [number, number + 1] {
        let added = labelled(&scene, &format!("Hard disk {}", number + 1));
        assert_eq!(place(&added), (2000 + number, Some(1000), Some(number)));
        assert!(listed(&scene, 1000).contains(&(2000 + number)));
        let disk = added.downcast_ref::<VirtualDisk>().unwrap();
        assert_eq!(disk.capacity_in_bytes, Some(1 << 30));
        let backing = disk.backing.as_ref().unwrap();
        let backing = backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>().unwrap();
        assert_eq!(backing.uuid.as_ref().unwrap().len(), 36);
        assert_eq!((backing.thin_provisioned, backing.split), (Some(false), Some(false)));
        assert!(backing.file_name.ends_with(&format!("/{VM}_{number}.vmdk")), "{backing:?}");
        assert!(backing.datastore.is_some());
    }
    let mut gone = disk(2000 + number, None);
    gone.capacity_in_kb = 0;
    reconfigure(&scene, vec![change(Operation::Remove, gone)]).await.unwrap();
    assert!(!listed(&scene, 1000).contains(&(2000 + number)));
}

#[tokio::test]
async fn the_place_of_a_scsi_controller_itself_and_a_taken_place_are_refused() {
    let scene = Scene::of("ft-ready").await;
    for unit in [0, 7, 16] {
        let mut wrong = disk(-1, Some(1000));
        wrong.unit_number = Some(unit);
        let fault = failure(reconfigure(&scene, vec![change(Operation::Add, wrong)]).await);
        assert_eq!(fault, "InvalidDeviceSpec", "{unit}");
    }
    let nine = (1..=9).map(|key| change(Operation::Add, disk(-key, None))).collect();
    reconfigure(&scene, nine).await.unwrap();
    let devices = devices(&scene);
    let units = devices.iter().filter(|it| it.controller_key == Some(1000));
    assert!(units.clone().count() >= 10);
    assert!(units.into_iter().all(|it| it.unit_number != Some(7)));
}

#[tokio::test]
async fn a_disk_sits_on_a_controller_of_the_same_request() {
    let scene = Scene::of("ft-ready").await;
    let mut controller = ParaVirtualSCSIController::default();
    controller.key = -5;
    controller.bus_number = 1;
    let changes = vec![
        change(Operation::Add, disk(-6, Some(-5))),
        change(Operation::Add, controller),
        change(Operation::Add, disk(-7, Some(-5))),
    ];
    reconfigure(&scene, changes).await.unwrap();
    let added = labelled(&scene, "SCSI controller 1");
    assert_eq!(place(&added), (1001, Some(100), Some(4)));
    let summary = &added.device_info.as_ref().unwrap().summary;
    assert_eq!(summary.as_str(), "VMware paravirtual SCSI");
    assert_eq!(listed(&scene, 1001), [2016, 2017]);
    assert!(listed(&scene, 100).contains(&1001));
    let fault = failure(reconfigure(&scene, vec![change(Operation::Add, disk(1, Some(-5)))]).await);
    assert_eq!(fault, "InvalidDeviceSpec");
}

#[tokio::test]
async fn an_added_drive_and_adapter_are_numbered_and_connected() {
    let scene = Scene::of("ft-ready").await;
    let mut image = VirtualCdromIsoBackingInfo::default();
    image.file_name = "[shared1] a.iso".into();
    let mut drive = VirtualCdrom::default();
    drive.key = 5;
    drive.backing = Some(Poly::new(image));
    let old = labelled(&scene, "Network adapter 1");
    let backing = old.backing.clone().unwrap();
    let backing = backing.downcast_ref::<VirtualEthernetCardNetworkBackingInfo>().unwrap();
    let name = backing.device_name.clone();
    let count = devices(&scene).iter().filter(|it| it.type_name() == "VirtualVmxnet3").count();
    let count = i32::try_from(count).unwrap();
    let changes =
        vec![change(Operation::Add, drive), change(Operation::Add, adapter(-1, name.as_str()))];
    reconfigure(&scene, changes).await.unwrap();
    assert_eq!(place(&labelled(&scene, "CD/DVD drive 2")), (3001, Some(200), Some(1)));
    assert!(listed(&scene, 200).contains(&3001));
    let added = labelled(&scene, &format!("Network adapter {}", count + 1));
    assert_eq!(place(&added), (4000 + count, Some(100), Some(7 + count)));
    assert!(listed(&scene, 100).contains(&(4000 + count)));
    assert_eq!(network_of(&added), network_of(&old));
    assert!(added.connectable.as_ref().unwrap().start_connected);
    let card = added.downcast_ref::<VirtualEthernetCard>().unwrap();
    assert_eq!(card.address_type.as_deref(), Some("assigned"));
    assert_eq!(card.mac_address.as_ref().unwrap().len(), 17);
    let wrong = change(Operation::Add, adapter(-1, "no such network"));
    assert_eq!(failure(reconfigure(&scene, vec![wrong]).await), "InvalidDeviceSpec");
}

#[tokio::test]
async fn an_edited_adapter_keeps_what_was_left_out_and_its_network() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm(VM);
    let old = labelled(&scene, "Network adapter 1");
    let network = network_of(&old);
    let name = scene.rig.fetch(&network, "name").await.unwrap();
    let edited = adapter(old.key, name.as_str().unwrap());
    reconfigure(&scene, vec![change(Operation::Edit, edited)]).await.unwrap();
    let new = labelled(&scene, "Network adapter 1");
    assert_eq!(network_of(&new), network);
    assert_eq!(place(&new), place(&old));
    let address = |device: &Device| {
        let card = device.downcast_ref::<VirtualEthernetCard>().unwrap();
        (card.mac_address.clone(), card.address_type.clone(), card.connectable.clone())
    };
    assert_eq!(address(&new), address(&old));
    assert!(refs(&scene, &vm, "network").await.contains(network.value.as_str()));
    assert!(refs(&scene, &network, "vm").await.contains(vm.value.as_str()));
}

#[tokio::test]
async fn an_edited_disk_grows_and_stays_where_it_is() {
    let scene = Scene::of("ft-ready").await;
    let old = labelled(&scene, "Hard disk 1");
    let mut edited = VirtualDisk { capacity_in_kb: 80 << 20, ..Default::default() };
    edited.key = old.key;
    reconfigure(&scene, vec![change(Operation::Edit, edited)]).await.unwrap();
    let new = labelled(&scene, "Hard disk 1");
    assert_eq!(place(&new), place(&old));
    assert_eq!(new.backing, old.backing);
    let disk = new.downcast_ref::<VirtualDisk>().unwrap();
    assert_eq!((disk.capacity_in_kb, disk.capacity_in_bytes), (80 << 20, Some(80 << 30)));
}
