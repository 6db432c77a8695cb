//! The lab: `seed-lab`, where everything is still to be done, `ft-ready`, where Fault Tolerance can be turned on,
//! and `flawed`, where every VM has something against it.

use vim25::enums::ClusterDasFdmAvailabilityState as Agent;
use vim25::types::{ClusterConfigSpecEx, ClusterDasConfigInfo, OptionValue};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::cluster_compute_resource::{self, ClusterComputeResource};
use crate::behaviour::host_system::{self, HostSystem, Joining};
use crate::behaviour::select_vnic;
use crate::behaviour::server::{DiskKind, Lab, Power, Quirk, Server, VmBlueprint, XEON_X5670};
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;
use crate::inventory::{DatacenterFolders, Folder, add_datacenter, add_folder, root_folder_id};
use crate::product::{Product, Role};
use crate::store::Transaction;

use super::Model;

pub(super) const SEED_LAB: Model = Model {
    name: "seed-lab",
    summary: "a vCenter with the empty datacenter `Datacenter`, two hosts that can be added, eight VMs on them",
    role: Role::Vcenter,
    fill: |tx, product, parameters| {
        parameters.only(&[])?;
        datacenter(tx, product);
        seed_servers(*product).apply(tx);
        Ok(())
    },
};

pub(super) const FT_READY: Model = Model {
    name: "ft-ready",
    summary: "the same with the cluster `Cluster`, both hosts and their adapters set up",
    role: Role::Vcenter,
    fill: |tx, product, parameters| {
        parameters.only(&[])?;
        fill_ready(tx, product, seed_servers(*product)).map(|_| ())
    },
};

pub(super) const FLAWED: Model = Model {
    name: "flawed",
    summary: "the same with VMs and hosts that each have a problem of their own",
    role: Role::Vcenter,
    fill: |tx, product, parameters| {
        parameters.only(&[])?;
        let mut lab = seed_servers(*product);
        put_flawed_vms(&mut lab);
        put_flawed_servers(&mut lab, *product);
        let folders = fill_ready(tx, product, lab)?;
        put_old_host(tx, *product, &folders)
    },
};

/// The root folder and the datacenter.
fn datacenter(tx: &mut Transaction<'_>, product: &Product) -> DatacenterFolders {
    let root = root_folder_id(product);
    tx.insert(root.clone(), Folder::new("Datacenters", None, &["Folder", "Datacenter"]));
    add_datacenter(tx, &root, "Datacenter")
}

/// The release of the hosts that go with a vCenter's.
pub(super) fn esxi(product: Product) -> Product {
    Product::new(Role::Esxi, product.version()).unwrap_or(Product::current(Role::Esxi))
}

/// Two machines that nobody manages, their storage, and four VMs on each.
fn seed_servers(product: Product) -> Lab {
    let mut lab = Lab::default();
    lab.put_volume("shared1", 4096);
    lab.put_volume("shared2", 4096);
    for number in 1..=2_u32 {
        let name = format!("esx{number}.lab.local");
        let local = format!("esx{number}-local");
        lab.put_volume(&local, 900);
        let mut server =
            Server::new(&name, number, esxi(product)).mounting(&["shared1", "shared2", &local]);
        let first = (number - 1) * 4 + 1;
        let vms = (first..first + 4)
            .map(|vm| VmBlueprint::new(format!("vm{vm}"), "shared1").with_cpus(2));
        server.vms = vms.collect();
        lab.put_server(server);
    }
    lab
}

/// A cluster with HA, EVC and higher caps, with both hosts of the lab in it.
fn fill_ready(
    tx: &mut Transaction<'_>,
    product: &Product,
    mut lab: Lab,
) -> Result<DatacenterFolders, Fault> {
    let folders = datacenter(tx, product);
    let vm_folder = add_folder(tx, &folders.vm, "Discovered virtual machine")?;
    let members: Vec<Server> = ["esx1.lab.local", "esx2.lab.local"]
        .iter()
        .filter_map(|name| lab.take_server(name))
        .collect();
    lab.apply(tx);
    let spec = ClusterConfigSpecEx {
        das_config: Some(Box::new(high_availability())),
        ..Default::default()
    };
    let cluster = cluster_compute_resource::create(tx, *product, &folders.host, "Cluster", &spec)?;
    tx.edit::<ClusterComputeResource>(&cluster)?.evc_mode = Some("intel-ivybridge".into());
    for (place, server) in members.into_iter().enumerate() {
        let joining = Joining {
            product: *product,
            parent: &cluster,
            vm_folder: &vm_folder,
            pool: None,
            name: &server.name.clone(),
        };
        let host = host_system::join(tx, server, &joining)?;
        make_ready(tx, &host, if place == 0 { Agent::Master } else { Agent::ConnectedToMaster })?;
    }
    Ok(folders)
}

fn high_availability() -> ClusterDasConfigInfo {
    let option = |(key, value): (&str, &str)| {
        let value = Some(value.into());
        Poly::new(OptionValue { key: key.into(), value, ..Default::default() })
    };
    ClusterDasConfigInfo {
        enabled: Some(true),
        option: [("das.maxftvmsperhost", "16"), ("das.maxftvcpusperhost", "32")].map(option).into(),
        ..Default::default()
    }
}

