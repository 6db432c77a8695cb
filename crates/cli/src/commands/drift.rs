//! `lockstep drift`: what is no longer as a playbook declares. Reads only; for cron.

use std::path::{Path, PathBuf};

use clap::{Args, Parser as _, ValueEnum};
use report::Drift;
use state::RunRecord;

use super::plan::make_plan;
use super::runs::chosen;
use crate::arguments::{Cli, Command};
use crate::connection::ConnectionArgs;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::gates::GateArgs;
use crate::journal;
use crate::playbook_file::PlaybookArgs;
use crate::run::{Prepared, Run, RunArgs, Silent, plan_exit};
use crate::saved::{options_of, saved_plan};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Say what is no longer as a playbook declares, and change nothing
///
/// One sentence per object, and an exit code for cron: 0 when everything is as declared, 2 when something is not,
/// 1 when it could not be found out.
#[derive(Args, Debug)]
pub(crate) struct DriftArgs {
    /// The playbook
    #[arg(required_unless_present = "run")]
    playbook: Option<PathBuf>,
    /// The playbook of this run, with its variables, tags and connection; `last` is the last one
    #[arg(long, value_name = "RUN", conflicts_with_all = ["playbook", "vars", "tags"])]
    run: Option<String>,
    /// Set a variable of the playbook; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE")]
    vars: Vec<String>,
    /// Look only at tasks with one of these tags
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tags: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// How to show it
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: DriftOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DriftOutput {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// Looks and says what has drifted.
pub(crate) async fn run(args: &DriftArgs, surroundings: &Surroundings) -> Outcome {
    let (run_args, digest) = what_to_look_at(args, surroundings)?;
    let mut prepared = Prepared::read(&run_args, surroundings)?;
    if digest.is_some_and(|digest| digest != prepared.digest) {
        let file = run_args.playbook.file.display();
        return Err(CliError::new(format!("the playbook `{file}` was changed since that run"))
            .hint("name the playbook instead of the run to hold it against what is there"));
    }
    let stop = Stop::listen()?;
    let sessions = prepared.connect(surroundings, &stop).await?;
    let run = Run::on(&sessions);
    let plan = stop.or(make_plan(&run, &prepared, &sessions, &mut Silent)).await;
    sessions.close(surroundings).await;
    let plan = plan?;
    let drift = Drift::of(&plan);
    let console = &surroundings.console;
    console.result(|out| match args.output {
        DriftOutput::Text => drift.write_text(out, &console.out),
        DriftOutput::Json => drift.write_json(out),
    })?;
    match (plan_exit(&plan, Exit::CHANGES), drift.drifted.is_empty()) {
        // What is blocked is not as declared either.
        (Exit::BLOCKED, _) => Ok(Exit::CHANGES),
        (exit, _) => Ok(exit),
    }
}

/// The playbook with its options, and which text of it a run had.
fn what_to_look_at(
    args: &DriftArgs,
    surroundings: &Surroundings,
) -> Result<(RunArgs, Option<String>), CliError> {
    match (&args.run, &args.playbook) {
        (Some(wanted), _) => {
            let journal = journal::read(&surroundings.environment)?;
            let record = chosen(journal.as_ref(), wanted)?;
            let mut run = options_of_run(&record)?;
            if args.connection.is_given() {
                run.connection = args.connection.clone();
            }
            Ok((run, Some(record.start.digest)))
        }
        (None, Some(file)) => {
            let playbook = PlaybookArgs { file: file.clone(), vars: args.vars.clone() };
            let (tags, connection) = (args.tags.clone(), args.connection.clone());
            Ok((RunArgs { playbook, tags, gates: GateArgs::default(), connection }, None))
        }
        (None, None) => Err(CliError::new("neither a playbook nor a run is named")),
    }
}

/// The options that a run was given, with files meant from where it was started.
fn options_of_run(record: &RunRecord) -> Result<RunArgs, CliError> {
    let start = &record.start;
    let unknown = || {
        CliError::new(format!("the options of run `{}` are not known to this release", start.id))
            .hint("name the playbook instead of the run")
    };
    let words = std::iter::once("lockstep").chain(start.words.iter().map(String::as_str));
    let Command::Apply(apply) = Cli::try_parse_from(words).map_err(|_| unknown())?.command else {
        return Err(unknown());
    };
    let folder = Path::new(&start.folder);
    let mut args = apply.run_args().clone();
    let named = folder.join(&args.playbook.file);
    if let Some(saved) = saved_plan(&named)? {
        args = options_of(&saved, &args)?;
    }
    args.playbook.file = PathBuf::from(&start.playbook);
    let ConnectionArgs { ca_file, known_hosts, .. } = &mut args.connection;
    let files = [ca_file, known_hosts, &mut args.gates.gate_answers];
    files.into_iter().flatten().for_each(|file| *file = folder.join(&*file));
    Ok(args)
}
