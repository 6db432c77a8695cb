//! Puts settings into the specification that vCenter takes.
//!
//! Only what is to change is sent. Where several settings are one object of the API (admission control, VM
//! settings, the list of options), all of that object is sent, completed by what is there.

use std::collections::BTreeMap;

use vim25::enums::DrsBehavior;
use vim25::types::{
    ClusterConfigSpecEx, ClusterDasAdmissionControlPolicy, ClusterDasConfigInfo,
    ClusterDasVmSettings, ClusterDrsConfigInfo, ClusterFailoverHostAdmissionControlPolicy,
    ClusterFailoverLevelAdmissionControlPolicy, ClusterFailoverResourcesAdmissionControlPolicy,
    ClusterVmComponentProtectionSettings, ClusterVmToolsMonitoringSettings, OptionValue,
};
use vim25::{MoRef, Poly, Str};

use super::setting::{Options, Page, Setting, Settings, Value};
use super::words::{
    AUTOMATION, CLEARED, ENABLED, HEARTBEAT, ISOLATION, REACTION, SWAPFILE, VM_MONITORING, to_wire,
};

/// Objects by the names that settings use.
pub(super) type Refs = BTreeMap<String, MoRef>;

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Writing {
    /// What is to change.
    pub(super) changed: Settings,
    /// Everything as it will be.
    pub(super) complete: Settings,
    /// All options as they will be; empty when none is to change.
    pub(super) options: Options,
}

impl Writing {
    /// The specification.
    pub(super) fn spec(&self, refs: &Refs) -> ClusterConfigSpecEx {
        let mut spec = ClusterConfigSpecEx::default();
        let of_ha = |setting: &Setting| !matches!(setting.page(), Page::Swapfile | Page::Drs);
        if !self.options.is_empty() || self.changed.keys().any(of_ha) {
            spec.das_config = Some(Box::new(self.das(refs)));
        }
        if self.changes(&[Setting::DrsEnabled, Setting::DrsAutomation]) {
            spec.drs_config = Some(Box::new(ClusterDrsConfigInfo {
                enabled: self.flag(Setting::DrsEnabled),
                default_vm_behavior: self
                    .word(Setting::DrsAutomation, AUTOMATION)
                    .map(|word| DrsBehavior::from(word.as_str())),
                ..Default::default()
            }));
        }
        spec.vm_swap_placement = self.changed_word(Setting::Swapfile, SWAPFILE);
        spec
    }

    fn das(&self, refs: &Refs) -> ClusterDasConfigInfo {
        let mut das = ClusterDasConfigInfo {
            enabled: self.changed_flag(Setting::HaEnabled),
            vm_monitoring: self.changed_word(Setting::VmMonitoring, VM_MONITORING),
            host_monitoring: self.changed_word(Setting::HostMonitoring, ENABLED),
            vm_component_protecting: self.changed_word(Setting::ComponentProtection, ENABLED),
            admission_control_enabled: self.changed_flag(Setting::AdmissionEnabled),
            h_b_datastore_candidate_policy: self.changed_word(Setting::HeartbeatPolicy, HEARTBEAT),
            ..Default::default()
        };
        if self.changes(ADMISSION) {
            das.admission_control_policy = self.admission(refs);
        }
        if self.changes(&[Setting::HeartbeatDatastores]) {
            das.heartbeat_datastore = self.refs(Setting::HeartbeatDatastores, refs);
        }
        let of_vms =
            |setting: &Setting| matches!(setting.page(), Page::VmOptions | Page::VmMonitoring);
        if self.changed.keys().any(of_vms) {
            das.default_vm_settings = Some(Box::new(self.vm_settings()));
        }
        das.option = self.options.iter().map(|(key, value)| option(key, value)).collect();
        das
    }

    fn admission(&self, refs: &Refs) -> Option<Poly<ClusterDasAdmissionControlPolicy>> {
        let base = ClusterDasAdmissionControlPolicy {
            resource_reduction_to_tolerate_percent: self.number(Setting::AdmissionDegradation),
            ..Default::default()
        };
        let failures = self.number(Setting::AdmissionFailures);
        let Some(Value::Word(policy)) = self.complete.get(&Setting::AdmissionPolicy) else {
            return None;
        };
        Some(match policy.as_str() {
            "failover_level" => Poly::new(ClusterFailoverLevelAdmissionControlPolicy {
                base_: base,
                failover_level: failures.unwrap_or(1),
                slot_policy: None,
            }),
            "failover_hosts" => Poly::new(ClusterFailoverHostAdmissionControlPolicy {
                base_: base,
                failover_hosts: self.refs(Setting::AdmissionHosts, refs),
                failover_level: failures,
            }),
            _ => Poly::new(self.shares(base, failures)),
        })
    }

