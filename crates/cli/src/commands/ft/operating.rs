//! Carries out an operation on pairs as `apply` carries out a playbook: looks, shows, asks, does, proves. What it is
//! about to do is in the journal before it is done.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use orchestrator::{RunContext, RunPlan, RunSummary, TaskGraph, plan_run};
use playbook::{Connection, DEFAULT_CONNECTION};
use report::{write_plan, write_plan_json};
use state::{Journal, JournalError, RunStart};
use tasks::{DrillRecords, OperationOrder, VsphereReader, VsphereWorld, operation_graph};

use super::choosing::{choose, meant};
use super::operation_args::{OperationOutput, OperationSettings};
use super::operation_report::Report;
use crate::connection::{Extras, Sessions, Target};
use crate::console::{Console, Volume};
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::{
    self, Held, Noted, refuse_if_locked, refused, this_process, warn_of_killed_runs,
};
use crate::run::{
    ProgressForm, Run, Silent, confirm, options, plan_exit, progress, show_plan, summary_exit,
    verdict,
};
use crate::secrets::Secrets;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// What an operation works with.
struct Operating<'a> {
    settings: &'a OperationSettings<'a>,
    server: String,
    sessions: &'a Sessions,
    secrets: &'a Secrets,
    stop: &'a Stop,
    surroundings: &'a Surroundings,
    run: Run,
}

/// The tasks, and what a drill notes.
struct Work {
    subjects: Vec<String>,
    graph: Arc<TaskGraph<VsphereWorld>>,
    records: DrillRecords,
}

/// Looks, asks, acts.
pub(super) async fn operate(
    settings: &OperationSettings<'_>,
    surroundings: &Surroundings,
) -> Outcome {
    let args = settings.args;
    let selection = args.selection.selection()?;
    if selection.is_empty() {
        let hint = "name them or use `--folder`, `--cluster` and the like; `'*'` means all";
        return Err(CliError::new("no virtual machines are named").hint(hint));
    }
    refuse_without_answer(settings, &surroundings.console)?;
    let extras = Extras { args: &args.connection, surroundings, base: Path::new("") };
    let target = Target::of(&Connection::unset(DEFAULT_CONNECTION), true, extras)?;
    let server = target.url.authority();
    // What cannot be written down is not begun, so that is found out before any server is asked.
    let journal = match args.dry_run {
        true => None,
        false => {
            Some(journal::open_to_apply(std::slice::from_ref(&server), &surroundings.environment)?)
        }
    };
    let servers = [server.clone()];
    if journal.is_some() {
        refuse_if_locked(&servers, surroundings)?;
    }
    warn_of_killed_runs(&servers, surroundings)?;
    let secrets = Secrets::new("", surroundings);
    let stop = Stop::listen()?;
    let sessions = Sessions::open(vec![target], &secrets, surroundings, &stop).await?;
    let operating = Operating {
        settings,
        server,
        sessions: &sessions,
        secrets: &secrets,
        stop: &stop,
        surroundings,
        run: Run::on(&sessions),
    };
    let noted = match &journal {
        Some(journal) => Noted::note(journal, &sessions, surroundings).await.map(Some),
        None => Ok(None),
    };
    let (outcome, noted) = match noted {
        Ok(noted) => (operating.look_and_act(&selection, journal).await, noted),
        Err(error) => (Err(error), None),
    };
    sessions.close(surroundings).await;
    if let Some(noted) = noted {
        noted.closed().await;
    }
    outcome
}

/// Said before any server is asked, since nothing could come of it.
fn refuse_without_answer(
    settings: &OperationSettings<'_>,
    console: &Console,
) -> Result<(), CliError> {
    let args = settings.args;
    let why = match args.output {
        _ if args.yes || args.dry_run => return Ok(()),
        OperationOutput::Text if console.terminals.can_ask() => return Ok(()),
        OperationOutput::Text => "no terminal",
        OperationOutput::Json | OperationOutput::Jsonl => "`--output` is for programs",
    };
    let command = settings.operation.command();
    let hint = format!("look at `lockstep ft {command} --dry-run` first, then give `--yes`");
    Err(CliError::new(format!("cannot ask whether to go on: {why}")).hint(hint))
}

