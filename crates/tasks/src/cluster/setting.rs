//! The settings of a cluster as plain names and values, so that comparing is the same for all of them.
//!
//! `read.rs` gets them from what vCenter shows, `write.rs` puts them into what vCenter takes.

use std::collections::BTreeMap;
use std::fmt;

use orchestrator::Change;

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Setting {
    HaEnabled,
    HostMonitoring,
    AdmissionEnabled,
    AdmissionPolicy,
    AdmissionFailures,
    AdmissionCpu,
    AdmissionMemory,
    AdmissionHosts,
    AdmissionDegradation,
    RestartPriority,
    IsolationResponse,
    VmMonitoring,
    ToolsInterval,
    ToolsUptime,
    ToolsFailures,
    ToolsWindow,
    ComponentProtection,
    PdlReaction,
    ApdReaction,
    ApdDelay,
    ApdCleared,
    HeartbeatPolicy,
    HeartbeatDatastores,
    Swapfile,
    DrsEnabled,
    DrsAutomation,
}

/// The page of the client on which a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Page {
    Ha,
    Admission,
    VmOptions,
    VmMonitoring,
    Heartbeat,
    Swapfile,
    Drs,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Flag(bool),
    Number(i32),
    /// In the playbook's words.
    Word(String),
    /// Sorted.
    Names(Vec<String>),
}

/// Some settings with their values.
pub(super) type Settings = BTreeMap<Setting, Value>;
/// HA's advanced options.
pub(super) type Options = BTreeMap<String, String>;

impl Setting {
    /// Its name and page.
    fn description(self) -> (&'static str, Page) {
        match self {
            Self::HaEnabled => ("ha.enabled", Page::Ha),
            Self::HostMonitoring => ("ha.host_monitoring", Page::Ha),
            Self::AdmissionEnabled => ("ha.admission_control.enabled", Page::Admission),
            Self::AdmissionPolicy => ("ha.admission_control.policy", Page::Admission),
            Self::AdmissionFailures => {
                ("ha.admission_control.failures_to_tolerate", Page::Admission)
            }
            Self::AdmissionCpu => ("ha.admission_control.cpu_percent", Page::Admission),
            Self::AdmissionMemory => ("ha.admission_control.memory_percent", Page::Admission),
            Self::AdmissionHosts => ("ha.admission_control.hosts", Page::Admission),
            Self::AdmissionDegradation => {
                ("ha.admission_control.tolerated_degradation_percent", Page::Admission)
            }
            Self::RestartPriority => ("ha.restart_priority", Page::VmOptions),
            Self::IsolationResponse => ("ha.isolation_response", Page::VmOptions),
            Self::VmMonitoring => ("ha.vm_monitoring", Page::VmMonitoring),
            Self::ToolsInterval => ("ha.vm_monitoring failure interval", Page::VmMonitoring),
            Self::ToolsUptime => ("ha.vm_monitoring minimum uptime", Page::VmMonitoring),
            Self::ToolsFailures => ("ha.vm_monitoring maximum resets", Page::VmMonitoring),
            Self::ToolsWindow => ("ha.vm_monitoring reset window", Page::VmMonitoring),
            Self::ComponentProtection => ("ha.component_protection", Page::VmOptions),
            Self::PdlReaction => ("ha.component_protection on device loss", Page::VmOptions),
            Self::ApdReaction => ("ha.component_protection on paths down", Page::VmOptions),
            Self::ApdDelay => ("ha.component_protection delay", Page::VmOptions),
            Self::ApdCleared => ("ha.component_protection on recovery", Page::VmOptions),
            Self::HeartbeatPolicy => ("ha.heartbeat_datastores.policy", Page::Heartbeat),
            Self::HeartbeatDatastores => ("ha.heartbeat_datastores.datastores", Page::Heartbeat),
            Self::Swapfile => ("swapfile", Page::Swapfile),
            Self::DrsEnabled => ("drs.enabled", Page::Drs),
            Self::DrsAutomation => ("drs.automation", Page::Drs),
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.description().0
    }

    pub(super) fn page(self) -> Page {
        self.description().1
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(on) => write!(f, "{on}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => f.write_str(word),
            Self::Names(names) if names.is_empty() => f.write_str("none"),
            Self::Names(names) => f.write_str(&names.join(", ")),
        }
    }
}

impl Value {
    pub(super) fn names(mut names: Vec<String>) -> Self {
        names.sort();
        names.dedup();
        Self::Names(names)
    }

    pub(super) fn word(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

/// What is wanted and not there.
pub(super) fn difference(wanted: &Settings, there: &Settings) -> Settings {
    wanted
        .iter()
        .filter(|(setting, value)| there.get(setting) != Some(value))
        .map(|(setting, value)| (*setting, value.clone()))
        .collect()
}

/// Options that are wanted and not there. One that is wanted empty may as well be absent.
pub(super) fn options_difference(wanted: &Options, there: &Options) -> Options {
    let differs = |(key, value): &(&String, &String)| {
        there.get(*key).map_or("", String::as_str) != value.as_str()
    };
    wanted.iter().filter(differs).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The same as the operator sees it.
pub(super) fn changes(wanted: &Settings, there: &Settings) -> Vec<Change> {
    let change = |(setting, value): (&Setting, &Value)| Change {
        setting: setting.name().to_owned(),
        before: there.get(setting).map(ToString::to_string),
        after: Some(value.to_string()),
    };
    wanted.iter().map(change).collect()
}

/// Options as the operator sees them.
pub(super) fn option_changes(wanted: &Options, there: &Options) -> Vec<Change> {
    let change = |(key, value): (&String, &String)| Change {
        setting: key.clone(),
        before: there.get(key).cloned(),
        after: (!value.is_empty()).then(|| value.clone()),
    };
    wanted.iter().map(change).collect()
}
