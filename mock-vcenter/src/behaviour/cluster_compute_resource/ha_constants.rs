//! Which constants the settings of HA may have. On the wire they are strings, and a server refuses others.

use vim25::enums::{
    ClusterDasConfigInfoHBDatastoreCandidate, ClusterDasConfigInfoServiceState,
    ClusterDasConfigInfoVmMonitoringState, ClusterDasVmSettingsIsolationResponse,
    ClusterDasVmSettingsRestartPriority, ClusterVmComponentProtectionSettingsStorageVmReaction,
    ClusterVmComponentProtectionSettingsVmReactionOnAPDCleared,
};
use vim25::types::{ClusterDasConfigInfo, ClusterDasVmSettings};
use vim25::{Str, WireEnum};

use crate::fault::Fault;

/// Checks what is set of a cluster's settings.
///
/// # Errors
/// `InvalidArgument` that names the first one with a value that does not exist.
pub(super) fn check(das: &ClusterDasConfigInfo) -> Result<(), Fault> {
    is_one_of::<ClusterDasConfigInfoServiceState>(&das.host_monitoring, "hostMonitoring")?;
    is_one_of::<ClusterDasConfigInfoServiceState>(
        &das.vm_component_protecting,
        "vmComponentProtecting",
    )?;
    is_one_of::<ClusterDasConfigInfoVmMonitoringState>(&das.vm_monitoring, "vmMonitoring")?;
    is_one_of::<ClusterDasConfigInfoHBDatastoreCandidate>(
        &das.h_b_datastore_candidate_policy,
        "hBDatastoreCandidatePolicy",
    )?;
    das.default_vm_settings.as_deref().map_or(Ok(()), check_vm)
}

/// Checks what is set of the settings of VMs.
///
/// # Errors
/// `InvalidArgument` that names the first one with a value that does not exist.
pub(super) fn check_vm(vm: &ClusterDasVmSettings) -> Result<(), Fault> {
    is_one_of::<ClusterDasVmSettingsRestartPriority>(&vm.restart_priority, "restartPriority")?;
    is_one_of::<ClusterDasVmSettingsIsolationResponse>(
        &vm.isolation_response,
        "isolationResponse",
    )?;
    if let Some(tools) = &vm.vm_tools_monitoring_settings {
        is_one_of::<ClusterDasConfigInfoVmMonitoringState>(&tools.vm_monitoring, "vmMonitoring")?;
    }
    let Some(storage) = &vm.vm_component_protection_settings else { return Ok(()) };
    is_one_of::<ClusterVmComponentProtectionSettingsStorageVmReaction>(
        &storage.vm_storage_protection_for_apd,
        "vmStorageProtectionForAPD",
    )?;
    is_one_of::<ClusterVmComponentProtectionSettingsStorageVmReaction>(
        &storage.vm_storage_protection_for_pdl,
        "vmStorageProtectionForPDL",
    )?;
    is_one_of::<ClusterVmComponentProtectionSettingsVmReactionOnAPDCleared>(
        &storage.vm_reaction_on_apd_cleared,
        "vmReactionOnAPDCleared",
    )
}

fn is_one_of<E: WireEnum>(value: &Option<Str>, name: &str) -> Result<(), Fault> {
    match value {
        Some(value) if !E::CONSTANTS.contains(&value.as_str()) => {
            Err(Fault::invalid_argument(&format!("spec.dasConfig.{name}")))
        }
        _ => Ok(()),
    }
}
