//! `cargo xtask simulate`: plays seeds of the crate `simulation`, on all processors.
//!
//! That crate knows nearly all others, so it is run as a program of its own and chores stay quick to build.

use std::path::Path;
use std::process::{Child, Command};
use std::thread::available_parallelism;

const USAGE: &str = "usage: cargo xtask simulate --seeds N [--from S] | --seed S | --schedule FILE";

/// Builds the simulation and plays what `words` ask for.
///
/// # Errors
/// When it cannot be built, or a rule was broken.
pub(crate) fn run(root: &Path, words: &[&str]) -> Result<(), String> {
    let parts = parts(words)?;
    let profile = profile(words);
    let mut build = cargo(root);
    succeeds(build.args(["build", "--quiet", "--profile", profile]).args(PACKAGE).status())?;
    let players: Vec<Child> =
        parts.iter().map(|part| player(root, profile, part)).collect::<Result<_, _>>()?;
    let ends: Vec<_> = players.into_iter().map(|mut player| player.wait()).collect();
    ends.into_iter().try_for_each(succeeds)
}

const PACKAGE: [&str; 4] = ["--package", "simulation", "--bin", "simulate"];

/// From so many seeds on, it pays to build what plays them four times faster.
const MANY: u64 = 2000;

fn profile(words: &[&str]) -> &'static str {
    let seeds = words.windows(2).find(|pair| pair[0] == "--seeds");
    let seeds = seeds.and_then(|pair| pair[1].parse::<u64>().ok()).unwrap_or(1);
    if seeds < MANY { "dev" } else { "soak" }
}

/// What each process is told: a range of seeds is shared out.
fn parts(words: &[&str]) -> Result<Vec<Vec<String>>, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is no number"));
    let (seeds, from) = match words {
        ["--seeds", seeds] => (number(seeds)?, 0),
        ["--seeds", seeds, "--from", from] | ["--from", from, "--seeds", seeds] => {
            (number(seeds)?, number(from)?)
        }
        ["--seed" | "--schedule", _] => {
            return Ok(vec![words.iter().map(ToString::to_string).collect()]);
        }
        _ => return Err(USAGE.to_owned()),
    };
    let players = available_parallelism().map_or(1, |all| all.get() as u64).min(seeds.max(1));
    let share = |player: u64| seeds * player / players;
    let part = |player: u64| {
        let (first, next) = (share(player), share(player + 1));
        let words = ["--seeds", &(next - first).to_string(), "--from", &(from + first).to_string()];
        words.map(str::to_owned).to_vec()
    };
    Ok((0..players).map(part).collect())
}

fn player(root: &Path, profile: &str, part: &[String]) -> Result<Child, String> {
    let mut play = cargo(root);
    play.args(["run", "--quiet", "--profile", profile]).args(PACKAGE).arg("--").args(part);
    play.spawn().map_err(|error| format!("cannot start the simulation: {error}"))
}

fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    cargo
}

fn succeeds(end: std::io::Result<std::process::ExitStatus>) -> Result<(), String> {
    match end {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the simulation did not go well; see above".to_owned()),
        Err(error) => Err(format!("cannot run the simulation: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_shared_out_and_none_is_left_out_or_played_twice() {
        let parts = parts(&["--seeds", "1001", "--from", "7"]).unwrap();
        let mut next = 7;
        for part in &parts {
            let [_, seeds, _, from] = &part[..] else { panic!("{part:?}") };
            assert_eq!(from.parse::<u64>().unwrap(), next);
            next += seeds.parse::<u64>().unwrap();
        }
        assert_eq!(next, 1008);
    }

    #[test]
    fn only_many_seeds_are_worth_a_long_build() {
        assert_eq!(profile(&["--seed", "9000"]), "dev");
        assert_eq!(profile(&["--seeds", "500", "--from", "9000"]), "dev");
        assert_eq!(profile(&["--seeds", "20000"]), "soak");
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert!(parts(&["--seeds"]).is_err());
        assert!(parts(&["--seeds", "many"]).is_err());
    }
}
