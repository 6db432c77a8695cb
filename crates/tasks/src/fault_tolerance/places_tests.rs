//! Where secondaries go, and what is said when there is no place.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use super::*;
use crate::fault_tolerance::rules::{Apart, ToHosts};
use crate::forecast::FtCaps;

fn blocks(plan: &Plan<Step>) -> String {
    let blocks = plan.items.iter().filter_map(|item| match item {
        Item::Blocked { subject, reason } => {
            Some(format!("{subject} {}: {} > {}", reason.code, reason.cause, reason.fix))
        }
        _ => None,
    });
    blocks.chain(plan.notes.iter().cloned()).collect::<Vec<_>>().join("\n")
}

/// Hosts and configuration datastores of the orders.
fn orders(plan: &Plan<Step>) -> Vec<String> {
    let orders = plan.items.iter().filter_map(|item| match item {
        Item::Step(PlannedStep { step: Step::TurnOn(order), .. }) => {
            let disks: Vec<&str> = order.disks.iter().map(|(_, one)| &*one.value).collect();
            let (config, metadata) = (&order.config.value, &order.metadata.value);
            Some(format!("{} {config} {metadata} {}", order.host_name, disks.join(",")))
        }
        _ => None,
    });
    orders.collect()
}

/// A lab of three hosts without limits.
fn three(vms: Vec<Vm>) -> Seen {
    let mut seen = lab(vms);
    seen.hosts.push(host("esx3"));
    for name in ["shared1", "shared2", "shared3"] {
        let entry = seen.datastores.entry(name.to_owned()).or_default();
        entry.object = reference("Datastore", name);
        entry.hosts = ["esx1", "esx2", "esx3"].map(str::to_owned).into();
    }
    seen.clusters[0].caps = FtCaps { vms: 0, vcpus: 0 };
    seen
}

fn vms(ids: &[&str]) -> BTreeSet<MoRef> {
    ids.iter().filter_map(|id| reference("VirtualMachine", id)).collect()
}

