//! One run: who, where, its steps, what failed, and what was under way when it was killed.

use std::io::{self, Write};

use orchestrator::Table;
use report::{utc_seconds, write_table};
use serde::Serialize;
use serde_json::Value;
use state::{Chain, IntentRecord, JournalReader, RunRecord};

use super::command::Form;
use super::list::{RunDocument, document};
use super::telling::{causes, text};
use super::verify::in_words;
use super::wording::{chosen, seconds, state, took};
use crate::console::Console;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::refused;

/// All that the journal knows of a run.
struct Whole {
    run: RunRecord,
    steps: Vec<IntentRecord>,
    /// The last event of a run that ended.
    finished: Option<Value>,
    chain: Chain,
}

#[derive(Serialize)]
struct ShowDocument<'a> {
    v: u32,
    run: RunDocument<'a>,
    steps: Vec<StepDocument<'a>>,
    finished: Option<&'a Value>,
    intact: bool,
}

#[derive(Serialize)]
struct StepDocument<'a> {
    ordinal: u64,
    task: &'a str,
    subject: &'a str,
    step: &'a str,
    attempt: u32,
    begun: String,
    ended: Option<String>,
    /// `open` when no end is known.
    outcome: &'a str,
    detail: Option<&'a str>,
    vim_tasks: &'a [String],
    /// What a later run found out about it.
    settled: Option<String>,
}

/// Shows one run.
pub(super) fn show(
    journal: Option<&JournalReader>,
    wanted: &str,
    form: Form,
    console: &Console,
) -> Outcome {
    let run = chosen(journal, wanted)?;
    let journal = journal.ok_or_else(|| CliError::bug("a run without a journal"))?;
    let id = run.start.id.as_str();
    let finished = journal.last_event(id, "run_finished").map_err(refused)?;
    let whole = Whole {
        steps: journal.intents(id).map_err(refused)?,
        finished: finished.and_then(|event| serde_json::from_str(&event.line).ok()),
        chain: journal.verify(&run).map_err(refused)?,
        run,
    };
    console.result(|out| match form {
        Form::Json => write_json(out, &whole),
        Form::Text => write_text(out, &whole, console),
    })?;
    Ok(Exit::DONE)
}

fn write_json(out: &mut Vec<u8>, whole: &Whole) -> io::Result<()> {
    let document = ShowDocument {
        v: 1,
        run: document(&whole.run),
        steps: whole.steps.iter().map(step_document).collect(),
        finished: whole.finished.as_ref(),
        intact: matches!(whole.chain, Chain::Intact | Chain::StepsUnknown),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn step_document(step: &IntentRecord) -> StepDocument<'_> {
    let end = step.end.as_ref();
    StepDocument {
        ordinal: step.ordinal,
        task: &step.task,
        subject: &step.subject,
        step: &step.step,
        attempt: step.attempt,
        begun: utc_seconds(step.at),
        ended: end.map(|end| utc_seconds(end.at)),
        outcome: end.map_or("open", |end| end.outcome.as_str()),
        detail: end.map(|end| end.detail.as_str()),
        vim_tasks: &step.vim_tasks,
        settled: settled(step),
    }
}

fn settled(step: &IntentRecord) -> Option<String> {
    step.settled.as_ref().map(|settled| format!("{}, found by run {}", settled.how, settled.by))
}

fn write_text(out: &mut Vec<u8>, whole: &Whole, console: &Console) -> io::Result<()> {
    let start = &whole.run.start;
    writeln!(out, "Run {}: {}", start.id, state(&whole.run))?;
    let (at, took) = (utc_seconds(start.started), seconds(took(&whole.run)));
    let holder =
        format!("{} on {}, process {}", start.holder.user, start.holder.host, start.holder.pid);
    let facts = [
        ("started", format!("{at}, took {took}")),
        ("by", holder),
        ("playbook", start.playbook.clone()),
        ("sha256", start.digest.clone()),
        ("servers", start.servers.join(", ")),
        ("command", format!("lockstep {}", start.words.join(" "))),
    ];
    for (name, fact) in facts {
        writeln!(out, "  {name:<9} {}", text(&fact))?;
    }
    if let Some(earlier) = &start.resumes {
        writeln!(out, "  resumes   run {}", text(earlier))?;
    }
    if matches!(whole.chain, Chain::BrokenAt(_) | Chain::StepsChanged) {
        writeln!(out, "  journal   {}", in_words(whole.chain))?;
    }
    if !whole.steps.is_empty() {
        writeln!(out)?;
        write_table(out, &table(&whole.steps), &console.out)?;
    }
    write_open(out, &whole.steps)?;
    write_failures(out, whole)
}

fn table(steps: &[IntentRecord]) -> Table {
    let row = |step: &IntentRecord| {
        let end = step.end.as_ref();
        let took = end.and_then(|end| end.at.duration_since(step.at).ok());
        vec![
            step.ordinal.to_string(),
            step.task.clone(),
            step.step.clone(),
            end.map_or("open", |end| end.outcome.as_str()).to_owned(),
            seconds(took),
        ]
    };
    Table {
        title: "Steps".to_owned(),
        columns: ["", "task", "step", "end", "took"].map(str::to_owned).to_vec(),
        rows: steps.iter().map(row).collect(),
    }
}

/// Steps that were begun and of which nobody noted the end.
fn write_open(out: &mut Vec<u8>, steps: &[IntentRecord]) -> io::Result<()> {
    let (found, open): (Vec<&IntentRecord>, Vec<&IntentRecord>) =
        steps.iter().filter(|step| step.end.is_none()).partition(|step| step.settled.is_some());
    for (head, steps) in [("Found out later:", found), ("Under way, no end is known:", open)] {
        if !steps.is_empty() {
            writeln!(out, "\n{head}")?;
            steps.into_iter().try_for_each(|step| write_one_open(out, step))?;
        }
    }
    Ok(())
}

fn write_one_open(out: &mut Vec<u8>, step: &IntentRecord) -> io::Result<()> {
    write!(out, "  {}/{}: {}", text(&step.task), text(&step.subject), text(&step.step))?;
    match (settled(step), step.vim_tasks.as_slice()) {
        (Some(settled), _) => writeln!(out, "; {}", text(&settled)),
        (None, []) => writeln!(out, "; whether the server was asked is not known"),
        (None, tasks) => writeln!(out, "; at the server: {}", text(&tasks.join(", "))),
    }
}

fn write_failures(out: &mut Vec<u8>, whole: &Whole) -> io::Result<()> {
    let groups = whole.finished.as_ref().and_then(|event| event["failures"].as_array());
    for group in groups.into_iter().flatten() {
        let failure = &group["failure"];
        let status = text(group["status"].as_str().unwrap_or_default());
        writeln!(out, "\n{status}: {}", causes(failure))?;
        if let Some(fix) = failure["fix"].as_str() {
            writeln!(out, "  fix: {}", text(fix))?;
        }
        for member in group["members"].as_array().into_iter().flatten() {
            let task = member["task"].as_str().unwrap_or_default();
            match member["subject"].as_str() {
                Some(subject) => writeln!(out, "  on {}/{}", text(task), text(subject))?,
                None => writeln!(out, "  on {}", text(task))?,
            }
        }
    }
    Ok(())
}
