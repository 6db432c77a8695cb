//! Tags: a foreign client and ours see the same ones, in both dialects; VMs are selected by them.

use e2e::{AUTOMATION, Foreign, Lab, Outcome};
use mock_vcenter::disturb::{Kind, Rule};
use serde_json::Value;
use tokio::process::Command;

const PAIRS: &str = "estate:vms=8,hosts=2,clusters=1,pairs=4";

pub(crate) fn names(outcome: &Outcome, list: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| {
        panic!("{}", outcome.text());
    });
    let vms = document["selections"][0][list].as_array().unwrap().iter();
    vms.map(|vm| vm["name"].as_str().unwrap().to_owned()).collect()
}

/// Python with `requests`, and nothing of vSphere's.
fn script(lab: &Lab, dialect: &str, vm: &str) -> Command {
    let python = e2e::workspace().join(".venv/ansible/bin/python");
    assert!(python.exists(), "there is no `{}`; run `make clients`", python.display());
    let mut command = Command::new(python);
    command.arg(Foreign::script("rest/tags.py")).args([dialect, vm]).envs(lab.variables());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_foreign_client_tags_is_what_ours_selects_in_both_dialects() {
    for (release, dialect) in [("8.0.3", "api"), ("8.0.3", "rest"), ("6.7", "rest")] {
        let lab = Lab::start(Lab::builder().model(PAIRS).release(release)).await;
        let all = lab.lockstep(["ft", "select", "vm-00003", "--output", "json"]).run().await;
        let document: Value = serde_json::from_str(&all.stdout).unwrap();
        let id = document["selections"][0]["taken"][0]["id"].as_str().unwrap().to_owned();
        let output = script(&lab, dialect, &id).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{release} {dialect}: {said}");

        lab.mock().forget_calls();
        let tag = format!("Tier of {dialect}/Gold");
        let found = lab.lockstep(["ft", "select", "--tag", &tag, "--output", "json"]).run().await;
        found.ends_with(0);
        assert_eq!(names(&found, "taken"), ["vm-00003"], "{release} {dialect}");
        assert!(lab.changes().is_empty(), "{:?}", lab.changes());
        let logins = lab.mock().calls().into_iter().filter(|call| {
            call.method.starts_with("POST")
                && call.method.ends_with("session")
                && call.fault.is_none()
        });
        assert_eq!(logins.count(), 1);
        assert_eq!(lab.mock().sessions(), 0, "both sessions are ended");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_automation_sdk_tags_is_what_ours_selects_and_what_it_switches_is_switched() {
    let lab = Lab::of(PAIRS).await;
    let output = Command::new(AUTOMATION.python())
        .arg(Foreign::script("automation/drive.py"))
        .args(["vm-00001", "vm-00002"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(lab.variables())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(seen["attached"], true, "{seen}");
    assert_eq!(seen["power"], "POWERED_OFF");
    assert_eq!(seen["networks"], serde_json::json!(["VM Network"]));
    assert_eq!(lab.mock().sessions(), 0, "a session is left");
    let words = ["ft", "select", "--tag", "Tier/Gold", "--output", "json"];
    let found = lab.lockstep(words).run().await;
    found.ends_with(0);
    assert_eq!(names(&found, "taken"), ["vm-00001", "vm-00002"]);
    let info = lab.lockstep(["ft", "status", "vm-00002"]).run().await;
    assert_eq!(info.code, Some(3), "{}", info.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_playbook_selects_by_several_tags_in_a_handful_of_calls_however_many_vms_there_are() {
    let gold: Vec<String> = (1..=60).map(|number| format!("vm-{number:05}")).collect();
    let gold = gold.iter().map(String::as_str);
    let builder = Lab::builder()
        .model("estate:vms=100,hosts=8,clusters=2")
        .tag("Tier", "Gold", gold)
        .tag("Site", "East", ["vm-00001", "vm-00002", "vm-00090"]);
    let lab = Lab::start(builder).await;
    let task = |select: &str| {
        format!("tasks:\n  - id: protect\n    fault_tolerance: {{ select: {{ {select} }} }}\n")
    };
    let table = [
        ("tag: Tier/Gold", 60),
        ("tag: [Tier/Gold, Site/East]", 2),
        ("tag: Site/East, cluster: cluster2", 2),
        ("tag: [Site/East], host: esx001.estate.local", 1),
    ];
    for (select, number) in table {
        lab.write("tags.yaml", &task(select));
        lab.mock().forget_calls();
        let words = ["ft", "select", "--playbook", "tags.yaml", "--output", "json"];
        let found = lab.lockstep(words).run().await;
        found.ends_with(0);
        assert_eq!(names(&found, "taken").len(), number, "{select}");
        let asked = lab.mock().calls().len();
        assert!(asked < 25, "{asked} calls for a hundred VMs");
        let listed = "POST /api/cis/tagging/tag-association?action=list-attached-objects-on-tags";
        assert_eq!(lab.calls_of(listed).len(), 1, "{select}");
        let planned = lab.lockstep(["plan", "tags.yaml", "--output", "json"]).run().await;
        planned.ends_with(0);
        let plan: Value = serde_json::from_str(&planned.stdout).unwrap();
        let items = plan["tasks"][0]["plan"]["items"].as_array().unwrap();
        assert_eq!(items.len(), number, "{select}: {plan}");
    }
    for (select, said) in [
        ("tag: Tier/Glod", "did you mean `Tier/Gold`"),
        ("tag: Teir/Gold", "did you mean `Tier/...`"),
        ("tag: Gold", "no tag `Gold`"),
    ] {
        lab.write("tags.yaml", &task(select));
        lab.lockstep(["plan", "tags.yaml"]).run().await.ends_with(4).says([said]);
    }
    assert!(lab.changes().is_empty());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_with_the_rest_api_is_told_or_overcome() {
    let builder = Lab::builder().model(PAIRS).tag("Tier", "Gold", ["vm-00001"]);
    let lab = Lab::start(builder).await;
    let select = ["ft", "select", "--tag", "Tier/Gold", "--output", "json"];
    let passing = [
        Rule::new(Kind::Unavailable).on("GET /api/cis/tagging/category").times(1),
        Rule::new(Kind::DropResponse).on("GET /api/cis/tagging/category").times(1),
        Rule::new(Kind::ExpireSessions).on("GET /api/cis/tagging/category").times(1),
    ];
    for rule in passing {
        lab.mock().disturb(rule);
        let found = lab.lockstep(select).run().await;
        found.ends_with(0);
        assert_eq!(names(&found, "taken"), ["vm-00001"]);
    }
    let host = Lab::of("esxi").await;
    host.lockstep(select).run().await.ends_with(1).says(["the server has no REST API"]);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_selection_shows_what_it_takes_and_what_it_leaves_out_and_why() {
    let lab = Lab::of(PAIRS).await;
    let words =
        ["ft", "select", "--except", "vm-00002", "--folder", "cluster1", "--output", "json"];
    let found = lab.lockstep(words).run().await;
    found.ends_with(0);
    assert_eq!(names(&found, "taken").len(), 7, "{}", found.text());
    let document: Value = serde_json::from_str(&found.stdout).unwrap();
    let left_out = document["selections"][0]["left_out"].as_array().unwrap();
    let why = |wanted: &str| left_out.iter().filter(|vm| vm["why"] == wanted).count();
    assert_eq!((why("except"), why("secondary")), (1, 4), "{document}");
    let shown = lab.lockstep(["ft", "select", "vm-0000?"]).run().await;
    shown.ends_with(0).says(["vm-00001", "cluster1", "esx001.estate.local", "8 selected"]);
    lab.lockstep(["ft", "select", "vm-9"]).run().await.ends_with(4).says(["no VM `vm-9`"]);
    assert!(lab.changes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn templates_and_managed_vms_are_never_taken_not_even_by_name() {
    let lab = Lab::of("flawed").await;
    for words in [
        &["ft", "select", "--output", "json"][..],
        &["ft", "select", "a-template", "vCLS-1", "--output", "json"],
    ] {
        let found = lab.lockstep([]).words(words.iter().copied()).run().await;
        found.ends_with(0);
        let document: Value = serde_json::from_str(&found.stdout).unwrap();
        let left_out = document["selections"][0]["left_out"].as_array().unwrap();
        let why = |name: &str| {
            let vm = left_out.iter().find(|vm| vm["name"] == name);
            vm.map(|vm| vm["why"].as_str().unwrap().to_owned())
        };
        assert_eq!(why("a-template").as_deref(), Some("template"), "{document}");
        assert_eq!(why("vCLS-1").as_deref(), Some("managed"), "{document}");
        let taken = names(&found, "taken");
        assert!(!taken.contains(&"a-template".to_owned()) && !taken.contains(&"vCLS-1".to_owned()));
    }
    let refused = lab.lockstep(["ft", "off", "a-template", "--yes"]).run().await;
    refused.ends_with(4).says(["`a-template` is left out: template", "fits no virtual machine"]);
    assert!(lab.changes().is_empty());
}
