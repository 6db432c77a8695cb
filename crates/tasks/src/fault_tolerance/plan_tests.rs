//! What is planned for virtual machines, from what is declared, seen and forecast.

use std::collections::BTreeSet;

use playbook::check_args;
use vsphere::{FindError, Kind};

use super::*;
use crate::fault_tolerance::CAPABILITY;
use crate::fault_tolerance::foresee::foresee;
use crate::fault_tolerance::ground::Ground;
use crate::fault_tolerance::seen::{BadDevice, Datastore, Disk, Issue};
use crate::fault_tolerance::spec::Remedy;
use crate::forecast::{
    ClusterToCome, FtCaps, HostPreview, HostToCome, Known, ServiceToCome, VmPreview,
};
use crate::host::AgentState;
use crate::vmkernel::{FT_LOGGING, VMOTION};

#[path = "plan_foreseen_tests.rs"]
mod foreseen;

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn reference(kind: &str, id: &str) -> Option<MoRef> {
    Some(MoRef::new(kind, id))
}

fn host(name: &str) -> Host {
    Host {
        name: name.to_owned(),
        object: reference("HostSystem", name),
        cluster: Some("c".to_owned()),
        connected: true,
        in_maintenance: false,
        agent: AgentState::Well,
        vmotion: true,
        ft_logging: true,
        max_vcpus: Some(8),
        max_memory_mb: Some(131_072),
        issues: Vec::new(),
        ft_vms: 0,
        ft_vcpus: 0,
        memory_mb: None,
        reserved_mb: 0,
        waits: Vec::new(),
    }
}

fn vm(name: &str, host: &str) -> Vm {
    Vm {
        subject: name.to_owned(),
        object: reference("VirtualMachine", name),
        host: Some(host.to_owned()),
        power: Power::On,
        vcpus: 2,
        memory_mb: 4096,
        reserved_mb: 0,
        memory_reservation_mb: 0,
        occupied_mb: 0,
        flash_cache: false,
        hot_plug: false,
        template: false,
        agent: false,
        snapshots: false,
        nested_hv: false,
        datastore: "shared1".to_owned(),
        disks: vec![Disk {
            key: 2000,
            label: "Hard disk 1".to_owned(),
            datastore: "shared1".to_owned(),
            size_mb: 40_960,
            linked: false,
        }],
        bad_devices: Vec::new(),
        ft: Ft::Off,
        issues: Vec::new(),
        turning_on: None,
        unreadable: None,
    }
}

/// Two hosts with a shared datastore and one of their own each, and these VMs.
fn lab(vms: Vec<Vm>) -> Seen {
    let datastore = |name: &str, hosts: &[&str]| {
        let hosts: BTreeSet<String> = hosts.iter().map(ToString::to_string).collect();
        (name.to_owned(), Datastore { object: reference("Datastore", name), hosts, free_mb: None })
    };
    Seen {
        clusters: vec![Cluster {
            id: "c".to_owned(),
            name: "C".to_owned(),
            object: reference("ClusterComputeResource", "c"),
            ha: true,
            host_monitoring: true,
            caps: FtCaps::default(),
            ..Cluster::default()
        }],
        hosts: vec![host("esx1"), host("esx2")],
        datastores: [
            datastore("shared1", &["esx1", "esx2"]),
            datastore("local1", &["esx1"]),
            datastore("local2", &["esx2"]),
        ]
        .into(),
        vms,
        ..Seen::default()
    }
}

/// The seed's eight, four on each host.
fn eight() -> Vec<Vm> {
    (1..=8).map(|n| vm(&format!("vm{n}"), if n <= 4 { "esx1" } else { "esx2" })).collect()
}

fn pair(state: &str) -> Pair {
    Pair {
        state: state.to_owned(),
        secondary: reference("VirtualMachine", "vm-2"),
        secondary_host: Some("esx2".to_owned()),
        das_protected: Some(true),
        ..Pair::default()
    }
}

fn shown(plan: &Plan<Step>) -> Vec<String> {
    let items = plan.items.iter().map(|item| match item {
        Item::Step(step) => format!("{}: {}", step.subject, step.title),
        Item::InSync { subject, detail } => format!("{subject} = {detail}"),
        Item::AfterApply { subject, waits_for } => format!("{subject} ... {waits_for}"),
        Item::Blocked { subject, reason } => {
            assert!(!reason.what.is_empty() && !reason.cause.is_empty() && !reason.fix.is_empty());
            format!("{subject} ! {}", reason.code)
        }
    });
    items.collect()
}

