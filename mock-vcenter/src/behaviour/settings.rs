//! How the mock behaves where real installations differ: [`Behaviour`], plain data that a file or a test sets.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vim25::MoRef;

use crate::appliance::ApplianceSettings;
use crate::guest::GuestSettings;
use crate::store::{At, ManagedObject, Property, Snapshot, Transaction};
use crate::task::{TaskLimit, TaskLimits};

/// All settings. Every field has a default that plays a healthy installation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Behaviour {
    /// Seconds to add a host.
    pub add_host_seconds: u64,
    /// Seconds from the start of `DasConfig.ConfigureHost` until the HA agent has found its role.
    pub ha_agent_seconds: u64,
    /// Seconds that an HA agent spends in `election`.
    pub ha_election_seconds: u64,
    /// Seconds from `running` (or from power on) until HA says that it protects a VM.
    pub das_protection_seconds: u64,
    /// Seconds until HA has restarted the VMs of a host that failed.
    pub ha_restart_seconds: u64,
    /// Seconds that a host takes to go down when it is told to.
    pub host_shutdown_seconds: u64,
    /// Seconds from there until it answers again, if it is to start again.
    pub host_boot_seconds: u64,
    /// True: `das` options are merged by key when a cluster is changed with `modify=true`; false: a list
    /// replaces the former one.
    pub das_options_merge: bool,
    /// Whether `SSLVerifyFault` carries the SHA-1 thumbprint; by release when absent.
    pub thumbprint_in_fault: Option<bool>,
    /// The server replaces the certificate of a host that it takes in.
    pub replace_host_certificates: bool,
    /// Fault Tolerance.
    pub fault_tolerance: FaultTolerance,
    /// Name of a datastore to its size in bytes, instead of the model's.
    pub capacities: BTreeMap<String, i64>,
    /// How many tasks of a kind run at once; the rest is queued. By default a host moves 8 VMs at once, as with a
    /// network of 10 Gb/s. How many secondaries vCenter makes at once is not documented, so that is not limited.
    pub task_limits: Vec<TaskLimit>,
    /// Importing VMs.
    pub import: ImportSettings,
    /// The guests of VMs.
    pub guest: GuestSettings,
    /// The management appliance of a fault-tolerant server.
    pub appliance: ApplianceSettings,
    /// Properties that clients may not read: name or id of an object to paths, each with what is below it. They are
    /// answered as for a user without the privilege.
    pub hidden: BTreeMap<String, Vec<String>>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            add_host_seconds: 45,
            ha_agent_seconds: 40,
            ha_election_seconds: 15,
            das_protection_seconds: 5,
            ha_restart_seconds: 30,
            host_shutdown_seconds: 15,
            host_boot_seconds: 240,
            das_options_merge: true,
            thumbprint_in_fault: None,
            replace_host_certificates: false,
            fault_tolerance: FaultTolerance::default(),
            capacities: BTreeMap::new(),
            task_limits: vec![migrations()],
            import: ImportSettings::default(),
            guest: GuestSettings::default(),
            appliance: ApplianceSettings::default(),
            hidden: BTreeMap::new(),
        }
    }
}

fn migrations() -> TaskLimit {
    let ids = ["VirtualMachine.migrate", "VirtualMachine.relocate"];
    TaskLimit { description_ids: ids.map(str::to_owned).to_vec(), at_once: 8, per_host: true }
}

/// How importing VMs behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ImportSettings {
    /// Seconds until a lease is ready.
    pub initialize_seconds: u64,
    /// Seconds that a lease lives without word from the client.
    pub lease_timeout_seconds: u64,
    /// Host, and port if it is not 443, in the addresses that leases tell; by kind of server when absent.
    pub url_host: Option<String>,
    /// Disks that are not stream-optimized are refused, as real hosts do.
    pub check_disk_format: bool,
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self {
            initialize_seconds: 2,
            lease_timeout_seconds: 300,
            url_host: None,
            check_disk_format: false,
        }
    }
}

