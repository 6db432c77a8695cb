//! The configuration file of a VM as text, worked out from what the vim API shows of the VM.

use std::collections::HashSet;
use std::fmt::Write as _;

use vim25::Poly;
use vim25::types::{
    ParaVirtualSCSIController, VirtualAHCIController, VirtualBusLogicController, VirtualCdrom,
    VirtualCdromIsoBackingInfo, VirtualCdromRemoteAtapiBackingInfo,
    VirtualCdromRemotePassthroughBackingInfo, VirtualController, VirtualDevice,
    VirtualDeviceDeviceBackingInfo, VirtualDeviceFileBackingInfo, VirtualDisk,
    VirtualDiskFlatVer2BackingInfo, VirtualEthernetCard, VirtualFloppy, VirtualIDEController,
    VirtualLsiLogicSASController, VirtualMachineConfigInfo, VirtualMachineVideoCard,
    VirtualNVMEController, VirtualSCSIController, VirtualSerialPort,
};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::virtual_machine::{VirtualMachine, config_of};
use crate::endpoint::url;
use crate::storage::DatastorePath;
use crate::store::Snapshot;

/// The text of a VM's configuration file; `None` when its place is not a path.
pub(super) fn text(snapshot: &Snapshot, vm: &VirtualMachine) -> Option<String> {
    let config = &config_of(vm, snapshot);
    let home = config.files.vm_path_name.as_deref().and_then(DatastorePath::parse)?;
    let mut file = Vmx { text: String::new(), keys: HashSet::new(), snapshot, home };
    file.general(config);
    file.controllers(&config.hardware.device);
    for device in &config.hardware.device {
        file.device(device, &config.hardware.device);
    }
    let cards = config.hardware.device.iter().filter(|device| is_card(device));
    for (number, card) in cards.enumerate() {
        file.card(number, card);
    }
    let floppies = config.hardware.device.iter().filter_map(|device| device.downcast_ref());
    file.floppies(floppies);
    let ports = config.hardware.device.iter().filter_map(|device| device.downcast_ref());
    file.serial_ports(ports);
    for option in &config.extra_config {
        if let Some(value) = option.value.as_ref().and_then(|value| value.as_str()) {
            file.set(&option.key, value);
        }
    }
    Some(file.text)
}

fn is_card(device: &Poly<VirtualDevice>) -> bool {
    device.downcast_ref::<VirtualEthernetCard>().is_some()
}

struct Vmx<'a> {
    text: String,
    /// Those that are set, in lower case.
    keys: HashSet<String>,
    snapshot: &'a Snapshot,
    /// Where the file itself is.
    home: DatastorePath,
}

