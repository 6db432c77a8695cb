//! One virtual machine with its parts.

use serde_json::{Map, Value as Json, json};
use vim25::types::{
    ParaVirtualSCSIController, VirtualAHCIController, VirtualBusLogicController, VirtualCdrom,
    VirtualCdromIsoBackingInfo, VirtualController, VirtualDevice, VirtualDisk, VirtualEthernetCard,
    VirtualEthernetCardNetworkBackingInfo, VirtualFloppy, VirtualIDEController,
    VirtualLsiLogicSASController, VirtualMachineConfigInfo, VirtualNVMEController,
    VirtualSCSIController,
};
use vim25::types::{
    VirtualDeviceConnectInfo, VirtualDeviceDeviceBackingInfo, VirtualDeviceFileBackingInfo,
    VirtualDeviceURIBackingInfo, VirtualParallelPort, VirtualSerialPort,
    VirtualSerialPortPipeBackingInfo,
};
use vim25::{MoRef, Poly, WireEnum};

use crate::behaviour::virtual_machine::VirtualMachine;
use crate::rest::dialect::Dialect;
use crate::rest::refusal::Refusal;
use crate::store::{Property, Reading, Snapshot};

use super::guest_os::guest_os;
use super::list::{in_capitals, name_of};
use super::map;

/// All that is told of a VM.
pub(super) fn info(snapshot: &Snapshot, id: &MoRef, dialect: Dialect) -> Result<Json, Refusal> {
    let gone = || Refusal::not_found("virtual machine", &id.value);
    let vm = snapshot.get::<VirtualMachine>(id).ok_or_else(gone)?;
    let config = Reading::of(snapshot).property(id, "config").map(Property::into_value);
    let config = config.as_ref().and_then(|config| config.as_object::<VirtualMachineConfigInfo>());
    let config = config.ok_or_else(gone)?;
    let name = name_of(snapshot, id);
    let mut info = json!({
        "name": name,
        "guest_OS": guest_os(&vm.guest_id),
        "identity": {
            "name": name,
            "bios_uuid": &*vm.uuid,
            "instance_uuid": &*vm.instance_uuid,
        },
        "power_state": in_capitals(vm.power.as_str()),
        "instant_clone_frozen": false,
        "hardware": {
            "version": vm.version.to_uppercase().replace('-', "_"),
            "upgrade_policy": "NEVER",
            "upgrade_status": "NONE",
        },
        "boot": boot(config),
        "boot_devices": [],
        "cpu": cpu(config),
        "memory": {
            "size_MiB": config.hardware.memory_mb,
            "hot_add_enabled": config.memory_hot_add_enabled == Some(true),
        },
    });
    let fields = info.as_object_mut().ok_or_else(gone)?;
    devices(snapshot, config, dialect, fields);
    Ok(info)
}

fn boot(config: &VirtualMachineConfigInfo) -> Json {
    let efi = config.firmware.as_deref() == Some("efi");
    let options = config.boot_options.as_deref().cloned().unwrap_or_default();
    let mut boot = json!({
        "type": if efi { "EFI" } else { "BIOS" },
        "delay": options.boot_delay.unwrap_or(0),
        "retry": options.boot_retry_enabled == Some(true),
        "retry_delay": options.boot_retry_delay.unwrap_or(10_000),
        "enter_setup_mode": options.enter_bios_setup == Some(true),
    });
    if efi {
        boot["efi_legacy_boot"] = json!(false);
        boot["network_protocol"] = json!("IPV4");
    }
    boot
}

fn cpu(config: &VirtualMachineConfigInfo) -> Json {
    json!({
        "count": config.hardware.num_cpu,
        "cores_per_socket": config.hardware.num_cores_per_socket.unwrap_or(1).max(1),
        "hot_add_enabled": config.cpu_hot_add_enabled == Some(true),
        "hot_remove_enabled": config.cpu_hot_remove_enabled == Some(true),
    })
}

/// Shows a device of one kind; `None` for those of others.
type Show<'a> = dyn Fn(&Poly<VirtualDevice>) -> Option<Json> + 'a;

