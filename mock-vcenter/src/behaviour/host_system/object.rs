//! The managed object `HostSystem`: a [`Server`] that is in the inventory.

use vim25::enums::{
    ClusterDasFdmAvailabilityState, HostLockdownMode, HostSystemConnectionState,
    HostSystemPowerState, ManagedEntityStatus,
};
use vim25::types::{
    ClusterDasFdmHostState, HostConfigSummary, HostListSummary, HostListSummaryQuickStats,
    HostRuntimeInfo, HostSystemComplianceCheckState, HostSystemRemediationState,
    HostSystemResourceInfo, ResourceConfigSpec,
};
use vim25::{DateTime, MoRef, Str, Value, WireEnum};

use crate::behaviour::cluster_compute_resource::cluster_of;
use crate::behaviour::datastore::browser_id;
use crate::behaviour::host_settings::config_issues;
use crate::behaviour::license;
use crate::behaviour::server::Server;
use crate::behaviour::virtual_machine::{RUNS_ON, VirtualMachine};
use crate::inventory::Entity;
use crate::product::{Product, Role};
use crate::store::{At, Links, ManagedObject, Property};

use super::parts;
use super::{capability, config};

/// The link from a host to the datastores it mounts.
pub const MOUNTS: &str = "mounts";
/// The link from a host to its networks.
pub const OFFERS_NETWORK: &str = "offers network";
/// Where hosts find this vCenter.
pub const VCENTER_ADDRESS: &str = "192.168.8.2";

/// A host.
#[derive(Clone)]
pub struct HostSystem {
    /// What it has in common with other entities.
    pub entity: Entity,
    /// The machine.
    pub server: Server,
    /// The server whose inventory it is in.
    pub product: Product,
    /// Whether that server reaches it.
    pub connection: HostSystemConnectionState,
    /// It runs no VMs.
    pub in_maintenance: bool,
    /// Its datastores, in the order of its volumes.
    pub datastores: Vec<MoRef>,
    /// Its networks.
    pub networks: Vec<MoRef>,
    /// State of its HA agent; `None` when HA is off.
    pub das_state: Option<ClusterDasFdmAvailabilityState>,
    /// When it was started.
    pub boot_time: DateTime,
}

