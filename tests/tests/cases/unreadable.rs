//! A user who may not read everything: what is not shown is told as that, and is never taken for something that is so.

use std::collections::BTreeMap;

use e2e::{Lab, Outcome};
use mock_vcenter::behaviour::host_system::fail;
use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::store::Origin;
use serde_json::Value;

use crate::playbooks::SOFTWARE_FT;

const PAIRS: &str = "estate:vms=4,hosts=2,clusters=1,pairs=2";

/// Hides a property of an object from every client.
fn hide(lab: &Lab, object: &str, path: &str) {
    let hidden = BTreeMap::from([(object.to_owned(), vec![path.to_owned()])]);
    lab.behaves(|settings| settings.hidden = hidden);
}

async fn lines<const N: usize>(lab: &Lab, words: [&str; N], code: i32) -> Outcome {
    let outcome = lab.lockstep(words).run().await;
    outcome.ends_with(code);
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_whose_configuration_is_not_shown_is_neither_off_nor_well() {
    let lab = Lab::of(PAIRS).await;
    lines(&lab, ["ft", "status"], 0).await.says(["2 protected, 0 not protected"]);
    let status = lines(&lab, ["ft", "status", "--output", "json"], 0).await;
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    // Its secondary has the same name.
    hide(&lab, status["vms"][0]["id"].as_str().unwrap(), "config.ftInfo");
    let said = ["the server does not show `config.ftInfo` of it", "System.Read"];
    for verb in ["off", "suspend", "drill"] {
        lines(&lab, ["ft", verb, "vm-00001", "--yes"], 4).await.says(said);
    }
    lines(&lab, ["ft", "status"], 3).await.says([
        "cannot be read (config.ftInfo)",
        "1 protected, 1 not protected",
        "1 VM is counted as not protected because",
    ]);
    lab.write("one.yaml", "tasks:\n  - fault_tolerance: { vms: [vm-00001] }\n");
    let planned = lines(&lab, ["plan", "one.yaml"], 4).await;
    planned.says(said).says(["[unreadable]"]);
    assert!(!planned.text().contains("more than one secondary"), "{}", planned.text());
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    let other = status["vms"][1]["name"].as_str().unwrap();
    lines(&lab, ["ft", "off", other, "--yes"], 0).await;
    assert_eq!(lab.calls_of("TurnOffFaultToleranceForVM_Task").len(), 1, "of the other one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vm_whose_state_is_not_shown_does_not_drop_out_of_the_status() {
    let lab = Lab::of(PAIRS).await;
    hide(&lab, "vm-00001", "runtime.faultToleranceState");
    let status = lines(&lab, ["ft", "status"], 3).await;
    status.says(["vm-00001", "cannot be read (runtime.faultToleranceState)"]);
    let status = lines(&lab, ["ft", "status", "--output", "json"], 3).await;
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let vm = &status["vms"][0];
    assert_eq!((&vm["state"], &vm["protected"]), (&"unreadable".into(), &false.into()));
    assert_eq!(vm["unreadable"], serde_json::json!(["runtime.faultToleranceState"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_fits_nothing_does_not_hide_the_state_of_the_others() {
    let lab = Lab::of(PAIRS).await;
    let status = lines(&lab, ["ft", "status", "vm-00001", "nope*"], 1).await;
    status.says(["vm-00001", "protected", "error: no VM `nope*`"]);
    let status = lines(&lab, ["ft", "status", "vm-00001", "nope*", "--output", "json"], 1).await;
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(status["vms"].as_array().map(Vec::len), Some(1));
    assert_eq!(status["not_found"], serde_json::json!(["nope*"]));
    let none = lines(&lab, ["ft", "status", "nope*"], 1).await;
    assert_eq!(none.stdout, "", "{}", none.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_without_a_name_are_still_two_hosts() {
    let lab = Lab::of(PAIRS).await;
    let names = ["esx001.estate.local", "esx002.estate.local"];
    let hidden = names.map(|name| (name.to_owned(), vec!["name".to_owned()]));
    lab.behaves(|settings| settings.hidden = BTreeMap::from(hidden));
    let status = lines(&lab, ["ft", "status"], 0).await;
    status.says(["2 protected, 0 not protected", "host-"]);
    assert!(!status.text().contains("both on one host"), "{}", status.text());
    let drill = lines(&lab, ["ft", "drill", "vm-00001", "--dry-run"], 0).await;
    assert!(!drill.text().contains("ft-not-protected"), "{}", drill.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_whose_vms_are_not_shown_are_not_taken_for_empty() {
    let lab = Lab::of(PAIRS).await;
    hide(&lab, "esx001.estate.local", "vm");
    lab.write("more.yaml", "tasks:\n  - fault_tolerance: { vms: [vm-00003] }\n");
    let planned = lines(&lab, ["plan", "more.yaml"], 1).await;
    planned.says(["cannot read `vm` of", "esx001.estate.local", "System.Read"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_host_of_which_little_is_shown_stops_nothing_elsewhere() {
    let lab = Lab::of("estate:vms=6,hosts=3,clusters=1").await;
    let store = lab.mock().store();
    let lost = store.snapshot().of_kind("HostSystem")[2].clone();
    store.commit(&Origin::default(), |tx| fail(tx, &lost)).unwrap();
    hide(&lab, &lost.value, "vm");
    lab.write("one.yaml", "tasks:\n  - fault_tolerance: { vms: [vm-00001] }\n");
    lines(&lab, ["plan", "one.yaml"], 0).await.says(["turn on Fault Tolerance for `vm-00001`"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_whose_connection_or_place_is_not_shown_is_not_called_disconnected_or_elsewhere() {
    let lab = Lab::of(PAIRS).await;
    let host = "host: { hostname: esx001.estate.local, cluster: cluster1, username: root, \
                password: { env: LOCKSTEP_ESX_PASSWORD }, trust: on_first_use }";
    lab.write("host.yaml", &format!("tasks:\n  - {host}\n"));
    lines(&lab, ["plan", "host.yaml"], 0).await;
    hide(&lab, "esx001.estate.local", "runtime.connectionState");
    let planned = lines(&lab, ["plan", "host.yaml"], 1).await;
    planned.says(["cannot read `runtime.connectionState` of", "System.Read"]);
    hide(&lab, "esx001.estate.local", "parent");
    let planned = lines(&lab, ["plan", "host.yaml"], 1).await;
    planned.says(["cannot read the place of host", "System.Read"]);
    assert!(!planned.text().contains("move it there by hand"), "{}", planned.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_cannot_be_asked_does_not_hide_the_others() {
    let lab = Lab::of("ft-ready").await;
    let options = "options: { UserVars.ESXiShellInteractiveTimeOut: 900 }";
    let hosts = "host: [esx1.lab.local, esx2.lab.local]";
    lab.write("o.yaml", &format!("tasks:\n  - advanced_options: {{ {hosts}, {options} }}\n"));
    hide(&lab, "esx1.lab.local", "configManager.advancedOption");
    let planned = lines(&lab, ["plan", "o.yaml"], 4).await;
    planned
        .says(["cannot read `configManager.advancedOption` of `esx1.lab.local`", "esx2.lab.local"]);
    lines(&lab, ["apply", "o.yaml", "--yes", "--partial"], 4).await.says(["1 changed"]);
    assert_eq!(lab.calls_of("UpdateOptions").len(), 1, "on the other host");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_host_is_not_settled_by_what_vcenter_remembers_of_it() {
    let lab = Lab::of("ft-ready").await;
    let hosts = "host: [esx1.lab.local, esx2.lab.local]";
    lab.write("s.yaml", &format!("tasks:\n  - service: {{ {hosts}, name: ssh, running: true }}\n"));
    lines(&lab, ["plan", "s.yaml"], 0).await;
    let store = lab.mock().store();
    let dead = store.snapshot().of_kind("HostSystem")[0].clone();
    store.commit(&Origin::default(), |tx| fail(tx, &dead)).unwrap();
    let planned = lines(&lab, ["plan", "s.yaml"], 4).await;
    planned.says(["[host-not-connected]", "notResponding", "start service `TSM-SSH`"]);
    lines(&lab, ["apply", "s.yaml", "--yes", "--partial"], 4).await.says(["1 changed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_without_a_password_says_so_and_invents_no_other_causes() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", &SOFTWARE_FT.replace("LOCKSTEP_ESX_PASSWORD", "LOCKSTEP_NOT_SET"));
    let planned = lab.lockstep(["plan", "ft.yaml"]).run().await;
    planned.says(["LOCKSTEP_NOT_SET"]);
    let text = planned.text();
    assert_ne!(planned.code, Some(0), "{text}");
    for wrong in ["no host `", "no VM `"] {
        assert!(!text.contains(wrong), "{wrong}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_has_no_check_before_fault_tolerance_says_nothing_against_it() {
    let lab = Lab::of("estate:vms=4,hosts=2,clusters=1").await;
    let message = "Unable to resolve WSDL method name QueryFaultToleranceCompatibilityEx";
    for method in ["QueryFaultToleranceCompatibilityEx", "QueryFaultToleranceCompatibility"] {
        let (fault, message) = ("InvalidRequest".to_owned(), Some(message.to_owned()));
        lab.mock().disturb(Rule::new(Kind::Fault { fault, message }).on(method));
    }
    lab.write("one.yaml", "tasks:\n  - fault_tolerance: { vms: [vm-00001] }\n");
    lines(&lab, ["apply", "one.yaml", "--yes"], 0).await;
    assert_eq!(lab.protected().len(), 1);
}
