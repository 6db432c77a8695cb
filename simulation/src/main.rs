//! `cargo xtask simulate`: plays seeds, and shows the first one that breaks a rule.

use std::process::ExitCode;

use simulation::{Outcome, Schedule, simulate};

const USAGE: &str = "usage: simulate [--seeds N] [--from S] | --seed S | --schedule FILE";

#[derive(Default)]
struct Asked {
    seeds: Option<u64>,
    from: Option<u64>,
    seed: Option<u64>,
    schedule: Option<String>,
}

fn main() -> ExitCode {
    match parsed(std::env::args().skip(1)).and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            say(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}

fn parsed(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    while let Some(word) = words.next() {
        let value = words.next().ok_or(USAGE)?;
        let number = || value.parse::<u64>().map_err(|_| format!("`{value}` is no number"));
        match word.as_str() {
            "--seeds" => asked.seeds = Some(number()?),
            "--from" => asked.from = Some(number()?),
            "--seed" => asked.seed = Some(number()?),
            "--schedule" => asked.schedule = Some(value),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(asked)
}

/// False when a rule was broken.
fn run(asked: Asked) -> Result<bool, String> {
    if let Some(file) = asked.schedule {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let schedule: Schedule =
            serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
        return Ok(show(&simulate(&schedule)));
    }
    if let Some(seed) = asked.seed {
        return Ok(show(&simulate(&Schedule::of(seed))));
    }
    let from = asked.from.unwrap_or(0);
    let seeds = asked.seeds.ok_or(USAGE)?;
    Ok(play_all(from, seeds))
}

fn play_all(from: u64, seeds: u64) -> bool {
    let (mut converged, mut lives) = (0, 0);
    for seed in from..from + seeds {
        let outcome = simulate(&Schedule::of(seed));
        converged += u64::from(outcome.converged);
        lives += outcome.disturbed.len();
        if !outcome.violations.is_empty() {
            show(&outcome);
            say(&format!("seed {seed} broke a rule; again: cargo xtask simulate --seed {seed}"));
            return false;
        }
    }
    say(&format!(
        "{seeds} seeds from {from}: no rule broken; {lives} disturbed lives; all VMs protected in the end: {converged}"
    ));
    true
}

/// The whole story. False when a rule was broken.
fn show(outcome: &Outcome) -> bool {
    let schedule = serde_json::to_string_pretty(&outcome.schedule).unwrap_or_default();
    tell(&schedule);
    outcome.log.iter().for_each(|line| tell(line));
    for violation in &outcome.violations {
        say(&format!("broken: {violation}"));
    }
    outcome.violations.is_empty()
}

#[expect(clippy::print_stdout, reason = "this program talks to developers")]
fn tell(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "this program talks to developers")]
fn say(text: &str) {
    eprintln!("{text}");
}