fn plan_of(yaml: &str, seen: &Seen) -> Plan<Step> {
    plan(&spec(yaml), "default", seen)
}

fn blocked(plan: &Plan<Step>) -> Vec<&str> {
    let blocked = plan.items.iter().filter(|item| matches!(item, Item::Blocked { .. }));
    blocked.map(Item::subject).collect()
}

#[test]
fn without_raised_limits_the_fifth_vm_and_those_after_it_do_not_fit() {
    let plan = plan_of("vms: [any]", &lab(eight()));
    assert_eq!(blocked(&plan), ["vm5", "vm6", "vm7", "vm8"]);
    let Some(Item::Blocked { reason, .. }) = plan.items.last() else { panic!("{plan:?}") };
    assert_eq!(reason.code, "ft-capacity");
    assert!(reason.cause.contains("8 FT VMs (limit 4) and 16 FT vCPUs (limit 8)"), "{reason:?}");
    assert!(reason.fix.contains("`das.maxftvmsperhost` to 8"), "{reason:?}");
    assert!(reason.fix.contains("`das.maxftvcpusperhost` to 16"), "{reason:?}");
    let rows = &plan.tables[0].rows;
    assert_eq!(rows[0], ["esx1", "0 → 4 (8 wanted)", "4", "0 → 8 (16 wanted)", "8"]);
    assert_eq!(rows[1], ["esx2", "0 → 4 (8 wanted)", "4", "0 → 8 (16 wanted)", "8"]);
}

#[test]
fn raised_or_switched_off_limits_let_all_eight_in() {
    let table = [
        (FtCaps { vms: 8, vcpus: 16 }, 0),
        (FtCaps { vms: 0, vcpus: 0 }, 0),
        (FtCaps { vms: 8, vcpus: 8 }, 4),
        (FtCaps { vms: 4, vcpus: 0 }, 4),
        (FtCaps { vms: 7, vcpus: 14 }, 1),
    ];
    for (caps, refused) in table {
        let mut seen = lab(eight());
        seen.clusters[0].caps = caps;
        let plan = plan_of("vms: [any]", &seen);
        assert_eq!(blocked(&plan).len(), refused, "{caps:?}");
        assert_eq!(manual_steps(&plan), 5 * (8 - u32::try_from(refused).unwrap()), "{caps:?}");
    }
}

#[test]
fn pairs_that_exist_or_will_be_made_before_count_too() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.hosts[1].ft_vms = 3;
    seen.hosts[1].ft_vcpus = 6;
    assert!(blocked(&plan_of("vms: [vm1]", &seen)).is_empty());
    seen.pairs_to_come.push(PairToCome {
        vm: "other".to_owned(),
        vcpus: 1,
        hosts: ["esx1".to_owned(), "esx2".to_owned()],
        ..PairToCome::default()
    });
    assert_eq!(blocked(&plan_of("vms: [vm1]", &seen)), ["vm1"]);
}

#[test]
fn a_secondary_goes_to_a_host_that_can_take_it_and_carries_little() {
    let mut seen = lab(vec![vm("vm1", "esx1"), vm("vm2", "esx1")]);
    seen.hosts.push(host("esx3"));
    seen.datastores.get_mut("shared1").unwrap().hosts.insert("esx3".to_owned());
    seen.hosts[1].ft_vms = 1;
    seen.hosts[1].ft_vcpus = 3;
    let hosts = |seen: &Seen| -> Vec<String> {
        let pairs = new_pairs(&spec("vms: [any]"), seen);
        pairs.into_iter().map(|pair| pair.hosts[1].clone()).collect()
    };
    assert_eq!(hosts(&seen), ["esx3", "esx2"], "a host that fails is stood in for by all");
    seen.hosts[2].ft_logging = false;
    assert_eq!(hosts(&seen), ["esx2", "esx2"]);
    seen.hosts[1].connected = false;
    assert!(hosts(&seen).is_empty());
}

#[test]
fn where_no_host_can_take_the_secondary_each_is_accounted_for_in_one_block() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.hosts.push(host("esx3"));
    seen.hosts[1].ft_logging = false;
    let plan = plan_of("{ vms: [vm1], secondary: { datastore: shared1 } }", &seen);
    assert_eq!(shown(&plan), ["vm1 ! ft-no-fitting-host"]);
    let Item::Blocked { reason, .. } = &plan.items[0] else { panic!("{plan:?}") };
    assert!(reason.cause.contains("`esx2` has no VMkernel adapter"), "{reason:?}");
    assert!(reason.cause.contains("`esx3` does not reach datastore `shared1`"), "{reason:?}");
}