impl HostSystem {
    /// True while the server reaches it.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connection == HostSystemConnectionState::Connected
    }

    /// True when VMs can be started on it.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.is_connected() && !self.in_maintenance
    }

    /// True when its HA agent has found its role.
    #[must_use]
    pub fn ha_is_healthy(&self) -> bool {
        matches!(
            self.das_state,
            Some(
                ClusterDasFdmAvailabilityState::Master
                    | ClusterDasFdmAvailabilityState::ConnectedToMaster
            )
        )
    }

    /// True with an adapter selected for this use.
    #[must_use]
    pub fn uses(&self, nic_type: &str) -> bool {
        !self.server.network.selected(nic_type).is_empty()
    }

    /// Its state as `runtime` shows it.
    #[must_use]
    pub fn runtime(&self) -> HostRuntimeInfo {
        let das = self.das_state.as_ref().map(|state| {
            Box::new(ClusterDasFdmHostState { state: state.as_str().into(), ..Default::default() })
        });
        let power = match self.connection {
            HostSystemConnectionState::Connected => HostSystemPowerState::PoweredOn,
            _ => HostSystemPowerState::Unknown,
        };
        HostRuntimeInfo {
            connection_state: self.connection.clone(),
            power_state: power,
            standby_mode: Some("none".into()),
            in_maintenance_mode: self.in_maintenance,
            in_quarantine_mode: Some(false),
            boot_time: Some(self.boot_time.clone()),
            health_system_runtime: Some(Box::new(self.server.health())),
            network_runtime_info: Some(Box::new(self.server.network.runtime_info())),
            das_host_state: das.filter(|_| self.is_connected()),
            host_max_virtual_disk_capacity: Some(68_169_720_922_112),
            crypto_state: Some("incapable".into()),
            ..Default::default()
        }
    }

    /// Its summary; `this` and the EVC mode are set only for hosts in the inventory.
    #[must_use]
    pub fn summary(&self, this: Option<&MoRef>, evc_mode: Option<Str>) -> HostListSummary {
        let server = &self.server;
        let nics = i32::try_from(server.network.pnics.len()).unwrap_or(0);
        let max_mode = server.hardware.evc_mode().and_then(|mode| mode.newest_for(self.product));
        HostListSummary {
            host: this.cloned(),
            hardware: Some(Box::new(server.hardware.summary(nics))),
            runtime: Some(Box::new(self.runtime())),
            config: HostConfigSummary {
                name: server.name.clone(),
                port: 443,
                ssl_thumbprint: Some(server.certificate.thumbprint.clone()),
                ssl_certificate: Some(server.certificate.pem.clone()),
                product: Some(Box::new(server.product.about(&Str::default()))),
                vmotion_enabled: self.uses("vmotion"),
                fault_tolerance_enabled: self.uses("faultToleranceLogging"),
                ..Default::default()
            },
            overall_status: self.status(),
            reboot_required: false,
            maintenance_mode_required: Some(false),
            management_server_ip: self.managing_address(this),
            max_evc_mode_key: max_mode.map(|mode| mode.key.into()),
            current_evc_mode_key: evc_mode,
            ..Default::default()
        }
    }

    fn managing_address(&self, this: Option<&MoRef>) -> Option<Str> {
        match this {
            Some(_) if self.product.role() == Role::Vcenter => Some(VCENTER_ADDRESS.into()),
            _ => self.server.managed_by.clone(),
        }
    }

    fn status(&self) -> ManagedEntityStatus {
        match self.connection {
            HostSystemConnectionState::NotResponding => ManagedEntityStatus::Red,
            _ if !config_issues(self, &MoRef::default()).is_empty() => ManagedEntityStatus::Yellow,
            _ => ManagedEntityStatus::Green,
        }
    }

    fn config_status(&self) -> ManagedEntityStatus {
        if config_issues(self, &MoRef::default()).is_empty() {
            ManagedEntityStatus::Green
        } else {
            ManagedEntityStatus::Yellow
        }
    }

    fn quick_stats(&self, at: &At<'_>) -> HostListSummaryQuickStats {
        let vms = at.referrers(RUNS_ON).iter().filter_map(|vm| at.get::<VirtualMachine>(vm));
        let (cpus, memory) = vms
            .filter(|vm| vm.is_on())
            .fold((0, 2048), |(cpus, memory), vm| (cpus + vm.cpus, memory + vm.memory));
        HostListSummaryQuickStats {
            overall_cpu_usage: Some(150 + cpus * 125),
            overall_memory_usage: Some(memory),
            distributed_cpu_fairness: Some(1000),
            distributed_memory_fairness: Some(1000),
            uptime: Some(864_000),
            ..Default::default()
        }
    }

    fn system_resources(&self) -> HostSystemResourceInfo {
        HostSystemResourceInfo {
            key: "host".into(),
            config: Some(Box::<ResourceConfigSpec>::default()),
            ..Default::default()
        }
    }

    /// True when users other than exceptions cannot log in directly.
    #[must_use]
    pub fn is_locked_down(&self) -> bool {
        self.server.lockdown != HostLockdownMode::LockdownDisabled
    }
}

impl ManagedObject for HostSystem {
    fn kind(&self) -> &'static str {
        "HostSystem"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "runtime" => Property::object(self.runtime()),
            "summary" => {
                let evc_mode = cluster_of(self, at).and_then(|cluster| cluster.evc_mode.clone());
                let mut summary = self.summary(Some(at.this()), evc_mode);
                summary.quick_stats = self.quick_stats(at);
                Property::object(summary)
            }
            "hardware" => Property::object(self.server.hardware_info()),
            "capability" => Property::object(capability::of(self, at)),
            "config" => Property::object(config::of(self, at)),
            "configManager" => Property::object(parts::config_manager(self.product, at)),
            "vm" => Property::refs(at.referrers(RUNS_ON)),
            "datastore" => Property::refs(&self.datastores),
            "network" => Property::refs(&self.networks),
            "datastoreBrowser" => Property::of(browser_id(at.this())),
            "systemResources" => Property::object(self.system_resources()),
            "licensableResource" => Property::object(license::licensable(&self.server)),
            "configIssue" => {
                let issues = config_issues(self, at.this()).into_iter();
                let values = issues.map(|issue| Value::Object(issue.into_box()));
                Property::of(Value::array_of("Event", values))
            }
            "configStatus" => Property::of(Value::constant(&self.config_status())),
            "overallStatus" => Property::of(Value::constant(&self.status())),
            "remediationState" => Property::object(HostSystemRemediationState {
                state: "unknown".into(),
                operation_time: self.boot_time.clone(),
                ..Default::default()
            }),
            "complianceCheckState" => Property::object(HostSystemComplianceCheckState {
                state: "unknown".into(),
                check_time: self.boot_time.clone(),
                ..Default::default()
            }),
            _ => self.entity.property(name, at),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
        links.add_all(MOUNTS, &self.datastores);
        links.add_all(OFFERS_NETWORK, &self.networks);
    }
}
