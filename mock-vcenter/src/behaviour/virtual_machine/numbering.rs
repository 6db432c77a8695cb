//! How the server numbers and calls the devices it takes in: controller and place there, key, label.

use std::sync::Arc;

use vim25::types::{
    Description, ParaVirtualSCSIController, VirtualAHCIController, VirtualBusLogicController,
    VirtualCdrom, VirtualController, VirtualDevice, VirtualDeviceDeviceBackingInfo, VirtualDisk,
    VirtualEthernetCard, VirtualFloppy, VirtualIDEController, VirtualLsiLogicController,
    VirtualLsiLogicSASController, VirtualNVMEController, VirtualPCIController,
    VirtualPCIPassthrough, VirtualPS2Controller, VirtualParallelPort, VirtualSATAController,
    VirtualSCSIController, VirtualSIOController, VirtualSerialPort, VirtualSoundCard, VirtualUSB,
    VirtualUSBController, VirtualUSBXHCIController,
};
use vim25::{DataObject, Poly};

use super::devices::Device;

/// The controller that adapters and other controllers sit on.
const PCI: i32 = 100;
const SIO: i32 = 400;
/// The place on a SCSI controller that the controller takes itself.
const SCSI_ITSELF: i32 = 7;

/// A kind of device.
struct Kind {
    is: fn(&Poly<VirtualDevice>) -> bool,
    /// Key of the first one.
    key: i32,
    label: &'static str,
    /// The key of the controller it sits on; disks and drives look for one.
    parent: Option<i32>,
    /// Its first place there.
    unit: i32,
}

fn is<D: DataObject>(device: &Poly<VirtualDevice>) -> bool {
    device.downcast_ref::<D>().is_some()
}

const fn kind(
    is: fn(&Poly<VirtualDevice>) -> bool,
    key: i32,
    label: &'static str,
    parent: Option<i32>,
    unit: i32,
) -> Kind {
    Kind { is, key, label, parent, unit }
}

static CONTROLLERS: &[Kind] = &[
    kind(is::<VirtualIDEController>, 200, "IDE", None, 0),
    kind(is::<VirtualSCSIController>, 1000, "SCSI controller", Some(PCI), 3),
    kind(is::<VirtualSATAController>, 15_000, "SATA controller", Some(PCI), 24),
    kind(is::<VirtualNVMEController>, 31_000, "NVME controller", Some(PCI), 30),
    kind(is::<VirtualUSBController>, 7000, "USB controller", Some(PCI), 22),
    kind(is::<VirtualUSBXHCIController>, 14_000, "USB xHCI controller", Some(PCI), 23),
    kind(is::<VirtualPS2Controller>, 300, "PS2 controller", None, 0),
    kind(is::<VirtualPCIController>, PCI, "PCI controller", None, 0),
    kind(is::<VirtualSIOController>, SIO, "SIO controller", None, 0),
    kind(is::<VirtualController>, 30_000, "Controller", Some(PCI), 34),
];

static OTHERS: &[Kind] = &[
    kind(is::<VirtualDisk>, 2000, "Hard disk", None, 0),
    kind(is::<VirtualCdrom>, 3000, "CD/DVD drive", None, 0),
    kind(is::<VirtualEthernetCard>, 4000, "Network adapter", Some(PCI), 7),
    kind(is::<VirtualSoundCard>, 5000, "Sound card", Some(PCI), 20),
    kind(is::<VirtualFloppy>, 8000, "Floppy drive", Some(SIO), 0),
    kind(is::<VirtualSerialPort>, 9000, "Serial port", Some(SIO), 0),
    kind(is::<VirtualParallelPort>, 10_000, "Parallel port", Some(SIO), 0),
    kind(is::<VirtualUSB>, 11_000, "USB", None, 0),
    kind(is::<VirtualPCIPassthrough>, 13_000, "PCI device", Some(PCI), 21),
    kind(is::<VirtualDevice>, 13_500, "Device", None, 0),
];

/// Controllers of disks and drives: keys and number of places of one, and the keys of what sits there.
static STORAGE: &[(i32, i32, i32)] =
    &[(1000, 16, 2000), (15_000, 30, 16_000), (31_000, 15, 32_000), (200, 2, 3000)];

