//! Plain lines.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use expect_test::expect;
use orchestrator::{Event, EventKind, TimeLeft, TokioClock};
use report::{Consumer, PlainLines, follow};
use tokio::sync::mpsc;

use crate::sample::{apply_events, at, timed};

fn lines(events: &[Event], ticks: &[u64]) -> String {
    let mut lines = PlainLines::new(Vec::new());
    for event in events {
        lines.take(event).unwrap();
    }
    for &tick in ticks {
        lines.tick(Duration::from_secs(tick)).unwrap();
    }
    String::from_utf8(lines.into_inner()).unwrap()
}

#[test]
fn each_change_of_state_is_one_line_and_silence_is_broken() {
    expect![[r#"
        2026-11-22T14:03:11Z apply of 1 task started, run run-1
        2026-11-22T14:03:11Z protect: try 1 failed, next in 1.0 s: [busy] cannot turn on Fault Tolerance for virtual machine `db-2`: the host does not answer: connection refused (fix: check the host's network, then apply again)
        2026-11-22T14:03:12Z protect: 3 to do later, 30 as declared, 2 blocked
        2026-11-22T14:03:12Z protect/db-1: turn on Fault Tolerance started
        2026-11-22T14:03:12Z protect/db-2: turn on Fault Tolerance started
        2026-11-22T14:03:14Z protect/db-2: try 1 failed, next in 2.0 s: [busy] cannot turn on Fault Tolerance for virtual machine `db-2`: the host does not answer: connection refused (fix: check the host's network, then apply again)
        2026-11-22T14:03:16Z protect/db-2: turn on Fault Tolerance started, try 2
        2026-11-22T14:03:51Z running for 40 s, 0 of 1 task done, 2 steps at work: db-1 55 %, db-2
        2026-11-22T14:04:01Z protect/db-2: waiting for a migration by CORP\anna
        2026-11-22T14:04:13Z protect/db-1: turn on Fault Tolerance done in 1 m 01 s: protected, secondary on `esx2`
        2026-11-22T14:04:16Z protect/db-2: OUTCOME UNKNOWN: [busy] cannot turn on Fault Tolerance for virtual machine `db-2`: the host does not answer: connection refused (fix: check the host's network, then apply again)
        2026-11-22T14:04:16Z stopping: nothing new is started, waiting for 1 step; ask again to stop waiting
        2026-11-22T14:04:17Z protect/sap-1: BLOCKED: [ft-vm-has-snapshot] cannot turn on Fault Tolerance: the virtual machine has a snapshot, and Fault Tolerance cannot copy one (fix: remove the snapshots in the vSphere Client or with `govc snapshot.remove`)
        2026-11-22T14:04:17Z protect: unknown after 1 m 06 s
        2026-11-22T14:04:17Z finished in 2 h 30 m: 0 of 3 tasks good
    "#]].assert_eq(&lines(&apply_events(), &[]));
}

#[test]
fn a_heartbeat_comes_every_30_seconds_and_only_while_something_runs() {
    let start = |vm: &str| EventKind::StepStarted {
        at: at(vm),
        attempt: 1,
        queued: Duration::ZERO,
        takes: Vec::new(),
    };
    let quiet = lines(&timed(vec![]), &[31, 100]);
    assert_eq!(quiet, "");
    let events: Vec<(u64, EventKind)> =
        (1..=6).map(|number| (1_000, start(&format!("vm{number}")))).collect();
    let busy = lines(&timed(events), &[2, 20, 30, 31, 32, 60, 61, 62, 120]);
    let beats: Vec<&str> = busy.lines().skip(6).collect();
    assert_eq!(
        beats,
        [
            "2026-11-22T14:03:42Z running for 31 s, 0 of 0 tasks done, 6 steps at work: vm1, vm2, vm3, vm4 and 2 more",
            "2026-11-22T14:04:12Z running for 1 m 01 s, 0 of 0 tasks done, 6 steps at work: vm1, vm2, vm3, vm4 and 2 more",
            "2026-11-22T14:05:11Z running for 2 m 00 s, 0 of 0 tasks done, 6 steps at work: vm1, vm2, vm3, vm4 and 2 more",
        ]
    );
}

/// What is written can be read while the consumer still holds the other end.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn following_breaks_the_silence_by_itself_and_ends_with_the_last_event() {
    let (sender, events) = mpsc::unbounded_channel();
    let clock = TokioClock::starting_at(UNIX_EPOCH);
    let out = Shared::default();
    let mut lines = PlainLines::new(out.clone());
    let run = async {
        let start = EventKind::StepStarted {
            at: at("vm"),
            attempt: 1,
            queued: Duration::ZERO,
            takes: Vec::new(),
        };
        for event in timed(vec![(0, start)]) {
            sender.send(event).unwrap();
        }
        tokio::time::sleep(Duration::from_secs(65)).await;
        drop(sender);
    };
    let (followed, ()) = tokio::join!(follow(events, &mut lines, &clock), run);
    followed.unwrap();
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    let beats = text.lines().filter(|line| line.contains("running for"));
    assert_eq!(beats.count(), 2, "{text}");
}

#[test]
fn a_name_with_control_characters_stays_on_its_line() {
    let text = "done\r\nforged line \x1b[31m".to_owned();
    let events = timed(vec![(0, EventKind::Notice { at: None, text })]);
    assert_eq!(lines(&events, &[]), "2026-11-22T14:03:11Z done  forged line \\u{1b}[31m\n");
}

#[test]
fn a_task_with_many_subjects_says_at_each_tenth_how_far_it_is_and_what_is_left() {
    let progress = |done, failed, left: Option<(u64, u64)>| EventKind::TaskProgress {
        task: "protect".into(),
        done,
        failed,
        running: 4,
        waiting: 36 - done - failed,
        left: left.map(|(least, most)| TimeLeft {
            least: Duration::from_secs(least),
            most: Duration::from_secs(most),
        }),
    };
    let events = vec![
        (1_000, progress(3, 0, None)),
        (2_000, progress(4, 0, None)),
        (3_000, progress(5, 0, Some((600, 900)))),
        (4_000, progress(19, 1, Some((300, 480)))),
    ];
    expect![[r#"
        2026-11-22T14:03:13Z protect: 4 of 40 ended
        2026-11-22T14:03:15Z protect: 20 of 40 ended, 5 m 00 s to 8 m 00 s left, 1 failed
    "#]]
    .assert_eq(&lines(&timed(events), &[]));
}
