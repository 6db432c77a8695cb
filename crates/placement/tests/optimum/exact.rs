//! Beside an exact solver (HiGHS, driven by a script of its own that knows only the rules).

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use placement::place;

use crate::checked::check;
use crate::estates::small_estate;

const ESTATES: u64 = 240;

/// The optimum of each estate.
fn optima(estates: &str) -> Vec<usize> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("LOCKSTEP_HIGHS")
        .map_or_else(|| workspace.join(".venv/highs-1/bin/python"), Into::into);
    assert!(
        python.exists(),
        "HiGHS is not installed: there is no `{}`; run `make clients`, or name a Python that has it in \
         LOCKSTEP_HIGHS",
        python.display()
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/optimum/optimum.py");
    let mut solver = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = solver.stdin.take().unwrap();
    let estates = estates.to_owned();
    let writing = std::thread::spawn(move || input.write_all(estates.as_bytes()).unwrap());
    let output = solver.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn small_estates_are_never_infeasible_and_at_least_99_percent_of_the_optimum() {
    let mut lines = String::new();
    let mut ours = Vec::new();
    for seed in 0..ESTATES {
        let estate = small_estate(seed);
        let outcome = place(&estate);
        let wrong = check(&estate, &outcome);
        assert!(wrong.is_empty(), "estate {seed}: {wrong:?}");
        ours.push(outcome.placed());
        lines.push_str(&serde_json::to_string(&estate).unwrap());
        lines.push('\n');
    }
    let optima = optima(&lines);
    assert_eq!(optima.len(), ours.len());
    for (seed, (ours, optimum)) in ours.iter().zip(&optima).enumerate() {
        assert!(ours <= optimum, "estate {seed}: {ours} placed, the solver says {optimum}");
    }
    let (placed, best): (usize, usize) = (ours.iter().sum(), optima.iter().sum());
    let wanted: usize = (0..ESTATES).map(|seed| small_estate(seed).vms.len()).sum();
    // Estates on which everything fits would prove nothing.
    assert!(best * 10 < wanted * 9, "{best} of {wanted} can be placed: too easy");
    assert!(placed * 100 >= best * 99, "{placed} placed of {best} that are possible");
}
