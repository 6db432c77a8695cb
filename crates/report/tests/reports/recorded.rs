//! A run read back from its lines, and the reports made of it.

use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;
use orchestrator::{
    Event, EventKind, Failure, Place, Plan, RunMode, RunSummary, Status, StepOutcome,
    SubjectResult, Table, TaskResult, Token, Verdict,
};
use report::{
    BeforeAfter, ByHand, Particulars, RecordedRun, RunReader, json_line, write_html, write_junit,
};

use crate::sample::{self, bad_summary, good_summary, timed};

/// The events of a run that ended like this, without steps.
fn events_of(summary: &RunSummary) -> Vec<(u64, EventKind)> {
    let heads = summary.tasks.iter().map(|task| task.head.clone()).collect();
    let mut kinds = vec![(
        0,
        EventKind::RunStarted { mode: RunMode::Apply, tasks: heads, facts: sample::facts() },
    )];
    for task in &summary.tasks {
        let id = task.head.id.clone();
        for result in task.subjects.iter().cloned() {
            kinds.push((20_000, EventKind::SubjectFinished { task: id.clone(), result }));
        }
        let (status, why, took) = (task.status, task.why.clone(), task.took);
        kinds.push((20_000, EventKind::TaskFinished { task: id, status, why, took }));
    }
    kinds.push((20_000, EventKind::RunFinished { summary: Arc::new(summary.clone()) }));
    kinds
}

fn read(events: &[Event]) -> RecordedRun {
    let mut reader = RunReader::default();
    for event in events {
        reader.take(&json_line(event).unwrap()).unwrap();
    }
    reader.finish().unwrap()
}

fn recorded(kinds: Vec<(u64, EventKind)>) -> RecordedRun {
    read(&timed(kinds))
}

fn html(run: &RecordedRun, particulars: &Particulars) -> String {
    let mut page = Vec::new();
    write_html(&mut page, run, particulars).unwrap();
    String::from_utf8(page).unwrap()
}

fn junit(run: &RecordedRun) -> String {
    let mut xml = Vec::new();
    let particulars = Particulars { playbook: "ft.yaml".to_owned(), ..Particulars::default() };
    write_junit(&mut xml, run, &particulars).unwrap();
    String::from_utf8(xml).unwrap()
}

#[test]
fn what_is_read_back_is_what_the_engine_summed_up() {
    for mut summary in [good_summary(), bad_summary()] {
        summary.run = "run-1".into();
        let run = recorded(events_of(&summary));
        assert_eq!(run.summary, summary);
        assert_eq!((run.ended, &run.facts), (true, &*sample::facts()));
    }
    let failure = sample::failure("journal-failed", "cannot write the journal", "");
    let halted = good_summary().halted_by(failure);
    assert_eq!(recorded(events_of(&halted)).summary, halted);
}

#[test]
fn a_killed_run_claims_nothing_that_nobody_saw() {
    let mut events = sample::apply_events();
    events.truncate(9);
    let run = read(&events);
    assert!(!run.ended);
    assert_eq!(run.summary.verdict, Verdict::Stopped);
    let shown = |part: &SubjectResult| format!("{} {}", part.subject, part.status.as_str());
    let parts: Vec<String> = run.summary.tasks[0].subjects.iter().map(shown).collect();
    assert_eq!(parts, ["db-1 unknown", "db-2 unfinished"]);
    assert_eq!(run.summary.counts.unknown, 1);
    let page = html(&run, &Particulars::default());
    assert!(page.contains("No end of this run is known"), "{page}");
}

