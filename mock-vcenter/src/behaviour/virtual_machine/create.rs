//! Making a VM from a configuration: [`create_vm`], for imports and for `CreateVM_Task`.

use std::sync::Arc;
use std::time::Duration;

use vim25::enums::{VirtualDeviceConfigSpecOperation as Operation, VirtualMachinePowerState};
use vim25::types::{VirtualDevice, VirtualDisk, VirtualMachineConfigSpec, VmCreatedEvent};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::events::about;
use crate::behaviour::server::{DiskBlueprint, DiskKind, Power, VmBlueprint};
use crate::fault::Fault;
use crate::inventory::Entity;
use crate::store::Transaction;

use super::hardware_version;
use super::new_devices::{self, NewDevice};
use super::object::{FaultToleranceFacts, VirtualMachine};
use super::reach::Reach;
use super::reconfigure::{check_values, put_values};
use super::site::Site;

/// A VM that was made.
#[derive(Clone, Debug)]
pub struct Created {
    /// The VM.
    pub vm: MoRef,
    /// Its devices that have a file, in the order of the configuration.
    pub devices: Vec<NewDevice>,
}

/// Makes a VM.
///
/// # Errors
/// `InvalidDatastore`, `InvalidDeviceSpec`, `InvalidArgument`, `VirtualHardwareVersionNotSupported`.
pub fn create_vm(
    tx: &mut Transaction<'_>,
    spec: &VirtualMachineConfigSpec,
    site: &Site,
) -> Result<Created, Fault> {
    let name = spec.name.clone().ok_or_else(|| Fault::invalid_argument("configSpec.name"))?;
    check_values(spec)?;
    let version = hardware_version::version_of_new(tx, site, spec.version.as_ref())?;
    let id = tx.new_id("VirtualMachine", "vm");
    let vm_name = Entity::new(&name, Some(&site.folder));
    let reach = Reach::of_site(tx, site, &vm_name.name);
    let vmx = site.vmx.clone().unwrap_or_else(|| format!("{}.vmx", vm_name.name));
    let vmx = site.directory.join(&vmx);
    let (uuid, instance_uuid) = (tx.new_uuid(), tx.new_uuid());
    let (devices, new) = new_devices::build(&wanted_devices(spec), &reach, &name)?;
    let now = tx.timestamp();
    let mut vm = VirtualMachine {
        uuid,
        instance_uuid,
        host: Some(site.host.clone()),
        pool: Some(site.pool.clone()),
        cpus: 1,
        memory: 32,
        memory_reservation: 0,
        reservation_locked: false,
        memory_limit: -1,
        vmx: vmx.to_string().into(),
        home: site.datastore.clone(),
        version,
        power: VirtualMachinePowerState::PoweredOff,
        boot_time: None,
        suspend_time: None,
        suspended: Duration::ZERO,
        tools_installed: false,
        evc_mode: None,
        quirks: Vec::new(),
        snapshots: Vec::new(),
        current_snapshot: None,
        annotation: Str::default(),
        extra_config: vec![("nvram".into(), format!("{}.nvram", vm_name.name).into())],
        settings: None,
        modified: now,
        revision: 0,
        ft: FaultToleranceFacts::default(),
        das_protected: false,
        guest_id: "otherGuest".into(),
        question: None,
        v_app: None,
        content: new.iter().filter(|device| device.is_disk).map(|it| (it.key, 0)).collect(),
        blueprint: Arc::new(blueprint(&name, &devices, site)),
        devices,
        entity: vm_name,
    };
    put_values(&mut vm, spec);
    for (_, value) in &mut vm.extra_config {
        if let Some(file) = value.strip_prefix("ovf:/file/") {
            *value = file.into();
        }
    }
    tx.insert(id.clone(), vm);
    about(tx, &id, VmCreatedEvent::default(), "Created");
    Ok(Created { vm: id, devices: new })
}

fn wanted_devices(spec: &VirtualMachineConfigSpec) -> Vec<Poly<VirtualDevice>> {
    let wanted = spec.device_change.iter().filter(|change| {
        change.operation.as_ref().is_none_or(|operation| *operation == Operation::Add)
    });
    wanted.map(|change| change.device.clone()).collect()
}

/// What the VM would be built from again.
pub(super) fn blueprint(name: &str, devices: &[super::Device], site: &Site) -> VmBlueprint {
    let mut blueprint = VmBlueprint::new(name, &site.directory.datastore).powered(Power::Off);
    let disks = super::disks(devices).map(|disk: &VirtualDisk| DiskBlueprint {
        gigabytes: (disk.capacity_in_kb >> 20).max(1),
        datastore: site.directory.datastore.as_str().into(),
        kind: DiskKind::Thick,
    });
    blueprint.disks = disks.collect();
    blueprint
}
