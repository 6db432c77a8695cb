//! What somebody else, or bad luck, does in the middle of a run over many VMs: it ends, and its summary says what
//! the server itself knows.

use std::collections::BTreeSet;

use e2e::{Lab, Outcome};
use mock_vcenter::Fault;
use mock_vcenter::behaviour::host_system::{self, HostSystem};
use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::behaviour::virtual_machine::{Pairing, VirtualMachine, unregister_vm};
use mock_vcenter::clock::Pace;
use mock_vcenter::store::{Origin, Transaction};
use serde_json::Value;
use vim25::{MoRef, methods};

/// Everybody is tried, whatever goes wrong.
const TASK: &str = "tasks:\n  - id: protect\n    fault_tolerance:\n      vms: [\"vm-*\"]\n      \
                    waves: { canary: 1, growth: 4 }\n      \
                    stop_after: { percent: 100, same_cause: 1000 }\n      \
                    secondary: { datastores: [\"c?-ds*\"] }\n";

/// An estate in which the work of a run takes a while.
async fn estate(model: &str) -> Lab {
    let lab = Lab::start(Lab::builder().model(model).clock(Pace::Scaled(200.0))).await;
    lab.write("ft.yaml", TASK);
    lab
}

/// Runs, lets `upset` happen once so many VMs were turned on, and waits for the end.
async fn run_and_upset(lab: &Lab, after: usize, upset: impl AsyncFnOnce(&Lab)) -> Outcome {
    let words =
        ["apply", "ft.yaml", "--yes", "--partial", "--output", "jsonl", "--limit", "vcenter=4"];
    let mut running = lab.lockstep(words).start();
    for _ in 0..after {
        running.until_line(["\"step_finished\""]).await;
    }
    upset(lab).await;
    running.finish().await
}

