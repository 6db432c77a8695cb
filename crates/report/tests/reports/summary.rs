//! The end of a run as text.

use expect_test::expect;
use orchestrator::RunSummary;
use report::{Ending, Style, write_summary};

use crate::sample;

fn text(summary: &RunSummary, width: usize) -> String {
    let mut out = Vec::new();
    write_summary(&mut out, summary, &Ending::default(), &Style { width, ..Style::default() })
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_good_run_shows_the_pairs_and_the_steps_it_replaced() {
    expect![[r#"
        Run run-1 finished: everything is as declared

          Tasks
          task     result   objects                 took
          ──────── ──────── ─────────────────────── ─────
          cluster  changed  1 changed               12 s
          protect  changed  1 changed, 1 unchanged  12 s

          Protected pairs
          virtual machine  primary on        secondary on      state
          ──────────────── ───────────────── ───────────────── ────────
          db-1             esx1.lab.example  esx2.lab.example  running
          db-2             esx2.lab.example  esx1.lab.example  running

        2 changed, 1 unchanged, 0 failed, 0 unknown.
        101 manual steps replaced.
        Took 2 m 31 s.
    "#]]
    .assert_eq(&text(&sample::good_summary(), 80));
}

#[test]
fn a_bad_run_shows_each_cause_once_with_its_fix() {
    expect![[r#"
        Run run-2 finished with failures and unknown outcomes

          Tasks
          task     result   objects                                    took
          ──────── ──────── ────────────────────────────────────────── ──────
          esx3     failed                                              12 s
          protect  failed   2 failed, 1 unknown, 1 blocked, 1 changed  12 s
          drill    skipped  it needs `protect`, which failed           0.0 s

          Failed 3, 2 causes
          x 2 × cannot place the secondary of [ft-no-host]
              cause  the host does not answer: connection refused
              fix    check the host's network, then apply again
              on     db-7, db-8
          x cannot read host `esx3` [unreachable]
              cause  the host does not answer: connection refused
              fix    check the host's network, then apply again
              on     task esx3

          Unknown 1, 1 cause
          x cannot follow work on `db-9` [lost]
              cause  the host does not answer: connection refused
              fix    check the host's network, then apply again
              on     db-9

          Blocked 1, 1 cause
          ! cannot turn on Fault Tolerance [ft-vm-has-snapshot]
              cause  the virtual machine has a snapshot, and Fault Tolerance cannot copy
                     one
              fix    remove the snapshots in the vSphere Client or with `govc
                     snapshot.remove`
              on     sap-1

        1 changed, 0 unchanged, 3 failed, 1 blocked, 1 skipped, 1 unknown.
        Took 2 h 30 m.
    "#]]
    .assert_eq(&text(&sample::bad_summary(), 80));
}

#[test]
fn no_line_is_wider_than_the_page() {
    for width in 24..=160 {
        let text = text(&sample::bad_summary(), width);
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} of {width}:\n{text}");
    }
}

#[test]
fn the_command_to_go_on_stands_on_a_line_of_its_own_to_be_copied() {
    let command = "lockstep apply /srv/playbooks/a-folder-with-a-long-name/software-ft.yaml --yes --limit host=4";
    let ending = Ending { go_on: Some(command), ..Ending::default() };
    let mut out = Vec::new();
    write_summary(&mut out, &sample::bad_summary(), &ending, &Style::default()).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.ends_with(&format!("\nTo go on:\n  {command}\n")), "{text}");
}
