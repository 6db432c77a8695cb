//! What disks, adapters and controllers are like when nobody says, those of the models and those that are added.

use std::sync::Arc;

use vim25::enums::SharesLevel;
use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::methods::ReconfigVMTask;
use vim25::types::{
    ParaVirtualSCSIController, SharesInfo, VirtualAHCIController, VirtualDevice,
    VirtualDeviceConfigSpec, VirtualDisk, VirtualDiskFlatVer2BackingInfo, VirtualEthernetCard,
    VirtualEthernetCardNetworkBackingInfo, VirtualHardware, VirtualLsiLogicController,
    VirtualLsiLogicSASController, VirtualMachineConfigSpec as Spec, VirtualNVMEController,
    VirtualVmxnet3,
};
use vim25::{DataObject, IsA, MoRef, Poly};

use crate::behaviour::server::VmBlueprint;
use crate::behaviour::virtual_machine::{Place, VirtualMachine, register_vm};

use super::scene::Scene;

fn add<D: DataObject + IsA<VirtualDevice>>(
    key: i32,
    mut device: D,
) -> Poly<VirtualDeviceConfigSpec> {
    if let Some(base) = (&mut device as &mut dyn DataObject).as_type_mut::<VirtualDevice>() {
        base.key = key;
    }
    Poly::new(VirtualDeviceConfigSpec {
        operation: Some(Operation::Add),
        device: Poly::new(device),
        ..Default::default()
    })
}

fn card(network: &str, kind: Option<&str>) -> VirtualVmxnet3 {
    let mut backing = VirtualEthernetCardNetworkBackingInfo::default();
    backing.device_name = network.into();
    let mut made = VirtualVmxnet3::default();
    made.backing = Some(Poly::new(backing));
    made.address_type = kind.map(Into::into);
    made
}

async fn devices(scene: &Scene, vm: &MoRef) -> Vec<Poly<VirtualDevice>> {
    scene.object::<VirtualHardware>(vm, "config.hardware").await.device
}

/// Adds devices to `vm1`; all that it has then.
async fn with(
    scene: &Scene,
    added: Vec<Poly<VirtualDeviceConfigSpec>>,
) -> Vec<Poly<VirtualDevice>> {
    let this = scene.vm("vm1");
    let spec = Spec { device_change: added, ..Default::default() };
    scene.run(ReconfigVMTask { this: this.clone(), spec, ..Default::default() }).await.unwrap();
    devices(scene, &this).await
}

async fn network(scene: &Scene) -> String {
    let networks = scene.rig.fetch(&scene.vm("vm1"), "network").await.unwrap();
    let first = networks.morefs().next().unwrap().clone();
    scene.rig.fetch(&first, "name").await.unwrap().as_str().unwrap().to_owned()
}

fn summaries(devices: &[Poly<VirtualDevice>]) -> Vec<(String, String)> {
    let described = devices.iter().filter_map(|device| device.device_info.as_ref());
    described.map(|it| (it.label.to_string(), it.summary.to_string())).collect()
}

fn shares(found: Option<&SharesInfo>) -> (i32, SharesLevel) {
    found.map(|found| (found.shares, found.level.clone())).unwrap()
}

#[tokio::test]
async fn disks_have_an_identity_and_shares_of_their_storage() {
    let scene = Scene::of("ft-ready").await;
    let backing =
        VirtualDiskFlatVer2BackingInfo { disk_mode: "persistent".into(), ..Default::default() };
    let mut disk = VirtualDisk { capacity_in_kb: 2 << 20, ..Default::default() };
    disk.backing = Some(Poly::new(backing));
    let all = with(&scene, vec![add(-1, disk)]).await;
    let disks: Vec<&VirtualDisk> = all.iter().filter_map(|it| it.downcast_ref()).collect();
    assert_eq!(disks.len(), 2);
    let number = scene.vm("vm1").value.trim_start_matches("vm-").to_owned();
    let mut identities = Vec::new();
    for disk in disks {
        assert_eq!(shares(disk.shares.as_deref()), (1000, SharesLevel::Normal));
        let given = disk.storage_io_allocation.as_ref().unwrap();
        assert_eq!(shares(given.shares.as_deref()), (1000, SharesLevel::Normal));
        assert_eq!((given.limit, given.reservation), (Some(-1), Some(0)));
        let own = format!("{number}-{}", disk.key);
        assert_eq!(disk.disk_object_id.as_deref(), Some(own.as_str()));
        let backing = disk.backing.as_ref().unwrap();
        let backing = backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>().unwrap();
        let identity = backing.uuid.as_ref().unwrap().to_string();
        assert!(identity.starts_with("6000C290-") && identity.len() == 36, "{identity}");
        identities.push(identity);
    }
    assert_ne!(identities[0], identities[1]);
    let told = summaries(&all);
    assert!(told.contains(&("Hard disk 1".into(), "16,777,216 KB".into())), "{told:?}");
    assert!(told.contains(&("Hard disk 2".into(), "2,097,152 KB".into())), "{told:?}");
}