#[test]
fn what_stands_in_the_way_is_said_with_the_cheapest_change() {
    type Case = (&'static str, fn(&mut Seen), Expect);
    let table: [Case; 5] = [
        (
            "memory of the secondary's host",
            |seen| seen.hosts[1].memory_mb = Some(8192),
            expect![[r#"
                vm1 ft-memory: host `esx2` cannot reserve the 5632 MB that it takes > use hosts with more memory, add one, or move other VMs away
                cluster `C`: 0 of 1 VMs have a place; the cheapest change for 1 more: one more host like `esx1`"#]],
        ),
        (
            "memory of the primary's host",
            |seen| seen.hosts[0].memory_mb = Some(8192),
            expect![[r#"
                vm1 ft-memory: its own host `esx1` cannot reserve 5632 MB more for it > use hosts with more memory, add one, or move other VMs away
                cluster `C`: 0 of 1 VMs have a place; no single change would place more"#]],
        ),
        (
            "space",
            |seen| seen.datastores.get_mut("shared1").unwrap().free_mb = Some(30_720),
            expect![[r#"
                vm1 ft-space: the datastores that host `esx2` may use have no room for 41 GB > free or add space, or allow more datastores with `secondary.datastores`
                cluster `C`: 0 of 1 VMs have a place; the cheapest change for 1 more: 11 GB more on each of `local2`, `shared1`"#]],
        ),
        (
            "a rule about hosts",
            |seen| {
                let hosts = reference("HostSystem", "esx1").into_iter().collect();
                let (name, vms) = ("stay".to_owned(), vms(&["vm1"]));
                seen.clusters[0].rules.to_hosts = vec![ToHosts { name, vms, hosts, on: true }];
            },
            expect![
                "vm1 ft-host-rule: rule `stay` of the cluster keeps it off host `esx2` > change the rule, or add a host that it allows"
            ],
        ),
        (
            "a rule about VMs",
            |seen| {
                let (name, vms) = ("apart".to_owned(), vms(&["vm1", "other"]));
                seen.clusters[0].rules.apart = vec![Apart { name, vms, mandatory: true }];
                seen.homes
                    .extend(reference("VirtualMachine", "other").map(|vm| (vm, "esx2".to_owned())));
            },
            expect![
                "vm1 ft-apart: rule `apart` keeps it apart from a VM on host `esx2` > change the rule, or add a host"
            ],
        ),
    ];
    for (case, change, expected) in table {
        let mut seen = lab(vec![vm("vm1", "esx1")]);
        assert_eq!(orders(&plan_of("vms: [vm1]", &seen)).len(), 1, "{case}");
        change(&mut seen);
        expected.assert_eq(&blocks(&plan_of("vms: [vm1]", &seen)));
    }
}

#[test]
fn memory_that_pairs_of_earlier_tasks_take_is_gone() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.hosts[1].memory_mb = Some(12_288);
    assert_eq!(orders(&plan_of("vms: [vm1]", &seen)).len(), 1);
    seen.pairs_to_come.push(PairToCome {
        hosts: ["esx1".to_owned(), "esx2".to_owned()],
        memory_mb: 5632,
        ..PairToCome::default()
    });
    assert!(orders(&plan_of("vms: [vm1]", &seen)).is_empty());
}

#[test]
fn files_go_where_there_is_room_and_away_from_the_primarys_datastore() {
    let mut seen = three(vec![vm("vm1", "esx1")]);
    let pool = "{ vms: [vm1], secondary: { datastores: [shared*] } }";
    let free = |seen: &mut Seen, free: [u64; 3]| {
        for (name, free) in ["shared1", "shared2", "shared3"].into_iter().zip(free) {
            seen.datastores.get_mut(name).unwrap().free_mb = Some(free * 1024);
        }
    };
    free(&mut seen, [900, 100, 200]);
    assert_eq!(orders(&plan_of(pool, &seen)), ["esx2 shared3 shared3 shared3"]);
    free(&mut seen, [900, 10, 20]);
    assert_eq!(orders(&plan_of(pool, &seen)), ["esx2 shared3 shared3 shared1"], "where possible");
    let pinned = "{ vms: [vm1], secondary: { datastores: [shared*], metadata_datastore: shared1, \
                  disks: { 2000: local2 } } }";
    assert_eq!(orders(&plan_of(pinned, &seen)), ["esx2 shared3 shared1 local2"]);
    let none = plan_of("{ vms: [vm1], secondary: { datastores: [fast*] } }", &seen);
    let text = blocks(&none);
    assert!(text.contains("no host of the cluster has a datastore `fast*`"), "{text}");
}

#[test]
fn a_rule_that_may_be_broken_is_kept_where_it_can_be() {
    let mut seen = three(vec![vm("vm1", "esx1"), vm("vm2", "esx1")]);
    let (name, both) = ("apart".to_owned(), vms(&["vm1", "vm2"]));
    seen.clusters[0].rules.apart = vec![Apart { name, vms: both, mandatory: false }];
    let hosts = |seen: &Seen| -> BTreeSet<String> {
        let pairs = new_pairs(&spec("vms: [any]"), seen);
        pairs.into_iter().map(|pair| pair.hosts[1].clone()).collect()
    };
    assert_eq!(hosts(&seen).len(), 2, "one host each");
    seen.hosts[2].ft_logging = false;
    let plan = plan_of("vms: [any]", &seen);
    assert_eq!(orders(&plan).len(), 2);
    assert!(plan.notes[0].contains("rule `apart`"), "{:?}", plan.notes);
}

#[test]
fn hosts_are_pinned_or_shared_evenly_and_many_pairs_are_shown_by_host() {
    let nine: Vec<Vm> =
        (0..9).map(|n| vm(&format!("vm{n}"), &format!("esx{}", n % 3 + 1))).collect();
    let plan = plan_of("vms: [any]", &three(nine));
    let matrix = plan.tables.iter().find(|table| table.columns[0] == "primary on").unwrap();
    for row in &matrix.rows {
        let counts: Vec<&str> = row.iter().skip(1).map(String::as_str).collect();
        let mut sorted = counts.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["-", "1", "2"], "{:?}", matrix.rows);
    }
    let pinned =
        plan_of("{ vms: [vm1], secondary: { host: esx3 } }", &three(vec![vm("vm1", "esx1")]));
    assert!(orders(&pinned)[0].starts_with("esx3 "));
}

#[test]
fn higher_limits_are_advised_where_they_alone_help() {
    let text = blocks(&plan_of("vms: [any]", &lab(eight())));
    let note = "cluster `C`: 4 of 8 VMs have a place; the cheapest change for 4 more: set \
                `das.maxftvmsperhost` to 8 and `das.maxftvcpusperhost` to 16";
    assert!(text.contains(note), "{text}");
}
