//! Accounts of made-up runs: nothing is claimed that no task did.

use std::time::Duration;

use orchestrator::{RunSummary, Status, SubjectResult, TaskHead, TaskResult};

use super::{Account, Column, Fate, Means};

fn task(
    id: &str,
    capability: &str,
    tags: &[&str],
    status: Status,
    subjects: &[Status],
) -> TaskResult {
    let subject = |(number, status): (usize, &Status)| SubjectResult {
        subject: format!("subject {number}"),
        status: *status,
        proof: Vec::new(),
        failure: None,
        not_done: Vec::new(),
    };
    TaskResult {
        head: TaskHead {
            id: id.into(),
            capability: capability.to_owned(),
            needs: Vec::new(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        },
        status,
        subjects: subjects.iter().enumerate().map(subject).collect(),
        failure: None,
        why: None,
        notes: Vec::new(),
        tables: Vec::new(),
        manual_steps: 0,
        took: Duration::ZERO,
    }
}

fn account(column: Column, tasks: Vec<TaskResult>) -> Account {
    let summary = RunSummary::of("run".into(), tasks, false, Duration::ZERO);
    Account::of(column, &summary)
}

fn fate(account: &Account, phase: u32, number: u32) -> &Fate {
    let entry = account
        .entries
        .iter()
        .find(|entry| entry.step.phase == phase && entry.step.number == number);
    &entry.unwrap().fate
}

#[test]
fn a_run_without_tasks_did_nothing() {
    for column in Column::ALL {
        let account = account(column, Vec::new());
        let nobody = |fate: &Fate| matches!(fate, Fate::Absent | Fate::Unneeded);
        assert!(account.entries.iter().all(|entry| nobody(&entry.fate)));
    }
    assert_eq!(
        account(Column::Hardware, Vec::new()).totals(),
        "64 steps by hand: 6 not needed, 58 not part of this run."
    );
}

#[test]
fn each_vm_and_each_host_is_accounted_for_by_itself() {
    let changed = Status::Changed;
    let vms = [changed, Status::Unchanged, Status::Failed];
    let tasks = vec![
        task("cluster", "cluster", &[], changed, &[changed]),
        task("hosts[a]", "host", &[], changed, &[changed]),
        task("hosts[b]", "host", &[], Status::Skipped, &[]),
        task("protect", "fault_tolerance", &[], Status::Failed, &vms),
    ];
    let account = account(Column::Software, tasks);
    let done = |task: &str| Fate::Done { means: Means::Api, task: format!("`{task}`") };
    assert_eq!(*fate(&account, 2, 9), done("cluster"));
    assert_eq!(*fate(&account, 3, 7), done("hosts[a]"));
    assert_eq!(
        *fate(&account, 3, 11),
        Fate::Open { task: "`hosts[b]`".into(), status: Status::Skipped }
    );
    assert_eq!(*fate(&account, 3, 9), Fate::Absent, "no vmkernel task ran");
    assert_eq!(*fate(&account, 4, 5), done("protect"));
    assert!(matches!(fate(&account, 4, 6), Fate::Found { .. }));
    assert!(matches!(fate(&account, 4, 11), Fate::Open { status: Status::Failed, .. }));
    assert_eq!(*fate(&account, 4, 16), Fate::Absent, "there are three VMs");
    assert_eq!(*fate(&account, 1, 2), Fate::Absent, "the hosts were installed before");
    assert_eq!(
        account.totals(),
        "101 steps by hand: 26 by the API, 8 not needed, 12 not done, 55 not part of this run. 5 of \
         them were done before this run."
    );
}

#[test]
fn tags_say_which_task_stands_for_what_and_the_worst_counts() {
    let tasks = vec![
        task("drives", "gate", &["hardware:1.1"], Status::Changed, &[]),
        task("boot", "gate", &["hardware:2.1", "hardware:2.8"], Status::Changed, &[]),
        task("install", "kickstart", &["hardware:2.2-2.8"], Status::Failed, &[]),
        task("address", "console", &["hardware:3.14-3.19"], Status::Changed, &[]),
        task("ssh", "service", &[], Status::Changed, &[]),
    ];
    let account = account(Column::Hardware, tasks);
    let done = |means, task: &str| Fate::Done { means, task: format!("`{task}`") };
    assert_eq!(*fate(&account, 1, 1), done(Means::Gate, "drives"));
    assert_eq!(*fate(&account, 1, 2), Fate::Absent);
    assert_eq!(*fate(&account, 2, 1), done(Means::Gate, "boot"));
    for number in [2, 8] {
        let open = Fate::Open { task: "`install`".into(), status: Status::Failed };
        assert_eq!(*fate(&account, 2, number), open);
    }
    assert_eq!(*fate(&account, 2, 18), done(Means::Api, "ssh"));
    assert_eq!(*fate(&account, 3, 17), done(Means::Guest, "address"));
    let rows: usize = account.tables().iter().map(|table| table.rows.len()).sum();
    assert_eq!(rows, 64);
}