/// The parts by kind; each kind is told of, also without any.
fn devices(
    snapshot: &Snapshot,
    config: &VirtualMachineConfigInfo,
    dialect: Dialect,
    fields: &mut Map<String, Json>,
) {
    let all = &config.hardware.device;
    let parts: [(&str, &Show<'_>); 9] = [
        ("disks", &|device| disk(device.downcast_ref()?, all)),
        ("nics", &|device| nic(snapshot, device)),
        ("cdroms", &|device| cdrom(device.downcast_ref()?, all)),
        ("floppies", &|device| floppy(device.downcast_ref()?)),
        ("parallel_ports", &|device| port(device.downcast_ref::<VirtualParallelPort>()?)),
        ("serial_ports", &|device| {
            let serial = device.downcast_ref::<VirtualSerialPort>()?;
            let mut shown = port(serial)?;
            shown["yield_on_poll"] = json!(serial.yield_on_poll);
            Some(shown)
        }),
        ("scsi_adapters", &scsi_adapter),
        ("sata_adapters", &|device| {
            let controller = device.downcast_ref::<VirtualAHCIController>()?;
            Some(adapter(device, "AHCI", controller.bus_number))
        }),
        ("nvme_adapters", &|device| {
            let controller = device.downcast_ref::<VirtualNVMEController>()?;
            let mut shown = adapter(device, "", controller.bus_number);
            shown.as_object_mut()?.remove("type");
            Some(shown)
        }),
    ];
    for (name, show) in parts {
        let shown = all.iter().filter_map(|device| Some((device.key.to_string(), show(device)?)));
        fields.insert(name.to_owned(), map(dialect, shown.collect()));
    }
}

fn label(device: &VirtualDevice) -> String {
    device.device_info.as_ref().map(|info| info.label.to_string()).unwrap_or_default()
}

/// Where a device is attached, as type and address.
fn address(device: &VirtualDevice, all: &[Poly<VirtualDevice>], shown: &mut Json) -> Option<()> {
    let controller = all.iter().find(|other| Some(other.key) == device.controller_key)?;
    let base = controller.downcast_ref::<VirtualController>()?;
    let (bus, unit) = (base.bus_number, device.unit_number.unwrap_or(0));
    let (kind, place) = if controller.downcast_ref::<VirtualIDEController>().is_some() {
        ("IDE", json!({ "primary": bus == 0, "master": unit == 0 }))
    } else if controller.downcast_ref::<VirtualAHCIController>().is_some() {
        ("SATA", json!({ "bus": bus, "unit": unit }))
    } else if controller.downcast_ref::<VirtualNVMEController>().is_some() {
        ("NVME", json!({ "bus": bus, "unit": unit }))
    } else {
        ("SCSI", json!({ "bus": bus, "unit": unit }))
    };
    shown["type"] = json!(kind);
    shown[kind.to_lowercase()] = place;
    Some(())
}

fn disk(disk: &VirtualDisk, all: &[Poly<VirtualDevice>]) -> Option<Json> {
    let file = disk.backing.as_ref()?.downcast_ref::<VirtualDeviceFileBackingInfo>()?;
    let capacity = disk.capacity_in_bytes.unwrap_or(disk.capacity_in_kb * 1024);
    let mut shown = json!({
        "label": label(disk),
        "backing": { "type": "VMDK_FILE", "vmdk_file": &*file.file_name },
        "capacity": capacity,
    });
    address(disk, all, &mut shown);
    Some(shown)
}

fn nic(snapshot: &Snapshot, device: &Poly<VirtualDevice>) -> Option<Json> {
    let card = device.downcast_ref::<VirtualEthernetCard>()?;
    let kind = match device.type_name() {
        "VirtualVmxnet3" => "VMXNET3",
        "VirtualE1000e" => "E1000E",
        "VirtualE1000" => "E1000",
        "VirtualPCNet32" => "PCNET32",
        _ => "VMXNET2",
    };
    let connected = card.connectable.as_deref().cloned().unwrap_or_default();
    let mut shown = json!({
        "label": label(card),
        "type": kind,
        "mac_type": in_capitals(card.address_type.as_deref().unwrap_or("assigned")),
        "mac_address": card.mac_address.as_deref().unwrap_or_default(),
        "pci_slot_number": 192,
        "wake_on_lan_enabled": card.wake_on_lan_enabled == Some(true),
        "state": state(&connected),
        "start_connected": connected.start_connected,
        "allow_guest_control": connected.allow_guest_control,
        "backing": { "type": "STANDARD_PORTGROUP" },
    });
    if kind == "VMXNET3" {
        shown["upt_compatibility_enabled"] = json!(card.upt_compatibility_enabled == Some(true));
    }
    let backing = card.backing.as_ref();
    if let Some(backing) =
        backing.and_then(|backing| backing.downcast_ref::<VirtualEthernetCardNetworkBackingInfo>())
    {
        shown["backing"]["network_name"] = json!(&*backing.device_name);
        if let Some(network) = backing.network.as_ref().filter(|id| snapshot.contains(id)) {
            shown["backing"]["network"] = json!(&*network.value);
        }
    }
    Some(shown)
}

fn state(connected: &VirtualDeviceConnectInfo) -> &'static str {
    if connected.connected { "CONNECTED" } else { "NOT_CONNECTED" }
}

