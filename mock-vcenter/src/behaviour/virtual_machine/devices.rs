//! The virtual devices of a VM, made from a blueprint and looked through for what they refer to.

use std::sync::{Arc, LazyLock};

use vim25::enums::VirtualSCSISharing;
use vim25::types::{
    ParaVirtualSCSIController, VirtualCdrom, VirtualCdromIsoBackingInfo,
    VirtualCdromRemotePassthroughBackingInfo, VirtualController, VirtualDevice,
    VirtualDeviceConnectInfo, VirtualDeviceFileBackingInfo, VirtualDisk,
    VirtualDiskFlatVer2BackingInfo, VirtualDiskRawDiskMappingVer1BackingInfo, VirtualEthernetCard,
    VirtualEthernetCardNetworkBackingInfo, VirtualFloppy, VirtualFloppyDeviceBackingInfo,
    VirtualHdAudioCard, VirtualIDEController, VirtualKeyboard, VirtualMachineVMCIDevice,
    VirtualMachineVideoCard, VirtualPCIController, VirtualPCIPassthrough, VirtualPS2Controller,
    VirtualPointingDevice, VirtualSIOController, VirtualSerialPort,
    VirtualSerialPortFileBackingInfo, VirtualUSB, VirtualUSBController,
    VirtualUSBRemoteHostBackingInfo, VirtualVmxnet3,
};
use vim25::{DataObject, IsA, MoRef, Poly, Str};

use crate::behaviour::server::{DiskBlueprint, DiskKind, Quirk, VmBlueprint};
use crate::storage::DatastorePath;

use super::added_devices::{identify_disk, put_address, share_storage, share_traffic};
use super::numbering::describe;
use super::object::VirtualMachine;

/// One device, shared between VMs where it is alike.
pub type Device = Arc<Poly<VirtualDevice>>;

/// Where devices find what they refer to.
pub(super) struct Places<'a> {
    /// Datastore by name.
    pub datastore: &'a dyn Fn(&str) -> Option<MoRef>,
    /// Network by name.
    pub network: &'a dyn Fn(&str) -> Option<MoRef>,
    /// Number that makes hardware addresses differ.
    pub number: u64,
}

static STANDARD: LazyLock<Vec<Device>> = LazyLock::new(standard);

fn device<D: DataObject + IsA<VirtualDevice>>(key: i32, label: &str, mut made: D) -> Device {
    if let Some(base) = (&mut made as &mut dyn DataObject).as_type_mut::<VirtualDevice>() {
        base.key = key;
    }
    let mut made = Poly::new(made);
    describe(&mut made, label);
    Arc::new(made)
}

fn controller<D: DataObject + IsA<VirtualDevice>>(
    key: i32,
    label: &str,
    bus: i32,
    attached: &[i32],
    mut made: D,
) -> Device {
    if let Some(base) = (&mut made as &mut dyn DataObject).as_type_mut::<VirtualController>() {
        base.bus_number = bus;
        base.device = attached.to_vec();
    }
    device(key, label, made)
}

fn on<D: DataObject>(mut made: D, controller: i32, unit: i32) -> D {
    if let Some(base) = (&mut made as &mut dyn DataObject).as_type_mut::<VirtualDevice>() {
        base.controller_key = Some(controller);
        base.unit_number = Some(unit);
    }
    made
}

