//! Which run is meant, and words for its state.

use std::time::{Duration, SystemTime};

use state::{JournalReader, RunRecord};

use crate::error::CliError;
use crate::journal::{Life, life, refused};

/// Runs that are looked through for the beginning of an id.
const LOOKED_THROUGH: u32 = 1000;

/// The run that is meant by an id, its beginning, or `last`.
pub(crate) fn chosen(journal: Option<&JournalReader>, wanted: &str) -> Result<RunRecord, CliError> {
    let hint = "`lockstep runs` lists them";
    let unknown = || CliError::new(format!("there is no run `{wanted}`")).hint(hint);
    let journal = journal.ok_or_else(unknown)?;
    if wanted == "last" {
        return journal.runs(1).map_err(refused)?.into_iter().next().ok_or_else(unknown);
    }
    if let Some(run) = journal.run(wanted).map_err(refused)? {
        return Ok(run);
    }
    let runs = journal.runs(LOOKED_THROUGH).map_err(refused)?;
    let mut fit = runs.into_iter().filter(|run| run.start.id.starts_with(wanted));
    match (fit.next(), fit.next()) {
        (Some(run), None) => Ok(run),
        (Some(_), Some(_)) => {
            Err(CliError::new(format!("several runs begin with `{wanted}`")).hint(hint))
        }
        (None, _) => Err(unknown()),
    }
}

/// How a run stands, in one word for people and machines.
pub(super) fn state(run: &RunRecord) -> String {
    match (&run.verdict, life(&run.start.holder)) {
        (Some(verdict), _) => verdict.clone(),
        (None, Life::Lives) => "running".to_owned(),
        (None, Life::Died) => "killed".to_owned(),
        (None, Life::Elsewhere) => "elsewhere".to_owned(),
    }
}

/// How long a run took, or takes so far.
pub(super) fn took(run: &RunRecord) -> Option<Duration> {
    let until = match (run.ended, life(&run.start.holder)) {
        (Some(ended), _) => ended,
        (None, Life::Lives) => SystemTime::now(),
        (None, _) => return None,
    };
    Some(until.duration_since(run.start.started).unwrap_or_default())
}

/// A duration in whole seconds, for people.
pub(super) fn seconds(took: Option<Duration>) -> String {
    match took.map(|took| took.as_secs()) {
        None => "-".to_owned(),
        Some(short @ 0..60) => format!("{short} s"),
        Some(long @ 60..3600) => format!("{} min {} s", long / 60, long % 60),
        Some(longer) => format!("{} h {} min", longer / 3600, longer / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short_words() {
        let words = [0, 59, 61, 3599, 3600, 90_000]
            .map(|number| seconds(Some(Duration::from_secs(number))));
        assert_eq!(words, ["0 s", "59 s", "1 min 1 s", "59 min 59 s", "1 h 0 min", "25 h 0 min"]);
        assert_eq!(seconds(None), "-");
    }
}
