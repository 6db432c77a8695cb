//! What a package calls a device: `/NAME/VirtualLsiLogicController0:0`.

use vim25::Poly;
use vim25::types::{VirtualController, VirtualDevice};

/// The name by which files of a package and addresses of a lease find each other. It is made of the VM's name,
/// the device's controller among `devices` and its place there.
#[must_use]
pub fn import_key(
    name: &str,
    devices: &[Poly<VirtualDevice>],
    device: &Poly<VirtualDevice>,
) -> String {
    let controller = devices.iter().find(|other| Some(other.key) == device.controller_key);
    let bus = controller.and_then(|it| it.downcast_ref::<VirtualController>());
    let (kind, bus) = match (controller, bus) {
        (Some(controller), Some(bus)) => (controller.type_name(), bus.bus_number),
        // The two IDE controllers of every VM need not be part of a configuration.
        _ => ("VirtualIDEController", device.controller_key.unwrap_or(200) - 200),
    };
    format!("/{name}/{kind}{bus}:{}", device.unit_number.unwrap_or(0))
}
