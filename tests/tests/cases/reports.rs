//! Reports of runs: that they say what the mock saw, that others can read them, and how they look in a browser.

use std::path::Path;
use std::process::Command;

use e2e::{Browser, Lab, Scheme, workspace};
use mock_vcenter::disturb::{Kind, Rule};
use serde_json::Value;

use crate::playbooks::{SOFTWARE_FT, VMS};

async fn lab() -> Lab {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    lab
}

/// What a script with the readers of others says of these files.
fn readers(script: &str, files: &[&Path]) -> Value {
    let python = workspace().join(".venv/readers-1/bin/python");
    let script = workspace().join("tests/reports").join(script);
    let output = Command::new(&python).arg(script).args(files).output();
    let output = output.unwrap_or_else(|_| panic!("run `make clients`: there is no {python:?}"));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&said).unwrap()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

const REPORTS: [&str; 6] =
    ["--report", "html=run.html", "--report", "junit=run.xml", "--report", "jsonl=run.jsonl"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_leaves_reports_and_the_journal_gives_the_same_ones_later() {
    let lab = lab().await;
    let run = lab.lockstep(["apply", "ft.yaml", "--yes"]).words(REPORTS).run().await;
    run.ends_with(0).says(["Report: run.html"]);
    for (form, name) in [("html", "run.html"), ("junit", "run.xml"), ("jsonl", "run.jsonl")] {
        let again = lab.lockstep(["runs", "report", "last", "--format", form]).run().await;
        assert_eq!(again.ends_with(0).stdout, text(&lab.folder().join(name)), "{form}");
    }
    let page = text(&lab.folder().join("run.html"));
    for told in ["Everything is as declared", "FT pairs: 8 of 8 VMs protected", "esx1.lab.local"] {
        assert!(page.contains(told), "the page does not say `{told}`");
    }
    assert!(page.contains("101 steps by hand") && page.contains("VMware vCenter"), "{page}");
    let read = readers("junit.py", &[&lab.folder().join("run.xml")]);
    assert_eq!((&read["failures"], &read["errors"]), (&0.into(), &0.into()), "{read}");
    let elsewhere = lab.folder().join("page");
    let out = elsewhere.to_str().unwrap();
    lab.lockstep(["runs", "report", "--out", out]).run().await.ends_with(0);
    assert_eq!(text(&elsewhere), page);
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_real_runs_is_valid_by_the_schema() {
    let lab = lab().await;
    let rule = Rule::new(Kind::DropResponse).on("CreateSecondaryVMEx_Task").nth(2);
    lab.mock().disturb(rule);
    for (name, words) in [
        ("plan", vec!["plan", "ft.yaml", "--output", "jsonl"]),
        ("apply", vec!["apply", "ft.yaml", "--yes", "--output", "jsonl"]),
    ] {
        let run = lab.lockstep([]).words(words).run().await;
        lab.write(name, &run.ends_with(0).stdout);
    }
    let schema = workspace().join("schema/events.schema.json");
    let files = [schema, lab.folder().join("plan"), lab.folder().join("apply")];
    let kinds = readers("lines.py", &files.each_ref().map(AsRef::as_ref));
    for kind in ["run_started", "task_planned", "step_progress", "step_retried", "run_finished"] {
        assert!(kinds[kind].as_u64() > Some(0), "no line of type {kind}: {kinds}");
    }
}

/// Turning on fails for two VMs, each with the same cause, and one gives no answer.
async fn troubled() -> Lab {
    let lab = lab().await;
    let fault = Kind::Fault { fault: "InsufficientResourcesFault".to_owned(), message: None };
    for nth in [2, 5] {
        lab.mock().disturb(Rule::new(fault.clone()).on("CreateSecondaryVMEx_Task").nth(nth));
    }
    lab
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_of_one_cause_are_told_together_with_the_command_to_go_on() {
    let lab = troubled().await;
    let run = lab.lockstep(["apply", "ft.yaml", "--yes"]).words(REPORTS).run().await;
    run.ends_with(3).says(["Failed 2, 1 cause", "To go on: lockstep resume "]);
    let read = readers("junit.py", &[&lab.folder().join("run.xml")]);
    assert_eq!(read["failures"], 2, "{read}");
    let failed: Vec<&str> =
        read["failed"].as_array().unwrap().iter().map(|vm| vm.as_str().unwrap()).collect();
    assert!(failed.iter().all(|vm| VMS.contains(vm)), "{failed:?}");
    let page = text(&lab.folder().join("run.html"));
    assert!(page.contains("2 ×") && page.contains("lockstep resume "), "{page}");
    for vm in failed {
        assert!(page.contains(&format!("<span>{vm}</span>")), "{vm}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_cannot_be_written_is_found_before_anything_is_asked() {
    let lab = lab().await;
    let words = ["apply", "ft.yaml", "--yes", "--report", "html=nowhere/run.html"];
    lab.lockstep(words).run().await.ends_with(1).says(["cannot write report", "no folder"]);
    assert!(lab.mock().calls().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_browser_the_page_fits_reads_well_and_asks_for_nothing() {
    let Some(browser) = Browser::find() else { return };
    let lab = troubled().await;
    lab.lockstep(["apply", "ft.yaml", "--yes"]).words(REPORTS).run().await.ends_with(3);
    let page = lab.folder().join("run.html");
    let mut backgrounds = Vec::new();
    for (width, scheme) in [(1280, Scheme::Light), (1280, Scheme::Dark), (480, Scheme::Light)] {
        let measured = browser.measure(&page, width, scheme).await;
        assert_eq!(measured["overflow"], 0, "at {width} pixels: {measured}");
        assert!(measured["lowest"]["contrast"].as_f64() > Some(4.5), "{scheme:?}: {measured}");
        assert_eq!(measured["untitled"], 0, "{measured}");
        assert!(measured["bars"].as_u64() > Some(8) && measured["tables"].as_u64() > Some(4));
        backgrounds.push(measured["background"].clone());
    }
    assert_ne!(backgrounds[0], backgrounds[1], "light and dark look the same");
    let outside = lab.write("outside.html", "<img src='http://elsewhere.invalid/x.png'>");
    assert_eq!(browser.requests(&outside).await, ["http://elsewhere.invalid/x.png"]);
    assert_eq!(browser.requests(&page).await, [""; 0], "the page asked for something");
    let folder = std::env::var_os("LOCKSTEP_PICTURES").map(std::path::PathBuf::from);
    let folder = folder.as_deref().unwrap_or(lab.folder());
    for (name, width, scheme) in [
        ("light", 1280, Scheme::Light),
        ("dark", 1280, Scheme::Dark),
        ("narrow", 480, Scheme::Light),
    ] {
        browser.picture(&page, width, scheme, &folder.join(format!("{name}.png"))).await;
    }
}
