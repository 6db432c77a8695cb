//! Services by the words people use and by the keys of the API.

/// SSH.
pub(crate) const SSH: &str = "TSM-SSH";
/// The ESXi Shell.
pub(super) const SHELL: &str = "TSM";
/// The time service.
pub(crate) const NTP: &str = "ntpd";
/// The log service.
pub(crate) const LOG: &str = "vmsyslogd";

const NAMES: [(&str, &str); 11] = [
    ("ssh", SSH),
    ("shell", SHELL),
    ("ntp", NTP),
    ("dcui", "DCUI"),
    ("snmp", "snmpd"),
    ("cim", "sfcbd-watchdog"),
    ("ptp", "ptpd"),
    ("slp", "slpd"),
    ("syslog", LOG),
    ("load_based_teaming", "lbtd"),
    ("smart_card", "pcscd"),
];

/// The key of a service; one that has no word is its own.
pub(crate) fn key_of(name: &str) -> &str {
    let known = NAMES.iter().find(|(word, _)| *word == name);
    known.map_or(name, |(_, key)| key)
}

/// The words for services, where there are any, and the keys.
pub(super) fn known<'a>(keys: &[&'a str]) -> Vec<&'a str> {
    let words = NAMES.iter().filter(|(_, key)| keys.contains(key)).map(|(word, _)| *word);
    words.chain(keys.iter().copied()).collect()
}
