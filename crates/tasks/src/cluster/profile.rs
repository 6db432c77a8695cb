//! What the cluster wizard of a release sends when everything is left on its defaults.
//!
//! `ui-6.0` sends nothing that an API older than 6.5 does not know. `ui-7.0` and `ui-8.0` send the same
//! values.

use super::setting::{Setting, Settings, Value};

/// The settings of the profile called `name`.
pub(super) fn profile(name: &str) -> Settings {
    let mut settings = common();
    if name == "ui-6.0" {
        settings.extend([
            (Setting::AdmissionPolicy, Value::word("failover_level")),
            (Setting::ComponentProtection, Value::Flag(false)),
            (Setting::HeartbeatPolicy, Value::word("automatic")),
        ]);
        return settings;
    }
    settings.extend([
        (Setting::AdmissionPolicy, Value::word("failover_resources")),
        (Setting::AdmissionDegradation, Value::Number(100)),
        (Setting::ComponentProtection, Value::Flag(true)),
        (Setting::PdlReaction, Value::word("restart_aggressive")),
        (Setting::ApdReaction, Value::word("restart_conservative")),
        (Setting::ApdDelay, Value::Number(180)),
        (Setting::ApdCleared, Value::word("none")),
        (Setting::HeartbeatPolicy, Value::word("preferred")),
    ]);
    settings
}

fn common() -> Settings {
    Settings::from([
        (Setting::HaEnabled, Value::Flag(true)),
        (Setting::HostMonitoring, Value::Flag(true)),
        (Setting::AdmissionEnabled, Value::Flag(true)),
        (Setting::AdmissionFailures, Value::Number(1)),
        (Setting::RestartPriority, Value::word("medium")),
        // Unset, vCenter powers isolated VMs off; the wizard leaves them on.
        (Setting::IsolationResponse, Value::word("none")),
        (Setting::VmMonitoring, Value::word("disabled")),
        (Setting::ToolsInterval, Value::Number(30)),
        (Setting::ToolsUptime, Value::Number(120)),
        (Setting::ToolsFailures, Value::Number(3)),
        (Setting::ToolsWindow, Value::Number(3600)),
        (Setting::Swapfile, Value::word("vm_directory")),
        (Setting::DrsEnabled, Value::Flag(false)),
    ])
}
