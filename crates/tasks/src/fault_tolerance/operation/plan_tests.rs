//! Decisions about pairs, by what is there.

use expect_test::expect;
use orchestrator::Item;
use vim25::MoRef;

use super::observe::Now;
use super::order::{Operation, Target};
use super::plan::{Case, Step};
use super::record::{DrillRecord, DrillRecords};
use crate::plan_words::shown;

fn vm(id: &str) -> MoRef {
    MoRef::new("VirtualMachine", id)
}

fn target() -> Target {
    Target {
        subject: "db".to_owned(),
        vm: vm("vm-1"),
        secondary: Some(vm("vm-2")),
        cluster: Some("C".to_owned()),
        boot: Some("noon".to_owned()),
    }
}

fn host(id: &str) -> MoRef {
    MoRef::new("HostSystem", id)
}

fn pair(state: &str) -> Now {
    Now {
        primary: vm("vm-1"),
        secondary: Some(vm("vm-2")),
        has_ft: true,
        is_on: true,
        state: state.to_owned(),
        das_protected: true,
        places: [Some(host("host-1")), Some(host("host-2"))],
        hosts: [Some("esx1".to_owned()), Some("esx2".to_owned())],
        boot: Some("noon".to_owned()),
        ..Now::default()
    }
}

fn swapped(state: &str) -> Now {
    let hosts = [Some("esx2".to_owned()), Some("esx1".to_owned())];
    let places = [Some(host("host-2")), Some(host("host-1"))];
    Now { primary: vm("vm-2"), secondary: Some(vm("vm-1")), hosts, places, ..pair(state) }
}

fn without() -> Now {
    let hosts = [Some("esx1".to_owned()), None];
    Now { secondary: None, has_ft: false, hosts, ..pair("notConfigured") }
}

fn decided(operation: Operation, now: Option<&Now>, record: &DrillRecord) -> Item<Step> {
    let target = target();
    Case { operation, connection: "vcenter", target: &target, record }.item(now)
}

fn lines(operation: Operation, cases: &[Now]) -> String {
    let items: Vec<Item<Step>> =
        cases.iter().map(|now| decided(operation, Some(now), &DrillRecord::default())).collect();
    shown(&items).join("\n")
}

