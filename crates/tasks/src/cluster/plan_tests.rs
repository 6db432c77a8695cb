//! What is planned for a cluster, from what is declared and seen.

use orchestrator::Item;
use playbook::check_args;
use vim25::MoRef;
use vim25::types::{ClusterConfigInfoEx, ComputeResourceConfigInfo};
use vsphere::{FindError, Kind};

use super::*;
use crate::cluster::CAPABILITY;
use crate::cluster::observe::EvcSeen;
use crate::cluster::read::{read, read_options};
use crate::cluster::setting::{Options, Setting, Settings, Value};
use crate::evc::mode;
use crate::forecast::FtCaps;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn absent() -> Seen {
    let object = MoRef::new("Datacenter", "datacenter-2");
    Seen {
        datacenter: Place::Here { object, name: "Lab".to_owned() },
        cluster: None,
        modes: vec![
            mode("intel-sandybridge", "intel", &["intel"], 5),
            mode("intel-ivybridge", "intel", &["intel"], 6),
        ],
        refs: Refs::new(),
        unknown: Vec::new(),
    }
}

/// A cluster as vCenter would show it after `yaml` was applied.
fn present(yaml: &str) -> Seen {
    let declared = spec(yaml);
    let (settings, options) = stored(&writing(&declared, None));
    let evc = EvcSeen { available: true, current: None, against: Vec::new() };
    let cluster = ClusterSeen { settings, options, hosts: 0, evc };
    Seen { cluster: Some(cluster), ..absent() }
}

/// What is read back when the specification is stored as it is.
fn stored(writing: &Writing) -> (Settings, Options) {
    let sent = writing.spec(&Refs::new());
    let info = ClusterConfigInfoEx {
        base_: ComputeResourceConfigInfo {
            vm_swap_placement: sent.vm_swap_placement.clone().unwrap(),
            ..Default::default()
        },
        das_config: *sent.das_config.clone().unwrap(),
        drs_config: sent.drs_config.as_deref().cloned().unwrap_or_default(),
        ..Default::default()
    };
    let settings = read(&info, &|object| object.value.to_string());
    (settings, read_options(&info.das_config.option))
}

fn steps(plan: &Plan<Step>) -> Vec<String> {
    let shown = plan.items.iter().map(|item| match item {
        Item::Step(step) => {
            let changes = step.changes.iter().map(|change| {
                let text = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
                format!("{}: {} -> {}", change.setting, text(&change.before), text(&change.after))
            });
            format!("{} [{}]", step.title, changes.collect::<Vec<_>>().join("; "))
        }
        Item::InSync { detail, .. } => format!("= {detail}"),
        Item::Blocked { reason, .. } => {
            assert!(!reason.cause.is_empty() && !reason.fix.is_empty());
            format!("! {}: {}", reason.code, reason.fix)
        }
        Item::AfterApply { waits_for, .. } => format!("... {waits_for}"),
    });
    shown.collect()
}

#[test]
fn every_setting_of_a_profile_is_sent_and_read_back_the_same() {
    for profile in ["ui-6.0", "ui-7.0", "ui-8.0"] {
        let declared = spec(&format!("{{ name: C, profile: {profile} }}"));
        let (settings, _) = stored(&writing(&declared, None));
        assert_eq!(difference(&declared.complete, &settings), Settings::new(), "{profile}");
        assert!(declared.complete.len() >= 16, "{profile}");
    }
    let old = spec("{ name: C, profile: ui-6.0 }").complete;
    let new = spec("{ name: C }").complete;
    assert_eq!(old[&Setting::AdmissionPolicy], Value::word("failover_level"));
    assert_eq!(new[&Setting::AdmissionPolicy], Value::word("failover_resources"));
    for settings in [&old, &new] {
        assert_eq!(settings[&Setting::IsolationResponse], Value::word("none"));
        assert_eq!(settings[&Setting::DrsEnabled], Value::Flag(false));
    }
    assert!(!old.contains_key(&Setting::AdmissionDegradation), "the API knows it from 6.5 on");
}

#[test]
fn percentages_take_the_place_of_failures_to_tolerate() {
    let yaml = "{ name: C, ha: { admission_control: { cpu_percent: 40, memory_percent: 60 } } }";
    let declared = spec(yaml);
    let (settings, _) = stored(&writing(&declared, None));
    assert_eq!(settings[&Setting::AdmissionCpu], Value::Number(40));
    assert!(!settings.contains_key(&Setting::AdmissionFailures));
    // And the other way round, on a cluster that exists.
    let seen = present(yaml);
    let back = spec("{ name: C, ha: { admission_control: { failures_to_tolerate: 1 } } }");
    let (settings, _) = {
        let mut writing = writing(&back, seen.cluster.as_ref());
        writing.changed.extend(writing.complete.clone());
        stored(&writing)
    };
    assert_eq!(settings[&Setting::AdmissionFailures], Value::Number(1));
    assert!(!settings.contains_key(&Setting::AdmissionCpu));
}