#[test]
fn tries_at_steps_have_their_times_and_ends() {
    let run = read(&sample::apply_events());
    let tries: Vec<String> = run
        .steps
        .iter()
        .map(|step| {
            let hosts: Vec<&str> = step.takes.iter().map(|token| token.instance.as_str()).collect();
            let end = step.ended.map_or(0, |end| end.as_millis());
            let word = step.fate.as_str();
            format!(
                "{} {} {} {end} {word} {}",
                step.subject,
                hosts.join("+"),
                step.begun.as_millis(),
                step.detail
            )
        })
        .collect();
    expect![[r#"
        db-1 esx1+esx2 1100 62100 changed protected, secondary on `esx2`
        db-2 esx1+esx2 1100 3000 tried again cannot turn on Fault Tolerance for virtual machine `db-2`: the host does not answer: connection refused
        db-2 esx1+esx2 5000 65000 unknown cannot turn on Fault Tolerance for virtual machine `db-2`: the host does not answer: connection refused"#]]
    .assert_eq(&tries.join("\n"));
}

#[test]
fn lines_of_a_later_version_and_what_is_no_event_are_refused() {
    let mut reader = RunReader::default();
    let later = r#"{"v":2,"type":"run_started","ts":"","elapsed_ms":0,"run":"r","seq":1}"#;
    assert!(reader.take(later).unwrap_err().to_string().contains("event 1 has version 2"));
    assert!(reader.take("{}").unwrap_err().to_string().contains("event 2 is not"));
    let unheard =
        r#"{"v":1,"type":"moon_rose","ts":"","elapsed_ms":0,"run":"r","seq":1,"phase":"full"}"#;
    reader.take(unheard).unwrap();
    assert!(reader.finish().unwrap_err().to_string().contains("no apply"));
}

/// What tries to break out of the page.
const EVIL: &str = "<script>alert('x')</script>\"'&\u{202e}\u{1}]]>--";

/// A run in which everything that comes from elsewhere is hostile.
fn hostile() -> (RecordedRun, Particulars) {
    let evil = EVIL;
    let table = Table {
        title: evil.to_owned(),
        columns: vec!["primary on".to_owned(), evil.to_owned()],
        rows: vec![vec![evil.to_owned(), evil.to_owned()]],
    };
    let task = hostile_task(table.clone());
    let head = task.head.clone();
    let at = Place { task: head.id.clone(), subject: evil.to_owned(), step: evil.to_owned() };
    let (queued, takes) = (Duration::ZERO, vec![Token::new("host", evil)]);
    let outcome = StepOutcome::changed(evil);
    let plan = Arc::new(Plan::in_sync(evil, evil).table(table.clone()));
    let summary =
        Arc::new(RunSummary::of("run-1".into(), vec![task], false, Duration::from_secs(9)));
    let run = recorded(vec![
        (
            0,
            EventKind::RunStarted {
                mode: RunMode::Apply,
                tasks: vec![head.clone()],
                facts: sample::facts(),
            },
        ),
        (1, EventKind::TaskPlanned { task: head.id.clone(), plan }),
        (2, EventKind::StepStarted { at: at.clone(), attempt: 2, queued, takes }),
        (3, EventKind::Notice { at: None, text: evil.to_owned() }),
        (4_000, EventKind::StepFinished { at, outcome, took: Duration::from_secs(4) }),
        (5_000, EventKind::RunFinished { summary }),
    ]);
    let owned = || evil.to_owned();
    let particulars = Particulars {
        playbook: owned(),
        servers: vec![owned()],
        by: owned(),
        go_on: Some(owned()),
        pairs: BeforeAfter { before: Some(table.clone()), after: None },
        by_hand: Some(ByHand { totals: owned(), tables: vec![table] }),
        audit: vec![(owned(), owned())],
    };
    (run, particulars)
}

fn hostile_task(table: Table) -> TaskResult {
    let evil = EVIL;
    let mut head = sample::head("protect", "fault_tolerance", &[]);
    head.capability = evil.to_owned();
    let failure = Failure {
        causes: vec![evil.to_owned()],
        fix: Some(evil.to_owned()),
        ..sample::failure(evil, evil, evil)
    };
    let part = |status, failure| SubjectResult {
        subject: evil.to_owned(),
        status,
        proof: vec![evil.to_owned()],
        failure,
        not_done: vec![evil.to_owned()],
    };
    TaskResult {
        head,
        status: Status::Failed,
        subjects: vec![part(Status::Failed, Some(failure.clone())), part(Status::Changed, None)],
        failure: None,
        why: Some(evil.to_owned()),
        notes: vec![evil.to_owned()],
        tables: vec![table],
        manual_steps: 3,
        took: Duration::from_secs(2),
    }
}

#[test]
fn nothing_that_comes_from_elsewhere_is_taken_as_part_of_the_page() {
    let (run, particulars) = hostile();
    let page = html(&run, &particulars);
    assert!(!page.contains("<script") && !page.contains("alert('x')"), "{page}");
    assert!(!page.contains('\u{202e}') && !page.contains('\u{1}'));
    assert!(page.matches("&lt;script&gt;").count() > 20, "{page}");
    // The text between the tags is no tag, and no attribute ends early.
    let body = page.split_once("</style>").unwrap().1;
    assert_eq!(body.matches('<').count(), body.matches('>').count());
    assert!(!body.contains("'x'"), "{body}");
}

#[test]
fn the_page_needs_nothing_from_outside_and_may_not_ask_for_it() {
    let page = html(&recorded(events_of(&bad_summary())), &Particulars::default());
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    for outside in ["http://", "https://", "url(", "@import", "src=", "<script", "<link", "<iframe"]
    {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(page.contains(r#"<html lang="en">"#) && page.contains("<title>"));
}

#[test]
fn a_page_tells_what_failed_with_cause_and_fix_and_how_to_go_on() {
    let particulars =
        Particulars { go_on: Some("lockstep apply ft.yaml".to_owned()), ..Particulars::default() };
    let page = html(&recorded(events_of(&bad_summary())), &particulars);
    for told in [
        "nobody knows whether it was carried out. 1 of 7 objects are as declared.",
        "2 ×</span> cannot place the secondary of <code>ft-no-host</code>",
        "<dd>the host does not answer: connection refused</dd>",
        "check the host&#x27;s network, then apply again",
        "<span>db-7</span> <span>db-8</span>",
        "<code>lockstep apply ft.yaml</code>",
    ] {
        assert!(page.contains(told), "the page does not say `{told}`:\n{page}");
    }
}

#[test]
fn junit_has_a_suite_per_task_and_a_case_per_object() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="lockstep ft.yaml run-1" tests="7" failures="4" errors="1" skipped="1" time="9000.000">
          <testsuite name="esx3" timestamp="2026-11-22T14:03:11" tests="1" failures="1" errors="0" skipped="0" time="12.300">
            <properties>
              <property name="capability" value="host"/>
              <property name="playbook" value="ft.yaml"/>
            </properties>
            <testcase name="esx3" classname="host.esx3" time="12.300">
              <failure type="unreachable" message="cannot read host `esx3`">cause: the host does not answer
        cause: connection refused
        fix: check the host&apos;s network, then apply again</failure>
            </testcase>
          </testsuite>
          <testsuite name="protect" timestamp="2026-11-22T14:03:11" tests="5" failures="3" errors="1" skipped="0" time="12.300">
            <properties>
              <property name="capability" value="fault_tolerance"/>
              <property name="playbook" value="ft.yaml"/>
            </properties>
            <testcase name="db-7" classname="fault_tolerance.protect" time="0.000">
              <failure type="ft-no-host" message="cannot place the secondary of `db-7`">cause: the host does not answer
        cause: connection refused
        fix: check the host&apos;s network, then apply again</failure>
            </testcase>
            <testcase name="db-1" classname="fault_tolerance.protect" time="0.000">
              <system-out>as declared</system-out>
            </testcase>
            <testcase name="db-8" classname="fault_tolerance.protect" time="0.000">
              <failure type="ft-no-host" message="cannot place the secondary of `db-8`">cause: the host does not answer
        cause: connection refused
        fix: check the host&apos;s network, then apply again</failure>
            </testcase>
            <testcase name="sap-1" classname="fault_tolerance.protect" time="0.000">
              <failure type="ft-vm-has-snapshot" message="cannot turn on Fault Tolerance">cause: the virtual machine has a snapshot, and Fault Tolerance cannot copy one
        fix: remove the snapshots in the vSphere Client or with `govc snapshot.remove`</failure>
            </testcase>
            <testcase name="db-9" classname="fault_tolerance.protect" time="0.000">
              <error type="lost" message="cannot follow work on `db-9`">cause: the host does not answer
        cause: connection refused
        fix: check the host&apos;s network, then apply again</error>
            </testcase>
          </testsuite>
          <testsuite name="drill" timestamp="2026-11-22T14:03:11" tests="1" failures="0" errors="0" skipped="1" time="0.000">
            <properties>
              <property name="capability" value="drill"/>
              <property name="playbook" value="ft.yaml"/>
            </properties>
            <testcase name="drill" classname="drill.drill" time="0.000">
              <skipped message="it needs `protect`, which failed"/>
            </testcase>
          </testsuite>
        </testsuites>
    "#]].assert_eq(&junit(&recorded(events_of(&bad_summary()))));
}

#[test]
fn hostile_names_leave_junit_well_formed() {
    let (run, _) = hostile();
    let xml = junit(&run);
    let mut reader = quick_xml::Reader::from_str(&xml);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(start) => {
                for attribute in start.attributes() {
                    attribute.unwrap();
                }
                names.push(String::from_utf8_lossy(start.name().as_ref().as_bytes()).into_owned());
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert!(names.contains(&"failure".to_owned()), "{names:?}");
    assert!(!xml.contains("<script") && !xml.contains('\u{1}'), "{xml}");
}
