//! What is planned for VMkernel adapters, from what is declared and seen.

use orchestrator::Plan;
use playbook::check_args;
use vsphere::{FindError, Kind};

use super::*;
use crate::declared::Declared;
use crate::per_host::{Hosts, OfHost};
use crate::vmkernel::CAPABILITY;
use crate::vmkernel::service::VMOTION;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn service(nic_type: &str, several: bool, selected: &[&str]) -> Service {
    Service {
        nic_type: nic_type.to_owned(),
        several,
        candidates: vec!["vmk0".to_owned(), "vmk1".to_owned()],
        selected: selected.iter().map(ToString::to_string).collect(),
    }
}

/// `vmk0` with management, `vmk1` on a stack of its own.
fn host(vmotion: &[&str], management: &[&str]) -> OfHost<Adapters> {
    OfHost::Here(Adapters {
        devices: vec![
            ("vmk0".to_owned(), DEFAULT_STACK.to_owned()),
            ("vmk1".to_owned(), "vmotion".to_owned()),
        ],
        services: vec![
            service(VMOTION, true, vmotion),
            service(FT_LOGGING, true, &[]),
            service(MANAGEMENT, true, management),
            service("ptp", false, &["vmk1"]),
        ],
        ..Adapters::default()
    })
}

fn shown(plan: &Plan<Step>) -> Vec<String> {
    let items = plan.items.iter().map(|item| match item {
        Item::Step(step) => {
            let change = &step.changes[0];
            let text = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
            format!("{} ({} -> {})", step.title, text(&change.before), text(&change.after))
        }
        Item::InSync { detail, .. } => format!("= {detail}"),
        Item::AfterApply { waits_for, .. } => format!("... {waits_for}"),
        Item::Blocked { reason, .. } => {
            assert!(!reason.cause.is_empty() && !reason.fix.is_empty());
            format!("! {}", reason.code)
        }
    });
    items.collect()
}

const NO_DEVICE: &str = "{ host: esx1, services: [vmotion], device: vmk7 }";

#[test]
fn traffic_is_added_and_others_are_left_alone() {
    let both = "{ host: esx1, services: [vmotion, fault_tolerance_logging] }";
    let table: [(&str, OfHost<Adapters>, &[&str], u32); 10] = [
        (
            both,
            host(&[], &["vmk0"]),
            &[
                "let `vmk0` carry vmotion (- -> vmk0)",
                "let `vmk0` carry fault_tolerance_logging (- -> vmk0)",
            ],
            3,
        ),
        (both, host(&["vmk0"], &[]), &["let `vmk0` carry fault_tolerance_logging (- -> vmk0)"], 3),
        (
            "{ host: esx1, services: [vmotion] }",
            host(&["vmk1"], &[]),
            &["let `vmk0` carry vmotion (vmk1 -> vmk1, vmk0)"],
            3,
        ),
        (
            "{ host: esx1, services: [ptp] }",
            host(&[], &[]),
            &["let `vmk0` alone carry ptp (vmk1 -> vmk0)"],
            3,
        ),
        (
            "{ host: esx1, services: [management] }",
            host(&["vmk0"], &["vmk0"]),
            &["= `vmk0` carries management"],
            0,
        ),
        (
            "{ host: esx1, services: [management], exclusive: true }",
            host(&["vmk0", "vmk1"], &["vmk0"]),
            &["take vmotion from `vmk0` (vmk0, vmk1 -> vmk1)"],
            3,
        ),
        (
            "{ host: esx1, services: [vmotion], exclusive: true }",
            host(&["vmk0"], &["vmk0"]),
            &["! vmkernel-last-management"],
            0,
        ),
        (NO_DEVICE, host(&[], &[]), &["! vmkernel-no-device"], 0),
        ("{ host: esx1, services: [vsan] }", host(&[], &[]), &["! vmkernel-no-service"], 0),
        (
            "{ host: esx1, services: [fault_tolerance_logging], device: vmk1 }",
            host(&[], &[]),
            &["! vmkernel-wrong-stack"],
            0,
        ),
    ];
    for (yaml, host, expected, by_hand) in table {
        let declared = spec(yaml);
        let seen = Hosts { hosts: vec![("esx1".to_owned(), host)] };
        let plan = declared.plan("default", &seen);
        assert_eq!(shown(&plan), expected, "{yaml}");
        assert_eq!(declared.manual_steps(&seen, &plan), by_hand, "{yaml}");
    }
}

#[test]
fn each_host_of_a_list_is_a_subject_of_its_own() {
    let declared = spec("{ host: [a, b, a, c, d, e], services: [vmotion] }");
    assert_eq!(declared.hosts.names, ["a", "b", "c", "d", "e"]);
    let error =
        FindError::NotFound { kind: Kind::Host, wanted: "c".to_owned(), candidates: Vec::new() };
    let seen = Hosts {
        hosts: vec![
            ("a".to_owned(), host(&["vmk0"], &[])),
            ("b".to_owned(), OfHost::Coming("C".to_owned())),
            ("c".to_owned(), OfHost::Nowhere(error)),
            ("d".to_owned(), OfHost::Silent),
            ("e".to_owned(), OfHost::Stuck),
        ],
    };
    let plan = declared.plan("default", &seen);
    let expected = [
        "= `vmk0` carries vmotion",
        "... host `b` joins `C`",
        "! not-found",
        "! host-silent",
        "... host `e` is added, which is blocked now",
    ];
    assert_eq!(shown(&plan), expected);
    assert_eq!(declared.manual_steps(&seen, &plan), 6, "the hosts to come are left to do");
}
