//! `lockstep apply`: shows the plan, asks, makes it true, and sums up.

use std::io::Write as _;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use orchestrator::{ApplyOptions, RunPlan, RunSummary, Verdict};
use report::{Consumer, Ending, JsonLines, SavedPlan, write_summary, write_table};
use state::Journal;
use tasks::{Account, Column, Ledger, VsphereWorld};

use super::plan::make_plan;
use crate::connection::Sessions;
use crate::console::{Console, Volume};
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::gates::Keeper;
use crate::journal::{
    self, Held, Noted, close_what_is_done, refuse_if_locked, refused, run_start,
    warn_of_killed_runs,
};
use crate::reports::{ReportArgs, check_places, command_line, write_all};
use crate::run::{
    GivenLimit, Prepared, ProgressForm, Run, RunArgs, Silent, confirm, limit, options, plan_exit,
    progress, show_plan, summary_exit, verdict,
};
use crate::saved::{check_origin, check_world, options_of, saved_plan};
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Make a playbook true, and prove it
///
/// Shows the plan first and asks. The first Ctrl-C starts nothing new and waits for what runs; the second stops
/// waiting. What vCenter has begun goes on there. Running it again, or `resume`, is safe: what is true already is
/// left alone, and what is still under way is waited for. With a plan that `plan --out` saved instead of a playbook,
/// just that is done, or nothing.
#[derive(Args, Clone, Debug)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Do not ask; needed where there is no terminal
    #[arg(short, long)]
    yes: bool,
    /// Do what can be done although something is blocked or cannot be read
    #[arg(long)]
    partial: bool,
    /// How much runs at the same time per `vcenter`, `cluster`, `host`, `host_pair` or `datastore`
    #[arg(long = "limit", value_name = "NAME=N", value_parser = limit)]
    limits: Vec<GivenLimit>,
    /// At the end, say what became of each step by hand of this list: `hardware` or `software`
    #[arg(long, value_name = "LIST")]
    ledger: Option<Column>,
    #[command(flatten)]
    reports: ReportArgs,
    /// How to show progress and summary
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: ApplyOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ApplyOutput {
    /// For people
    Text,
    /// JSON lines, as things happen
    Jsonl,
}

/// What an apply works with.
struct Applying<'a> {
    args: &'a ApplyArgs,
    prepared: &'a Prepared,
    sessions: &'a Sessions,
    console: &'a Console,
    stop: &'a Stop,
    surroundings: &'a Surroundings,
    journal: Journal,
    resumes: Option<&'a str>,
    /// The plan to be carried out as it is.
    saved: Option<Arc<SavedPlan>>,
    run: Run,
}

/// Plans, asks, applies.
pub(crate) async fn run(args: &ApplyArgs, surroundings: &Surroundings) -> Outcome {
    let saved = saved_plan(&args.run.playbook.file)?.map(Arc::new);
    let args = match &saved {
        // It was looked at and approved when it was made.
        Some(saved) => args.clone().of_the_playbook_of(saved)?.confirmed(),
        None => args.clone(),
    };
    let prepared = Prepared::read(&args.run, surroundings)?;
    if let Some(saved) = &saved {
        check_origin(saved, &prepared)?;
    }
    run_prepared(&args, prepared, saved, None, surroundings).await
}

/// The same when the playbook was read already, as the continuation of an earlier run or as a new one.
pub(crate) async fn run_prepared(
    args: &ApplyArgs,
    mut prepared: Prepared,
    saved: Option<Arc<SavedPlan>>,
    resumes: Option<&str>,
    surroundings: &Surroundings,
) -> Outcome {
    let console = &surroundings.console;
    refuse_without_answer(args, console)?;
    check_places(&args.reports)?;
    // What cannot be written down is not begun, so that is found out before any server is asked.
    let journal = journal::open_to_apply(&prepared.servers, &surroundings.environment)?;
    refuse_if_locked(&prepared.servers, surroundings)?;
    warn_of_killed_runs(&prepared.servers, surroundings)?;
    let stop = Stop::listen()?;
    let sessions = prepared.connect(surroundings, &stop).await?;
    let noted = match Noted::note(&journal, &sessions, surroundings).await {
        Ok(noted) => noted,
        Err(error) => {
            sessions.close(surroundings).await;
            return Err(error);
        }
    };
    let applying = Applying {
        args,
        prepared: &prepared,
        sessions: &sessions,
        console,
        stop: &stop,
        surroundings,
        journal,
        resumes,
        saved,
        run: Run::on(&sessions),
    };
    let outcome = applying.plan_and_apply().await;
    sessions.close(surroundings).await;
    noted.closed().await;
    outcome
}