fn change(lab: &Lab, change: impl FnOnce(&mut Transaction<'_>) -> Result<(), Fault>) {
    lab.mock().store().commit(&Origin::default(), change).unwrap();
}

fn named(lab: &Lab, kind: &str, name: &str) -> MoRef {
    let snapshot = lab.mock().store().snapshot();
    let name_of = |id: &MoRef| match kind {
        "HostSystem" => snapshot.get::<HostSystem>(id).map(|host| host.entity.name.to_string()),
        _ => snapshot.get::<VirtualMachine>(id).map(|vm| vm.entity.name.to_string()),
    };
    let mut all = snapshot.of_kind(kind).iter();
    all.find(|id| name_of(id).as_deref() == Some(name)).unwrap().clone()
}

/// VMs without Fault Tolerance, by name, and where they are.
fn untouched(lab: &Lab) -> Vec<(String, MoRef, MoRef)> {
    let snapshot = lab.mock().store().snapshot();
    let vms = snapshot.of_kind("VirtualMachine").iter();
    let all = vms.filter_map(|id| Some((id, snapshot.get::<VirtualMachine>(id)?)));
    let left = all.filter(|(_, vm)| vm.ft.pairing == Pairing::None);
    left.filter_map(|(id, vm)| Some((vm.entity.name.to_string(), id.clone(), vm.host.clone()?)))
        .collect()
}

/// How each VM ended, as the run tells.
fn ends(outcome: &Outcome) -> Vec<(String, String, Value)> {
    let lines = outcome.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let ends = lines.filter(|line| line["type"] == "subject_finished");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    ends.map(|end| (text(&end["subject"]), text(&end["status"]), end["failure"].clone())).collect()
}

/// What the run calls good is what the server protects, and of everything else it says why.
fn is_truthful(lab: &Lab, outcome: &Outcome, vms: usize) -> BTreeSet<String> {
    let ends = ends(outcome);
    assert_eq!(ends.len(), vms, "each VM is told of once");
    let good = |status: &str| matches!(status, "changed" | "unchanged");
    let told: BTreeSet<String> =
        ends.iter().filter(|end| good(&end.1)).map(|end| end.0.clone()).collect();
    assert_eq!(told, lab.protected());
    for (vm, status, failure) in ends.iter().filter(|end| !good(&end.1)) {
        assert!(
            failure["what"].is_string() || failure["causes"].is_array(),
            "{vm} {status} {failure}"
        );
    }
    let counts = outcome.stdout.lines().last().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let count = |name: &str| line["counts"][name].as_u64().unwrap();
        (
            count("changed") + count("unchanged"),
            count("failed") + count("blocked") + count("unknown"),
        )
    });
    assert_eq!(counts, Some((told.len() as u64, (vms - told.len()) as u64)));
    assert_eq!(lab.mock().sessions(), 0);
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_dies_in_the_middle_takes_its_pairs_along_and_no_others() {
    // Two hosts a cluster: nobody is left to take a new secondary.
    let lab = estate("estate:vms=40,hosts=4,clusters=2").await;
    let outcome = run_and_upset(&lab, 8, async |lab: &Lab| {
        let host = named(lab, "HostSystem", "esx001.estate.local");
        change(lab, |tx| host_system::fail(tx, &host));
    })
    .await;
    outcome.ends_with(3);
    let good = is_truthful(&lab, &outcome, 40);
    assert_eq!(good.len(), 20, "all of the other cluster, and none of this");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_datastore_that_fills_up_keeps_out_those_who_need_it() {
    let lab = estate("estate:vms=40,hosts=4,clusters=2,datastores=1").await;
    let outcome = run_and_upset(&lab, 8, async |lab: &Lab| {
        lab.behaves(|behaviour| {
            behaviour.capacities.insert("c1-ds1".to_owned(), 1 << 30);
        });
    })
    .await;
    outcome.ends_with(3);
    let good = is_truthful(&lab, &outcome, 40);
    assert!((20..40).contains(&good.len()), "{good:?}");
    let causes = ends(&outcome).into_iter().filter(|end| !good.contains(&end.0));
    for (vm, _, failure) in causes {
        assert!(
            failure.to_string().contains("space") || failure.to_string().contains("room"),
            "{vm}: {failure}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vm_that_somebody_deletes_is_missed_and_one_that_is_moved_is_protected_where_it_is() {
    let lab = estate("estate:vms=40,hosts=8,clusters=2").await;
    let mut gone = String::new();
    let mut moved = Vec::new();
    let outcome = run_and_upset(&lab, 4, async |lab: &Lab| {
        let left = untouched(lab);
        let (name, id, _) = left.last().unwrap().clone();
        gone = name;
        change(lab, |tx| unregister_vm(tx, &id));
        // All others of one host go to its neighbour, where some of their secondaries were to be.
        let from = named(lab, "HostSystem", "esx001.estate.local");
        let to = named(lab, "HostSystem", "esx003.estate.local");
        for (name, id, host) in &left {
            if *host == from && *name != gone {
                moved.push(name.clone());
                change(lab, |tx| {
                    tx.edit::<VirtualMachine>(id)?.host = Some(to.clone());
                    Ok(())
                });
            }
        }
    })
    .await;
    outcome.ends_with(3);
    assert!(!moved.is_empty());
    let good = is_truthful(&lab, &outcome, 40);
    assert!(!good.contains(&gone));
    assert_eq!(good.len(), 39, "{moved:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_in_the_middle_is_seen_at_the_end() {
    let lab = estate("estate:vms=30,hosts=6,clusters=2").await;
    let outcome = run_and_upset(&lab, 8, async |lab: &Lab| {
        let client = lab.client().await;
        let name = lab.protected().into_iter().next().unwrap();
        let vm = named(lab, "VirtualMachine", &name);
        let found = lab.mock().store().snapshot().get::<VirtualMachine>(&vm).unwrap().clone();
        let (this, other) = match found.ft.pairing {
            Pairing::Primary { secondary } => (vm, secondary),
            Pairing::Secondary { primary } => (primary, vm),
            Pairing::None => panic!("{name} is no pair"),
        };
        let swap = methods::MakePrimaryVMTask { this, vm: other, ..Default::default() };
        client.writer().invoke(&swap).await.unwrap();
        client.close().await.unwrap();
    })
    .await;
    // The others take longer than the new secondary needs.
    outcome.ends_with(0);
    assert_eq!(is_truthful(&lab, &outcome, 30).len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_that_never_comes_into_step_is_told_as_what_it_is() {
    let mut behaviour = Behaviour::default();
    let ft = &mut behaviour.fault_tolerance;
    ft.power_on_fails.insert("vm-00001".to_owned(), "InsufficientResourcesFault".to_owned());
    ft.power_on_not_attempted.push("vm-00002".to_owned());
    ft.times_out.push("vm-00003".to_owned());
    ft.wrong_host.insert("vm-00004".to_owned(), "esx003.estate.local".to_owned());
    let model = "estate:vms=8,hosts=4,clusters=1";
    let lab = Lab::start(Lab::builder().model(model).behaviour(behaviour)).await;
    lab.write("ft.yaml", &TASK.replace("canary: 1", "canary: 0"));
    let outcome = run_and_upset(&lab, 0, async |_: &Lab| {}).await;
    outcome.ends_with(3);
    let good = is_truthful(&lab, &outcome, 8);
    assert_eq!(good.len(), 5, "{good:?}");
    for (vm, _, failure) in ends(&outcome).into_iter().filter(|end| !good.contains(&end.0)) {
        assert_eq!(failure["code"], "ft-secondary-not-started", "{vm}: {failure}");
    }
    assert!(good.contains("vm-00004"), "on another host than asked for, and protected there");
}
