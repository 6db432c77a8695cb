//! The managed object `VirtualMachine`: its own facts, and which module answers which property.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vim25::enums::{
    ManagedEntityStatus, VirtualMachineFaultToleranceState, VirtualMachineNeedSecondaryReason,
    VirtualMachinePowerState,
};
use vim25::types::{ResourceConfigSpec, VirtualDevice, VirtualMachineConfigSpec, VmConfigInfo};
use vim25::{DateTime, MoRef, Poly, Str, Value};

use crate::behaviour::server::{Quirk, VmBlueprint};
use crate::inventory::Entity;
use crate::store::{At, Links, ManagedObject, Property};

use super::media::Question;
use super::snapshot::SnapshotFacts;
use super::{config, devices, guest_info, quick_stats, summary};

/// The link from a VM to the host it is registered on.
pub const RUNS_ON: &str = "runs on";
/// The link from a VM to its resource pool.
pub const IN_POOL: &str = "in pool";
/// The link from a VM to the datastores of its files.
pub const USES_DATASTORE: &str = "uses datastore";
/// The link from a VM to the networks of its adapters.
pub const USES_NETWORK: &str = "uses network";

/// What a VM is to its partner under Fault Tolerance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Pairing {
    /// Fault Tolerance is not on.
    #[default]
    None,
    /// It runs the workload; the secondary follows.
    Primary {
        /// The partner.
        secondary: MoRef,
    },
    /// It follows.
    Secondary {
        /// The partner.
        primary: MoRef,
    },
}

/// A VM under Fault Tolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultToleranceFacts {
    /// Its part in the pair.
    pub pairing: Pairing,
    /// Its state.
    pub state: VirtualMachineFaultToleranceState,
    /// Why a primary has no secondary that follows.
    pub need_secondary: Option<VirtualMachineNeedSecondaryReason>,
    /// Directory of the tie-breaker file.
    pub metadata_directory: Option<Str>,
    /// The datastore it is on.
    pub metadata_datastore: Option<MoRef>,
    /// How often a secondary has failed to start since the last success.
    pub failed_starts: u32,
}

impl Default for FaultToleranceFacts {
    fn default() -> Self {
        Self {
            pairing: Pairing::None,
            state: VirtualMachineFaultToleranceState::NotConfigured,
            need_secondary: None,
            metadata_directory: None,
            metadata_datastore: None,
            failed_starts: 0,
        }
    }
}

/// A virtual machine.
#[derive(Clone)]
pub struct VirtualMachine {
    /// What it has in common with other entities.
    pub entity: Entity,
    /// BIOS UUID.
    pub uuid: Str,
    /// The UUID vCenter tells VMs apart by.
    pub instance_uuid: Str,
    /// The host it is registered on.
    pub host: Option<MoRef>,
    /// Its resource pool; templates have none.
    pub pool: Option<MoRef>,
    /// Number of virtual processors.
    pub cpus: i32,
    /// Memory in megabytes.
    pub memory: i32,
    /// Memory reservation in megabytes.
    pub memory_reservation: i64,
    /// The reservation follows the memory size.
    pub reservation_locked: bool,
    /// Memory limit in megabytes; -1 for none.
    pub memory_limit: i64,
    /// Its devices, shared between VMs where they are alike.
    pub devices: Vec<Arc<Poly<VirtualDevice>>>,
    /// Path of its configuration file, such as `[shared1] vm1/vm1.vmx`.
    pub vmx: Str,
    /// The datastore of that file.
    pub home: MoRef,
    /// Virtual hardware, such as `vmx-11`.
    pub version: Str,
    /// Power state.
    pub power: VirtualMachinePowerState,
    /// When it was powered on; it stays so while the VM is suspended.
    pub boot_time: Option<DateTime>,
    /// When it was suspended last.
    pub suspend_time: Option<DateTime>,
    /// How long it was suspended since it was powered on, not counting the present time.
    pub suspended: Duration,
    /// VMware Tools have run in it.
    pub tools_installed: bool,
    /// Key of the EVC mode whose features it has seen since it was powered on.
    pub evc_mode: Option<Str>,
    /// What is special about it.
    pub quirks: Vec<Quirk>,
    /// Its snapshots, oldest first.
    pub snapshots: Vec<SnapshotFacts>,
    /// The snapshot that it goes on from.
    pub current_snapshot: Option<MoRef>,
    /// Notes.
    pub annotation: Str,
    /// Settings without a field of their own.
    pub extra_config: Vec<(Str, Str)>,
    /// What of its configuration is only kept and told, once somebody changed any of it.
    pub settings: Option<Arc<VirtualMachineConfigSpec>>,
    /// When the configuration changed last.
    pub modified: DateTime,
    /// How often it was changed.
    pub revision: u32,
    /// Its part in Fault Tolerance.
    pub ft: FaultToleranceFacts,
    /// HA has taken note of it and would restart it.
    pub das_protected: bool,
    /// Its operating system as vSphere names it, such as `centos7_64Guest`.
    pub guest_id: Str,
    /// What it asks and waits for.
    pub question: Option<Arc<Question>>,
    /// What vApp options it has: product, properties, EULA.
    pub v_app: Option<Arc<VmConfigInfo>>,
    /// Bytes that were uploaded for its disks, by key.
    pub content: BTreeMap<i32, i64>,
    /// What it was built from.
    pub blueprint: Arc<VmBlueprint>,
}