/// How Fault Tolerance behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FaultTolerance {
    /// Seconds that creating a secondary takes, without synchronisation.
    pub create_seconds: u64,
    /// Seconds from the follow-up task's start until synchronisation begins.
    pub start_seconds: u64,
    /// Rate of synchronisation.
    pub sync_megabytes_per_second: u64,
    /// Seconds of synchronisation, whatever the size; by size when absent.
    pub sync_seconds: Option<u64>,
    /// Progress that the follow-up task shows, in equal parts of its time. Real tasks jump, stall and go back.
    pub sync_progress: Vec<i32>,
    /// Per-host default of `das.maxftvmsperhost`.
    pub max_vms_per_host: i32,
    /// Per-host default of `das.maxftvcpusperhost`.
    pub max_vcpus_per_host: i32,
    /// Whether the secondary shares the primary's BIOS UUID.
    pub same_bios_uuid: bool,
    /// What is appended to the secondary's name.
    pub secondary_suffix: String,
    /// Whether several issues come in one `VmFaultToleranceOpIssuesList`, and a single one too.
    pub issues_in_list: bool,
    /// Reasons reported as warnings that stop nothing, such as `insufficientBandwidth`: beside errors, and by
    /// the compatibility query as a list that holds nothing else.
    pub warnings: Vec<String>,
    /// VM name to fault: turning on is refused with it. An unknown fault name is taken as the reason of a
    /// `VmFaultToleranceConfigIssue`.
    pub refuse: BTreeMap<String, String>,
    /// VM name to fault: the secondary is created, but powering it on fails.
    pub power_on_fails: BTreeMap<String, String>,
    /// VM name to methods that its `disabledMethod` lists beside those of its state.
    pub disabled_methods: BTreeMap<String, Vec<String>>,
    /// VM names whose secondary is not powered on although it was created: `powerOnResult.notAttempted`.
    pub power_on_not_attempted: Vec<String>,
    /// VM name to host name: where the secondary goes, whatever was asked for.
    pub wrong_host: BTreeMap<String, String>,
    /// VM name to the state in which its pair stays: `needSecondary` or `starting`.
    pub stuck_at: BTreeMap<String, String>,
    /// VM names whose secondary does not start in time: `PowerOnFtSecondaryTimedout`.
    pub times_out: Vec<String>,
    /// Seconds until a start counts as timed out.
    pub start_timeout_seconds: u64,
    /// How often the system restarts a secondary that failed to start before it gives up.
    pub restart_attempts: u32,
}

impl Default for FaultTolerance {
    fn default() -> Self {
        Self {
            create_seconds: 12,
            start_seconds: 4,
            sync_megabytes_per_second: 400,
            sync_seconds: None,
            sync_progress: vec![5, 15, 15, 40, 38, 65, 80, 92, 99],
            max_vms_per_host: 4,
            max_vcpus_per_host: 8,
            same_bios_uuid: true,
            secondary_suffix: String::new(),
            issues_in_list: true,
            warnings: Vec::new(),
            refuse: BTreeMap::new(),
            power_on_fails: BTreeMap::new(),
            disabled_methods: BTreeMap::new(),
            power_on_not_attempted: Vec::new(),
            wrong_host: BTreeMap::new(),
            stuck_at: BTreeMap::new(),
            times_out: Vec::new(),
            start_timeout_seconds: 90,
            restart_attempts: 0,
        }
    }
}

impl FaultTolerance {
    /// How long it takes to copy so many bytes to the secondary.
    #[must_use]
    pub fn sync_time(&self, bytes: i64) -> Duration {
        if let Some(seconds) = self.sync_seconds {
            return Duration::from_secs(seconds);
        }
        let rate = self.sync_megabytes_per_second.max(1) * 1_000_000;
        let bytes = u64::try_from(bytes).unwrap_or(0);
        Duration::from_millis(bytes.saturating_mul(1000) / rate)
    }
}

impl Behaviour {
    /// Where the store keeps the settings.
    #[must_use]
    pub fn id() -> MoRef {
        MoRef::new("(mock)", "behaviour")
    }

    /// The settings in force.
    #[must_use]
    pub fn of(tx: &Transaction<'_>) -> Self {
        tx.get::<Self>(&Self::id()).cloned().unwrap_or_default()
    }

    /// The settings in force in a snapshot.
    #[must_use]
    pub fn seen(snapshot: &Snapshot) -> Self {
        snapshot.get::<Self>(&Self::id()).cloned().unwrap_or_default()
    }

    /// Puts these settings in force.
    pub fn apply(self, tx: &mut Transaction<'_>) {
        tx.insert(TaskLimits::id(), TaskLimits(self.task_limits.clone()));
        tx.insert(Self::id(), self);
    }
}

impl ManagedObject for Behaviour {
    fn kind(&self) -> &'static str {
        "(mock)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}
