//! The list of runs.

use std::path::Path;

use orchestrator::Table;
use report::{utc_seconds, write_table};
use serde::Serialize;
use state::{JournalReader, RunRecord};

use super::command::Form;
use super::wording::{seconds, state, took};
use crate::console::Console;
use crate::error::Outcome;
use crate::exit::Exit;
use crate::journal::refused;

/// Runs that are listed; older ones are found by their id.
const LISTED: u32 = 50;

/// A run as machines see it.
#[derive(Serialize)]
pub(super) struct RunDocument<'a> {
    id: &'a str,
    state: String,
    command: &'a str,
    words: &'a [String],
    playbook: &'a str,
    digest: &'a str,
    servers: &'a [String],
    host: &'a str,
    pid: u32,
    user: &'a str,
    started: String,
    ended: Option<String>,
    resumes: Option<&'a str>,
    steps: u64,
    open_steps: u64,
}

#[derive(Serialize)]
struct ListDocument<'a> {
    v: u32,
    runs: Vec<RunDocument<'a>>,
}

/// Lists the runs, the youngest first.
pub(super) fn list(journal: Option<&JournalReader>, form: Form, console: &Console) -> Outcome {
    let runs = journal.map(|journal| journal.runs(LISTED)).transpose().map_err(refused)?;
    let runs = runs.unwrap_or_default();
    console.result(|out| match form {
        Form::Json => {
            let document = ListDocument { v: 1, runs: runs.iter().map(document).collect() };
            serde_json::to_writer_pretty(&mut *out, &document)?;
            out.push(b'\n');
            Ok(())
        }
        Form::Text if runs.is_empty() => {
            out.extend_from_slice(b"No runs yet.\n");
            Ok(())
        }
        Form::Text => write_table(out, &table(&runs), &console.out),
    })?;
    Ok(Exit::DONE)
}

pub(super) fn document(run: &RunRecord) -> RunDocument<'_> {
    let start = &run.start;
    RunDocument {
        id: &start.id,
        state: state(run),
        command: &start.command,
        words: &start.words,
        playbook: &start.playbook,
        digest: &start.digest,
        servers: &start.servers,
        host: &start.holder.host,
        pid: start.holder.pid,
        user: &start.holder.user,
        started: utc_seconds(start.started),
        ended: run.ended.map(utc_seconds),
        resumes: start.resumes.as_deref(),
        steps: run.intents,
        open_steps: run.open,
    }
}

fn table(runs: &[RunRecord]) -> Table {
    let row = |run: &RunRecord| {
        // What is done to pairs has no playbook.
        let name = match Path::new(&run.start.playbook).file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => run.start.command.clone(),
        };
        vec![
            run.start.id.clone(),
            utc_seconds(run.start.started),
            seconds(took(run)),
            state(run),
            name,
            run.start.servers.join(", "),
        ]
    };
    Table {
        title: "Runs".to_owned(),
        columns: ["run", "started", "took", "state", "playbook", "servers"]
            .map(str::to_owned)
            .to_vec(),
        rows: runs.iter().map(row).collect(),
    }
}