#[test]
fn the_order_takes_a_place_on_both_hosts() {
    let seen = lab(vec![vm("vm1", "esx1")]);
    let plan = plan_of("{ vms: [vm1], secondary: { datastore: shared1 } }", &seen);
    let Item::Step(step) = &plan.items[0] else { panic!("{plan:?}") };
    let tokens: Vec<String> =
        step.limits.iter().map(|token| format!("{}/{}", token.limit, token.instance)).collect();
    assert_eq!(
        tokens,
        ["vcenter/default", "cluster/C", "host_pair/esx1 and esx2", "host/esx1", "host/esx2"]
    );
    let Step::TurnOn(order) = &step.step else { panic!("{step:?}") };
    assert_eq!(order.host_name, "esx2");
    assert_eq!(order.disks, [(2000, MoRef::new("Datastore", "shared1"))]);
    assert_eq!(order.metadata.value, "shared1");
}

fn serial_port() -> BadDevice {
    BadDevice { in_words: "a serial port".to_owned(), fix: "remove it", key: 9000, remedy: None }
}

#[test]
fn what_vcenter_would_refuse_is_said_before() {
    type Change = fn(&mut Seen);
    let table: [(&str, &str, Change, &str); 24] = [
        ("snapshot", "", |s| s.vms[0].snapshots = true, "ft-vm-has-snapshot"),
        ("template", "", |s| s.vms[0].template = true, "ft-template"),
        ("agent VM", "", |s| s.vms[0].agent = true, "ft-agent-vm"),
        ("nested", "", |s| s.vms[0].nested_hv = true, "ft-nested-hv"),
        ("suspended", "", |s| s.vms[0].power = Power::Suspended, "ft-suspended"),
        ("device", "", |s| s.vms[0].bad_devices.push(serial_port()), "ft-device"),
        ("vCPUs", "", |s| s.vms[0].vcpus = 9, "ft-too-many-vcpus"),
        ("memory", "", |s| s.vms[0].memory_mb = 200_000, "ft-too-much-memory"),
        ("HA off", "", |s| s.clusters[0].ha = false, "ft-ha-off"),
        ("agent", "", |s| s.hosts[1].agent = AgentState::Settling, "ft-ha-agent"),
        ("vMotion", "", |s| s.hosts[0].vmotion = false, "ft-no-vmotion"),
        ("logging", "", |s| s.hosts[1].ft_logging = false, "ft-no-logging"),
        ("maintenance", "", |s| s.hosts[1].in_maintenance = true, "ft-host-inactive"),
        ("CPU", "", |s| s.hosts[1].issues.push("cpuHvDisabled".to_owned()), "ft-host-unfit"),
        ("one host", "", |s| s.hosts.truncate(1), "ft-no-second-host"),
        ("no cluster", "", |s| s.hosts[0].cluster = None, "ft-no-cluster"),
        ("no host", "", |s| s.vms[0].host = None, "ft-no-host-seen"),
        ("own host", "host: esx1", |_| {}, "ft-same-host"),
        ("unknown host", "host: esx9", |_| {}, "not-found"),
        ("unknown datastore", "datastore: fast", |_| {}, "ft-no-datastore"),
        ("far datastore", "datastore: local1", |_| {}, "ft-datastore-unreachable"),
        ("far tie-breaker", "metadata_datastore: local2", |_| {}, "ft-datastore-unreachable"),
        (
            "not restarted",
            "",
            |s| s.clusters[0].not_restarted.extend(reference("VirtualMachine", "vm1")),
            "ft-restart-disabled",
        ),
        ("other cluster", "", |s| s.wanted_cluster = Some(Ok("d".to_owned())), "ft-other-cluster"),
    ];
    for (case, secondary, change, code) in table {
        let mut seen = lab(vec![vm("vm1", "esx1")]);
        // Room is not what these cases are about.
        seen.clusters[0].caps = FtCaps { vms: 0, vcpus: 0 };
        change(&mut seen);
        let plan = plan_of(&format!("{{ vms: [vm1], secondary: {{ {secondary} }} }}"), &seen);
        let expected = format!("vm1 ! {code}");
        assert!(shown(&plan).contains(&expected), "{case}: {:?}", shown(&plan));
        assert!(!plan.items.iter().any(|item| matches!(item, Item::Step(_))), "{case}");
    }
    let seen = lab(vec![vm("vm1", "esx1")]);
    assert_eq!(shown(&plan_of("vms: [vm1]", &seen)), ["vm1: turn on Fault Tolerance for `vm1`"]);
}

