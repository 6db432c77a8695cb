//! `lockstep gate`: which gates runs wait with, and answering them from another shell.

use std::io::Write;
use std::time::SystemTime;

use clap::{Args, Subcommand, ValueEnum};
use orchestrator::Table;
use report::{utc_seconds, write_table};
use serde::Serialize;
use state::{GateAnswer, GateWait, JournalReader};

use crate::console::Console;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::{self, Life, life, refused};
use crate::surroundings::Surroundings;

/// Answer gates that a run waits with
///
/// A gate is a task that only hands can do. A run that waits with one can be answered from any shell of the same
/// user.
#[derive(Args, Debug)]
pub(crate) struct GateArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the gates that runs wait with
    List(ListArgs),
    /// Say that it was done, or that it will not be
    Answer(AnswerArgs),
}

#[derive(Args, Debug)]
struct ListArgs {
    /// How to show them
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: ListOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ListOutput {
    /// A table for people
    Text,
    /// One JSON document
    Json,
}

#[derive(Args, Debug)]
struct AnswerArgs {
    /// The gate; before it the run, when several wait with a gate of this name
    #[arg(value_name = "[RUN] GATE", num_args = 1..=2, required = true)]
    gate: Vec<String>,
    /// It was done
    #[arg(long, conflicts_with = "no", required_unless_present = "no")]
    yes: bool,
    /// It will not be done; the task fails
    #[arg(long)]
    no: bool,
    /// What else is to be said; it is shown and remembered
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
}

#[derive(Serialize)]
struct ListDocument<'a> {
    v: u32,
    gates: Vec<WaitDocument<'a>>,
}

#[derive(Serialize)]
struct WaitDocument<'a> {
    run: &'a str,
    gate: &'a str,
    text: &'a str,
    playbook: &'a str,
    since: String,
}

/// Lists or answers.
pub(crate) async fn run(args: &GateArgs, surroundings: &Surroundings) -> Outcome {
    let journal = journal::read(&surroundings.environment)?;
    let waiting = journal.as_ref().map(waiting).transpose()?.unwrap_or_default();
    match &args.what {
        What::List(args) => list(&waiting, args.output, &surroundings.console),
        What::Answer(args) => answer(args, waiting, surroundings).await,
    }
}

/// What living runs wait with. One that was killed waits no more, whatever the journal says.
fn waiting(journal: &JournalReader) -> Result<Vec<GateWait>, CliError> {
    let mut waiting = Vec::new();
    for wait in journal.waiting().map_err(refused)? {
        let run = journal.run(&wait.run).map_err(refused)?;
        if run.is_some_and(|run| life(&run.start.holder) != Life::Died) {
            waiting.push(wait);
        }
    }
    Ok(waiting)
}

fn list(waiting: &[GateWait], form: ListOutput, console: &Console) -> Outcome {
    console.result(|out| match form {
        ListOutput::Json => {
            let gates = waiting.iter().map(document).collect();
            serde_json::to_writer_pretty(&mut *out, &ListDocument { v: 1, gates })?;
            writeln!(out)
        }
        ListOutput::Text if waiting.is_empty() => writeln!(out, "No run waits with a gate."),
        ListOutput::Text => write_table(out, &table(waiting), &console.out),
    })?;
    Ok(Exit::DONE)
}

fn document(wait: &GateWait) -> WaitDocument<'_> {
    let GateWait { run, key, text, since } = wait;
    WaitDocument { run, gate: &key.task, text, playbook: &key.playbook, since: utc_seconds(*since) }
}

fn table(waiting: &[GateWait]) -> Table {
    let row = |wait: &GateWait| {
        let since = utc_seconds(wait.since);
        vec![wait.key.task.clone(), wait.run.clone(), since, wait.text.clone()]
    };
    Table {
        title: "Gates".to_owned(),
        columns: ["gate", "run", "since", "what is to be done"].map(str::to_owned).to_vec(),
        rows: waiting.iter().map(row).collect(),
    }
}

async fn answer(args: &AnswerArgs, waiting: Vec<GateWait>, surroundings: &Surroundings) -> Outcome {
    let environment = &surroundings.environment;
    let wait = chosen(&args.gate, waiting)?;
    let user = journal::this_process(environment).user;
    let answer = GateAnswer {
        run: wait.run,
        key: wait.key,
        yes: args.yes,
        note: args.note.clone(),
        who: format!("{user} by `lockstep gate answer`"),
        at: SystemTime::now(),
    };
    let word = if args.yes { "yes" } else { "no" };
    let told = format!("answered `{}` of run {}: {word}", answer.key.task, answer.run);
    journal::open(environment)?.answer(answer).await.map_err(refused)?;
    surroundings.console.note(&told);
    Ok(Exit::DONE)
}

fn chosen(words: &[String], waiting: Vec<GateWait>) -> Result<GateWait, CliError> {
    let (run, gate) = match words {
        [run, gate] => (run.as_str(), gate.as_str()),
        [gate] => ("", gate.as_str()),
        _ => ("", ""),
    };
    let hint = "`lockstep gate list` shows the gates that runs wait with";
    let fits = |wait: &GateWait| wait.key.task == gate && wait.run.starts_with(run);
    let mut fitting = waiting.into_iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(wait), None) => Ok(wait),
        (None, _) => Err(CliError::new(format!("no run waits with gate `{gate}`")).hint(hint)),
        (Some(_), Some(_)) => Err(CliError::new(format!(
            "several runs wait with gate `{gate}`; name the run before it"
        ))
        .hint(hint)),
    }
}
