//! The process dies at a write of the journal, and is gone on with: the end is that of an undisturbed run, nothing
//! was done twice, the journal can be read at each point, and no session is left.
//!
//! Every write of a short playbook is tried, before it is durable and after. Of a long one, with more than forty
//! steps, every thirteenth is, and all with LOCKSTEP_SOAK set (`make soak`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use e2e::Lab;
use mock_vcenter::CallRecord;
use mock_vcenter::clock::Pace;
use mock_vcenter::dispatch::Nature;
use mock_vcenter::store::Origin;
use serde_json::Value;
use vim25::MoRef;

use crate::playbooks::{HOST_SETTINGS, SOFTWARE_FT};

/// Labs at a time.
const WORKERS: usize = 2;
/// More writes than any of these playbooks has.
const ENDLESS: u64 = 1000;

/// What a run leaves behind.
#[derive(Debug, PartialEq)]
struct Trace {
    /// Mutating calls with how many there were of each, whatever became of them.
    calls: BTreeMap<(String, String), usize>,
    objects: BTreeMap<&'static str, usize>,
}

impl Trace {
    fn of(lab: &Lab) -> Self {
        let mut calls = BTreeMap::new();
        for call in lab.mock().calls().into_iter().filter(is_about_the_inventory) {
            let object = match call.managed.as_str() {
                "VirtualMachine" => name_of(lab, &call),
                // Which is which of the others depends on what comes first.
                _ => call.managed,
            };
            *calls.entry((call.method, object)).or_default() += 1;
        }
        let snapshot = lab.mock().store().snapshot();
        let kinds =
            ["VirtualMachine", "HostSystem", "ClusterComputeResource", "Datacenter", "Folder"];
        let objects = kinds.map(|kind| (kind, snapshot.of_kind(kind).len())).into();
        Self { calls, objects }
    }
}

/// Ids are given in the order in which objects come into being.
fn name_of(lab: &Lab, call: &CallRecord) -> String {
    let object = MoRef::new(call.managed.as_str(), call.object.as_str());
    let name = lab.mock().store().commit(&Origin::default(), |tx| Ok(tx.name_of(&object)));
    name.unwrap().map(|name| name.to_string()).unwrap_or_default()
}

/// Ending the session of a process that died is not what a playbook asks for.
fn is_about_the_inventory(call: &CallRecord) -> bool {
    call.nature == Nature::Mutating && call.method != "TerminateSession"
}

async fn lab(playbook: &str) -> Lab {
    let lab = Lab::start(Lab::builder().model("seed-lab").clock(Pace::Scaled(500.0))).await;
    lab.write("ft.yaml", playbook);
    lab
}

/// The end of a run that nobody disturbs, and how many steps it takes.
async fn undisturbed(playbook: &str) -> (Trace, usize) {
    let lab = lab(playbook).await;
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    let shown = lab.lockstep(["runs", "show", "last", "--output", "json"]).run().await;
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    (Trace::of(&lab), shown["steps"].as_array().unwrap().len())
}

/// Crashes at one write and goes on; false when there is no such write.
async fn crash_at(nth: u64, side: &str, playbook: &str, expected: &Trace) -> bool {
    let lab = lab(playbook).await;
    let at = format!("{nth}:{side}");
    let apply = lab.lockstep(["apply", "ft.yaml", "--yes"]);
    let crashed = apply.variable("LOCKSTEP_CRASH_AT", &at).run().await;
    if crashed.code == Some(0) {
        assert_eq!(&Trace::of(&lab), expected, "{at}");
        return false;
    }
    assert_eq!(crashed.code, None, "{at}: {}", crashed.text());
    let verified = lab.lockstep(["runs", "verify"]).run().await;
    let mut resumed = match verified.ends_with(0).stdout.is_empty() {
        true => lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await,
        false => lab.lockstep(["resume", "last", "--yes"]).run().await,
    };
    if resumed.text().contains("was done to its end") {
        resumed = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    }
    assert_eq!(resumed.code, Some(0), "{at}: {}", resumed.text());
    assert_eq!(&Trace::of(&lab), expected, "{at}: {}", resumed.text());
    lab.lockstep(["runs", "verify"]).run().await.ends_with(0);
    // Of a session that was not written down yet nobody knows; the server ends it when it is idle for long.
    if nth == 1 && side == "before" {
        lab.leaves_sessions();
    } else {
        assert_eq!(lab.mock().sessions(), 0, "{at}");
    }
    true
}

