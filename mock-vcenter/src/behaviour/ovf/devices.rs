//! From items of hardware to devices of an import specification, and which of them get a file.

use vim25::enums::{
    VirtualDeviceConfigSpecFileOperation as FileOperation,
    VirtualDeviceConfigSpecOperation as Operation,
};
use vim25::types::{
    OvfFileItem, ParaVirtualSCSIController, VirtualAHCIController, VirtualBusLogicController,
    VirtualCdrom, VirtualCdromIsoBackingInfo, VirtualCdromRemotePassthroughBackingInfo,
    VirtualController, VirtualDevice, VirtualDeviceConfigSpec, VirtualDeviceConnectInfo,
    VirtualDisk, VirtualDiskFlatVer2BackingInfo, VirtualE1000, VirtualE1000e, VirtualEthernetCard,
    VirtualEthernetCardNetworkBackingInfo, VirtualFloppy, VirtualFloppyRemoteDeviceBackingInfo,
    VirtualIDEController, VirtualLsiLogicController, VirtualLsiLogicSASController, VirtualPCNet32,
    VirtualSCSIController, VirtualUSBController, VirtualVmxnet3,
};
use vim25::{DataObject, IsA, MoRef, Poly, Str};

use crate::behaviour::import::import_key;
use crate::fault::Fault;

use super::hardware::bytes_of;
use super::model::{Descriptor, Item, PackageFile};
use super::problems;

/// Where the devices will be.
pub(super) struct Target<'a> {
    /// The VM's name.
    pub(super) name: &'a str,
    /// `thin`, `thick`...
    pub(super) provisioning: &'a str,
    /// The network that stands for one of the package.
    pub(super) network: &'a dyn Fn(&str) -> Option<(MoRef, Str)>,
}

/// What the items come to.
#[derive(Default)]
pub(super) struct Built {
    pub(super) cpus: i32,
    pub(super) megabytes: i64,
    pub(super) devices: Vec<Poly<VirtualDevice>>,
    /// Files with the place of their device.
    files: Vec<(usize, PackageFile, i32)>,
    pub(super) errors: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

/// Builds the devices of a deployment option.
pub(super) fn build(descriptor: &Descriptor, option: &str, target: &Target<'_>) -> Built {
    let mut built = Built { cpus: 1, megabytes: 256, ..Built::default() };
    let items = descriptor.items(option);
    let mut parents = Vec::new();
    // Controllers come first, whatever the order of the items.
    for item in items.iter().filter(|item| is_controller(item)) {
        if let Some(made) = controller(item, &built.devices) {
            let key = built.put(made);
            parents.push((item.id.as_str(), key));
        }
    }
    for item in items.iter().filter(|item| !is_controller(item)) {
        let parent = item.parent.as_deref();
        let known = parents.iter().find(|(id, _)| Some(*id) == parent).map(|(_, key)| *key);
        if let (Some(parent), None) = (parent, known) {
            built.errors.push(problems::reference(item.line, "Item", "Parent", parent));
            continue;
        }
        if let Err(fault) = built.add(item, known, descriptor, target) {
            built.errors.push(fault);
        }
    }
    built
}

fn is_controller(item: &Item) -> bool {
    matches!(item.kind, 5 | 6 | 20 | 23)
}

fn controller(item: &Item, before: &[Poly<VirtualDevice>]) -> Option<Poly<VirtualDevice>> {
    fn scsi<T>(mut made: T) -> Poly<VirtualDevice>
    where
        T: DataObject + IsA<VirtualDevice>,
    {
        if let Some(base) =
            (&mut made as &mut dyn DataObject).as_type_mut::<VirtualSCSIController>()
        {
            base.shared_bus = vim25::enums::VirtualSCSISharing::NoSharing;
        }
        Poly::new(made)
    }
    let mut made = match (item.kind, item.sub_type.as_str()) {
        (5, _) => Poly::new(VirtualIDEController::default()),
        (6, "lsilogicsas") => scsi(VirtualLsiLogicSASController::default()),
        (6, "buslogic") => scsi(VirtualBusLogicController::default()),
        (6, "virtualscsi") => scsi(ParaVirtualSCSIController::default()),
        (6, _) => scsi(VirtualLsiLogicController::default()),
        (20, _) => Poly::new(VirtualAHCIController::default()),
        (23, _) => Poly::new(VirtualUSBController::default()),
        _ => return None,
    };
    let same = |other: &&Poly<VirtualDevice>| class(other) == class(&made);
    let bus = i32::try_from(before.iter().filter(same).count()).unwrap_or(0);
    if let Some(base) = made.downcast_mut::<VirtualController>() {
        base.bus_number = bus;
    }
    Some(made)
}

/// Controllers that share their numbers.
fn class(device: &Poly<VirtualDevice>) -> &str {
    if device.downcast_ref::<VirtualSCSIController>().is_some() {
        "SCSI"
    } else {
        device.type_name()
    }
}

impl Built {
    fn put(&mut self, mut device: Poly<VirtualDevice>) -> i32 {
        let key = -101 - i32::try_from(self.devices.len()).unwrap_or(0);
        device.key = key;
        self.devices.push(device);
        key
    }