/// Said before any server is asked, since nothing could come of it.
fn refuse_without_answer(args: &ApplyArgs, console: &Console) -> Result<(), CliError> {
    let hint = "look at `lockstep plan` first, then give `--yes`";
    match args.output {
        _ if args.yes => Ok(()),
        ApplyOutput::Jsonl => {
            Err(CliError::new("cannot ask whether to apply: `--output jsonl` is for programs")
                .hint(hint))
        }
        ApplyOutput::Text if !console.terminals.can_ask() => {
            Err(CliError::new("cannot ask whether to apply: no terminal").hint(hint))
        }
        ApplyOutput::Text => Ok(()),
    }
}

impl ApplyArgs {
    /// What to run, and where.
    pub(crate) fn run_args(&self) -> &RunArgs {
        &self.run
    }

    /// The playbook that a saved plan was made of, where that was given in its place. How far it was carried out
    /// before is not asked.
    pub(crate) fn of_the_playbook(self) -> Result<Self, CliError> {
        match saved_plan(&self.run.playbook.file)? {
            Some(saved) => self.of_the_playbook_of(&saved),
            None => Ok(self),
        }
    }

    fn of_the_playbook_of(self, saved: &SavedPlan) -> Result<Self, CliError> {
        Ok(Self { run: options_of(saved, &self.run)?, ..self })
    }

    /// The question is answered.
    pub(crate) fn confirmed(mut self) -> Self {
        self.yes = true;
        self
    }
}