/// Tries every `stride`-th write, alternately before and after unless all are tried, until one run is untouched.
async fn enumerate(playbook: &'static str, stride: u64, least_steps: usize) {
    let (expected, steps) = undisturbed(playbook).await;
    assert!(steps >= least_steps, "{steps} steps");
    // Even places are before a write, odd ones after it.
    let (next, last) = (AtomicU64::new(0), AtomicU64::new(ENDLESS * 2));
    let work = async || {
        loop {
            let place = next.fetch_add(stride, Ordering::Relaxed);
            if place >= last.load(Ordering::Relaxed) {
                return;
            }
            let side = if place % 2 == 0 { "before" } else { "after" };
            if !crash_at(place / 2 + 1, side, playbook, &expected).await {
                last.fetch_min(place, Ordering::Relaxed);
            }
        }
    };
    const { assert!(WORKERS == 2) };
    tokio::join!(work(), work());
    let writes = last.load(Ordering::Relaxed) / 2;
    assert!(writes < ENDLESS && writes >= 2 * steps as u64, "{writes} writes for {steps} steps");
}

/// A cluster with EVC and a host: the ends of calls with and without vim tasks.
const SHORT: &str = "tasks:\n  - id: cluster\n    cluster: { name: C, datacenter: Datacenter, evc: intel-ivybridge }\n  \
                     - id: host\n    needs: [cluster]\n    host:\n      hostname: esx1.lab.local\n      cluster: C\n      \
                     datacenter: Datacenter\n      username: root\n      \
                     password: { env: LOCKSTEP_ESX_PASSWORD }\n      trust: on_first_use\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_write_of_a_short_playbook_ends_as_if_there_had_been_none() {
    enumerate(SHORT, 1, 3).await;
}

/// The whole column, the settings of its hosts, and places beside.
fn long() -> &'static str {
    let (_, settings) = HOST_SETTINGS.split_once("tasks:\n").unwrap();
    let settings = settings.replace("\n  - id: ssh\n", "\n  - id: ssh\n    needs: [hosts]\n");
    let mut playbook = format!("{SOFTWARE_FT}\n{settings}");
    for id in ["console", "logs", "clock", "shell-timeout"] {
        let head = format!("  - id: {id}\n");
        assert!(playbook.contains(&head), "{id}");
        playbook = playbook.replace(&head, &format!("{head}    needs: [hosts]\n"));
    }
    playbook.push_str(
        "\n  - id: places\n    loop: [a, b, c, d, e, f, g, h, i, j, k, l]\n    \
         datacenter: { name: \"dc-{{ item }}\" }\n",
    );
    playbook.leak()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_all_along_a_long_playbook_end_as_if_there_had_been_none() {
    let stride = if std::env::var_os("LOCKSTEP_SOAK").is_some() { 1 } else { 13 };
    enumerate(long(), stride, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_dies_again_and_again_gets_there_all_the_same() {
    let (expected, _) = undisturbed(SOFTWARE_FT).await;
    let lab = lab(SOFTWARE_FT).await;
    let mut deaths = 0;
    loop {
        let apply = lab.lockstep(["apply", "ft.yaml", "--yes"]);
        let run = apply.variable("LOCKSTEP_CRASH_AT", "9:after").run().await;
        if run.code == Some(0) {
            break;
        }
        assert_eq!(run.code, None, "{}", run.text());
        lab.lockstep(["runs", "verify"]).run().await.ends_with(0);
        deaths += 1;
        assert!(deaths < 100, "it never gets there");
    }
    assert!(deaths > 5, "{deaths}");
    assert_eq!(Trace::of(&lab), expected);
    assert_eq!(lab.mock().sessions(), 0);
}
