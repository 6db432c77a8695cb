//! What is planned for the firewall, from what is declared and seen.

use playbook::check_args;

use super::*;
use crate::firewall::CAPABILITY;
use crate::firewall::allow::Network;
use crate::per_host::PerHost;
use crate::plan_words::shown;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn ruleset(key: &str, enabled: bool) -> Ruleset {
    Ruleset {
        key: key.to_owned(),
        required: false,
        enabled,
        service: None,
        allowed: AllowList::All,
        controllable: true,
        list_configurable: true,
        outbound: Vec::new(),
    }
}

fn host() -> Rulesets {
    let ten = AllowList::Only([Network::parse("10.0.0.0/8").unwrap()].into());
    let rulesets = vec![
        ruleset("syslog", false),
        ruleset("gdbserver", true),
        Ruleset { allowed: ten, ..ruleset("sshClient", false) },
        Ruleset { allowed: AllowList::Only([].into()), ..ruleset("httpClient", true) },
        Ruleset { required: true, ..ruleset("sshServer", true) },
        Ruleset {
            controllable: false,
            list_configurable: false,
            service: Some("ntpd".to_owned()),
            ..ruleset("ntpClient", false)
        },
    ];
    Rulesets { manager: MoRef::default(), rulesets }
}

#[test]
fn a_ruleset_is_opened_for_those_who_are_named_or_the_reason_is_said() {
    let table: [(&str, &[&str], u32); 13] = [
        ("{ ruleset: syslog }", &["open firewall ruleset `syslog` (enabled: false -> true)"], 4),
        ("{ ruleset: gdbserver, allowed_hosts: all }", &["= `gdbserver` is open"], 0),
        (
            "{ ruleset: [syslog, gdbserver], enabled: false }",
            &["close firewall ruleset `gdbserver` (enabled: true -> false)"],
            4,
        ),
        (
            "{ ruleset: gdbserver, allowed_hosts: [10.0.0.1, fd00::/8] }",
            &["change who may use firewall ruleset `gdbserver` \
               (allowed_hosts: all -> 10.0.0.1, fd00::/8)"],
            4,
        ),
        (
            "{ ruleset: sshClient, allowed_hosts: [10.0.0.0/8] }",
            &["open firewall ruleset `sshClient` (enabled: false -> true)"],
            4,
        ),
        (
            "{ ruleset: sshClient, enabled: false }",
            &["= `sshClient` is closed, allowed: 10.0.0.0/8"],
            0,
        ),
        ("{ ruleset: httpClient }", &["! ruleset-allows-nobody"], 0),
        (
            "{ ruleset: httpClient, allowed_hosts: all }",
            &["change who may use firewall ruleset `httpClient` (allowed_hosts: nobody -> all)"],
            4,
        ),
        ("{ ruleset: sshServer, enabled: false }", &["! ruleset-required: leave it open"], 0),
        ("{ ruleset: ntpClient }", &["! ruleset-not-controllable"], 0),
        (
            "{ ruleset: ntpClient, enabled: false, allowed_hosts: [10.0.0.1] }",
            &["! ruleset-list-fixed: remove `allowed_hosts`"],
            0,
        ),
        ("{ ruleset: ntpClient, enabled: false }", &["= `ntpClient` is closed"], 0),
        ("{ ruleset: syslogg }", &["! ruleset-unknown: did you mean `syslog`?"], 0),
    ];
    for (yaml, expected, by_hand) in table {
        let declared = spec(yaml);
        let plan = declared.plan_host("esx1", &host());
        assert_eq!(shown(&plan.items), expected, "{yaml}");
        assert_eq!(declared.by_hand(Some(&plan.items)), by_hand, "{yaml}");
    }
}

#[test]
fn a_list_that_lets_nobody_through_cannot_be_declared() {
    for (yaml, part) in [
        ("{ ruleset: syslog, allowed_hosts: [] }", "blocks all traffic"),
        ("{ ruleset: syslog, allowed_hosts: [10.0.0.1/8] }", "10.0.0.0/8"),
        ("{ ruleset: syslog, allowed_hosts: [log.lab] }", "no address"),
        ("{ ruleset: [] }", "no ruleset"),
    ] {
        let mistakes = format!("{:?}", check_args(&CAPABILITY, yaml).unwrap_err());
        assert!(mistakes.contains(part), "{yaml}: {mistakes}");
    }
}

#[test]
fn narrowing_the_way_of_management_is_said() {
    let mut seen = host();
    seen.rulesets.push(ruleset("vSphereClient", true));
    let notes = |yaml: &str| spec(yaml).plan_host("esx1", &seen).notes;
    assert_eq!(notes("{ ruleset: vSphereClient, allowed_hosts: [10.0.0.1] }").len(), 1);
    assert!(notes("{ ruleset: vSphereClient, allowed_hosts: all }").is_empty());
}