impl Vmx<'_> {
    /// Quotes and the like are written by their codes. What stands already stays; a key that is none is left out.
    fn set(&mut self, key: &str, value: &str) {
        let is_plain = |letter: char| !letter.is_control() && !matches!(letter, '"' | '=' | '|');
        if !key.chars().all(is_plain) || !self.keys.insert(key.to_lowercase()) {
            return;
        }
        let mut plain = String::with_capacity(value.len());
        for letter in value.chars() {
            match letter {
                '"' | '|' | '\0'..='\x1f' => {
                    let _ = write!(plain, "|{:02X}", u32::from(letter));
                }
                other => plain.push(other),
            }
        }
        let _ = writeln!(self.text, "{key} = \"{plain}\"");
    }

    fn flag(&mut self, key: &str, value: bool) {
        self.set(key, if value { "TRUE" } else { "FALSE" });
    }

    fn general(&mut self, config: &VirtualMachineConfigInfo) {
        let hardware = &config.hardware;
        self.set(".encoding", "UTF-8");
        self.set("config.version", "8");
        self.set("virtualHW.version", number_of(&config.version));
        let name = url::decoded(&config.name).unwrap_or_else(|| config.name.to_string());
        self.set("displayName", &name);
        self.set("guestOS", &guest_os(&config.guest_id));
        self.set("uuid.bios", &spaced(&config.uuid));
        if let Some(uuid) = &config.instance_uuid {
            self.set("vc.uuid", &spaced(uuid));
        }
        if let Some(notes) = config.annotation.as_deref().filter(|notes| !notes.is_empty()) {
            self.set("annotation", notes);
        }
        self.set("numvcpus", &hardware.num_cpu.to_string());
        if let Some(cores) = hardware.num_cores_per_socket.filter(|cores| *cores > 0) {
            self.set("cpuid.coresPerSocket", &cores.to_string());
        }
        self.set("memSize", &hardware.memory_mb.to_string());
        let hot = [
            ("vcpu.hotadd", config.cpu_hot_add_enabled),
            ("mem.hotadd", config.memory_hot_add_enabled),
        ];
        for (key, on) in hot {
            self.flag(key, on == Some(true));
        }
        if let Some(firmware) = config.firmware.as_deref().filter(|it| *it != "bios") {
            self.set("firmware", firmware);
        }
        let memory = config.memory_allocation.as_deref();
        if let Some(reserved) = memory.and_then(|memory| memory.reservation) {
            self.set("sched.mem.min", &reserved.to_string());
        }
        self.set("pciBridge0.present", "TRUE");
        let mut video =
            hardware.device.iter().filter_map(|it| it.downcast_ref::<VirtualMachineVideoCard>());
        if let Some(kilobytes) = video.next().and_then(|video| video.video_ram_size_in_kb) {
            self.set("svga.vramSize", &kilobytes.saturating_mul(1024).to_string());
        }
    }

    fn controllers(&mut self, devices: &[Poly<VirtualDevice>]) {
        for device in devices {
            let Some(kind) = bus_kind(device).filter(|kind| *kind != "ide") else { continue };
            let Some(controller) = device.downcast_ref::<VirtualController>() else { continue };
            let place = format!("{kind}{}", controller.bus_number);
            self.flag(&format!("{place}.present"), true);
            if let Some(scsi) = device.downcast_ref::<VirtualSCSIController>() {
                self.set(&format!("{place}.virtualDev"), scsi_model(device));
                let sharing = match vim25::WireEnum::as_str(&scsi.shared_bus) {
                    "physicalSharing" => "physical",
                    "virtualSharing" => "virtual",
                    _ => "none",
                };
                self.set(&format!("{place}.sharedBus"), sharing);
            }
        }
    }

    /// Disks and CD drives, at their places on their controllers.
    fn device(&mut self, device: &Poly<VirtualDevice>, all: &[Poly<VirtualDevice>]) {
        let controller = all.iter().find(|other| Some(other.key) == device.controller_key);
        let Some(controller) = controller else { return };
        let Some(kind) = bus_kind(controller) else { return };
        let bus = controller.downcast_ref::<VirtualController>().map_or(0, |it| it.bus_number);
        let place = format!("{kind}{bus}:{}", device.unit_number.unwrap_or(0));
        if let Some(disk) = device.downcast_ref::<VirtualDisk>() {
            self.disk(&place, kind, disk);
        } else if let Some(drive) = device.downcast_ref::<VirtualCdrom>() {
            self.drive(&place, drive);
        }
    }

    fn disk(&mut self, place: &str, kind: &str, disk: &VirtualDisk) {
        let Some(backing) = &disk.backing else { return };
        let Some(file) = backing.downcast_ref::<VirtualDeviceFileBackingInfo>() else { return };
        let name = self.file_name(file);
        self.flag(&format!("{place}.present"), true);
        let device = if kind == "ide" { "ata-hardDisk" } else { "scsi-hardDisk" };
        self.set(&format!("{place}.deviceType"), device);
        self.set(&format!("{place}.fileName"), &name);
        let mode = backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>().map(|it| &it.disk_mode);
        if let Some(mode) = mode.filter(|mode| *mode != "persistent") {
            self.set(&format!("{place}.mode"), &mode.replace('_', "-"));
        }
    }

    fn drive(&mut self, place: &str, drive: &VirtualCdrom) {
        let Some(backing) = &drive.backing else { return };
        let connected = drive.connectable.as_deref().is_some_and(|it| it.start_connected);
        self.flag(&format!("{place}.present"), true);
        self.flag(&format!("{place}.startConnected"), connected);
        let remote = backing.downcast_ref::<VirtualCdromRemotePassthroughBackingInfo>().is_some()
            || backing.downcast_ref::<VirtualCdromRemoteAtapiBackingInfo>().is_some();
        if let Some(iso) = backing.downcast_ref::<VirtualCdromIsoBackingInfo>() {
            let name = self.file_name(iso);
            self.set(&format!("{place}.deviceType"), "cdrom-image");
            self.set(&format!("{place}.fileName"), &name);
        } else if remote {
            self.set(&format!("{place}.deviceType"), "atapi-cdrom");
            self.flag(&format!("{place}.clientDevice"), true);
            self.set(&format!("{place}.fileName"), "emptyBackingString");
        } else if let Some(device) = backing.downcast_ref::<VirtualDeviceDeviceBackingInfo>() {
            self.set(&format!("{place}.deviceType"), "atapi-cdrom");
            self.set(&format!("{place}.fileName"), &device.device_name);
        }
    }

    fn card(&mut self, number: usize, device: &Poly<VirtualDevice>) {
        let Some(card) = device.downcast_ref::<VirtualEthernetCard>() else { return };
        let place = format!("ethernet{number}");
        self.flag(&format!("{place}.present"), true);
        self.set(&format!("{place}.virtualDev"), card_model(device));
        let connected = card.connectable.as_deref().is_some_and(|it| it.start_connected);
        self.flag(&format!("{place}.startConnected"), connected);
        let backing = card.backing.as_ref();
        if let Some(network) =
            backing.and_then(|it| it.downcast_ref::<VirtualDeviceDeviceBackingInfo>())
        {
            self.set(&format!("{place}.networkName"), &network.device_name);
        }
        let address = card.mac_address.as_deref().unwrap_or_default();
        let (kind, key) = match card.address_type.as_deref() {
            Some("manual" | "Manual") => ("static", "address"),
            Some("generated" | "Generated") => ("generated", "generatedAddress"),
            _ => ("vpx", "generatedAddress"),
        };
        self.set(&format!("{place}.addressType"), kind);
        self.set(&format!("{place}.{key}"), address);
    }

    fn floppies<'d>(&mut self, floppies: impl Iterator<Item = &'d VirtualFloppy>) {
        for (number, floppy) in floppies.enumerate() {
            let place = format!("floppy{number}");
            self.flag(&format!("{place}.present"), true);
            let backing = floppy.backing.as_ref();
            if let Some(file) = backing.and_then(|it| it.downcast_ref()) {
                let name = self.file_name(file);
                self.set(&format!("{place}.fileType"), "file");
                self.set(&format!("{place}.fileName"), &name);
            } else if let Some(device) =
                backing.and_then(|it| it.downcast_ref::<VirtualDeviceDeviceBackingInfo>())
            {
                self.set(&format!("{place}.fileType"), "device");
                self.set(&format!("{place}.fileName"), &device.device_name);
            } else {
                self.flag(&format!("{place}.clientDevice"), true);
            }
        }
        // Without a word of it there would be one.
        self.flag("floppy0.present", false);
    }

    fn serial_ports<'d>(&mut self, ports: impl Iterator<Item = &'d VirtualSerialPort>) {
        for (number, port) in ports.enumerate() {
            let file = port.backing.as_ref().and_then(|it| it.downcast_ref());
            let Some(name) = file.map(|file| self.file_name(file)) else { continue };
            let place = format!("serial{number}");
            self.flag(&format!("{place}.present"), true);
            self.set(&format!("{place}.fileType"), "file");
            self.set(&format!("{place}.fileName"), &name);
        }
    }

    /// A file as this one names it: beside it by its name, elsewhere by the path on the host.
    fn file_name(&self, file: &VirtualDeviceFileBackingInfo) -> String {
        let Some(path) = DatastorePath::parse(&file.file_name) else {
            let plain = file.file_name.trim_start_matches("[]").trim_start();
            return plain.to_owned();
        };
        if path.datastore == self.home.datastore && path.path.parent() == self.home.path.parent() {
            return path.path.name().to_owned();
        }
        let datastore = file.datastore.as_ref().and_then(|id| self.snapshot.get::<Datastore>(id));
        let volume = datastore.map_or_else(
            || format!("/vmfs/volumes/{}", path.datastore),
            |found| found.url.trim_start_matches("ds://").trim_end_matches('/').to_owned(),
        );
        format!("{volume}/{}", path.path)
    }
}

