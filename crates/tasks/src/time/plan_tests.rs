//! What is planned for the time, from what is declared and seen.

use playbook::check_args;
use vim25::types::{HostFirewallRuleset, HostService};

use super::*;
use crate::firewall::{Ruleset, Rulesets};
use crate::per_host::PerHost;
use crate::plan_words::shown;
use crate::service::Services;
use crate::time::CAPABILITY;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn host(servers: &[&str], running: bool) -> Seen {
    let ntpd = HostService {
        key: "ntpd".into(),
        running,
        policy: if running { "on" } else { "off" }.into(),
        ..Default::default()
    };
    let services = Services { services: vec![(&ntpd).into()], ..Services::default() };
    let servers = servers.iter().map(ToString::to_string).collect();
    let clock = Clock { servers, zone: "UTC".to_owned(), ..Clock::default() };
    Seen { clock, services, ..Seen::default() }
}

fn lines(yaml: &str, seen: &Seen) -> Vec<String> {
    shown(&spec(yaml).plan_host("esx1", seen).items)
}

#[test]
fn servers_come_first_and_the_service_last() {
    let mut seen = host(&[], false);
    let ruleset = HostFirewallRuleset { key: "ntpClient".into(), ..Default::default() };
    let ruleset = Ruleset::from(&ruleset);
    seen.rulesets = Some(Rulesets { rulesets: vec![ruleset], ..Rulesets::default() });
    let expected = [
        "set where the time comes from (ntp_servers: - -> a, b)",
        "open firewall ruleset `ntpClient` (enabled: false -> true)",
        "start service `ntpd` (policy: off -> on, running: false -> true)",
    ];
    assert_eq!(lines("{ ntp_servers: [a, b] }", &seen), expected);
    seen.rulesets = None;
    assert_eq!(lines("{ ntp_servers: [a, b] }", &seen).len(), 2, "the ruleset follows the service");
}

#[test]
fn a_running_service_is_told_of_new_servers() {
    let titles = lines("{ ntp_servers: b }", &host(&["a"], true));
    assert_eq!(titles[0], "set where the time comes from (ntp_servers: a -> b)");
    assert!(titles[1].starts_with("restart service `ntpd`"), "{titles:?}");
    let titles = lines("{ ntp_servers: a }", &host(&["a"], true));
    assert_eq!(titles, ["= time from a, `ntpd` runs"]);
}

#[test]
fn a_clock_that_follows_something_else_is_brought_to_ntp() {
    let mut seen = host(&["a"], true);
    seen.clock.other_protocol = true;
    seen.clock.disabled = true;
    let expected =
        "set where the time comes from (protocol: - -> ntp, follows a server: false -> true)";
    assert_eq!(lines("{ ntp_servers: a }", &seen), [expected]);
}

#[test]
fn a_time_zone_is_set_only_where_the_host_knows_it() {
    let mut seen = host(&["a"], true);
    assert_eq!(lines("{ timezone: UTC }", &seen), ["= time zone UTC"]);
    assert!(lines("{ timezone: Europe/Berlin }", &seen)[0].starts_with("! time-zone-unknown"));
    seen.zones = vec!["UTC".to_owned(), "Europe/Berlin".to_owned()];
    let expected = "set where the time comes from (timezone: UTC -> Europe/Berlin)";
    assert_eq!(lines("{ timezone: Europe/Berlin }", &seen), [expected]);
    let titles = lines("{ timezone: Europe/Berlim }", &seen);
    assert_eq!(titles[0], "! time-zone-unknown: did you mean `Europe/Berlin`?");
}

#[test]
fn a_declaration_that_says_nothing_is_a_mistake() {
    for yaml in ["{}", "{ ntp_servers: [] }", "{ policy: on }", "{ ntp_servers: 'a b' }"] {
        assert!(check_args(&CAPABILITY, yaml).is_err(), "{yaml}");
    }
}
