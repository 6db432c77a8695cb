//! Whether the hashes over what the journal says of runs are right.

use std::io::Write;

use state::{Chain, JournalReader};

use super::wording::chosen;
use crate::console::Console;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::refused;

/// The most runs that are looked at.
const ALL: u32 = u32::MAX;

/// Tells of one run, or of all.
pub(super) fn verify(
    journal: Option<&JournalReader>,
    wanted: Option<&str>,
    console: &Console,
) -> Outcome {
    let runs = match (wanted, journal) {
        (Some(wanted), journal) => vec![chosen(journal, wanted)?],
        (None, Some(journal)) => journal.runs(ALL).map_err(refused)?,
        (None, None) => Vec::new(),
    };
    let Some(journal) = journal else { return Ok(Exit::DONE) };
    let mut changed = 0;
    for run in runs {
        let chain = journal.verify(&run).map_err(refused)?;
        changed += u32::from(is_changed(chain));
        console.result(|out| writeln!(out, "{}  {}", run.start.id, in_words(chain)))?;
    }
    match changed {
        0 => Ok(Exit::DONE),
        _ => Err(CliError::new("the journal does not say what was written to it")
            .hint("compare it with a copy; what vCenter did is in its own tasks and events")
            .exit(Exit::JOURNAL)),
    }
}

fn is_changed(chain: Chain) -> bool {
    matches!(chain, Chain::BrokenAt(_) | Chain::StepsChanged)
}

/// What the hashes say.
pub(super) fn in_words(chain: Chain) -> String {
    match chain {
        Chain::Intact => "intact".to_owned(),
        Chain::BrokenAt(seq) => format!("changed: its events, from number {seq} on"),
        Chain::StepsChanged => "changed: what it says about its steps".to_owned(),
        Chain::StepsUnknown => {
            "its events are intact; an early release wrote no hashes over its steps".to_owned()
        }
    }
}
