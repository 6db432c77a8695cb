//! Whole playbooks, in which two tasks declare something of the same hosts.

use playbook::{Options, RenderStyle, Source, check};

use crate::CATALOGUE;

/// The mistakes of a playbook with two tasks; the second may need the first.
fn mistakes(first: &str, second: &str, needs: &str) -> Vec<String> {
    let text = format!("tasks:\n  - {{ id: one, {first} }}\n  - {{ id: two, {needs} {second} }}\n");
    match check(&Source::new("p.yaml", &text), CATALOGUE, &Options::default()) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(|one| one.what.clone()).collect(),
    }
}

const NEEDS: &str = "needs: one,";

#[test]
fn different_values_for_one_setting_of_one_host_are_refused() {
    let zone = |zone: &str| format!("time: {{ host: [esx1, esx2], timezone: {zone} }}");
    let expected = "tasks `one` and `two` declare different values for `timezone` of host `esx1`: \
                    `UTC` and `CET`";
    for needs in ["", NEEDS] {
        assert_eq!(mistakes(&zone("UTC"), &zone("CET"), needs), [expected]);
    }
    let pairs = [
        ("syslog: { host: a, log_host: udp://x }", "syslog: { host: a, log_host: udp://y }"),
        ("time: { host: a, ntp_servers: [x] }", "time: { host: a, ntp_servers: [y] }"),
        ("time: { host: a, timezone: UTC }", "time: { host: a, timezone: CET }"),
        ("time: { ntp_servers: [x] }", "time: { ntp_servers: [y] }"),
    ];
    for (one, two) in pairs {
        for needs in ["", NEEDS] {
            assert_eq!(mistakes(one, two, needs).len(), 1, "{one} {two} {needs}");
        }
    }
}

#[test]
fn what_may_be_meant_for_a_while_is_refused_only_without_an_order() {
    let pairs = [
        (
            "advanced_options: { host: [a, b], options: { UserVars.A: 5 } }",
            "advanced_options: { host: b, options: { UserVars.A: 6 } }",
        ),
        (
            "advanced_options: { scope: vcenter, options: { a.b: x } }",
            "advanced_options: { scope: vcenter, options: { a.b: y } }",
        ),
        (
            "syslog: { host: a, default_rotate: 5 }",
            "advanced_options: { host: a, options: { Syslog.global.defaultRotate: 6 } }",
        ),
        (
            "service: { host: a, name: ssh, suppress_warning: true }",
            "service: { host: a, name: ssh, suppress_warning: false }",
        ),
        (
            "service: { host: a, name: ssh, running: true }",
            "service: { host: a, name: TSM-SSH, running: false }",
        ),
        (
            "service: { host: a, name: ssh, policy: 'on' }",
            "service: { host: a, name: [ntp, ssh], policy: 'off' }",
        ),
        (
            "firewall: { host: a, ruleset: ntpClient }",
            "firewall: { host: a, ruleset: ntpClient, enabled: false }",
        ),
        (
            "firewall: { host: a, ruleset: syslog, allowed_hosts: all }",
            "firewall: { host: a, ruleset: syslog, allowed_hosts: [10.0.0.1] }",
        ),
        (
            "time: { host: a, ntp_servers: [x] }",
            "firewall: { host: a, ruleset: ntpClient, enabled: false }",
        ),
        ("time: { host: a, ntp_servers: [x] }", "service: { host: a, name: ntp, running: false }"),
        (
            "syslog: { host: a, log_host: udp://x }",
            "firewall: { host: a, ruleset: syslog, enabled: false }",
        ),
    ];
    for (one, two) in pairs {
        assert_eq!(mistakes(one, two, "").len(), 1, "{one} {two}");
        assert!(mistakes(one, two, NEEDS).is_empty(), "{one} {two}");
    }
}

#[test]
fn equal_values_and_other_objects_go_together_however_they_are_written() {
    let option = |host: &str, value: &str| {
        format!("advanced_options: {{ host: {host}, options: {{ UserVars.A: {value} }} }}")
    };
    let pairs = [
        (option("a", "1"), option("a", "'1'")),
        (option("a", "true"), option("a", "'TRUE'")),
        (option("a", "true"), option("a", "1")),
        (option("a", "2"), option("a", "2.0")),
        (option("a", "1"), option("b", "2")),
        (option("a", "1"), option("a, datacenter: DC", "2")),
        (
            "syslog: { host: a, log_host: LOG.lab }".to_owned(),
            "syslog: { host: a, log_host: [udp://log.lab:514] }".to_owned(),
        ),
        (
            "syslog: { host: a, log_host: udp://x }".to_owned(),
            "firewall: { host: a, ruleset: syslog, allowed_hosts: all }".to_owned(),
        ),
        (
            "service: { host: a, name: ssh, running: true }".to_owned(),
            "service: { host: a, name: shell, running: false }".to_owned(),
        ),
    ];
    for (one, two) in pairs {
        assert!(mistakes(&one, &two, "").is_empty(), "{one} {two}");
    }
}

#[test]
fn a_value_that_may_be_a_secret_is_not_shown() {
    let task = |id: &str, value: &str| {
        let options = format!("options: {{ X.proxyPassword: {value} }}");
        format!("  - id: {id}\n    advanced_options:\n      host: a\n      {options}\n")
    };
    let text = format!("tasks:\n{}{}", task("one", "hunter2"), task("two", "hunter3"));
    let found = check(&Source::new("p.yaml", &text), CATALOGUE, &Options::default()).unwrap_err();
    let shown = found.render(RenderStyle::default());
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(shown.contains("`one` and `two`") && shown.contains("not shown"), "{shown}");
}