fn kind_of<'a>(kinds: &'a [Kind], device: &Poly<VirtualDevice>) -> Option<&'a Kind> {
    kinds.iter().find(|kind| (kind.is)(device))
}

/// How many controllers of a kind a VM may have.
fn most_buses(kind: &Kind) -> i32 {
    match kind.label {
        "IDE" => 2,
        "SCSI controller" | "SATA controller" | "NVME controller" => 4,
        _ => 1,
    }
}

/// The key of a controller, which follows from its bus; `None` for other devices.
pub(super) fn controller_key(device: &Poly<VirtualDevice>) -> Option<i32> {
    let bus = device.downcast_ref::<VirtualController>()?.bus_number;
    kind_of(CONTROLLERS, device)?.key.checked_add(bus)
}

/// Gives an added device its controller and place there, key and description.
///
/// `None` when there is no such place, or something else is there.
pub(super) fn number(made: &mut Poly<VirtualDevice>, known: &[Device]) -> Option<()> {
    if let Some(kind) = kind_of(CONTROLLERS, made) {
        let controller = made.downcast_mut::<VirtualController>()?;
        controller.device.clear();
        let is_taken = |bus: &i32| known.iter().any(|other| other.key == kind.key + bus);
        let most = 0..most_buses(kind);
        let asked = Some(controller.bus_number).filter(|bus| most.contains(bus));
        controller.bus_number = asked.into_iter().chain(most).find(|bus| !is_taken(bus))?;
        let bus = controller.bus_number;
        put_on_pci(made, kind, known);
        made.key = kind.key + bus;
        // A VM has one USB controller of a kind, and it has no number.
        let is_usb = kind.label.starts_with("USB");
        let label = if is_usb { kind.label.into() } else { format!("{} {bus}", kind.label) };
        describe(made, &label);
        return Some(());
    }
    let kind = kind_of(OTHERS, made)?;
    let first = if is::<VirtualDisk>(made) || is::<VirtualCdrom>(made) {
        put_on_storage(made, known)?
    } else {
        if let Some(asked) = made.controller_key {
            known.iter().find(|other| other.key == asked)?;
        }
        put_on_pci(made, kind, known);
        kind.key
    };
    let is_taken = |key: &i32| known.iter().any(|other| other.key == *key);
    made.key = (first..).find(|key| !is_taken(key))?;
    let label = free_label(kind, known)?;
    describe(made, &label);
    Some(())
}

/// The first of `Hard disk 1`, `Hard disk 2`... that no device has.
fn free_label(kind: &Kind, known: &[Device]) -> Option<String> {
    let is_taken = |label: &String| {
        let mut described = known.iter().filter_map(|other| other.device_info.as_ref());
        described.any(|described| described.label == label.as_str())
    };
    (1..).map(|number| format!("{} {number}", kind.label)).find(|label| !is_taken(label))
}

/// What sits on a controller without places that matter: the next free one will do.
fn put_on_pci(made: &mut Poly<VirtualDevice>, kind: &Kind, known: &[Device]) {
    let Some(parent) = made.controller_key.or(kind.parent) else { return };
    made.controller_key = Some(parent);
    let is_taken = |unit: &i32| is_at(known, parent, *unit);
    let asked = made.unit_number.filter(|unit| *unit >= 0);
    made.unit_number = asked.into_iter().chain(kind.unit..).find(|unit| !is_taken(unit));
}

fn is_at(known: &[Device], controller: i32, unit: i32) -> bool {
    known
        .iter()
        .any(|other| other.controller_key == Some(controller) && other.unit_number == Some(unit))
}