#[test]
fn transient_issues_of_a_host_are_judged_by_its_state() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.hosts[1].issues = vec!["haAgentIssue".to_owned(), "missingFTLoggingNic".to_owned()];
    assert!(blocked(&plan_of("vms: [vm1]", &seen)).is_empty());
}

#[test]
fn warnings_are_accepted_refused_or_accepted_by_name() {
    let warning = Issue {
        reason: "insufficientBandwidth".to_owned(),
        cause: "the network is slow".to_owned(),
        fix: None,
        is_warning: true,
    };
    let error =
        Issue { reason: "hasUnsupportedDisk".to_owned(), is_warning: false, ..warning.clone() };
    let table = [
        ("accept", &warning, None, 1),
        ("refuse", &warning, Some("ft-warning"), 0),
        ("[insufficientBandwidth]", &warning, None, 1),
        ("[other]", &warning, Some("ft-warning"), 0),
        ("accept", &error, Some("ft-incompatible-vm"), 0),
    ];
    for (policy, issue, code, notes) in table {
        let mut seen = lab(vec![vm("vm1", "esx1")]);
        seen.vms[0].issues.push(issue.clone());
        let plan = plan_of(&format!("{{ vms: [vm1], warnings: {policy} }}"), &seen);
        let expected = code.map(|code| format!("vm1 ! {code}"));
        assert_eq!(shown(&plan).into_iter().find(|line| line.contains('!')), expected, "{policy}");
        assert_eq!(plan.notes.len(), notes, "{policy}");
    }
}

#[test]
fn pairs_that_exist_are_judged_by_their_state() {
    let none = |state: &str| Pair { das_protected: None, ..pair(state) };
    let reason = |text: &str| Pair { reason: Some(text.to_owned()), ..pair("needSecondary") };
    let both_here = Pair { secondary_host: Some("esx1".to_owned()), ..pair("running") };
    let good = "vm1 = running on `esx1`, secondary on `esx2`, protected by HA";
    let off = "vm1 = configured and powered off; protected from the next power-on";
    let wait = "vm1: wait until `vm1` is protected";
    let table = [
        (pair("running"), Power::On, good),
        (none("running"), Power::On, wait),
        (pair("starting"), Power::On, wait),
        (pair("enabled"), Power::Off, off),
        (pair("enabled"), Power::On, wait),
        (reason("initializing"), Power::On, wait),
        (reason("lostConnection"), Power::On, "vm1 ! ft-secondary-lost"),
        (pair("disabled"), Power::On, "vm1: resume Fault Tolerance of `vm1`"),
        (Pair { secondary: None, ..pair("disabled") }, Power::On, "vm1 ! ft-no-secondary"),
        (Pair { orphaned: true, ..pair("running") }, Power::On, "vm1 ! ft-orphaned"),
        (both_here, Power::On, "vm1 ! ft-same-host"),
    ];
    for (pair, power, expected) in table {
        let mut seen = lab(vec![vm("vm1", "esx1")]);
        seen.vms[0].power = power;
        seen.vms[0].ft = Ft::Primary(pair.clone());
        let plan = plan_of("vms: [vm1]", &seen);
        assert_eq!(shown(&plan), [expected], "{pair:?}");
        assert_eq!(plan.tables.len(), 2, "capacity and pairs");
    }
}

#[test]
fn a_turn_on_that_runs_already_is_adopted_and_a_secondary_is_never_a_primary() {
    let mut seen = lab(vec![vm("vm1", "esx1"), vm("vm2", "esx1")]);
    seen.vms[0].turning_on = reference("Task", "task-7");
    seen.vms[1].ft = Ft::Secondary;
    let plan = plan_of("vms: [any]", &seen);
    assert_eq!(shown(&plan), ["vm1: wait until `vm1` is protected", "vm2 ! ft-secondary-named"]);
    assert_eq!(manual_steps(&plan), 0);
}

#[test]
fn a_turn_on_of_what_runs_already_changes_nothing() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.vms[0].ft = Ft::Primary(pair("running"));
    let before = shown(&plan_of("vms: [vm1]", &seen));
    assert!(before[0].starts_with("vm1 = "), "{before:?}");
    // Somebody asked for it once more; vCenter will refuse that.
    seen.vms[0].turning_on = reference("Task", "task-7");
    assert_eq!(shown(&plan_of("vms: [vm1]", &seen)), before);
}

