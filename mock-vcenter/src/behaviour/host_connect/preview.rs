//! What a server shows of a machine before it is taken in: `HostConnectInfo`.

use vim25::enums::{HostSystemConnectionState, VirtualMachinePowerState};
use vim25::types::{
    DatastoreSummary, HostConnectInfo, HostDatastoreConnectInfo, HostLicenseConnectInfo,
    HostNewNetworkConnectInfo, NetworkSummary, VirtualMachineConfigSummary,
    VirtualMachineRuntimeInfo, VirtualMachineSummary,
};
use vim25::{DateTime, Poly, Str};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, cluster_of};
use crate::behaviour::host_system::{HostSystem, capability_of};
use crate::behaviour::license;
use crate::behaviour::server::{Lab, Power, Quirk, Server, VmBlueprint};
use crate::inventory::Entity;
use crate::product::Product;
use crate::store::Snapshot;

/// A machine as the host it would be in an inventory.
#[must_use]
pub(super) fn candidate(server: Server, product: Product, now: DateTime) -> HostSystem {
    HostSystem {
        entity: Entity::new(&server.name, None),
        server,
        product,
        connection: HostSystemConnectionState::Connected,
        in_maintenance: false,
        datastores: Vec::new(),
        networks: Vec::new(),
        das_state: None,
        boot_time: now,
    }
}

/// True when VMs run on a machine outside of the inventory.
#[must_use]
pub fn has_running_vms(server: &Server) -> bool {
    server.vms.iter().any(|vm| vm.power == Power::On && !vm.quirks.contains(&Quirk::Template))
}

/// All that is shown of a machine.
#[must_use]
pub fn describe(
    host: &HostSystem,
    snapshot: &Snapshot,
    managing_address: Option<Str>,
) -> HostConnectInfo {
    let server = &host.server;
    let edition = license::edition(&server.license, snapshot);
    let in_das = cluster_of(host, snapshot).is_some_and(ClusterComputeResource::ha_is_on);
    let lab = Lab::seen(snapshot);
    let networks =
        server.network.port_groups.iter().filter(|group| group.name != "Management Network");
    let mut summary = host.summary(None, None);
    if managing_address.is_some() {
        summary.management_server_ip.clone_from(&managing_address);
    }
    HostConnectInfo {
        server_ip: managing_address,
        in_das_cluster: Some(in_das),
        host: summary,
        vm: server.vms.iter().map(vm_summary).collect(),
        vim_account_name_required: Some(false),
        cluster_supported: Some(true),
        network: networks
            .map(|group| {
                let summary = NetworkSummary {
                    name: group.name.clone(),
                    accessible: true,
                    ..Default::default()
                };
                let mut info = HostNewNetworkConnectInfo::default();
                info.summary = Poly::new(summary);
                Poly::new(info)
            })
            .collect(),
        datastore: server.volumes.iter().map(|name| datastore(name, &lab)).collect(),
        license: Some(Box::new(HostLicenseConnectInfo {
            license: edition.info(&server.license, 0),
            evaluation: license::evaluation(),
            resource: Some(Box::new(license::licensable(server))),
            ..Default::default()
        })),
        capability: Some(Box::new(capability_of(host, snapshot))),
        ..Default::default()
    }
}

fn datastore(name: &Str, lab: &Lab) -> Poly<HostDatastoreConnectInfo> {
    let volume = lab.volume(name);
    let capacity = volume.map_or(0, |volume| volume.capacity);
    let summary = DatastoreSummary {
        name: name.clone(),
        url: format!("ds:///vmfs/volumes/{name}/").into(),
        capacity,
        free_space: capacity - volume.map_or(0, |volume| volume.other_use),
        accessible: true,
        type_: "VMFS".into(),
        ..Default::default()
    };
    Poly::new(HostDatastoreConnectInfo { summary, ..Default::default() })
}

fn vm_summary(vm: &VmBlueprint) -> VirtualMachineSummary {
    let is_template = vm.quirks.contains(&Quirk::Template);
    let directory = vm.disks.first().map(|disk| disk.datastore.clone()).unwrap_or_default();
    VirtualMachineSummary {
        runtime: VirtualMachineRuntimeInfo {
            power_state: match vm.power {
                Power::On if !is_template => VirtualMachinePowerState::PoweredOn,
                Power::Suspended => VirtualMachinePowerState::Suspended,
                _ => VirtualMachinePowerState::PoweredOff,
            },
            fault_tolerance_state: vim25::enums::VirtualMachineFaultToleranceState::NotConfigured,
            record_replay_state: vim25::enums::VirtualMachineRecordReplayState::Inactive,
            ..Default::default()
        },
        config: VirtualMachineConfigSummary {
            name: vm.name.clone(),
            template: is_template,
            vm_path_name: format!("[{directory}] {0}/{0}.vmx", vm.name).into(),
            memory_size_mb: Some(vm.memory),
            num_cpu: Some(vm.cpus),
            num_ethernet_cards: i32::try_from(vm.networks.len()).ok(),
            num_virtual_disks: i32::try_from(vm.disks.len()).ok(),
            guest_id: Some("centos7_64Guest".into()),
            ..Default::default()
        },
        ..Default::default()
    }
}
