//! Pairs whose secondary does not start, and nobody is at work: they are told of soon, with the reason; others are
//! waited for.

use e2e::{Lab, Outcome};
use mock_vcenter::behaviour::cluster_compute_resource::ClusterComputeResource;
use mock_vcenter::behaviour::host_system;
use mock_vcenter::behaviour::settings::{Behaviour, FaultTolerance};
use mock_vcenter::behaviour::virtual_machine::VirtualMachine;
use mock_vcenter::store::Origin;
use serde_json::Value;

const TASK: &str = "tasks:\n  - id: protect\n    fault_tolerance: { vms: [vm-00001] }\n";

async fn lab(model: &str, settings: impl FnOnce(&mut FaultTolerance)) -> Lab {
    let mut behaviour = Behaviour::default();
    settings(&mut behaviour.fault_tolerance);
    let lab = Lab::start(Lab::builder().model(model).behaviour(behaviour)).await;
    lab.write("ft.yaml", TASK);
    lab
}

async fn apply(lab: &Lab) -> Outcome {
    lab.lockstep(["apply", "ft.yaml", "--yes", "--output", "jsonl"]).run().await
}

/// Why the VM is not protected, as the run tells.
fn failure(outcome: &Outcome) -> Value {
    let lines = outcome.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ends = lines.filter(|line| line["type"] == "subject_finished");
    ends.next().map(|end| end["failure"].clone()).unwrap()
}

fn text_of(failure: &Value) -> String {
    failure["causes"].to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_stuck_in_need_secondary_is_reported_with_reasons_and_the_exit_code_says_so() {
    let lab = lab("estate:vms=1,hosts=3,clusters=1", |ft| {
        ft.power_on_not_attempted.push("vm-00001".to_owned());
    })
    .await;
    apply(&lab).await.ends_with(3);
    // Nobody starts the secondary now, and the next run finds the pair as it was left.
    lab.mock().forget_calls();
    let again = apply(&lab).await;
    again.ends_with(3);
    let failure = failure(&again);
    assert_eq!(failure["code"], "ft-stands-still", "{failure}");
    let causes = text_of(&failure);
    assert!(causes.contains("needs a secondary since 20"), "{causes}");
    assert!(causes.contains("no vim task") && causes.contains("tells no reason"), "{causes}");
    assert!(failure["fix"].to_string().contains("Restart Secondary VM"), "{failure}");
    assert!(lab.changes().is_empty(), "looking was enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_failed_before_anybody_looked_is_reported_with_its_fault() {
    let lab = lab("estate:vms=1,hosts=3,clusters=1", |ft| {
        ft.start_seconds = 0;
        ft.power_on_fails.insert("vm-00001".to_owned(), "InsufficientResourcesFault".to_owned());
    })
    .await;
    // Where DRS places VMs, nobody is told which vim task starts the secondary.
    let drs = lab.mock().store().commit(&Origin::default(), |tx| {
        let cluster = tx.view().of_kind("ClusterComputeResource")[0].clone();
        tx.edit::<ClusterComputeResource>(&cluster)?.config.drs_config.enabled = Some(true);
        Ok(())
    });
    drs.unwrap();
    let outcome = apply(&lab).await;
    outcome.ends_with(3);
    let failure = failure(&outcome);
    assert_eq!(failure["code"], "ft-secondary-not-started", "{failure}");
    assert!(text_of(&failure).contains("InsufficientResourcesFault"), "{failure}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secondary_that_vcenter_takes_long_to_start_is_waited_for() {
    // Half an hour of the mock's time; what stands still is given up on long before.
    let lab = lab("estate:vms=1,hosts=3,clusters=1", |ft| ft.start_seconds = 1800).await;
    apply(&lab).await.ends_with(0);
    assert_eq!(lab.protected().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_dies_while_the_secondary_starts_ends_the_wait_when_no_other_takes_it() {
    let lab = lab("estate:vms=1,hosts=2,clusters=1", |ft| ft.start_seconds = 100_000).await;
    let mut running = lab.lockstep(["apply", "ft.yaml", "--yes", "--output", "jsonl"]).start();
    running.until_line(["synchronising the secondary"]).await;
    let snapshot = lab.mock().store().snapshot();
    let secondaries = snapshot.of_kind("VirtualMachine").iter();
    let mut secondaries = secondaries.filter_map(|id| snapshot.get::<VirtualMachine>(id));
    let host = secondaries.find(|vm| vm.is_secondary()).and_then(|vm| vm.host.clone()).unwrap();
    lab.mock().store().commit(&Origin::default(), |tx| host_system::fail(tx, &host)).unwrap();
    let outcome = running.finish().await;
    outcome.ends_with(3);
    let failure = failure(&outcome);
    assert_eq!(failure["code"], "ft-stands-still", "{failure}");
    let causes = text_of(&failure);
    assert!(causes.contains("lostConnection") && causes.contains("cancel"), "{causes}");
}