/// The devices that every VM has.
pub(super) fn standard() -> Vec<Device> {
    let video = VirtualMachineVideoCard {
        video_ram_size_in_kb: Some(4096),
        num_displays: Some(1),
        use_auto_detect: Some(false),
        enable3_d_support: Some(false),
        ..Default::default()
    };
    vec![
        controller(200, "IDE 0", 0, &[3000], VirtualIDEController::default()),
        controller(201, "IDE 1", 1, &[], VirtualIDEController::default()),
        controller(300, "PS2 controller 0", 0, &[600, 700], VirtualPS2Controller::default()),
        controller(
            100,
            "PCI controller 0",
            0,
            &[500, 12000, 1000],
            VirtualPCIController::default(),
        ),
        controller(400, "SIO controller 0", 0, &[], VirtualSIOController::default()),
        device(600, "Keyboard", on(VirtualKeyboard::default(), 300, 0)),
        device(700, "Pointing device", on(VirtualPointingDevice::default(), 300, 1)),
        device(500, "Video card", on(video, 100, 0)),
        device(12000, "VMCI device", on(VirtualMachineVMCIDevice::default(), 100, 17)),
    ]
}

/// The devices of a new VM.
#[must_use]
pub(super) fn build(blueprint: &VmBlueprint, directory: &str, places: &Places<'_>) -> Vec<Device> {
    let mut devices = STANDARD.clone();
    if blueprint.quirks.contains(&Quirk::Video3d) {
        let video = VirtualMachineVideoCard { enable3_d_support: Some(true), ..Default::default() };
        devices.retain(|device| device.key != 500);
        devices.push(device(500, "Video card", on(video, 100, 0)));
    }
    let disk_keys: Vec<i32> = (2000..).take(blueprint.disks.len()).collect();
    let scsi = ParaVirtualSCSIController::default();
    devices.push(scsi_controller(scsi, &disk_keys));
    for (key, disk) in disk_keys.into_iter().zip(&blueprint.disks) {
        devices.push(build_disk(key, disk, blueprint, directory, places));
    }
    devices.push(cdrom(blueprint.quirks.contains(&Quirk::ClientCdrom)));
    for (key, network) in (4000..).zip(&blueprint.networks) {
        devices.push(adapter(key, network, places));
    }
    devices.extend(blueprint.quirks.iter().filter_map(|quirk| odd_device(*quirk, directory)));
    devices
}

fn scsi_controller(mut scsi: ParaVirtualSCSIController, disks: &[i32]) -> Device {
    scsi.shared_bus = VirtualSCSISharing::NoSharing;
    scsi.hot_add_remove = Some(true);
    scsi.scsi_ctlr_unit_number = Some(7);
    controller(1000, "SCSI controller 0", 0, disks, on(scsi, 100, 3))
}

fn build_disk(
    key: i32,
    disk: &DiskBlueprint,
    blueprint: &VmBlueprint,
    directory: &str,
    places: &Places<'_>,
) -> Device {
    let number = key - 2000;
    let suffix = if number == 0 { String::new() } else { format!("_{number}") };
    let folder = directory.split_once("] ").map_or(directory, |(_, folder)| folder);
    let file = format!("[{}] {folder}/{}{suffix}.vmdk", disk.datastore, blueprint.name);
    let mut made = VirtualDisk {
        capacity_in_kb: disk.gigabytes << 20,
        capacity_in_bytes: Some(disk.gigabytes << 30),
        ..Default::default()
    };
    let datastore = (places.datastore)(&disk.datastore);
    made.backing = Some(match disk.kind {
        DiskKind::PhysicalRdm => Poly::new(raw_backing(file.into(), datastore, key)),
        _ => Poly::new(flat_backing(file.into(), datastore, disk.kind)),
    });
    let unit = if number < 7 { number } else { number + 1 };
    share_storage(&mut made);
    let mut made: Poly<VirtualDevice> = Poly::new(on(made, 1000, unit));
    made.key = key;
    describe(&mut made, &format!("Hard disk {}", number + 1));
    identify_disk(&mut made, places.number);
    Arc::new(made)
}