impl Operating<'_> {
    async fn look_and_act(
        &self,
        selection: &tasks::Selection,
        journal: Option<Journal>,
    ) -> Outcome {
        let (work, plan) = self.stop.or(self.look(selection)).await?;
        let Some(journal) = journal else { return self.show_only(&plan) };
        if plan.has_problems() && !self.settings.partial {
            return self.refuse(&plan);
        }
        self.show(&plan)?;
        if !plan.has_changes() && !self.settings.args.yes {
            self.console().note("Nothing is to do.");
            return Ok(plan_exit(&plan, Exit::DONE));
        }
        if !self.settings.args.yes {
            let question = format!("Do this on {}? Only `yes` is taken as yes:", self.server);
            confirm(question, self.stop, self.console()).await?;
        }
        let (summary, noted) = self.act(&work, &journal).await?;
        let exit = self.conclude(&summary, &work)?;
        noted.map_err(refused).map(|()| exit)
    }

    fn console(&self) -> &Console {
        &self.surroundings.console
    }

    /// Which VMs are meant, and what is to do about them.
    async fn look(&self, selection: &tasks::Selection) -> Result<(Work, RunPlan), CliError> {
        let Some((connection, client)) = self.sessions.clients().next() else {
            return Err(CliError::bug("no session was opened"));
        };
        let chosen = choose(selection, &client.reader(), self.surroundings).await?;
        let operation = self.settings.operation;
        let order = OperationOrder {
            operation,
            connection: connection.to_owned(),
            vms: meant(chosen, operation, self.console())?,
            within: self.settings.args.within,
            keep_going: self.settings.keep_going,
        };
        let (graph, records) =
            operation_graph(&order).map_err(|error| CliError::bug(&error.to_string()))?;
        let work = Work { subjects: order.subjects(), graph: Arc::new(graph), records };
        let reader = VsphereReader::new(self.sessions.readers(), self.secrets.source());
        let planning = async |context: &RunContext| plan_run(&work.graph, &reader, context).await;
        let plan = self.run.planning().follow(&mut Silent, planning).await;
        Ok((work, plan))
    }

    fn show_only(&self, plan: &RunPlan) -> Outcome {
        let console = self.console();
        match self.settings.args.output {
            OperationOutput::Text => console.result(|out| write_plan(out, plan, &console.out))?,
            _ => console.result(|out| write_plan_json(out, plan))?,
        }
        Ok(plan_exit(plan, Exit::DONE))
    }

    fn show(&self, plan: &RunPlan) -> Result<(), CliError> {
        let args = self.settings.args;
        if args.output != OperationOutput::Text
            || args.yes && self.console().volume == Volume::Quiet
        {
            return Ok(());
        }
        show_plan(plan, self.console())
    }

    fn refuse(&self, plan: &RunPlan) -> Outcome {
        self.show(plan)?;
        let command = self.settings.operation.command();
        let option = if self.settings.operation.is_drill() { "keep-going" } else { "partial" };
        let what = match plan.totals.blocked {
            0 => {
                format!("refused to {command}: not everything can be read, so nothing was changed")
            }
            number => {
                let vms = if number == 1 { "1 VM is" } else { &format!("{number} VMs are") };
                format!("refused to {command}: {vms} blocked, so nothing was changed")
            }
        };
        let hint = format!(
            "`lockstep ft {command} --dry-run` says why; with `--{option}` everything else is done"
        );
        Err(CliError::new(what).hint(hint).exit(plan_exit(plan, Exit::ERROR)))
    }

    /// How it went, and whether the journal knows.
    async fn act(
        &self,
        work: &Work,
        journal: &Journal,
    ) -> Result<(RunSummary, Result<(), JournalError>), CliError> {
        let held = self.begin(journal).await?;
        let record = held.record().clone();
        let (readers, writers) = (self.sessions.readers(), self.sessions.writers());
        let world = VsphereWorld::new(readers, writers, self.secrets.source());
        let servers = std::slice::from_ref(&self.server);
        let limits = &self.settings.args.limits;
        let options = options(limits, self.stop, servers, &record, self.surroundings)?;
        let form = match self.settings.args.output {
            OperationOutput::Jsonl => ProgressForm::Jsonl,
            OperationOutput::Text | OperationOutput::Json => ProgressForm::Bars,
        };
        let progress = &mut *progress(form, self.console());
        let summary = self.run.carry_out(&work.graph, world, options, &record, progress).await;
        let noted = held.finish(verdict(&summary)).await;
        Ok((summary, noted))
    }

    async fn begin(&self, journal: &Journal) -> Result<Held, CliError> {
        let environment = &self.surroundings.environment;
        let start = RunStart {
            id: self.run.id().to_owned(),
            command: format!("ft {}", self.settings.operation.command()),
            words: environment.words.to_vec(),
            folder: environment.folder.to_string_lossy().into_owned(),
            playbook: String::new(),
            digest: String::new(),
            servers: vec![self.server.clone()],
            holder: this_process(environment),
            started: SystemTime::now(),
            resumes: None,
        };
        Held::begin(journal, start, self.stop, self.surroundings).await
    }

    fn conclude(&self, summary: &RunSummary, work: &Work) -> Outcome {
        let console = self.console();
        let report = Report {
            operation: self.settings.operation,
            server: &self.server,
            subjects: &work.subjects,
            summary,
            records: &work.records,
        };
        match self.settings.args.output {
            OperationOutput::Text => console.result(|out| report.text(out, &console.out))?,
            OperationOutput::Json => console.result(|out| report.json(out))?,
            OperationOutput::Jsonl => {}
        }
        if self.stop.cancel().hard.is_cancelled() {
            console.note(
                "Detached: what vCenter has begun goes on there. `lockstep ft status` shows where it got to.",
            );
        }
        Ok(summary_exit(summary))
    }
}
