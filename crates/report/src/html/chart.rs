//! The time line per host: which step was about which host from when to when. It may have made room for the next
//! before its end, while it only waited.
//!
//! Steps that overlap get rows of their own below each other. Lengths are in percent of the run.

use std::collections::BTreeMap;
use std::time::Duration;

use orchestrator::limits::HOST;
use serde::Serialize;

use super::words::{Mark, fate};
use crate::recorded::{RecordedRun, RecordedStep};
use crate::text::{count, duration};

/// Marks of time are at least this many, and at most twice as many.
const TICKS: u32 = 4;
/// A bar that is shorter cannot be seen.
const SHORTEST: f64 = 0.4;
/// A bar that is shorter has no room for a name.
const NAMED: f64 = 7.0;
/// What steps are listed under that hold no host.
const ELSEWHERE: &str = "no host";

/// The chart.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    ticks: Vec<Tick>,
    hosts: Vec<HostRow>,
}

#[derive(Debug, Serialize)]
struct Tick {
    left: String,
    label: String,
}

#[derive(Debug, Serialize)]
struct HostRow {
    host: String,
    says: String,
    rows: usize,
    bars: Vec<Bar>,
}

#[derive(Debug, Serialize)]
struct Bar {
    left: String,
    width: String,
    row: usize,
    mark: Mark,
    label: String,
    says: String,
}

/// The chart of a run; `None` when no step was begun.
pub(super) fn chart(run: &RecordedRun) -> Option<Chart> {
    let last = run.steps.iter().map(|step| step.ended.unwrap_or(step.begun)).max()?;
    let whole = run.took().max(last).max(Duration::from_millis(1));
    let mut hosts: BTreeMap<Option<&str>, Vec<&RecordedStep>> = BTreeMap::new();
    for step in &run.steps {
        let mut held = step.takes.iter().filter(|token| token.limit == HOST).peekable();
        if held.peek().is_none() {
            hosts.entry(None).or_default().push(step);
        }
        for token in held {
            hosts.entry(Some(&token.instance)).or_default().push(step);
        }
    }
    // Hosts by name, then what belongs to none.
    let elsewhere = hosts.remove(&None).map(|steps| host_row(ELSEWHERE, &steps, whole));
    let named =
        hosts.into_iter().map(|(host, steps)| host_row(host.unwrap_or(ELSEWHERE), &steps, whole));
    Some(Chart { ticks: ticks(whole), hosts: named.chain(elsewhere).collect() })
}

fn host_row(host: &str, steps: &[&RecordedStep], whole: Duration) -> HostRow {
    // When the last bar of each row ends.
    let mut rows: Vec<Duration> = Vec::new();
    let mut bars = Vec::new();
    for step in steps {
        let end = step.ended.unwrap_or(whole);
        let free = rows.iter().position(|busy| *busy <= step.begun);
        let row = free.unwrap_or(rows.len());
        match free {
            Some(row) => rows[row] = end,
            None => rows.push(end),
        }
        bars.push(bar(step, end, row, whole));
    }
    let busy: Duration = steps.iter().map(|step| length(step, whole)).sum();
    let says = format!("{}, {} of work", count(steps.len(), "step"), duration(busy));
    HostRow { host: host.to_owned(), says, rows: rows.len(), bars }
}

fn bar(step: &RecordedStep, end: Duration, row: usize, whole: Duration) -> Bar {
    let mark = fate(step.fate);
    let width = percent(end.saturating_sub(step.begun), whole).max(SHORTEST);
    let left = percent(step.begun, whole).min(100.0 - width);
    let took = duration(end.saturating_sub(step.begun));
    Bar {
        left: format!("{left:.2}"),
        width: format!("{width:.2}"),
        row,
        mark,
        label: if width >= NAMED { step.subject.clone() } else { String::new() },
        says: format!(
            "{} ({}): {}, {took} from {}",
            step.step,
            step.subject,
            mark.word,
            duration(step.begun)
        ),
    }
}

fn length(step: &RecordedStep, whole: Duration) -> Duration {
    step.ended.unwrap_or(whole).saturating_sub(step.begun)
}

fn percent(part: Duration, whole: Duration) -> f64 {
    100.0 * part.as_secs_f64() / whole.as_secs_f64()
}

/// Round times from the start on.
fn ticks(whole: Duration) -> Vec<Tick> {
    const ROUND: [u64; 20] = [
        100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000,
        600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000,
    ];
    let wanted = whole / TICKS;
    let fits = ROUND.into_iter().map(Duration::from_millis).rev().find(|round| *round <= wanted);
    let every = fits.unwrap_or(whole);
    let tick = |at: Duration| Tick { left: format!("{:.2}", percent(at, whole)), label: short(at) };
    std::iter::successors(Some(Duration::ZERO), |at| Some(*at + every))
        .take_while(|at| *at <= whole)
        .map(tick)
        .collect()
}

fn short(at: Duration) -> String {
    let seconds = at.as_secs();
    match seconds {
        0 if at.is_zero() => "0".to_owned(),
        0 => format!("{:.1} s", at.as_secs_f64()),
        1..60 => format!("{seconds} s"),
        60..3600 if seconds.is_multiple_of(60) => format!("{} m", seconds / 60),
        60..3600 => format!("{} m {} s", seconds / 60, seconds % 60),
        _ if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        _ => format!("{} h {} m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_on_the_axis_are_round_and_few() {
        let labels = |millis| {
            let ticks = ticks(Duration::from_millis(millis));
            ticks.into_iter().map(|tick| tick.label).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels(30_100), "0 5 s 10 s 15 s 20 s 25 s 30 s");
        assert_eq!(labels(9_000_000), "0 30 m 1 h 1 h 30 m 2 h 2 h 30 m");
        assert_eq!(labels(50), "0 0.1 s");
        assert!(ticks(Duration::from_secs(1_000_000)).len() < 20);
    }
}
