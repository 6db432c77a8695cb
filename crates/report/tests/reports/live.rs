//! Live progress, seen through a small terminal.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use expect_test::expect;
use orchestrator::{EventKind, ServerName};
use report::{Consumer, LiveProgress, ScreenSize, Style};

use crate::sample::{apply_events, at, timed};

/// A terminal without scrolling that wraps long lines like a real one, and understands what progress bars use.
#[derive(Clone, Default)]
struct Screen(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    columns: usize,
}

impl Screen {
    fn of(columns: usize) -> Self {
        Self(Arc::new(Mutex::new(State { columns, ..State::default() })))
    }

    fn text(&self) -> String {
        let state = self.0.lock().unwrap();
        let line = |line: &Vec<char>| line.iter().collect::<String>().trim_end().to_owned();
        state.lines.iter().map(line).collect::<Vec<_>>().join("\n").trim_end().to_owned() + "\n"
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.lock().unwrap();
        let text = std::str::from_utf8(bytes).expect("whole characters");
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            match char {
                '\r' => state.column = 0,
                '\n' => {
                    state.row += 1;
                    state.column = 0;
                }
                '\x1b' => {
                    let sequence: String = chars.by_ref().skip(1).take_while_inclusive();
                    state.steer(&sequence);
                }
                char => state.put(char),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

trait TakeSequence {
    fn take_while_inclusive(self) -> String;
}

impl<I: Iterator<Item = char>> TakeSequence for I {
    fn take_while_inclusive(self) -> String {
        let mut text = String::new();
        for char in self {
            text.push(char);
            if char.is_ascii_alphabetic() {
                break;
            }
        }
        text
    }
}

impl State {
    fn put(&mut self, char: char) {
        // Only a further character moves to the next line, not the one that fills this one.
        if self.column == self.columns {
            self.row += 1;
            self.column = 0;
        }
        while self.lines.len() <= self.row {
            self.lines.push(Vec::new());
        }
        let line = &mut self.lines[self.row];
        while line.len() <= self.column {
            line.push(' ');
        }
        line[self.column] = char;
        self.column += 1;
    }

    fn steer(&mut self, sequence: &str) {
        let number = sequence[..sequence.len() - 1].parse().unwrap_or(1);
        match sequence.chars().last() {
            Some('A') => self.row = self.row.saturating_sub(number),
            Some('B') => self.row += number,
            Some('C') => self.column += number,
            Some('D') => self.column = self.column.saturating_sub(number),
            Some('K') => {
                if let Some(line) = self.lines.get_mut(self.row) {
                    line.clear();
                }
            }
            Some('m') => {}
            other => panic!("the screen does not know {other:?} of {sequence:?}"),
        }
    }
}

fn progress(screen: &Screen, rows: u16) -> LiveProgress {
    let columns = screen.0.lock().unwrap().columns as u16;
    LiveProgress::new(screen.clone(), move || ScreenSize { columns, rows }, &Style::default())
}

#[test]
fn bars_show_what_runs_and_lines_stay_for_what_ended() {
    let screen = Screen::of(80);
    let mut live = progress(&screen, 24);
    let events = apply_events();
    for event in &events[..11] {
        live.take(event).unwrap();
    }
    expect![[r#"
        ↻ protect: try 1 failed, next in 1.0 s: [busy] cannot turn on Fault Tolerance
          for virtual machine `db-2`: the host does not answer: connection refused
          (fix: check the host's network, then apply again)
        ↻ protect/db-2: try 1 failed, next in 2.0 s: [busy] cannot turn on Fault
          Tolerance for virtual machine `db-2`: the host does not answer: connection
          refused (fix: check the host's network, then apply again)
          db-1 ███████████▌░░░░░░░░  55 % 38 s  copying memory
          db-2 ░░░░░░░░░░░░░░░░░░░░       35 s  turn on Fault Tolerance
        0 of 1 task done · 2 steps at work · 40 s
    "#]]
    .assert_eq(&screen.text());
    for event in &events[11..] {
        live.take(event).unwrap();
    }
    expect![[r#"
        ↻ protect: try 1 failed, next in 1.0 s: [busy] cannot turn on Fault Tolerance
          for virtual machine `db-2`: the host does not answer: connection refused
          (fix: check the host's network, then apply again)
        ↻ protect/db-2: try 1 failed, next in 2.0 s: [busy] cannot turn on Fault
          Tolerance for virtual machine `db-2`: the host does not answer: connection
          refused (fix: check the host's network, then apply again)
        ↻ protect/db-2: waiting for a migration by CORP\anna
        ✔ protect/db-1: turn on Fault Tolerance done in 1 m 01 s: protected, secondary
          on `esx2`
        ✖ protect/db-2: OUTCOME UNKNOWN: [busy] cannot turn on Fault Tolerance for
          virtual machine `db-2`: the host does not answer: connection refused (fix:
          check the host's network, then apply again)
        ↻ stopping: nothing new is started, waiting for 1 step; ask again to stop
          waiting
        ✖ protect/sap-1: BLOCKED: [ft-vm-has-snapshot] cannot turn on Fault Tolerance:
          the virtual machine has a snapshot, and Fault Tolerance cannot copy one (fix:
          remove the snapshots in the vSphere Client or with `govc snapshot.remove`)
        ✖ protect: unknown after 1 m 06 s
    "#]]
    .assert_eq(&screen.text());
}

#[test]
fn a_small_terminal_shows_the_longest_running_and_counts_the_rest() {
    let screen = Screen::of(40);
    let mut live = progress(&screen, 6);
    let start = |vm: &str| EventKind::StepStarted {
        at: at(vm),
        attempt: 1,
        queued: Duration::ZERO,
        takes: Vec::new(),
    };
    let starts = (1..=9).map(|number| (number, start(&format!("a-very-long-name-{number}"))));
    for event in timed(starts.collect()) {
        live.take(&event).unwrap();
    }
    live.tick(Duration::from_secs(75)).unwrap();
    expect![[r#"
          a-very-lo… ░░░░░░░░░░       1 m 14 s
          a-very-lo… ░░░░░░░░░░       1 m 14 s
          a-very-lo… ░░░░░░░░░░       1 m 14 s
        0 of 0 tasks done · 9 steps at work · 6
    "#]]
    .assert_eq(&screen.text());
}

#[test]
fn a_server_that_does_not_answer_is_a_line_above_the_bars() {
    let screen = Screen::of(100);
    let mut live = progress(&screen, 12);
    let server = ServerName { name: "vcenter".to_owned(), address: "vc:443".to_owned() };
    let (since, cause) = (UNIX_EPOCH, "connection refused".to_owned());
    let until = since + Duration::from_secs(300);
    let silent = EventKind::ServerSilent { server, since, until, cause };
    let mut events = apply_events();
    events.truncate(6);
    events.extend(timed(vec![(1_200, silent)]));
    events.iter().for_each(|event| live.take(event).unwrap());
    let text = screen.text();
    let lines: Vec<&str> = text.lines().collect();
    let told = lines.iter().position(|line| line.contains("does not answer")).unwrap();
    let bar = lines.iter().position(|line| line.trim_start().starts_with("db-1")).unwrap();
    assert!(told < bar, "{text}");
}