/// A host with both adapters selected and an HA agent that has found its role.
pub(super) fn make_ready(tx: &mut Transaction<'_>, host: &MoRef, role: Agent) -> Result<(), Fault> {
    select_vnic(tx, host, "vmotion", "vmk0")?;
    select_vnic(tx, host, "faultToleranceLogging", "vmk0")?;
    tx.edit::<HostSystem>(host)?.das_state = Some(role);
    for vm in host_system::vms_on(tx.view(), host) {
        if tx.get::<VirtualMachine>(&vm)?.is_on() {
            tx.edit::<VirtualMachine>(&vm)?.das_protected = true;
        }
    }
    Ok(())
}

/// VMs with one problem each, on the first host.
fn put_flawed_vms(lab: &mut Lab) {
    let vm = |name: &str| VmBlueprint::new(name, "shared1");
    let odd = |name: &str, quirk| vm(name).with(quirk);
    let mut vms = vec![
        odd("has-snapshot", Quirk::Snapshot),
        vm("too-many-cpus").with_cpus(16),
        odd("a-template", Quirk::Template),
        vm("physical-rdm").with_disk(DiskKind::PhysicalRdm),
        vm("linked-clone").with_disk(DiskKind::LinkedClone),
        odd("client-cdrom", Quirk::ClientCdrom),
        odd("host-floppy", Quirk::HostFloppy),
        odd("serial-port", Quirk::SerialPort),
        odd("usb-device", Quirk::UsbDevice),
        odd("sound-card", Quirk::SoundCard),
        odd("passthrough", Quirk::Passthrough),
        odd("video-3d", Quirk::Video3d),
        odd("nested-hv", Quirk::NestedHv),
        odd("efi-firmware", Quirk::EfiFirmware),
        odd("encrypted", Quirk::Encrypted),
        odd("replicated", Quirk::Replicated),
        odd("flash-cache", Quirk::FlashCache),
        odd("storage-policy", Quirk::StoragePolicy),
        odd("hot-plug", Quirk::HotPlug),
        odd("vCLS-1", Quirk::AgentVm),
        vm("is-suspended").powered(Power::Suspended),
        vm("is-off").powered(Power::Off),
        vm("twin"),
    ];
    let mut big = vm("too-much-memory");
    big.memory = 160 * 1024;
    big.power = Power::Off;
    vms.push(big);
    let mut local = vm("local-disk");
    local.disks[0].datastore = "esx1-local".into();
    vms.push(local);
    let mut huge = vm("huge-disk");
    huge.disks[0].gigabytes = 3000;
    vms.push(huge);
    if let Some(server) = lab.server("esx1.lab.local") {
        let mut server = (**server).clone();
        server.vms.extend(vms);
        lab.put_server(server);
    }
    if let Some(server) = lab.server("esx2.lab.local") {
        let mut server = (**server).clone();
        server.vms.push(vm("twin"));
        lab.put_server(server);
    }
}

/// Machines that cannot be added for one reason each.
fn put_flawed_servers(lab: &mut Lab, product: Product) {
    let server = |name: &str, number| {
        Server::new(name, number, esxi(product)).mounting(&["shared1", "shared2"])
    };
    let mut managed = server("managed.lab.local", 4);
    managed.managed_by = Some("192.168.8.99".into());
    lab.put_server(managed);
    let ancient = Product::new(Role::Esxi, "6.0").unwrap_or(esxi(product));
    lab.put_server(Server::new("ancient.lab.local", 5, ancient).mounting(&["shared1"]));
    let mut locked = server("locked.lab.local", 6);
    locked.lockdown = vim25::enums::HostLockdownMode::LockdownNormal;
    lab.put_server(locked);
    lab.put_server(server("amd.lab.local", 7).with_hardware(|hardware| {
        hardware.cpu = &crate::behaviour::server::EPYC_7302;
    }));
    lab.put_server(
        server("westmere.lab.local", 8).with_hardware(|hardware| hardware.cpu = &XEON_X5670),
    );
    lab.put_server(
        server("no-hv.lab.local", 9).with_hardware(|hardware| hardware.hv_enabled = false),
    );
}

/// A host that stands alone because its processor is too old for the cluster.
fn put_old_host(
    tx: &mut Transaction<'_>,
    product: Product,
    folders: &DatacenterFolders,
) -> Result<(), Fault> {
    let server = Server::new("esx3.lab.local", 3, esxi(product))
        .mounting(&["shared1", "shared2"])
        .with_hardware(|hardware| hardware.cpu = &XEON_X5670);
    let name: Str = server.name.clone();
    let parent = cluster_compute_resource::add_compute_resource(tx, &folders.host, &name);
    let joining =
        Joining { product, parent: &parent, vm_folder: &folders.vm, pool: None, name: &name };
    host_system::join(tx, server, &joining).map(|_| ())
}