    fn add(
        &mut self,
        item: &Item,
        parent: Option<i32>,
        descriptor: &Descriptor,
        target: &Target<'_>,
    ) -> Result<(), Fault> {
        match item.kind {
            3 => {
                self.cpus = i32::try_from(item.quantity)
                    .ok()
                    .filter(|cpus| (1..=768).contains(cpus))
                    .ok_or_else(|| problems::too_much("numCPUs"))?;
            }
            4 => {
                let bytes = bytes_of(&item.units).and_then(|unit| unit.checked_mul(item.quantity));
                let units = item.units.as_str();
                let bytes = bytes
                    .ok_or_else(|| problems::invalid_value(item.line, "AllocationUnits", units))?;
                self.megabytes = (bytes >> 20).max(4);
            }
            10 => self.adapter(item, target)?,
            14 => {
                let mut made = VirtualFloppy::default();
                made.backing = Some(Poly::new(VirtualFloppyRemoteDeviceBackingInfo::default()));
                made.connectable = Some(Box::default());
                self.put(Poly::new(made));
            }
            15 | 16 => self.drive(item, parent, descriptor)?,
            17 => self.disk(item, parent, descriptor, target)?,
            // Video cards and the like are the same in every VM.
            24 => {}
            1 if matches!(item.sub_type.as_str(), "vmware.vmci" | "vmware.soundcard.hdaudio") => {}
            kind => {
                let fault = problems::unsupported_device(item.line, &item.name, &item.id, kind);
                if item.required {
                    return Err(fault);
                }
                self.warnings.push(fault);
            }
        }
        Ok(())
    }

    fn adapter(&mut self, item: &Item, target: &Target<'_>) -> Result<(), Fault> {
        let name = item.connection.as_deref().unwrap_or_default();
        let (network, network_name) = (target.network)(name)
            .ok_or_else(|| problems::reference(item.line, "Item", "Connection", name))?;
        let mut made: Poly<VirtualDevice> = match item.sub_type.as_str() {
            "vmxnet3" => Poly::new(VirtualVmxnet3::default()),
            "e1000e" => Poly::new(VirtualE1000e::default()),
            "pcnet32" => Poly::new(VirtualPCNet32::default()),
            _ => Poly::new(VirtualE1000::default()),
        };
        let mut backing = VirtualEthernetCardNetworkBackingInfo::default();
        backing.network = Some(network);
        backing.device_name = network_name;
        made.backing = Some(Poly::new(backing));
        made.connectable = Some(Box::new(VirtualDeviceConnectInfo {
            start_connected: item.starts_connected,
            connected: item.starts_connected,
            allow_guest_control: true,
            ..Default::default()
        }));
        if let Some(base) = made.downcast_mut::<VirtualEthernetCard>() {
            base.address_type = Some("generated".into());
        }
        self.put(made);
        Ok(())
    }

