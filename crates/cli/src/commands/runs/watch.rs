//! Following a run of another process.

use std::time::Duration;

use serde_json::Value;
use state::{EventRecord, JournalReader};

use super::command::LineForm;
use super::telling::line;
use super::wording::chosen;
use crate::console::Console;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::{Life, life, refused};

/// How often the journal is looked at.
const PAUSE: Duration = Duration::from_millis(250);
/// Events that are read at a time.
const PAGE: u32 = 500;

/// Shows the events of a run as they are written, until it ends or its process is gone.
pub(super) async fn watch(
    journal: Option<&JournalReader>,
    wanted: &str,
    form: LineForm,
    console: &Console,
) -> Outcome {
    let start = chosen(journal, wanted)?.start;
    let journal = journal.ok_or_else(|| CliError::bug("a run without a journal"))?;
    let mut after = 0;
    loop {
        // Asked for before the events, so that none is missed that came before the end.
        let died = life(&start.holder) == Life::Died;
        let ended = journal.run(&start.id).map_err(refused)?.is_none_or(|run| run.ended.is_some());
        let events = journal.events(&start.id, after, PAGE).map_err(refused)?;
        let none_left = events.is_empty();
        for event in events {
            after = event.seq;
            tell(&event, form, console)?;
        }
        match (none_left, ended, died) {
            (true, true, _) => return Ok(Exit::DONE),
            (true, false, true) => {
                let hint = format!(
                    "`lockstep runs show` lists what was under way; `lockstep resume {}` goes on",
                    start.id
                );
                return Err(
                    CliError::new("the process of the run has ended without saying so").hint(hint)
                );
            }
            (true, false, false) => tokio::time::sleep(PAUSE).await,
            (false, ..) => {}
        }
    }
}

fn tell(event: &EventRecord, form: LineForm, console: &Console) -> Result<(), CliError> {
    let told = match form {
        LineForm::Jsonl => Some(event.line.clone()),
        LineForm::Text => {
            serde_json::from_str::<Value>(&event.line).ok().and_then(|event| line(&event))
        }
    };
    let Some(told) = told else { return Ok(()) };
    console.result(|out| {
        out.extend_from_slice(told.as_bytes());
        out.push(b'\n');
        Ok(())
    })
}