#[test]
fn failover_is_tested_on_protected_pairs_only_and_is_done_when_the_roles_are_swapped() {
    let unprotected = Now { das_protected: false, ..pair("running") };
    let place = Some(host("host-1"));
    let same_host = Now { places: [place.clone(), place], ..pair("running") };
    let foreign = Now { primary: vm("vm-9"), ..pair("running") };
    let lost = Now { reason: Some("lostConnection".into()), ..pair("needSecondary") };
    let cases = [
        pair("running"),
        swapped("needSecondary"),
        swapped("starting"),
        swapped("running"),
        unprotected,
        same_host,
        foreign,
        lost,
        pair("starting"),
        pair("disabled"),
        pair("enabled"),
        without(),
    ];
    expect![[r#"
        test failover of `db` (primary on: esx1 -> esx2)
        wait until `db` is protected (fault tolerance: needSecondary -> running)
        wait until `db` is protected (fault tolerance: starting -> running)
        = primary on `esx2`, secondary on `esx1`, protected by HA
        ! ft-not-protected
        ! ft-not-protected
        ! ft-pair-changed: start the drill again
        ! ft-not-protected
        ! ft-not-protected
        ! ft-not-protected
        ! ft-not-protected
        ! ft-off"#]]
    .assert_eq(&lines(Operation::Failover, &cases));
}

#[test]
fn a_restart_is_done_once_and_seen_by_its_record_or_by_the_time_of_the_start() {
    let asked = {
        let records = DrillRecords::default();
        records.asked("db", std::time::Duration::ZERO);
        records
    };
    let changed = {
        let records = DrillRecords::default();
        records.asked("db", std::time::Duration::ZERO);
        records.changed("db", std::time::Duration::from_secs(1));
        records
    };
    let none = DrillRecord::default();
    let later = Now { boot: Some("evening".to_owned()), ..pair("running") };
    let unknown = Now { boot: None, ..pair("running") };
    let cases = [
        (pair("running"), &none),
        (unknown.clone(), &none),
        (pair("needSecondary"), &none),
        (pair("running"), &asked.of("db")),
        (pair("needSecondary"), &asked.of("db")),
        (later, &asked.of("db")),
        (unknown, &changed.of("db")),
        (pair("running"), &changed.of("db")),
    ];
    let items: Vec<Item<Step>> = cases
        .iter()
        .map(|(now, record)| decided(Operation::RestartSecondary, Some(now), record))
        .collect();
    expect![[r#"
        test restart of the secondary of `db` (secondary: running -> restarted, running)
        test restart of the secondary of `db` (secondary: running -> restarted, running)
        ! ft-not-protected
        test restart of the secondary of `db` (secondary: running -> restarted, running)
        wait until `db` is protected (fault tolerance: needSecondary -> running)
        = primary on `esx1`, secondary on `esx2`, protected by HA
        = primary on `esx1`, secondary on `esx2`, protected by HA
        = primary on `esx1`, secondary on `esx2`, protected by HA"#]]
    .assert_eq(&shown(&items).join("\n"));
}

#[test]
fn suspend_resume_and_off_leave_alone_what_is_so_already() {
    let lost = Now { reason: Some("lostConnection".into()), ..pair("needSecondary") };
    let powered_off = Now { is_on: false, ..pair("enabled") };
    let orphaned = Now { orphaned: true, ..pair("disabled") };
    let cases = [
        pair("running"),
        pair("disabled"),
        pair("starting"),
        lost,
        powered_off,
        orphaned,
        without(),
    ];
    expect![[r#"
        suspend Fault Tolerance of `db` (fault tolerance: running -> suspended (disabled))
        = primary on `esx1`, secondary on `esx2`, suspended
        suspend Fault Tolerance of `db` (fault tolerance: starting -> suspended (disabled))
        suspend Fault Tolerance of `db` (fault tolerance: needSecondary -> suspended (disabled))
        suspend Fault Tolerance of `db` (fault tolerance: enabled -> suspended (disabled))
        ! ft-no-secondary
        ! ft-off"#]]
    .assert_eq(&lines(Operation::Suspend, &cases));
    expect![[r#"
        = primary on `esx1`, secondary on `esx2`, protected by HA
        resume Fault Tolerance of `db` (fault tolerance: suspended (disabled) -> running)
        wait until `db` is protected (fault tolerance: starting -> running)
        ! ft-not-protected
        = primary on `esx1`, secondary on `esx2`, powered off; protected from the next power-on
        ! ft-no-secondary
        ! ft-off"#]]
    .assert_eq(&lines(Operation::Resume, &cases));
    expect![[r#"
        turn off Fault Tolerance of `db` (fault tolerance: running -> off)
        turn off Fault Tolerance of `db` (fault tolerance: disabled -> off)
        turn off Fault Tolerance of `db` (fault tolerance: starting -> off)
        turn off Fault Tolerance of `db` (fault tolerance: needSecondary -> off)
        turn off Fault Tolerance of `db` (fault tolerance: enabled -> off)
        turn off Fault Tolerance of `db` (fault tolerance: disabled -> off)
        = Fault Tolerance is off"#]]
    .assert_eq(&lines(Operation::TurnOff, &cases));
}

#[test]
fn a_vm_that_is_gone_is_told_whatever_is_to_be_done() {
    let record = DrillRecord::default();
    for operation in [Operation::Failover, Operation::TurnOff, Operation::Suspend] {
        let item = decided(operation, None, &record);
        assert!(shown(&[item])[0].starts_with("! vm-gone"));
    }
}