#[tokio::test]
async fn controllers_are_described_by_their_type() {
    let scene = Scene::of("ft-ready").await;
    let added = vec![
        add(-1, VirtualLsiLogicController::default()),
        add(-2, VirtualLsiLogicSASController::default()),
        add(-3, ParaVirtualSCSIController::default()),
        add(-4, VirtualAHCIController::default()),
        add(-5, VirtualNVMEController::default()),
    ];
    let told = summaries(&with(&scene, added).await);
    for (label, summary) in [
        ("SCSI controller 0", "VMware paravirtual SCSI"),
        ("SCSI controller 1", "LSI Logic"),
        ("SCSI controller 2", "LSI Logic SAS"),
        ("SCSI controller 3", "VMware paravirtual SCSI"),
        ("SATA controller 0", "AHCI"),
        ("NVME controller 0", "NVME Controller"),
        ("IDE 0", "IDE 0"),
    ] {
        assert!(told.contains(&(label.into(), summary.into())), "{label} in {told:?}");
    }
}

#[tokio::test]
async fn a_vcenter_assigns_addresses_and_a_host_by_itself_generates_them() {
    let mut manual = card("", Some("manual"));
    manual.mac_address = Some("00:50:56:01:02:03".into());
    for (model, kind, vendor) in
        [("ft-ready", "assigned", "00:50:56:"), ("esxi", "generated", "00:0c:29:")]
    {
        let scene = Scene::of(model).await;
        let name = network(&scene).await;
        let mut manual = manual.clone();
        manual.backing.clone_from(&card(&name, None).backing);
        let added = vec![
            add(-1, card(&name, None)),
            add(-2, card(&name, Some("generated"))),
            add(-3, manual),
        ];
        let before = devices(&scene, &scene.vm("vm1")).await.len();
        let all = with(&scene, added).await;
        let cards: Vec<&VirtualEthernetCard> =
            all[before..].iter().filter_map(|it| it.downcast_ref()).collect();
        for card in &cards[..2] {
            let address = card.mac_address.as_deref().unwrap();
            assert_eq!(card.address_type.as_deref(), Some(kind), "{model}");
            assert!(address.starts_with(vendor), "{model}: {address}");
            let fourth = u8::from_str_radix(&address[9..11], 16).unwrap();
            assert!((0x80..=0xbf).contains(&fourth), "{model}: {address}");
        }
        assert_ne!(cards[0].mac_address, cards[1].mac_address);
        assert_eq!(cards[2].address_type.as_deref(), Some("manual"));
        assert_eq!(cards[2].mac_address.as_deref(), Some("00:50:56:01:02:03"));
        for card in all.iter().filter_map(|it| it.downcast_ref::<VirtualEthernetCard>()) {
            assert_eq!(card.wake_on_lan_enabled, Some(true));
            let given = card.resource_allocation.as_ref().unwrap();
            assert_eq!((given.reservation, given.limit), (Some(0), Some(-1)));
            assert_eq!(shares(Some(&given.share)), (50, SharesLevel::Normal));
        }
    }
}

#[tokio::test]
async fn adapters_of_one_vm_of_a_model_have_addresses_of_their_own() {
    let scene = Scene::of("ft-ready").await;
    let model: VirtualMachine = scene.get(&scene.vm("vm1"));
    let networks = scene.rig.fetch(&scene.vm("vm1"), "network").await.unwrap();
    let network = networks.morefs().next().unwrap().clone();
    let place = Place {
        folder: model.entity.parent.unwrap(),
        pool: model.pool.unwrap(),
        host: model.host.unwrap(),
        datastores: Arc::new([("shared1".into(), model.home)].into()),
        networks: Arc::new([("VM Network".into(), network)].into()),
        evc_mode: None,
    };
    let mut blueprint = VmBlueprint::new("three", "shared1");
    blueprint.networks = vec!["VM Network".into(); 3];
    let vm = scene.rig.commit(|tx| register_vm(tx, &Arc::new(blueprint), &place));
    let all = devices(&scene, &vm).await;
    let cards = all.iter().filter_map(|it| it.downcast_ref::<VirtualEthernetCard>());
    let addresses: std::collections::BTreeSet<_> =
        cards.map(|card| card.mac_address.clone().unwrap()).collect();
    assert_eq!(addresses.len(), 3, "{addresses:?}");
}