#[test]
fn a_plan_says_something_also_when_nothing_fits() {
    assert_eq!(shown(&plan_of("vms: [web-*]", &lab(Vec::new()))), ["web-* ! ft-nothing-fits"]);
}

#[test]
fn single_disks_can_go_elsewhere_and_unknown_ones_are_told() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.vms[0].disks.push(Disk {
        key: 2001,
        label: "Hard disk 2".to_owned(),
        datastore: "local1".to_owned(),
        size_mb: 1024,
        linked: false,
    });
    let yaml = "{ vms: [vm1], secondary: { disks: { Hard disk 2: local2, Hard disk 9: local2 } } }";
    let plan = plan_of(yaml, &seen);
    let Item::Step(PlannedStep { step: Step::TurnOn(order), .. }) = &plan.items[0] else {
        panic!("{plan:?}")
    };
    assert_eq!(order.disks[0].1.value, "shared1");
    assert_eq!(order.disks[1].1.value, "local2");
    assert_eq!(plan.notes, ["none of the VMs has a disk `Hard disk 9`"]);
}

#[test]
fn only_what_is_listed_is_remedied_each_as_a_step_before_turning_on() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    let drive = |what: &str, key, remedy| BadDevice {
        in_words: what.to_owned(),
        fix: "disconnect it",
        key,
        remedy: Some(remedy),
    };
    seen.vms[0].bad_devices = vec![
        drive("a CD drive", 3000, Remedy::Cdrom),
        drive("a floppy drive", 8000, Remedy::Floppy),
    ];
    seen.vms[0].hot_plug = true;
    assert_eq!(shown(&plan_of("vms: [vm1]", &seen)), ["vm1 ! ft-device", "vm1 ! ft-device"]);
    let plan = plan_of("{ vms: [vm1], remediate: [cdrom] }", &seen);
    assert_eq!(shown(&plan), ["vm1 ! ft-device"], "the floppy drive is still in the way");
    // What needs the VM to be off is said, not tried.
    let all = "{ vms: [vm1], remediate: [cdrom, floppy, hot_plug, memory_reservation] }";
    assert_eq!(shown(&plan_of(all, &seen)), ["vm1 ! ft-remedy-needs-power-off"]);
    seen.vms[0].power = Power::Off;
    let titles: Vec<String> = plan_of(all, &seen)
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Step(step) => Some(step.title.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(
        titles,
        [
            "disconnect a CD drive of `vm1`",
            "disconnect a floppy drive of `vm1`",
            "switch off hot plug of `vm1`",
            "reserve all memory of `vm1`",
            "turn on Fault Tolerance for `vm1`",
        ]
    );
}

#[test]
fn many_vms_are_taken_on_in_waves_behind_a_running_one_with_little_to_copy() {
    let caps = FtCaps { vms: 0, vcpus: 0 };
    let estate = |count: u64| {
        let vms = (0..count).map(|number| {
            let mut vm = vm(&format!("vm{number}"), if number % 2 == 0 { "esx1" } else { "esx2" });
            vm.memory_mb = 256;
            vm.disks.clear();
            vm.occupied_mb = 1000 - number;
            vm
        });
        let mut seen = lab(vms.collect());
        seen.clusters[0].caps = caps;
        seen
    };
    let canaries = |yaml: &str, seen: &Seen| plan_of(yaml, seen).rollout.unwrap().canaries;
    assert!(canaries("vms: [any]", &estate(16)).is_empty(), "all can be at work at once");
    let mut seen = estate(20);
    // Off it would be through sooner, and show less.
    seen.vms[19].power = Power::Off;
    assert_eq!(canaries("vms: [any]", &seen), ["vm18"]);
    let declared = "{ vms: [any], waves: { canary: 2, growth: 3 }, stop_after: { failures: 7 } }";
    let rollout = plan_of(declared, &estate(8)).rollout.unwrap();
    assert_eq!((rollout.canaries.len(), rollout.growth.get()), (2, 3));
    let stop = rollout.stop;
    assert_eq!(stop.failures.map(std::num::NonZeroU32::get), Some(7));
    assert_eq!((stop.percent, stop.same_cause.map(std::num::NonZeroU32::get)), (Some(25), Some(5)));
}
