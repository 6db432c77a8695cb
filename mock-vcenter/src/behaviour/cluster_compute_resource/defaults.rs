//! What a server fills in where a cluster's specification is silent.
//!
//! These are the API's defaults, not those of any wizard: `isolationResponse`, for one, is `powerOff`.

use vim25::enums::{DpmBehavior, DrsBehavior};
use vim25::types::{
    ClusterConfigInfoEx, ClusterDasConfigInfo, ClusterDasVmSettings, ClusterDpmConfigInfo,
    ClusterDrsConfigInfo, ClusterFailoverLevelAdmissionControlPolicy,
    ClusterInfraUpdateHaConfigInfo, ClusterOrchestrationInfo, ClusterProactiveDrsConfigInfo,
    ClusterVmComponentProtectionSettings, ClusterVmReadiness, ClusterVmToolsMonitoringSettings,
    VsanClusterConfigInfo, VsanClusterConfigInfoHostDefaultInfo,
};
use vim25::{Poly, Str};

fn text(value: &str) -> Option<Str> {
    Some(Str::from(value))
}

/// The configuration of a cluster whose specification says nothing.
pub(super) fn configuration() -> ClusterConfigInfoEx {
    let mut config = ClusterConfigInfoEx {
        das_config: high_availability(),
        drs_config: ClusterDrsConfigInfo {
            enabled: Some(false),
            enable_vm_behavior_overrides: Some(true),
            default_vm_behavior: Some(DrsBehavior::FullyAutomated),
            vmotion_rate: Some(3),
            scale_descendants_shares: text("disabled"),
            ..Default::default()
        },
        orchestration: Some(Box::new(ClusterOrchestrationInfo {
            default_vm_readiness: Some(Box::new(ClusterVmReadiness {
                ready_condition: text("none"),
                post_ready_delay: Some(0),
                ..Default::default()
            })),
            ..Default::default()
        })),
        dpm_config_info: Some(Box::new(ClusterDpmConfigInfo {
            enabled: Some(false),
            default_dpm_behavior: Some(DpmBehavior::Automated),
            host_power_action_rate: Some(3),
            ..Default::default()
        })),
        vsan_config_info: Some(Poly::new(VsanClusterConfigInfo {
            enabled: Some(false),
            default_config: Some(Box::new(VsanClusterConfigInfoHostDefaultInfo {
                auto_claim_storage: Some(false),
                ..Default::default()
            })),
            ..Default::default()
        })),
        infra_update_ha_config: Some(Box::new(ClusterInfraUpdateHaConfigInfo {
            enabled: Some(false),
            behavior: text("Manual"),
            moderate_remediation: text("QuarantineMode"),
            severe_remediation: text("QuarantineMode"),
            ..Default::default()
        })),
        proactive_drs_config: Some(Box::new(ClusterProactiveDrsConfigInfo {
            enabled: Some(false),
            ..Default::default()
        })),
        ..Default::default()
    };
    config.vm_swap_placement = "vmDirectory".into();
    config.spbm_enabled = Some(false);
    config
}

/// Gives the vSAN cluster that this one would be its UUID, made from the number of the cluster.
pub(super) fn identify_vsan(config: &mut ClusterConfigInfoEx, number: u64) {
    let vsan = config.vsan_config_info.as_mut();
    if let Some(hosts) = vsan.and_then(|vsan| vsan.default_config.as_mut()) {
        hosts.uuid = Some(format!("52000000-0000-4000-8000-{number:012x}").into());
    }
}

fn high_availability() -> ClusterDasConfigInfo {
    let policy =
        ClusterFailoverLevelAdmissionControlPolicy { failover_level: 1, ..Default::default() };
    ClusterDasConfigInfo {
        enabled: Some(false),
        vm_monitoring: text("vmMonitoringDisabled"),
        host_monitoring: text("enabled"),
        vm_component_protecting: text("disabled"),
        failover_level: Some(1),
        admission_control_policy: Some(Poly::new(policy)),
        admission_control_enabled: Some(true),
        default_vm_settings: Some(Box::new(ClusterDasVmSettings {
            restart_priority: text("medium"),
            restart_priority_timeout: Some(600),
            isolation_response: text("powerOff"),
            vm_tools_monitoring_settings: Some(Box::new(ClusterVmToolsMonitoringSettings {
                enabled: Some(false),
                vm_monitoring: text("vmMonitoringDisabled"),
                cluster_settings: Some(true),
                failure_interval: Some(30),
                min_up_time: Some(120),
                max_failures: Some(3),
                max_failure_window: Some(-1),
                ..Default::default()
            })),
            vm_component_protection_settings: Some(Box::new(
                ClusterVmComponentProtectionSettings {
                    vm_storage_protection_for_apd: text("disabled"),
                    enable_apd_timeout_for_hosts: Some(false),
                    vm_terminate_delay_for_apd_sec: Some(180),
                    vm_reaction_on_apd_cleared: text("none"),
                    vm_storage_protection_for_pdl: text("disabled"),
                    ..Default::default()
                },
            )),
            ..Default::default()
        })),
        h_b_datastore_candidate_policy: text("allFeasibleDsWithUserPreference"),
        ..Default::default()
    }
}
