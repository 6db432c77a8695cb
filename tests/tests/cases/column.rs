//! The whole column: plan, apply, and apply again, on a lab of two bare hosts and eight VMs.

use e2e::{Lab, Outcome};
use serde_json::Value;

use crate::playbooks::{SOFTWARE_FT, VMS, without_ft_caps};

async fn lab() -> Lab {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    lab
}

/// Whether a VM stands in the list of those that a block is about.
fn is_refused(outcome: &Outcome, vm: &str) -> bool {
    let text = outcome.text();
    let lists = text.lines().filter_map(|line| line.trim_start().strip_prefix("on "));
    lists.flat_map(|list| list.split(',')).any(|name| name.trim() == vm)
}

fn documents(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_vms_are_protected_by_one_command_and_a_second_one_finds_nothing_to_do() {
    let lab = lab().await;
    let planned = lab.lockstep(["plan", "ft.yaml", "--detailed-exitcode"]).run().await;
    planned.ends_with(2);
    assert!(lab.changes().is_empty(), "a plan changed something: {:?}", lab.changes());
    assert_eq!(lab.mock().sessions(), 0);

    let applied = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    applied.ends_with(0).says(["101"]);
    assert_eq!(lab.calls_of("CreateSecondaryVMEx_Task").len(), 8);
    assert_eq!(lab.mock().sessions(), 0);

    lab.mock().forget_calls();
    let again = lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await;
    again.ends_with(0);
    assert!(lab.changes().is_empty(), "the second apply changed: {:?}", lab.changes());
    lab.lockstep(["plan", "ft.yaml", "--detailed-exitcode"]).run().await.ends_with(0);
    let status = lab.lockstep(["status"]).run().await;
    status.ends_with(0);
    assert!(lab.changes().is_empty());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_ft_caps_a_plan_says_which_vms_do_not_fit_and_what_to_set() {
    let lab = lab().await;
    lab.write("ft.yaml", &without_ft_caps());
    for words in [["plan", "ft.yaml", "--detailed-exitcode"], ["apply", "ft.yaml", "--yes"]] {
        let outcome = lab.lockstep(words).run().await;
        outcome.ends_with(4).says([
            "das.maxftvmsperhost",
            "8 FT VMs (limit 4)",
            "set `das.maxftvmsperhost` to 8 (`ft.max_vms_per_host` of the `cluster` task)",
        ]);
        let refused: Vec<_> = VMS.iter().filter(|vm| is_refused(&outcome, vm)).collect();
        assert_eq!(refused.len(), 4, "four of eight fit: {}", outcome.text());
        assert!(lab.changes().is_empty(), "{:?}", lab.changes());
        assert_eq!(lab.mock().sessions(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_lines_tell_the_run_from_start_to_end() {
    let lab = lab().await;
    let applied = lab.lockstep(["apply", "ft.yaml", "--yes", "--output", "jsonl"]).run().await;
    applied.ends_with(0);
    let lines = documents(&applied.stdout);
    assert!(lines.len() > 50, "{}", lines.len());
    assert_eq!(lab.mock().sessions(), 0);
}