/// Puts a disk or drive where it was asked for or onto the first controller with room; the key that belongs there.
fn put_on_storage(made: &mut Poly<VirtualDevice>, known: &[Device]) -> Option<i32> {
    let is_drive = is::<VirtualCdrom>(made);
    let asked = made.unit_number.filter(|unit| *unit >= 0);
    // Drives look for an IDE controller first, disks for a SCSI controller.
    let mut kinds: Vec<_> = STORAGE.iter().collect();
    if is_drive {
        kinds.rotate_right(1);
    }
    for (base, units, keys) in kinds {
        let is_one = |other: &&Device| {
            controller_key(other) == Some(other.key)
                && (*base..*base + 8).contains(&other.key)
                && made.controller_key.is_none_or(|wanted| wanted == other.key)
        };
        for controller in known.iter().filter(is_one) {
            let is_free = |unit: &i32| {
                *unit < *units
                    && !is_at(known, controller.key, *unit)
                    && !(*base == 1000 && *unit == SCSI_ITSELF)
            };
            let found = match asked {
                Some(unit) => Some(unit).filter(is_free),
                None => (0..*units).find(is_free),
            };
            let Some(unit) = found else { continue };
            made.controller_key = Some(controller.key);
            made.unit_number = Some(unit);
            return Some(keys + (controller.key - base) * units + unit);
        }
    }
    None
}

/// Whether nothing else is at the place of a device, and it is one.
pub(super) fn is_free(device: &Poly<VirtualDevice>, others: &[Device]) -> bool {
    if is::<VirtualDisk>(device) || is::<VirtualCdrom>(device) {
        return put_on_storage(&mut device.clone(), others).is_some();
    }
    let place = device.controller_key.zip(device.unit_number);
    place.is_none_or(|(controller, unit)| !is_at(others, controller, unit))
}

/// Puts the description that belongs to a device with this label.
pub(super) fn describe(made: &mut Poly<VirtualDevice>, label: &str) {
    let summary = summary(made).unwrap_or_else(|| label.to_owned());
    let description =
        Description { label: label.into(), summary: summary.into(), ..Default::default() };
    made.device_info = Some(Poly::new(description));
}

fn summary(made: &Poly<VirtualDevice>) -> Option<String> {
    if let Some(disk) = made.downcast_ref::<VirtualDisk>() {
        return Some(format!("{} KB", in_thousands(disk.capacity_in_kb)));
    }
    let is_adapter = is::<VirtualEthernetCard>(made);
    let backing = made.backing.as_ref().filter(|_| is_adapter);
    let network = backing.and_then(|it| it.downcast_ref::<VirtualDeviceDeviceBackingInfo>());
    let kinds: [(bool, &str); 6] = [
        (is::<ParaVirtualSCSIController>(made), "VMware paravirtual SCSI"),
        (is::<VirtualLsiLogicSASController>(made), "LSI Logic SAS"),
        (is::<VirtualLsiLogicController>(made), "LSI Logic"),
        (is::<VirtualBusLogicController>(made), "BusLogic"),
        (is::<VirtualAHCIController>(made), "AHCI"),
        (is::<VirtualNVMEController>(made), "NVME Controller"),
    ];
    let named = || kinds.iter().find(|(is, _)| *is).map(|(_, name)| (*name).to_owned());
    network.map(|network| network.device_name.to_string()).or_else(named)
}

/// A number with a comma after each three digits from the right.
fn in_thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Adds a device and lists it with its controller.
pub(super) fn attach(devices: &mut Vec<Device>, made: Poly<VirtualDevice>) {
    list(devices, &made);
    devices.push(Arc::new(made));
}

/// Lists a device with its controller.
pub(super) fn list(devices: &mut [Device], made: &Poly<VirtualDevice>) {
    let controller = devices.iter_mut().find(|known| Some(known.key) == made.controller_key);
    let controller = controller.map(Arc::make_mut);
    if let Some(controller) = controller.and_then(|it| it.downcast_mut::<VirtualController>())
        && !controller.device.contains(&made.key)
    {
        controller.device.push(made.key);
    }
}

/// Takes a device off the lists of controllers.
pub(super) fn unlist(devices: &mut [Device], key: i32) {
    for known in devices {
        let lists = known.downcast_ref::<VirtualController>();
        if lists.is_some_and(|controller| controller.device.contains(&key))
            && let Some(controller) = Arc::make_mut(known).downcast_mut::<VirtualController>()
        {
            controller.device.retain(|listed| *listed != key);
        }
    }
}