fn flat_backing(
    file: Str,
    datastore: Option<MoRef>,
    kind: DiskKind,
) -> VirtualDiskFlatVer2BackingInfo {
    let mut backing = VirtualDiskFlatVer2BackingInfo {
        disk_mode: "persistent".into(),
        thin_provisioned: Some(kind != DiskKind::Thick),
        write_through: Some(false),
        split: Some(false),
        ..Default::default()
    };
    if kind == DiskKind::LinkedClone {
        let mut parent = VirtualDiskFlatVer2BackingInfo::default();
        parent.file_name = file.replace(".vmdk", "-base.vmdk").into();
        parent.datastore.clone_from(&datastore);
        parent.disk_mode = "persistent".into();
        backing.parent = Some(Box::new(parent));
    }
    backing.file_name = file;
    backing.datastore = datastore;
    backing
}

fn raw_backing(
    file: Str,
    datastore: Option<MoRef>,
    key: i32,
) -> VirtualDiskRawDiskMappingVer1BackingInfo {
    let mut backing = VirtualDiskRawDiskMappingVer1BackingInfo {
        lun_uuid: Some(format!("02000000006006016{key:04}").into()),
        device_name: Some(format!("vml.02000000006006016{key:04}").into()),
        compatibility_mode: Some("physicalMode".into()),
        disk_mode: Some("independent_persistent".into()),
        ..Default::default()
    };
    backing.file_name = file;
    backing.datastore = datastore;
    backing
}

fn cdrom(from_client: bool) -> Device {
    let mut made = VirtualCdrom::default();
    made.backing = Some(if from_client {
        Poly::new(VirtualCdromRemotePassthroughBackingInfo::default())
    } else {
        let mut iso = VirtualCdromIsoBackingInfo::default();
        iso.file_name = "[] /vmimages/tools-isoimages/linux.iso".into();
        Poly::new(iso)
    });
    made.connectable = Some(Box::new(VirtualDeviceConnectInfo {
        start_connected: from_client,
        connected: from_client,
        allow_guest_control: true,
        status: Some("ok".into()),
        ..Default::default()
    }));
    device(3000, "CD/DVD drive 1", on(made, 200, 0))
}

fn adapter(key: i32, network: &str, places: &Places<'_>) -> Device {
    let mut backing = VirtualEthernetCardNetworkBackingInfo {
        network: (places.network)(network),
        ..Default::default()
    };
    backing.device_name = network.into();
    let mut made = VirtualVmxnet3::default();
    let [.., high, middle, low] = places.number.to_be_bytes();
    let port = key - 4000;
    made.address_type = Some("assigned".into());
    if port == 0 {
        made.mac_address =
            Some(format!("00:50:56:{:02x}:{middle:02x}:{low:02x}", 0x80 | (high & 0x1f)).into());
    } else {
        put_address(&mut made, places.number, u64::try_from(port).unwrap_or(0), true);
    }
    share_traffic(&mut made);
    made.backing = Some(Poly::new(backing));
    made.connectable = Some(Box::new(VirtualDeviceConnectInfo {
        start_connected: true,
        connected: true,
        allow_guest_control: true,
        status: Some("ok".into()),
        ..Default::default()
    }));
    device(key, &format!("Network adapter {}", port + 1), on(made, 100, 7 + port))
}

fn odd_device(quirk: Quirk, directory: &str) -> Option<Device> {
    Some(match quirk {
        Quirk::HostFloppy => {
            let mut made = VirtualFloppy::default();
            let mut backing = VirtualFloppyDeviceBackingInfo::default();
            backing.device_name = "/dev/fd0".into();
            made.backing = Some(Poly::new(backing));
            device(8000, "Floppy drive 1", on(made, 400, 0))
        }
        Quirk::SerialPort => {
            let mut made = VirtualSerialPort::default();
            let mut backing = VirtualSerialPortFileBackingInfo::default();
            backing.file_name = format!("{directory}/serial.txt").into();
            made.backing = Some(Poly::new(backing));
            device(9000, "Serial port 1", on(made, 400, 0))
        }
        Quirk::UsbDevice => {
            let mut made = VirtualUSB { connected: true, ..Default::default() };
            let mut backing = VirtualUSBRemoteHostBackingInfo::default();
            backing.device_name = "path:0/1/0".into();
            made.backing = Some(Poly::new(backing));
            device(11000, "USB 1", made)
        }
        Quirk::SoundCard => {
            device(5000, "Sound card 1", on(VirtualHdAudioCard::default(), 100, 20))
        }
        Quirk::Passthrough => {
            device(13000, "PCI device 0", on(VirtualPCIPassthrough::default(), 100, 21))
        }
        Quirk::HotPlug => {
            controller(7000, "USB controller", 0, &[], VirtualUSBController::default())
        }
        _ => return None,
    })
}

