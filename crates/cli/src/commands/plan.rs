//! `lockstep plan`: what would be done. Reads only.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use orchestrator::{RunContext, RunPlan, plan_run};
use report::{Consumer, JsonLines, PlainLines, write_plan, write_plan_json};
use tasks::VsphereReader;

use crate::connection::Sessions;
use crate::console::Volume;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::gates::Keeper;
use crate::run::{Prepared, Run, RunArgs, Silent, plan_exit};
use crate::saved::save;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Show what an apply would do, and change nothing
///
/// Per task: `+` is made, `~` is changed with each setting before and after, `>` is decided after an earlier
/// task, `=` is as declared, `!` is blocked with cause and fix. The connections cannot change anything.
#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Save the plan to FILE, which `apply` carries out if nothing that it touches has changed until then
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 2 when there are changes, 0 when there are none
    #[arg(long)]
    detailed_exitcode: bool,
    /// How to show the plan
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: PlanOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PlanOutput {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// JSON lines, as things happen
    Jsonl,
}

/// Plans and shows the plan.
pub(crate) async fn run(args: &PlanArgs, surroundings: &Surroundings) -> Outcome {
    let mut prepared = Prepared::read(&args.run, surroundings)?;
    let stop = Stop::listen()?;
    let sessions = prepared.connect(surroundings, &stop).await?;
    let facts = sessions.facts();
    let plan = look(args, &prepared, &sessions, surroundings, &stop).await;
    sessions.close(surroundings).await;
    let plan = plan?;
    let console = &surroundings.console;
    match args.output {
        PlanOutput::Text => console.result(|out| write_plan(out, &plan, &console.out))?,
        PlanOutput::Json => console.result(|out| write_plan_json(out, &plan))?,
        PlanOutput::Jsonl => {}
    }
    if let Some(file) = &args.out {
        save(file, &plan, &args.run, &prepared, &facts, surroundings)?;
        console.note(&format!("Saved. To carry it out: lockstep apply {}", file.display()));
    }
    let changes = if args.detailed_exitcode { Exit::CHANGES } else { Exit::DONE };
    Ok(plan_exit(&plan, changes))
}

async fn look(
    args: &PlanArgs,
    prepared: &Prepared,
    sessions: &Sessions,
    surroundings: &Surroundings,
    stop: &Stop,
) -> Result<RunPlan, CliError> {
    let mut consumer: Box<dyn Consumer> = match args.output {
        PlanOutput::Jsonl => Box::new(JsonLines::new(std::io::stdout())),
        _ if surroundings.console.volume > Volume::Usual => {
            Box::new(PlainLines::new(std::io::stderr()))
        }
        _ => Box::new(Silent),
    };
    stop.or(make_plan(&Run::on(sessions), prepared, sessions, &mut *consumer)).await
}

/// Plans over connections that can only look.
pub(crate) async fn make_plan(
    run: &Run,
    prepared: &Prepared,
    sessions: &Sessions,
    consumer: &mut dyn Consumer,
) -> Result<RunPlan, CliError> {
    let reader = VsphereReader::new(sessions.readers(), prepared.secrets.source())
        .in_folder(prepared.folder.clone())
        .with_gates(Arc::new(Keeper::planning(&prepared.gates)));
    let plan = async |context: &RunContext| plan_run(&prepared.graph, &reader, context).await;
    Ok(run.follow(consumer, plan).await)
}