#[test]
fn a_new_cluster_is_made_first_and_gets_its_evc_mode_while_empty() {
    let declared = spec("{ name: C, evc: intel-ivybridge, ft: { max_vms_per_host: 8 } }");
    let plan = plan(&declared, "default", &absent());
    let shown = steps(&plan);
    assert!(shown[0].starts_with("create cluster `C` [ha.enabled: - -> true;"), "{shown:?}");
    assert!(shown[0].contains("das.maxftvmsperhost: - -> 8"), "{shown:?}");
    assert_eq!(shown[1], "set EVC mode `intel-ivybridge` [evc: - -> intel-ivybridge]");
    assert!(
        plan.items.iter().all(|item| item.subject() == "C"),
        "steps of one subject run in order"
    );
    assert_eq!(manual_steps(&declared, &absent()), 9);
}

#[test]
fn of_an_existing_cluster_only_what_is_declared_and_differs_is_changed() {
    let seen = present("{ name: C, ha: { isolation_response: shutdown } }");
    let table = [
        ("name: C", "= HA on, FT limits per host: 4 VMs, 8 vCPUs, 0 hosts", 0),
        (
            "{ name: C, ha: { isolation_response: power_off } }",
            "reconfigure cluster `C` [ha.isolation_response: shutdown -> power_off]",
            4,
        ),
        (
            "{ name: C, profile: ui-8.0 }",
            "reconfigure cluster `C` [ha.isolation_response: shutdown -> none]",
            4,
        ),
        (
            "{ name: C, ft: { max_vms_per_host: 0 }, drs: { enabled: true } }",
            "reconfigure cluster `C` [drs.enabled: false -> true; das.maxftvmsperhost: - -> 0]",
            5,
        ),
        ("{ name: C, evc: disabled }", "= HA on, FT limits per host: 4 VMs, 8 vCPUs, 0 hosts", 0),
    ];
    for (yaml, expected, by_hand) in table {
        let declared = spec(yaml);
        assert_eq!(steps(&plan(&declared, "default", &seen)), [expected], "{yaml}");
        assert_eq!(manual_steps(&declared, &seen), by_hand, "{yaml}");
    }
}

#[test]
fn advanced_options_of_others_survive_a_change() {
    let mut seen =
        present("{ name: C, ha: { advanced_options: { das.isolationaddress0: 10.0.0.1 } } }");
    let declared = spec("{ name: C, ft: { max_vms_per_host: 8, max_vcpus_per_host: 16 } }");
    let cluster = seen.cluster.as_mut().unwrap();
    let wanted = writing(&declared, Some(cluster));
    assert_eq!(wanted.options["das.isolationaddress0"], "10.0.0.1");
    assert_eq!(declared.caps(&cluster.options), FtCaps { vms: 8, vcpus: 16 });
    let sent = wanted.spec(&Refs::new());
    let das = sent.das_config.unwrap();
    assert_eq!(das.option.len(), 3, "the list is written whole");
    assert_eq!(das.enabled, None, "what does not change is not sent");
    assert!(das.admission_control_policy.is_none() && sent.drs_config.is_none());
}

#[test]
fn every_block_says_why_and_what_to_do() {
    let unknown = |wanted: &str| FindError::NotFound {
        kind: Kind::Datacenter,
        wanted: wanted.to_owned(),
        candidates: vec!["/Lab".to_owned()],
    };
    let mut evc = present("name: C");
    let cluster = evc.cluster.as_mut().unwrap();
    cluster.evc.against =
        vec![("`esx1` cannot reach it (EVCModeUnsupportedByHosts)".to_owned(), None)];
    let mut silent = present("name: C");
    silent.cluster.as_mut().unwrap().evc.available = false;
    let nowhere = Seen { datacenter: Place::Nowhere(unknown("Lba")), ..absent() };
    let no_store = Seen { unknown: vec![unknown("fast")], ..absent() };
    let table = [
        ("name: C", nowhere, "! not-found: write the name of one that exists"),
        ("name: C", no_store, "! not-found: datastores and hosts are known after"),
        (
            "{ name: C, evc: intel-haswel }",
            absent(),
            "! evc-mode-unknown: write one of `intel-sandybridge`",
        ),
        ("{ name: C, evc: intel-ivybridge }", evc, "! evc-refused: choose a mode that all hosts"),
        ("{ name: C, evc: intel-ivybridge }", silent, "! evc-unavailable: use vCenter 6.0"),
    ];
    for (yaml, seen, expected) in table {
        let shown = steps(&plan(&spec(yaml), "default", &seen));
        assert!(shown.len() == 1 && shown[0].starts_with(expected), "{yaml}: {shown:?}");
    }
}

#[test]
fn contradicting_fields_are_mistakes() {
    let both = "{ name: C, ha: { advanced_options: { das.maxftvmsperhost: 8 } }, ft: { max_vms_per_host: 8 } }";
    let shares =
        "{ name: C, ha: { admission_control: { cpu_percent: 1, failures_to_tolerate: 1 } } }";
    for yaml in [both, shares, "{ name: C, profile: ui-5.5 }", "{ evc: x }"] {
        assert!(check_args(&CAPABILITY, yaml).is_err(), "{yaml}");
    }
}