impl Applying<'_> {
    async fn plan_and_apply(&self) -> Outcome {
        let plan = self.plan().await?;
        if let Some(saved) = &self.saved {
            check_world(saved, &self.sessions.facts(), &plan)?;
        }
        if plan.has_problems() && !self.args.partial {
            return self.refuse(&plan);
        }
        if !self.args.yes {
            self.show(&plan)?;
            if !plan.has_changes() {
                self.console.note("Nothing is to do.");
                return Ok(plan_exit(&plan, Exit::DONE));
            }
            let servers = self.prepared.servers.join(", ");
            let question = format!("Apply this to {servers}? Only `yes` is taken as yes:");
            confirm(question, self.stop, self.console).await?;
        } else if self.console.volume > Volume::Quiet {
            self.show(&plan)?;
        }
        let (summary, noted) = self.apply().await?;
        let exit = self.conclude(&summary)?;
        self.report()?;
        noted.map(|()| exit)
    }

    /// Made of what the journal holds, as `runs report` does.
    fn report(&self) -> Result<(), CliError> {
        if self.args.reports.reports.is_empty() {
            return Ok(());
        }
        let journal = journal::read(&self.surroundings.environment)?;
        let record = journal.as_ref().map(|journal| journal.run(self.run.id())).transpose();
        match (&journal, record.map_err(refused)?.flatten()) {
            (Some(journal), Some(record)) => {
                write_all(&self.args.reports, journal, &record, self.console)
            }
            _ => Err(CliError::bug("a run that is not in the journal")),
        }
    }

    async fn plan(&self) -> Result<RunPlan, CliError> {
        let mut consumer: Box<dyn Consumer> = match self.args.output {
            ApplyOutput::Jsonl => Box::new(JsonLines::new(std::io::stdout())),
            ApplyOutput::Text => Box::new(Silent),
        };
        let run = self.run.planning();
        self.stop.or(make_plan(&run, self.prepared, self.sessions, &mut *consumer)).await
    }

    fn show(&self, plan: &RunPlan) -> Result<(), CliError> {
        match self.args.output {
            ApplyOutput::Jsonl => Ok(()),
            ApplyOutput::Text => show_plan(plan, self.console),
        }
    }

    fn refuse(&self, plan: &RunPlan) -> Outcome {
        self.show(plan)?;
        let hint = "do what the plan says as fix; with `--partial` everything else is done";
        let what = match plan.totals.blocked {
            0 => "refused to apply: not everything can be read, so nothing was changed",
            _ => "refused to apply: something is blocked, so nothing was changed",
        };
        Err(CliError::new(what).hint(hint).exit(plan_exit(plan, Exit::ERROR)))
    }

    /// How it went, and whether the journal knows.
    async fn apply(&self) -> Result<(RunSummary, Result<(), CliError>), CliError> {
        let held = self.begin().await?;
        let record = held.record().clone();
        let (readers, writers) = (self.sessions.readers(), self.sessions.writers());
        let keeper = Keeper::asking(&self.prepared.gates, self.journal.clone(), record.clone());
        let world = VsphereWorld::new(readers, writers, self.prepared.secrets.source())
            .with_gates(Arc::new(keeper))
            .in_folder(self.prepared.folder.clone());
        let Applying { args, prepared, stop, surroundings, .. } = self;
        let options = options(&args.limits, stop, &prepared.servers, &record, surroundings)?;
        let options = match &self.saved {
            Some(saved) => ApplyOptions { approval: Arc::clone(saved) as _, ..options },
            None => options,
        };
        let progress = &mut *progress(self.progress_form(), self.console);
        let summary = self.run.carry_out(&prepared.graph, world, options, &record, progress).await;
        let noted = self.end(held, &summary).await;
        Ok((summary, noted))
    }

    async fn begin(&self) -> Result<Held, CliError> {
        let playbook = &self.args.run.playbook.file;
        let start =
            run_start(self.run.id(), playbook, self.resumes, self.prepared, self.surroundings);
        Held::begin(&self.journal, start, self.stop, self.surroundings).await
    }

    async fn end(&self, held: Held, summary: &RunSummary) -> Result<(), CliError> {
        let Prepared { path, servers, .. } = self.prepared;
        let closed =
            close_what_is_done(path, servers, held.record(), summary, self.surroundings).await;
        held.finish(verdict(summary)).await.map_err(refused)?;
        closed
    }

    fn progress_form(&self) -> ProgressForm {
        match self.args.output {
            ApplyOutput::Jsonl => ProgressForm::Jsonl,
            // Bars would be drawn over questions.
            ApplyOutput::Text if self.prepared.gates.asks_on_terminal() => ProgressForm::Lines,
            ApplyOutput::Text => ProgressForm::Bars,
        }
    }

    fn conclude(&self, summary: &RunSummary) -> Outcome {
        if self.args.output == ApplyOutput::Text {
            let replaced = Some(Ledger::of(summary)).filter(|ledger| ledger.total() > 0);
            let replaced = replaced.map(|ledger| format!("{ledger}."));
            let go_on = self.go_on(summary);
            let ending = Ending { replaced: replaced.as_deref(), go_on: go_on.as_deref() };
            self.console.result(|out| write_summary(out, summary, &ending, &self.console.out))?;
            self.show_ledger(summary)?;
        }
        if self.stop.cancel().hard.is_cancelled() {
            self.console.note(
                "Detached: what vCenter has begun goes on there, and is waited for when the run is resumed.",
            );
        }
        // The summary says it to people.
        if let (ApplyOutput::Jsonl, Some(go_on)) = (self.args.output, self.go_on(summary)) {
            self.console.note(&format!("To go on: {go_on}"));
        }
        Ok(summary_exit(summary))
    }
}

impl Applying<'_> {
    /// The command that goes on with a run that did not get to its end.
    fn go_on(&self, summary: &RunSummary) -> Option<String> {
        (summary.verdict != Verdict::Done).then(|| command_line(["resume", self.run.id()]))
    }

    fn show_ledger(&self, summary: &RunSummary) -> Result<(), CliError> {
        let Some(column) = self.args.ledger else { return Ok(()) };
        let account = Account::of(column, summary);
        self.console.result(|out| {
            for table in account.tables() {
                writeln!(out)?;
                write_table(out, &table, &self.console.out)?;
            }
            writeln!(out, "\n{}", account.totals())
        })
    }
}