    fn drive(
        &mut self,
        item: &Item,
        parent: Option<i32>,
        descriptor: &Descriptor,
    ) -> Result<(), Fault> {
        let file = match item.host_resource.as_deref().map(resource) {
            Some(("file", id)) => Some(
                descriptor
                    .file(id)
                    .cloned()
                    .ok_or_else(|| problems::reference(item.line, "Item", "HostResource", id))?,
            ),
            _ => None,
        };
        let mut made = VirtualCdrom::default();
        made.backing = Some(match &file {
            Some(file) => {
                let mut image = VirtualCdromIsoBackingInfo::default();
                image.file_name = format!("ovf:/file/{}", base_name(&file.href)).into();
                Poly::new(image)
            }
            None => Poly::new(VirtualCdromRemotePassthroughBackingInfo::default()),
        });
        made.connectable = Some(Box::new(VirtualDeviceConnectInfo {
            start_connected: file.is_some(),
            allow_guest_control: true,
            ..Default::default()
        }));
        made.controller_key = parent;
        made.unit_number = Some(self.unit(item, parent));
        let place = self.devices.len();
        self.put(Poly::new(made));
        if let Some(file) = file {
            self.files.push((place, file, item.kind));
        }
        Ok(())
    }

    fn disk(
        &mut self,
        item: &Item,
        parent: Option<i32>,
        descriptor: &Descriptor,
        target: &Target<'_>,
    ) -> Result<(), Fault> {
        let named = item.host_resource.as_deref().unwrap_or_default();
        let wrong = || problems::reference(item.line, "Item", "HostResource", named);
        let ("disk", id) = resource(named) else { return Err(wrong()) };
        let disk = descriptor.disk(id).ok_or_else(wrong)?;
        let backing = VirtualDiskFlatVer2BackingInfo {
            disk_mode: "persistent".into(),
            split: Some(false),
            write_through: Some(false),
            thin_provisioned: Some(target.provisioning == "thin"),
            eagerly_scrub: Some(target.provisioning == "eagerZeroedThick"),
            ..Default::default()
        };
        let mut made = VirtualDisk {
            capacity_in_kb: disk.capacity.div_euclid(1024),
            capacity_in_bytes: Some(disk.capacity),
            ..Default::default()
        };
        made.backing = Some(Poly::new(backing));
        made.controller_key = parent;
        made.unit_number = Some(self.unit(item, parent));
        let place = self.devices.len();
        self.put(Poly::new(made));
        if let Some(file) = disk.file.as_deref().and_then(|id| descriptor.file(id)) {
            self.files.push((place, file.clone(), item.kind));
        }
        Ok(())
    }

    /// The place that the item asks for, or the next one on its controller.
    fn unit(&self, item: &Item, parent: Option<i32>) -> i32 {
        item.address.unwrap_or_else(|| {
            let taken = |unit: i32| {
                let mut others = self.devices.iter();
                others.any(|it| it.controller_key == parent && it.unit_number == Some(unit))
            };
            (0..).find(|unit| *unit != 7 && !taken(*unit)).unwrap_or(0)
        })
    }

    /// The devices as changes that add them.
    pub(super) fn changes(&self) -> Vec<Poly<VirtualDeviceConfigSpec>> {
        let change = |device: &Poly<VirtualDevice>| {
            let is_disk = device.type_name() == "VirtualDisk";
            Poly::new(VirtualDeviceConfigSpec {
                operation: Some(Operation::Add),
                file_operation: is_disk.then_some(FileOperation::Create),
                device: device.clone(),
                ..Default::default()
            })
        };
        self.devices.iter().map(change).collect()
    }

    /// The files to send, in the order of their devices.
    pub(super) fn file_items(&self, target: &Target<'_>) -> Vec<OvfFileItem> {
        let item = |(place, file, kind): &(usize, PackageFile, i32)| OvfFileItem {
            device_id: import_key(target.name, &self.devices, &self.devices[*place]).into(),
            path: file.href.as_str().into(),
            compression_method: file.compression.as_deref().map(Str::from),
            chunk_size: file.chunk_size,
            size: file.size,
            cim_type: *kind,
            create: *kind != 17,
            ..Default::default()
        };
        self.files.iter().map(item).collect()
    }
}

/// `ovf:/disk/ID` and `ovf:/file/ID` in kind and id.
fn resource(text: &str) -> (&str, &str) {
    let text = text.strip_prefix("ovf:").unwrap_or(text).trim_start_matches('/');
    text.split_once('/').unwrap_or(("", text))
}

pub(super) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