impl VirtualMachine {
    /// True with this peculiarity.
    #[must_use]
    pub fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// True for templates.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.has(Quirk::Template)
    }

    /// True while it runs.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.power == VirtualMachinePowerState::PoweredOn
    }

    /// Its partner when Fault Tolerance is on.
    #[must_use]
    pub fn partner(&self) -> Option<&MoRef> {
        match &self.ft.pairing {
            Pairing::None => None,
            Pairing::Primary { secondary } => Some(secondary),
            Pairing::Secondary { primary } => Some(primary),
        }
    }

    /// True for the half that runs the workload.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        matches!(self.ft.pairing, Pairing::Primary { .. })
    }

    /// True for the half that follows.
    #[must_use]
    pub fn is_secondary(&self) -> bool {
        matches!(self.ft.pairing, Pairing::Secondary { .. })
    }

    /// Bytes that one of its disks takes.
    #[must_use]
    pub fn disk_bytes(&self, key: i32) -> i64 {
        let disk = devices::disks(&self.devices).find(|disk| disk.key == key);
        disk.map_or(0, |disk| devices::taken(self, disk))
    }

    /// The directory of its configuration file.
    #[must_use]
    pub fn directory(&self) -> &str {
        self.vmx.rsplit_once('/').map_or(&self.vmx, |(directory, _)| directory)
    }

    /// Notes when it was powered on or reset; without a time, that it is off.
    pub fn set_boot_time(&mut self, at: Option<DateTime>) {
        self.boot_time = at;
        self.suspended = Duration::ZERO;
    }

    /// Notes that the configuration is changed.
    pub(super) fn touch(&mut self, now: DateTime) {
        self.modified = now;
        self.revision = self.revision.wrapping_add(1);
    }

    /// What tells one state of the configuration from another; clients make nothing else of it.
    #[must_use]
    pub fn change_version(&self) -> String {
        format!("{}#{}", self.modified.as_str(), self.revision)
    }

    /// Puts a peculiarity on or takes it off.
    pub(super) fn set_quirk(&mut self, quirk: Quirk, on: bool) {
        self.quirks.retain(|other| *other != quirk);
        if on {
            self.quirks.push(quirk);
        }
    }

    /// Both, as pools show them of what is in them.
    #[must_use]
    pub fn resource_config(&self, this: &MoRef) -> ResourceConfigSpec {
        ResourceConfigSpec {
            entity: Some(this.clone()),
            cpu_allocation: self.cpu_allocation(),
            memory_allocation: self.memory_allocation(),
            ..Default::default()
        }
    }
}

impl ManagedObject for VirtualMachine {
    fn kind(&self) -> &'static str {
        "VirtualMachine"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "config" => Property::object(config::info(self, Some(at.this()), at)),
            "runtime" => Property::object(summary::runtime(self, at)),
            "summary" => Property::object(summary::summary(self, at)),
            "capability" => Property::object(config::capability()),
            "guest" => Property::object(guest_info::guest(self, at)),
            "guestHeartbeatStatus" => Property::of(Value::constant(&quick_stats::heartbeat(self))),
            "storage" => Property::object(summary::storage(self)),
            "resourceConfig" => Property::object(self.resource_config(at.this())),
            "resourcePool" => Property::of(self.pool.clone()?),
            "datastore" => Property::refs(&devices::datastores(self)),
            "network" => Property::refs(&devices::networks(&self.devices)),
            "snapshot" => self.snapshot_info(at.this()).and_then(Property::object),
            "rootSnapshot" => Property::refs(self.children_of(None).map(|facts| &facts.id)),
            "layoutEx" => Property::object(config::layout(self)),
            "environmentBrowser" => Property::of(summary::environment_browser(self, at)?),
            "disabledMethod" => Property::of(summary::disabled_methods(self, at)),
            "overallStatus" => Property::of(Value::constant(&self.status())),
            _ => self.entity.property(name, at),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
        links.add_all(RUNS_ON, &self.host);
        links.add_all(IN_POOL, &self.pool);
        links.add_all(USES_DATASTORE, &devices::datastores(self));
        links.add_all(USES_NETWORK, &devices::networks(&self.devices));
    }
}

impl VirtualMachine {
    /// The state as a colour: the default alarm on Fault Tolerance's state shows here.
    #[must_use]
    pub fn status(&self) -> ManagedEntityStatus {
        match self.ft.state {
            VirtualMachineFaultToleranceState::NeedSecondary => ManagedEntityStatus::Red,
            VirtualMachineFaultToleranceState::Disabled => ManagedEntityStatus::Yellow,
            _ => ManagedEntityStatus::Green,
        }
    }
}
