//! Reads the settings of a cluster from `configurationEx`.

use vim25::types::{
    ClusterConfigInfoEx, ClusterDasAdmissionControlPolicy, ClusterDasConfigInfo,
    ClusterDasVmSettings, ClusterFailoverHostAdmissionControlPolicy,
    ClusterFailoverLevelAdmissionControlPolicy, ClusterFailoverResourcesAdmissionControlPolicy,
    OptionValue,
};
use vim25::{MoRef, Poly, Str, WireEnum};

use super::setting::{Options, Setting, Settings, Value};
use super::spec::caps_of;
use super::words::{
    AUTOMATION, CLEARED, ENABLED, HEARTBEAT, ISOLATION, REACTION, SWAPFILE, VM_MONITORING,
    from_wire,
};
use crate::forecast::FtCaps;

/// The FT limits that a cluster's HA options mean.
pub(crate) fn read_caps(das: &ClusterDasConfigInfo) -> FtCaps {
    caps_of(&read_options(&das.option))
}

/// HA's advanced options.
pub(super) fn read_options(options: &[Poly<OptionValue>]) -> Options {
    let text = |value: &vim25::Value| match value {
        vim25::Value::Bool(on) => on.to_string(),
        other => other
            .as_i64()
            .map(|number| number.to_string())
            .or_else(|| other.as_str().map(str::to_owned))
            .unwrap_or_default(),
    };
    options
        .iter()
        .map(|option| (option.key.to_string(), option.value.as_ref().map(text).unwrap_or_default()))
        .collect()
}

/// All settings that this crate knows; `name_of` gives the names of hosts and datastores.
pub(super) fn read(info: &ClusterConfigInfoEx, name_of: &dyn Fn(&MoRef) -> String) -> Settings {
    let mut settings = Reading(Settings::new());
    let das = &info.das_config;
    settings.flag(Setting::HaEnabled, das.enabled.or(Some(false)));
    settings.switch(Setting::HostMonitoring, das.host_monitoring.as_deref());
    settings.flag(Setting::AdmissionEnabled, das.admission_control_enabled);
    settings.word(Setting::VmMonitoring, VM_MONITORING, das.vm_monitoring.as_deref());
    settings.switch(Setting::ComponentProtection, das.vm_component_protecting.as_deref());
    let policy = das.h_b_datastore_candidate_policy.as_deref();
    settings.word(Setting::HeartbeatPolicy, HEARTBEAT, policy);
    let datastores = das.heartbeat_datastore.iter().map(name_of).collect();
    settings.0.insert(Setting::HeartbeatDatastores, Value::names(datastores));
    if let Some(policy) = &das.admission_control_policy {
        settings.admission(policy, name_of);
    }
    if let Some(vms) = &das.default_vm_settings {
        settings.vm_settings(vms);
    }
    settings.word(Setting::Swapfile, SWAPFILE, Some(&info.vm_swap_placement));
    settings.flag(Setting::DrsEnabled, info.drs_config.enabled.or(Some(false)));
    let automation = info.drs_config.default_vm_behavior.as_ref().map(WireEnum::as_str);
    settings.word(Setting::DrsAutomation, AUTOMATION, automation);
    settings.0
}

struct Reading(Settings);

impl Reading {
    fn flag(&mut self, setting: Setting, on: Option<bool>) {
        self.0.extend(on.map(|on| (setting, Value::Flag(on))));
    }

    fn number(&mut self, setting: Setting, number: Option<i32>) {
        self.0.extend(number.map(|number| (setting, Value::Number(number))));
    }

    fn switch(&mut self, setting: Setting, wire: Option<&str>) {
        self.flag(setting, wire.map(|wire| from_wire(ENABLED, wire) == "true"));
    }

    fn word(
        &mut self,
        setting: Setting,
        words: &'static [(&'static str, &'static str)],
        wire: Option<&str>,
    ) {
        self.0.extend(wire.map(|wire| (setting, Value::word(from_wire(words, wire)))));
    }

    fn admission(
        &mut self,
        policy: &Poly<ClusterDasAdmissionControlPolicy>,
        name_of: &dyn Fn(&MoRef) -> String,
    ) {
        let degradation = policy.resource_reduction_to_tolerate_percent;
        self.number(Setting::AdmissionDegradation, degradation);
        let mut named = |name| self.0.insert(Setting::AdmissionPolicy, Value::word(name));
        if let Some(level) = policy.downcast_ref::<ClusterFailoverLevelAdmissionControlPolicy>() {
            named("failover_level");
            self.number(Setting::AdmissionFailures, Some(level.failover_level));
        } else if let Some(shares) =
            policy.downcast_ref::<ClusterFailoverResourcesAdmissionControlPolicy>()
        {
            named("failover_resources");
            self.shares(shares);
        } else if let Some(hosts) =
            policy.downcast_ref::<ClusterFailoverHostAdmissionControlPolicy>()
        {
            named("failover_hosts");
            let names = hosts.failover_hosts.iter().map(name_of).collect();
            self.0.insert(Setting::AdmissionHosts, Value::names(names));
            self.number(Setting::AdmissionFailures, hosts.failover_level);
        }
    }

    /// Percentages that vCenter works out by itself are no settings.
    fn shares(&mut self, shares: &ClusterFailoverResourcesAdmissionControlPolicy) {
        if shares.auto_compute_percentages == Some(true) {
            self.number(Setting::AdmissionFailures, shares.failover_level);
        } else {
            let memory = shares.memory_failover_resources_percent;
            self.number(Setting::AdmissionCpu, Some(shares.cpu_failover_resources_percent));
            self.number(Setting::AdmissionMemory, Some(memory));
        }
    }

    fn vm_settings(&mut self, vms: &ClusterDasVmSettings) {
        let text = |text: &Option<Str>| text.as_ref().map(ToString::to_string);
        let priority = text(&vms.restart_priority);
        self.word(Setting::RestartPriority, &[], priority.as_deref());
        let isolation = text(&vms.isolation_response);
        self.word(Setting::IsolationResponse, ISOLATION, isolation.as_deref());
        if let Some(tools) = &vms.vm_tools_monitoring_settings {
            self.number(Setting::ToolsInterval, tools.failure_interval);
            self.number(Setting::ToolsUptime, tools.min_up_time);
            self.number(Setting::ToolsFailures, tools.max_failures);
            self.number(Setting::ToolsWindow, tools.max_failure_window);
        }
        if let Some(loss) = &vms.vm_component_protection_settings {
            let reaction = |wire: &Option<Str>| text(wire);
            let pdl = reaction(&loss.vm_storage_protection_for_pdl);
            let apd = reaction(&loss.vm_storage_protection_for_apd);
            let cleared = reaction(&loss.vm_reaction_on_apd_cleared);
            self.word(Setting::PdlReaction, REACTION, pdl.as_deref());
            self.word(Setting::ApdReaction, REACTION, apd.as_deref());
            self.number(Setting::ApdDelay, loss.vm_terminate_delay_for_apd_sec);
            self.word(Setting::ApdCleared, CLEARED, cleared.as_deref());
        }
    }
}
