//! Carries out tasks with the journal, as `apply` and the operations on pairs do.

use std::sync::Arc;

use orchestrator::{ApplyOptions, RunContext, RunPlan, RunSummary, TaskGraph, apply_run};
use report::{Consumer, JsonLines, LiveProgress, PlainLines, write_plan};
use state::RunJournal;
use tasks::VsphereWorld;

use super::follow::{Run, Silent};
use super::limits::{GivenLimit, limits_of};
use crate::console::{Console, Volume};
use crate::error::{CliError, written};
use crate::journal::{Recording, open_work};
use crate::stop::Stop;
use crate::surroundings::Surroundings;
use crate::terminal::screen_size;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgressForm {
    /// Bars where they can be drawn, lines elsewhere.
    Bars,
    /// Lines in any case.
    Lines,
    /// JSON lines on standard output.
    Jsonl,
}

/// Who shows progress.
pub(crate) fn progress(form: ProgressForm, console: &Console) -> Box<dyn Consumer> {
    let Console { err, can_draw, volume, .. } = console;
    match form {
        ProgressForm::Jsonl => Box::new(JsonLines::new(std::io::stdout())),
        _ if *volume == Volume::Quiet => Box::new(Silent),
        // Lines of single calls would tear the bars apart.
        ProgressForm::Bars if *can_draw && *volume < Volume::Calls => {
            Box::new(LiveProgress::new(std::io::stderr(), screen_size, err))
        }
        ProgressForm::Bars | ProgressForm::Lines => Box::new(PlainLines::new(std::io::stderr())),
    }
}

/// Shows a plan that is not the result of the command, so it does not go where results go.
pub(crate) fn show_plan(plan: &RunPlan, console: &Console) -> Result<(), CliError> {
    let mut text = Vec::new();
    written(write_plan(&mut text, plan, &console.err))?;
    console.note(String::from_utf8_lossy(&text).as_ref());
    Ok(())
}

/// How a run is carried out: within these limits, until somebody stops it, written down in `record`, and with an eye
/// on what earlier runs on `servers` left under way.
pub(crate) fn options(
    limits: &[GivenLimit],
    stop: &Stop,
    servers: &[String],
    record: &RunJournal,
    surroundings: &Surroundings,
) -> Result<ApplyOptions, CliError> {
    Ok(ApplyOptions {
        limits: limits_of(limits),
        cancel: stop.cancel(),
        journal: Arc::new(record.clone()),
        open: open_work(servers, record.run(), surroundings)?,
        ..ApplyOptions::default()
    })
}

impl Run {
    /// Carries out the tasks of `graph`; all that happens is in `record` as well.
    pub(crate) async fn carry_out(
        &self,
        graph: &Arc<TaskGraph<VsphereWorld>>,
        world: VsphereWorld,
        options: ApplyOptions,
        record: &RunJournal,
        consumer: &mut dyn Consumer,
    ) -> RunSummary {
        let apply = async |context: &RunContext| {
            let sink = Recording { journal: record.clone(), next: Arc::clone(&context.sink) };
            let context = RunContext { sink: Arc::new(sink), ..context.clone() };
            apply_run(Arc::clone(graph), Arc::new(world), &context, options).await
        };
        self.follow(consumer, apply).await
    }
}
