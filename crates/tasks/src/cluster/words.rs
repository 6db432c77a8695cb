//! The playbook's words for constants of the API.

/// Playbook word, constant.
type Words = &'static [(&'static str, &'static str)];

pub(super) const VM_MONITORING: Words = &[
    ("disabled", "vmMonitoringDisabled"),
    ("vm", "vmMonitoringOnly"),
    ("vm_and_application", "vmAndAppMonitoring"),
];
pub(super) const ISOLATION: Words =
    &[("none", "none"), ("power_off", "powerOff"), ("shutdown", "shutdown")];
pub(super) const HEARTBEAT: Words = &[
    ("automatic", "allFeasibleDs"),
    ("preferred", "allFeasibleDsWithUserPreference"),
    ("only", "userSelectedDs"),
];
pub(super) const SWAPFILE: Words = &[("vm_directory", "vmDirectory"), ("host_local", "hostLocal")];
pub(super) const REACTION: Words = &[
    ("disabled", "disabled"),
    ("warning", "warning"),
    ("restart_conservative", "restartConservative"),
    ("restart_aggressive", "restartAggressive"),
];
pub(super) const CLEARED: Words = &[("none", "none"), ("reset", "reset")];
pub(super) const AUTOMATION: Words = &[
    ("manual", "manual"),
    ("partially_automated", "partiallyAutomated"),
    ("fully_automated", "fullyAutomated"),
];
pub(super) const ENABLED: Words = &[("true", "enabled"), ("false", "disabled")];

/// The constant for a playbook word; an unknown word is taken for a constant.
pub(super) fn to_wire(words: Words, word: &str) -> &str {
    words.iter().find(|(own, _)| *own == word).map_or(word, |(_, wire)| wire)
}

/// The playbook word for a constant; an unknown constant stands for itself.
pub(super) fn from_wire(words: Words, wire: &str) -> &str {
    words.iter().find(|(_, known)| *known == wire).map_or(wire, |(own, _)| own)
}