/// The datastores that the files of a VM are on, its home first.
#[must_use]
pub fn datastores(vm: &VirtualMachine) -> Vec<MoRef> {
    let backings = vm.devices.iter().filter_map(|device| {
        let backing = device.backing.as_ref()?;
        backing.downcast_ref::<VirtualDeviceFileBackingInfo>()?.datastore.clone()
    });
    let mut found = Vec::new();
    for datastore in std::iter::once(vm.home.clone()).chain(backings) {
        if !found.contains(&datastore) {
            found.push(datastore);
        }
    }
    found
}

/// The networks that adapters are attached to.
#[must_use]
pub(super) fn networks(devices: &[Device]) -> Vec<MoRef> {
    let mut found = Vec::new();
    for device in devices {
        let backing = device.backing.as_ref();
        let network = backing
            .and_then(|backing| backing.downcast_ref::<VirtualEthernetCardNetworkBackingInfo>())
            .and_then(|backing| backing.network.clone());
        found.extend(network.filter(|network| !found.contains(network)));
    }
    found
}

/// The disks among the devices.
pub fn disks(devices: &[Device]) -> impl Iterator<Item = &VirtualDisk> {
    devices.iter().filter_map(|device| device.downcast_ref())
}

/// The adapters among the devices.
pub fn adapters(devices: &[Device]) -> impl Iterator<Item = &VirtualEthernetCard> {
    devices.iter().filter_map(|device| device.downcast_ref())
}

/// Bytes that a disk takes on its datastore: thin ones are filled to a half.
#[must_use]
pub fn committed(disk: &VirtualDisk) -> i64 {
    let backing = disk.backing.as_ref();
    let flat = backing.and_then(|backing| backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>());
    match flat {
        Some(flat) if flat.thin_provisioned == Some(true) => disk.capacity_in_kb * 512,
        Some(_) => disk.capacity_in_kb * 1024,
        None => 0,
    }
}

/// Bytes that a disk of this VM takes: thin ones that were uploaded take what was uploaded.
#[must_use]
pub(super) fn taken(vm: &VirtualMachine, disk: &VirtualDisk) -> i64 {
    let backing = disk.backing.as_ref();
    let flat = backing.and_then(|backing| backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>());
    let is_thin = flat.is_some_and(|flat| flat.thin_provisioned == Some(true));
    match vm.content.get(&disk.key) {
        Some(uploaded) if is_thin => *uploaded,
        _ => committed(disk),
    }
}

/// The file of a device; `None` for one without, or whose file has no name yet.
#[must_use]
pub fn file_of(device: &VirtualDevice) -> Option<DatastorePath> {
    let backing = device.backing.as_ref()?.downcast_ref::<VirtualDeviceFileBackingInfo>()?;
    DatastorePath::parse(&backing.file_name).filter(|path| !path.path.is_root())
}

/// Bytes that all disks of a VM take.
#[must_use]
pub(super) fn all_bytes(vm: &VirtualMachine) -> i64 {
    disks(&vm.devices).map(|disk| taken(vm, disk)).fold(0, i64::saturating_add)
}

/// The datastore a disk is on.
#[must_use]
pub fn disk_datastore(disk: &VirtualDisk) -> Option<&MoRef> {
    disk.backing.as_ref()?.downcast_ref::<VirtualDeviceFileBackingInfo>()?.datastore.as_ref()
}
