//! Deployments that are cut short: the lease that expires, the process that dies, and what the next run makes of it.

use std::time::Duration;

use e2e::{Lab, TestPackage};
use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::clock::Pace;
use mock_vcenter::disturb::{Kind, Rule};
use vim25::Poly;
use vim25::types::{OptionValue, VirtualMachineConfigSpec};
use vsphere::inventory::Kind as Sort;
use vsphere::objects::VirtualMachine;

use crate::ovf::{MIB, PACE, TASK, apply, disks_of_box, lab};

/// The mock's hour: longer than any lease.
const HOUR: Kind = Kind::Delay { millis: 3_600_000 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_that_gives_no_sign_of_life_expires_and_leaves_no_vm() {
    let (lab, _) = lab("esxi", "datastore1", &[MIB]).await;
    lab.mock().disturb(Rule::new(HOUR).on("POST /nfc").times(1));
    let mut run = lab.lockstep(["apply", "box.yaml", "--yes", "--output", "jsonl"]).start();
    run.until_line(["sending "]).await;
    run.freeze();
    lab.mock().clock().advance(Duration::from_secs(301));
    assert_eq!(lab.calls_of("HttpNfcLeaseAbort").len(), 0);
    assert_eq!(disks_of_box(&lab).await, None, "the server itself takes away what was half made");
    run.thaw();
    let outcome = run.finish().await;
    outcome.ends_with(3).says(["\"code\":\"ovf-lease-lost\"", "lease expired", "apply again"]);
    assert!(lab.calls_of("HttpNfcLeaseComplete").is_empty());
    assert_eq!(disks_of_box(&lab).await, None);
}

/// Demands that there is one VM of this name, and that its disks are those of the package.
async fn is_whole(lab: &Lab, package: &TestPackage, when: &str) {
    let disks = disks_of_box(lab).await.unwrap_or_else(|| panic!("{when}: there is no VM"));
    assert_eq!(disks.len(), package.disks.len(), "{when}");
    for (stored, source) in disks.iter().zip(&package.disks) {
        let path = lab.mock().file(stored).expect("the disk is on its datastore");
        let same = std::fs::read(path).unwrap() == std::fs::read(source).unwrap();
        assert!(same, "{when}: `{stored}` is not what was sent");
    }
}

/// How many calls of a method were carried out.
fn done(lab: &Lab, method: &str) -> usize {
    lab.changes().iter().filter(|call| call.method == method).count()
}

/// A mark that the server refuses to make leaves a VM of ours behind that does not count as deployed.
async fn unfinished() -> (Lab, TestPackage) {
    let (lab, package) = lab("esxi", "datastore1", &[2 * MIB]).await;
    let refused = Kind::Fault { fault: "RestrictedVersion".to_owned(), message: None };
    lab.mock().disturb(Rule::new(refused).on("ReconfigVM_Task").times(1));
    apply(&lab).await.ends_with(3).says(["cannot deploy `box`"]);
    (lab, package)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_deployed_vm_of_ours_is_recognised_and_deployed_anew() {
    let (lab, package) = unfinished().await;
    let disk = disks_of_box(&lab).await.unwrap().remove(0);
    std::fs::write(lab.mock().file(&disk).unwrap(), b"half").unwrap();
    let plan = lab.lockstep(["plan", "box.yaml"]).run().await;
    plan.ends_with(0).says(["deploy `box` anew, in place of an attempt that was not finished"]);
    apply(&lab).await.ends_with(0).says(["powered on"]);
    is_whole(&lab, &package, "after the second run").await;
    assert_eq!(done(&lab, "Destroy_Task"), 1);
    assert_eq!(done(&lab, "ImportVApp"), 2);
    apply(&lab).await.ends_with(0).says(["0 changed, 1 unchanged"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_attempt_left_takes_no_room_from_the_next() {
    let (lab, _) = unfinished().await;
    lab.behaves(|behaviour| {
        behaviour.capacities.insert("datastore1".to_owned(), 1 << 20);
    });
    lab.lockstep(["plan", "box.yaml"]).run().await.ends_with(0).says(["deploy `box` anew"]);
    lab.write(
        "other.yaml",
        &TASK.replace("name: box\n", "name: crate\n").replace("DATASTORE", "datastore1"),
    );
    lab.lockstep(["plan", "other.yaml"]).run().await.ends_with(4).says(["ovf-no-space"]);
}

/// Writes into the configuration of `box` as another admin would.
async fn write_mark(lab: &Lab, text: &str) {
    let client = lab.client().await;
    let (reader, writer) = (client.reader(), client.writer());
    let vm = reader.inventory().await.unwrap().find(Sort::VirtualMachine, "box").unwrap();
    let mark =
        OptionValue { key: "lockstep.ovf".into(), value: Some(text.into()), ..Default::default() };
    let spec =
        VirtualMachineConfigSpec { extra_config: vec![Poly::new(mark)], ..Default::default() };
    VirtualMachine::new(vm.clone()).issue_reconfigure(&writer, spec).await.unwrap();
    let seen = writer.wait_until(&vm, &["config.extraConfig"], Duration::from_secs(60), |seen| {
        let mut options = seen.objects::<OptionValue>("config.extraConfig");
        let mark = options.find(|option| option.key == "lockstep.ovf");
        let now = mark.and_then(|mark| mark.value.as_ref()?.as_str()).unwrap_or_default();
        (now == text).then_some(())
    });
    seen.await.unwrap();
    client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vm_of_the_same_name_that_is_not_ours_is_never_touched() {
    let (lab, package) = unfinished().await;
    for mark in ["", "theirs", "unfinished"] {
        write_mark(&lab, mark).await;
        lab.mock().forget_calls();
        let outcome = apply(&lab).await;
        outcome.says(["cannot deploy `box`", "not deployed by Lockstep", "it is not touched"]);
        assert_ne!(outcome.code, Some(0), "{}", outcome.text());
        assert!(lab.changes().is_empty(), "{mark}: {:?}", lab.changes());
        is_whole(&lab, &package, mark).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_completion_whose_answer_is_lost_is_not_taken_for_a_failure() {
    let (lab, package) = lab("esxi", "datastore1", &[MIB]).await;
    lab.mock().disturb(Rule::new(Kind::DropResponse).on("HttpNfcLeaseComplete").times(1));
    apply(&lab).await.ends_with(0).says(["powered on"]);
    is_whole(&lab, &package, "in the end").await;
    assert_eq!(lab.calls_of("HttpNfcLeaseComplete").len(), 1);
    assert_eq!(lab.calls_of("ImportVApp").len(), 1);
}

/// Dies at one write to the journal and applies again; false when there is no such write.
async fn dies_at(write: u64, side: &str) -> bool {
    let (lab, package) = lab("esxi", "datastore1", &[MIB]).await;
    let at = format!("{write}:{side}");
    let run = lab.lockstep(["apply", "box.yaml", "--yes"]).variable("LOCKSTEP_CRASH_AT", &at);
    let died = run.run().await;
    if died.code != Some(0) {
        assert_eq!(died.code, None, "{at}: {}", died.text());
        let again = apply(&lab).await;
        assert_eq!(again.code, Some(0), "{at}: {}", again.text());
    }
    is_whole(&lab, &package, &at).await;
    assert_eq!(done(&lab, "HttpNfcLeaseComplete"), 1, "{at}: it is imported once");
    assert_eq!(done(&lab, "PowerOnVM_Task"), 1, "{at}");
    // Of a session that was not written down yet nobody knows.
    if at == "1:before" {
        lab.leaves_sessions();
    }
    died.code != Some(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_write_imports_the_vm_once() {
    for side in ["before", "after"] {
        let mut writes = 0;
        while dies_at(writes + 1, side).await {
            writes += 1;
        }
        assert!(writes > 8, "{writes} writes, and there are more steps than that");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disc_that_the_guest_holds_is_taken_out_all_the_same() {
    let mut behaviour = Behaviour::default();
    behaviour.guest.tray_locked = true;
    let builder = Lab::builder().model("esxi").clock(Pace::Scaled(PACE)).behaviour(behaviour);
    let lab = Lab::start(builder).await;
    std::fs::write(lab.folder().join("tools.iso"), [7; 4096]).unwrap();
    lab.write(
        "box.yaml",
        "tasks:\n  - iso: { image: tools.iso, datastore: datastore1, vm: vm1 }\n",
    );
    apply(&lab).await.ends_with(0);
    assert!(lab.calls_of("AnswerVM").is_empty(), "an empty drive is not held");
    lab.write("box.yaml", "tasks:\n  - iso: { vm: vm1, state: ejected }\n");
    apply(&lab)
        .await
        .ends_with(0)
        .says(["no image is in the CD-ROM drive", "it was opened anyway"]);
    assert_eq!(done(&lab, "AnswerVM"), 1);
    assert_eq!(done(&lab, "ReconfigVM_Task"), 2);
    apply(&lab).await.ends_with(0).says(["0 changed, 1 unchanged"]);
}
