//! What is planned for the log, from what is declared and seen.

use playbook::check_args;

use super::*;
use crate::firewall::Rulesets;
use crate::per_host::PerHost;
use crate::plan_words::shown;
use crate::service::Services;
use crate::syslog::CAPABILITY;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn host(open: bool, values: &[Option<Value>]) -> Seen {
    let syslog = vim25::types::HostFirewallRuleset {
        key: "syslog".into(),
        enabled: open,
        rule: [("udp", 514), ("tcp", 514), ("tcp", 1514)].map(rule).into(),
        ..Default::default()
    };
    let rulesets = Rulesets { rulesets: vec![Ruleset::from(&syslog)], ..Rulesets::default() };
    Seen { values: values.to_vec(), rulesets, ..Seen::default() }
}

fn rule((protocol, port): (&str, i32)) -> vim25::types::HostFirewallRule {
    vim25::types::HostFirewallRule {
        protocol: protocol.into(),
        port,
        direction: vim25::enums::HostFirewallRuleDirection::Outbound,
        ..Default::default()
    }
}

fn text(text: &str) -> Option<Value> {
    Some(Value::String(text.into()))
}

#[test]
fn the_way_out_is_opened_before_the_log_goes_out() {
    let declared = spec("{ log_host: 'udp://log.lab', default_rotate: 20 }");
    let seen = host(false, &[text(""), Some(Value::Int(8))]);
    let plan = declared.plan_host("esx1", &seen);
    let expected = [
        "open firewall ruleset `syslog` (enabled: false -> true)",
        "set option `Syslog.global.logHost` \
         (Syslog.global.logHost: (empty) -> udp://log.lab:514)",
        "set option `Syslog.global.defaultRotate` (Syslog.global.defaultRotate: 8 -> 20)",
    ];
    assert_eq!(shown(&plan.items), expected);
    assert_eq!(declared.by_hand(Some(&plan.items)), 4);
    let Item::Step(step) = &plan.items[2] else { panic!() };
    assert!(matches!(&step.step, Step::Set(set) if set.value == Value::Int(20)));
}

#[test]
fn the_same_log_host_in_other_words_is_in_sync() {
    let declared = spec("{ log_host: ['udp://log.lab:514', 'ssl://b'] }");
    let seen = host(true, &[text("LOG.lab , ssl://b:1514")]);
    let items = declared.plan_host("esx1", &seen).items;
    assert!(matches!(&items[..], [Item::InSync { .. }]), "{items:?}");
    assert_eq!(declared.by_hand(Some(&items)), 0);
}

#[test]
fn no_log_host_needs_no_way_out() {
    let items =
        spec("{ log_host: [] }").plan_host("esx1", &host(false, &[text("udp://a:514")])).items;
    let cleared =
        "set option `Syslog.global.logHost` (Syslog.global.logHost: udp://a:514 -> (empty))";
    assert_eq!(shown(&items), [cleared]);
}

#[test]
fn a_port_that_the_firewall_keeps_closed_is_said() {
    let seen = host(true, &[text("")]);
    let codes = |yaml: &str| shown(&spec(yaml).plan_host("esx1", &seen).items)[0].clone();
    assert_eq!(codes("{ log_host: 'tcp://log.lab:6514' }"), "! syslog-port-closed");
    assert_eq!(codes("{ log_host: 'udp://log.lab:1514' }"), "! syslog-port-closed");
    assert!(codes("{ log_host: 'tcp://log.lab:6514', firewall: false }").starts_with("set option"));
}

#[test]
fn an_old_release_is_told_to_read_its_settings() {
    let mut seen = host(true, &[text("")]);
    seen.reloads = Some(Services::default());
    let declared = spec("{ log_host: 'udp://log.lab' }");
    let titles = shown(&declared.plan_host("esx1", &seen).items);
    assert!(titles[1].starts_with("restart service `vmsyslogd`"), "{titles:?}");
    seen.values = vec![text("udp://log.lab:514")];
    assert!(matches!(&declared.plan_host("esx1", &seen).items[..], [Item::InSync { .. }]));
}

#[test]
fn an_address_that_is_none_is_a_mistake() {
    for yaml in ["{}", "{ log_host: 'http://a' }", "{ firewall: true }"] {
        assert!(check_args(&CAPABILITY, yaml).is_err(), "{yaml}");
    }
}