    fn shares(
        &self,
        base: ClusterDasAdmissionControlPolicy,
        failures: Option<i32>,
    ) -> ClusterFailoverResourcesAdmissionControlPolicy {
        let own = [Setting::AdmissionCpu, Setting::AdmissionMemory];
        let by_hand = own.iter().any(|setting| self.complete.contains_key(setting));
        // The API wants the two numbers also where vCenter works them out: half of two hosts.
        ClusterFailoverResourcesAdmissionControlPolicy {
            base_: base,
            cpu_failover_resources_percent: self.number(Setting::AdmissionCpu).unwrap_or(50),
            memory_failover_resources_percent: self.number(Setting::AdmissionMemory).unwrap_or(50),
            failover_level: if by_hand { None } else { failures.or(Some(1)) },
            auto_compute_percentages: Some(!by_hand),
            ..Default::default()
        }
    }

    fn vm_settings(&self) -> ClusterDasVmSettings {
        let tools = ClusterVmToolsMonitoringSettings {
            vm_monitoring: self.word(Setting::VmMonitoring, VM_MONITORING),
            cluster_settings: Some(true),
            failure_interval: self.number(Setting::ToolsInterval),
            min_up_time: self.number(Setting::ToolsUptime),
            max_failures: self.number(Setting::ToolsFailures),
            max_failure_window: self.number(Setting::ToolsWindow),
            ..Default::default()
        };
        let with_protection = self.complete.contains_key(&Setting::PdlReaction);
        let protection = with_protection.then(|| ClusterVmComponentProtectionSettings {
            vm_storage_protection_for_pdl: self.word(Setting::PdlReaction, REACTION),
            vm_storage_protection_for_apd: self.word(Setting::ApdReaction, REACTION),
            vm_terminate_delay_for_apd_sec: self.number(Setting::ApdDelay),
            vm_reaction_on_apd_cleared: self.word(Setting::ApdCleared, CLEARED),
            ..Default::default()
        });
        ClusterDasVmSettings {
            restart_priority: self.word(Setting::RestartPriority, &[]),
            isolation_response: self.word(Setting::IsolationResponse, ISOLATION),
            vm_tools_monitoring_settings: Some(Box::new(tools)),
            vm_component_protection_settings: protection.map(Box::new),
            ..Default::default()
        }
    }

    fn changes(&self, settings: &[Setting]) -> bool {
        settings.iter().any(|setting| self.changed.contains_key(setting))
    }

    fn flag(&self, setting: Setting) -> Option<bool> {
        match self.complete.get(&setting)? {
            Value::Flag(on) => Some(*on),
            _ => None,
        }
    }

    fn number(&self, setting: Setting) -> Option<i32> {
        match self.complete.get(&setting)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn word(&self, setting: Setting, words: &'static [(&str, &str)]) -> Option<Str> {
        match self.complete.get(&setting)? {
            Value::Word(word) => Some(to_wire(words, word).into()),
            Value::Flag(on) => Some(to_wire(words, &on.to_string()).into()),
            Value::Number(_) | Value::Names(_) => None,
        }
    }

    fn changed_flag(&self, setting: Setting) -> Option<bool> {
        self.changes(&[setting]).then(|| self.flag(setting)).flatten()
    }

    fn changed_word(&self, setting: Setting, words: &'static [(&str, &str)]) -> Option<Str> {
        self.changes(&[setting]).then(|| self.word(setting, words)).flatten()
    }

    fn refs(&self, setting: Setting, refs: &Refs) -> Vec<MoRef> {
        match self.complete.get(&setting) {
            Some(Value::Names(names)) => {
                names.iter().filter_map(|name| refs.get(name).cloned()).collect()
            }
            _ => Vec::new(),
        }
    }
}

const ADMISSION: &[Setting] = &[
    Setting::AdmissionPolicy,
    Setting::AdmissionFailures,
    Setting::AdmissionCpu,
    Setting::AdmissionMemory,
    Setting::AdmissionHosts,
    Setting::AdmissionDegradation,
];

/// An empty value clears the option.
fn option(key: &str, value: &str) -> Poly<OptionValue> {
    let value = Some(vim25::Value::from(value));
    Poly::new(OptionValue { key: key.into(), value, ..Default::default() })
}