fn number_of(version: &str) -> &str {
    let number = version.rsplit_once('-').map_or(version, |(_, number)| number);
    number.trim_start_matches('0')
}

/// What places on a controller are called; `None` for one that disks are not attached to.
fn bus_kind(device: &Poly<VirtualDevice>) -> Option<&'static str> {
    if device.downcast_ref::<VirtualSCSIController>().is_some() {
        Some("scsi")
    } else if device.downcast_ref::<VirtualIDEController>().is_some() {
        Some("ide")
    } else if device.downcast_ref::<VirtualAHCIController>().is_some() {
        Some("sata")
    } else if device.downcast_ref::<VirtualNVMEController>().is_some() {
        Some("nvme")
    } else {
        None
    }
}

fn scsi_model(device: &Poly<VirtualDevice>) -> &'static str {
    if device.downcast_ref::<ParaVirtualSCSIController>().is_some() {
        "pvscsi"
    } else if device.downcast_ref::<VirtualLsiLogicSASController>().is_some() {
        "lsisas1068"
    } else if device.downcast_ref::<VirtualBusLogicController>().is_some() {
        "buslogic"
    } else {
        "lsilogic"
    }
}

fn card_model(device: &Poly<VirtualDevice>) -> &'static str {
    match device.type_name() {
        "VirtualVmxnet3" => "vmxnet3",
        "VirtualE1000e" => "e1000e",
        "VirtualE1000" => "e1000",
        "VirtualPCNet32" => "vlance",
        _ => "vmxnet",
    }
}

/// `centos7_64Guest` as this file writes it, `centos7-64`.
fn guest_os(id: &str) -> String {
    let plain = id.replacen("Guest", "", 1).replace("Server", "srv").to_lowercase();
    match plain.strip_suffix("64") {
        Some(stem) => format!("{}-64", stem.trim_end_matches('_')),
        None => plain,
    }
}

/// A UUID as pairs of digits, with a dash in the middle.
fn spaced(uuid: &str) -> String {
    let digits: Vec<char> = uuid.chars().filter(char::is_ascii_hexdigit).collect();
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    let (front, back) = pairs.split_at(pairs.len().min(8));
    format!("{}-{}", front.join(" "), back.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_api_become_words_of_the_file() {
        assert_eq!(guest_os("centos7_64Guest"), "centos7-64");
        assert_eq!(guest_os("ubuntu64Guest"), "ubuntu-64");
        assert_eq!(guest_os("otherGuest"), "other");
        assert_eq!(number_of("vmx-08"), "8");
        assert_eq!(
            spaced("42081ce4-00f2-9ba1-df41-0123456789ab"),
            "42 08 1c e4 00 f2 9b a1-df 41 01 23 45 67 89 ab"
        );
    }
}