fn cdrom(cdrom: &VirtualCdrom, all: &[Poly<VirtualDevice>]) -> Option<Json> {
    let backing = cdrom.backing.as_ref()?;
    let iso = backing.downcast_ref::<VirtualCdromIsoBackingInfo>();
    let connected = cdrom.connectable.as_deref().cloned().unwrap_or_default();
    let mut shown = json!({
        "label": label(cdrom),
        "state": state(&connected),
        "start_connected": connected.start_connected,
        "allow_guest_control": connected.allow_guest_control,
        "backing": match iso {
            Some(iso) => json!({ "type": "ISO_FILE", "iso_file": &*iso.file_name }),
            None => json!({ "type": "CLIENT_DEVICE", "device_access_type": "PASSTHRU" }),
        },
    });
    address(cdrom, all, &mut shown);
    Some(shown)
}

fn floppy(floppy: &VirtualFloppy) -> Option<Json> {
    let connected = floppy.connectable.as_deref().cloned().unwrap_or_default();
    let file = floppy.backing.as_ref()?.downcast_ref::<VirtualDeviceFileBackingInfo>();
    Some(json!({
        "label": label(floppy),
        "state": state(&connected),
        "start_connected": connected.start_connected,
        "allow_guest_control": connected.allow_guest_control,
        "backing": match file {
            Some(file) => json!({ "type": "IMAGE_FILE", "image_file": &*file.file_name }),
            None => json!({ "type": "CLIENT_DEVICE" }),
        },
    }))
}

/// A serial or parallel port.
fn port(port: &VirtualDevice) -> Option<Json> {
    let connected = port.connectable.as_deref().cloned().unwrap_or_default();
    let backing = port.backing.as_ref()?;
    let backing = if let Some(file) = backing.downcast_ref::<VirtualDeviceFileBackingInfo>() {
        json!({ "type": "FILE", "file": &*file.file_name })
    } else if let Some(remote) = backing.downcast_ref::<VirtualDeviceURIBackingInfo>() {
        let kind = match &*remote.direction {
            "server" => "NETWORK_SERVER",
            _ => "NETWORK_CLIENT",
        };
        json!({ "type": kind, "network_location": &*remote.service_uri })
    } else if let Some(pipe) = backing.downcast_ref::<VirtualSerialPortPipeBackingInfo>() {
        let kind = if pipe.endpoint == "client" { "PIPE_CLIENT" } else { "PIPE_SERVER" };
        let no_loss = pipe.no_rx_loss.unwrap_or(false);
        json!({ "type": kind, "pipe": &*pipe.pipe_name, "no_rx_loss": no_loss })
    } else {
        let device = backing.downcast_ref::<VirtualDeviceDeviceBackingInfo>();
        let name = device.map(|device| &*device.device_name).unwrap_or_default();
        let auto = device.and_then(|device| device.use_auto_detect).unwrap_or(false);
        json!({ "type": "HOST_DEVICE", "host_device": name, "auto_detect": auto })
    };
    Some(json!({
        "label": label(port),
        "state": state(&connected),
        "start_connected": connected.start_connected,
        "allow_guest_control": connected.allow_guest_control,
        "backing": backing,
    }))
}

fn adapter(device: &VirtualDevice, kind: &str, bus: i32) -> Json {
    let mut shown = json!({ "label": label(device), "type": kind, "bus": bus });
    if let Some(slot) = device
        .slot_info
        .as_ref()
        .and_then(|slot| slot.downcast_ref::<vim25::types::VirtualDevicePciBusSlotInfo>())
    {
        shown["pci_slot_number"] = json!(slot.pci_slot_number);
    }
    shown
}

fn scsi_adapter(device: &Poly<VirtualDevice>) -> Option<Json> {
    let controller = device.downcast_ref::<VirtualSCSIController>()?;
    let kind = if device.downcast_ref::<ParaVirtualSCSIController>().is_some() {
        "PVSCSI"
    } else if device.downcast_ref::<VirtualLsiLogicSASController>().is_some() {
        "LSILOGICSAS"
    } else if device.downcast_ref::<VirtualBusLogicController>().is_some() {
        "BUSLOGIC"
    } else {
        "LSILOGIC"
    };
    let mut shown = adapter(device, kind, controller.bus_number);
    shown["scsi"] = json!({
        "bus": controller.bus_number,
        "unit": controller.scsi_ctlr_unit_number.unwrap_or(7),
    });
    if let Some(object) = shown.as_object_mut() {
        object.remove("bus");
    }
    let sharing = match controller.shared_bus.as_str() {
        "physicalSharing" => "PHYSICAL",
        "virtualSharing" => "VIRTUAL",
        _ => "NONE",
    };
    shown["sharing"] = json!(sharing);
    Some(shown)
}
