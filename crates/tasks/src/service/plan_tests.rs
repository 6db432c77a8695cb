//! What is planned for services, from what is declared and seen.

use playbook::check_args;

use super::*;
use crate::per_host::PerHost;
use crate::plan_words::shown;
use crate::service::CAPABILITY;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn service(key: &str, running: bool, policy: &str, required: bool) -> Service {
    Service { key: key.to_owned(), required, running, policy: policy.to_owned() }
}

fn host(warning: Option<i64>) -> Seen {
    let services = vec![
        service("TSM-SSH", false, "off", false),
        service("ntpd", true, "on", false),
        service("vmsyslogd", true, "on", true),
    ];
    let warning = warning.map(|number| (MoRef::default(), Value::Long(number)));
    Seen { services: Services { manager: MoRef::default(), services }, warning }
}

#[test]
fn a_service_is_brought_to_what_is_declared_and_no_further() {
    let table: [(&str, &[&str], u32); 9] = [
        (
            "{ name: ssh, policy: on, running: true }",
            &["start service `TSM-SSH` (policy: off -> on, running: false -> true)"],
            2,
        ),
        (
            "{ name: TSM-SSH, policy: on }",
            &["set policy of service `TSM-SSH` (policy: off -> on)"],
            0,
        ),
        ("{ name: ntp, running: true }", &["= `ntpd` runs, policy on"], 0),
        (
            "{ name: [ntp, ssh], running: false }",
            &["stop service `ntpd` (running: true -> false)"],
            0,
        ),
        (
            "{ name: syslog, running: false }",
            &["! service-required: let it run, with policy `on`"],
            0,
        ),
        ("{ name: syslog, policy: off }", &["! service-required: let it run, with policy `on`"], 0),
        ("{ name: shh, running: true }", &["! service-unknown: did you mean `ssh`?"], 0),
        (
            "{ name: ssh, suppress_warning: true }",
            &["set option `UserVars.SuppressShellWarning` (UserVars.SuppressShellWarning: 0 -> 1)"],
            0,
        ),
        ("{ name: ssh, suppress_warning: false }", &["= `TSM-SSH` does not run, policy off"], 0),
    ];
    for (yaml, expected, by_hand) in table {
        let declared = spec(yaml);
        let plan = declared.plan_host("esx1", &host(Some(0)));
        assert_eq!(shown(&plan.items), expected, "{yaml}");
        assert_eq!(declared.by_hand(Some(&plan.items)), by_hand, "{yaml}");
    }
}

#[test]
fn the_warning_keeps_the_type_that_the_host_has() {
    let declared = spec("{ name: ssh, suppress_warning: true }");
    let items = declared.plan_host("esx1", &host(Some(0))).items;
    let Item::Step(step) = &items[0] else { panic!("{items:?}") };
    assert!(matches!(&step.step, Step::Warning(set) if set.value == Value::Long(1)));
    let items = declared.plan_host("esx1", &host(None)).items;
    assert_eq!(shown(&items), ["! option-unknown: remove `suppress_warning`"]);
}

#[test]
fn what_does_not_last_or_turns_the_status_yellow_is_said() {
    let notes = |yaml: &str| spec(yaml).plan_host("esx1", &host(Some(0))).notes;
    let both = notes("{ name: ssh, running: true }");
    assert!(both.len() == 2 && both[0].contains("restarts") && both[1].contains("yellow"));
    assert!(notes("{ name: ssh, running: true, policy: on, suppress_warning: true }").is_empty());
    assert!(notes("{ name: ntp, running: true }").is_empty());
}

#[test]
fn a_declaration_that_says_nothing_is_a_mistake() {
    for yaml in [
        "{ name: ssh }",
        "{ name: [], running: true }",
        "{ name: ntp, running: true, suppress_warning: true }",
    ] {
        assert!(check_args(&CAPABILITY, yaml).is_err(), "{yaml}");
    }
}
