//! How a host keeps time: [`TimeSettings`].

use vim25::types::{
    HostDateTimeConfig, HostDateTimeInfo, HostDateTimeSystemTimeZone, HostNtpConfig, HostPtpConfig,
};
use vim25::{DateTime, Str};

/// Time settings of a host.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSettings {
    zone: &'static (&'static str, i32),
    ntp: HostNtpConfig,
    ptp: Option<HostPtpConfig>,
    protocol: Str,
    enabled: bool,
    disable_events: bool,
    disable_fallback: bool,
    /// Milliseconds by which the host's clock is ahead of the server's.
    pub ahead_millis: i64,
}

/// Keys of time zones and their seconds east of Greenwich, in winter.
const ZONES: &[(&str, i32)] = &[
    ("UTC", 0),
    ("America/Chicago", -21_600),
    ("America/Denver", -25_200),
    ("America/Los_Angeles", -28_800),
    ("America/New_York", -18_000),
    ("America/Sao_Paulo", -10_800),
    ("Asia/Calcutta", 19_800),
    ("Asia/Hong_Kong", 28_800),
    ("Asia/Shanghai", 28_800),
    ("Asia/Singapore", 28_800),
    ("Asia/Tokyo", 32_400),
    ("Australia/Sydney", 36_000),
    ("Europe/Berlin", 3_600),
    ("Europe/London", 0),
    ("Europe/Moscow", 10_800),
    ("Europe/Paris", 3_600),
];

impl Default for TimeSettings {
    fn default() -> Self {
        Self {
            zone: &ZONES[0],
            ntp: HostNtpConfig::default(),
            ptp: None,
            protocol: "ntp".into(),
            enabled: true,
            disable_events: false,
            disable_fallback: false,
            ahead_millis: 0,
        }
    }
}

fn zone_info((key, offset): &(&str, i32)) -> HostDateTimeSystemTimeZone {
    HostDateTimeSystemTimeZone {
        key: (*key).into(),
        name: (*key).into(),
        description: (*key).into(),
        gmt_offset: *offset,
        ..Default::default()
    }
}

/// The time zones that hosts know.
pub fn zones() -> impl Iterator<Item = HostDateTimeSystemTimeZone> {
    ZONES.iter().map(zone_info)
}

impl TimeSettings {
    /// `HostDateTimeInfo`, on a host whose time service `runs`.
    #[must_use]
    pub fn info(&self, runs: bool, now: Option<DateTime>) -> HostDateTimeInfo {
        let server = self.ntp.server.first().filter(|_| runs && self.protocol == "ntp");
        HostDateTimeInfo {
            time_zone: zone_info(self.zone),
            system_clock_protocol: Some(self.protocol.clone()),
            ntp_config: Some(Box::new(self.ntp.clone())),
            ptp_config: self.ptp.clone().map(Box::new),
            enabled: Some(self.enabled),
            disable_events: Some(self.disable_events),
            disable_fallback: Some(self.disable_fallback),
            in_fallback_state: Some(false),
            service_sync: Some(server.is_some()),
            last_sync_time: now.filter(|_| server.is_some()),
            remote_ntp_server: server.cloned(),
            ..Default::default()
        }
    }

    /// True when a server to take the time from is set.
    #[must_use]
    pub fn has_source(&self) -> bool {
        !self.ntp.server.is_empty() || self.protocol == "ptp"
    }

    /// Changes what `change` sets, and nothing else.
    ///
    /// # Errors
    /// The path of what is not known.
    pub fn apply(&mut self, change: &HostDateTimeConfig) -> Result<(), &'static str> {
        if change.reset_to_factory_defaults == Some(true) {
            *self = Self { ahead_millis: self.ahead_millis, ..Self::default() };
        }
        if let Some(zone) = &change.time_zone {
            let known = ZONES.iter().find(|(key, _)| zone == key);
            self.zone = known.ok_or("config.timeZone")?;
        }
        if let Some(protocol) = &change.protocol {
            if !["ntp", "ptp"].contains(&protocol.as_str()) {
                return Err("config.protocol");
            }
            self.protocol = protocol.clone();
        }
        if let Some(ntp) = &change.ntp_config {
            self.ntp = HostNtpConfig { server: servers_of(ntp), ..(**ntp).clone() };
        }
        if let Some(ptp) = &change.ptp_config {
            self.ptp = Some((**ptp).clone());
        }
        self.enabled = change.enabled.unwrap_or(self.enabled);
        self.disable_events = change.disable_events.unwrap_or(self.disable_events);
        self.disable_fallback = change.disable_fallback.unwrap_or(self.disable_fallback);
        Ok(())
    }
}

/// The servers given by themselves, or else those that the lines of a configuration file name.
fn servers_of(ntp: &HostNtpConfig) -> Vec<Str> {
    if !ntp.server.is_empty() {
        return ntp.server.clone();
    }
    let named = ntp.config_file.iter().filter_map(|line| {
        let mut words = line.split_whitespace();
        matches!(words.next(), Some("server" | "pool")).then(|| words.next())?
    });
    named.map(Str::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_changes() {
        let mut time = TimeSettings::default();
        let change = |ntp: Option<HostNtpConfig>, zone: Option<&str>| HostDateTimeConfig {
            ntp_config: ntp.map(Box::new),
            time_zone: zone.map(Into::into),
            ..Default::default()
        };
        let servers = HostNtpConfig { server: vec!["a".into(), "b".into()], ..Default::default() };
        time.apply(&change(Some(servers), None)).unwrap();
        time.apply(&change(None, Some("Asia/Tokyo"))).unwrap();
        assert_eq!(time.apply(&change(None, Some("Atlantis"))), Err("config.timeZone"));
        let shown = time.info(true, None);
        assert_eq!((shown.time_zone.gmt_offset, shown.service_sync), (32_400, Some(true)));
        assert_eq!(shown.ntp_config.unwrap().server, ["a", "b"]);
        assert_eq!(time.info(false, None).service_sync, Some(false));
    }

    #[test]
    fn servers_may_be_given_as_lines_of_a_file() {
        let mut time = TimeSettings::default();
        let lines = ["driftfile /etc/ntp.drift", "server x iburst", "pool y"].map(Str::from);
        let ntp = HostNtpConfig { config_file: lines.into(), ..Default::default() };
        let change = HostDateTimeConfig { ntp_config: Some(Box::new(ntp)), ..Default::default() };
        time.apply(&change).unwrap();
        assert_eq!(time.info(false, None).ntp_config.unwrap().server, ["x", "y"]);
    }
}
