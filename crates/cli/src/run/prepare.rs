//! From a playbook file to everything a run needs before it connects: [`Prepared`].

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use orchestrator::TaskGraph;
use playbook::{DEFAULT_CONNECTION, Field, Kind, Playbook, SecretRef, TaskInstance, conflicts};
use tasks::VsphereWorld;

use crate::connection::{ConnectionArgs, Extras, Sessions, Target};
use crate::error::CliError;
use crate::gates::{GateArgs, GateSettings};
use crate::journal::absolute;
use crate::playbook_file::{PlaybookArgs, PlaybookError, folder, mistakes_style, read_playbook};
use crate::secrets::{Secrets, prompts};
use crate::selection::select;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// What to run, and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) playbook: PlaybookArgs,
    /// Run only tasks with one of these tags; what they need is taken as done
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    #[command(flatten)]
    pub(crate) gates: GateArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// A checked playbook with its tasks, and where they lead.
pub(crate) struct Prepared {
    /// The tasks.
    pub(crate) graph: Arc<TaskGraph<VsphereWorld>>,
    /// Where passwords come from.
    pub(crate) secrets: Secrets,
    /// The servers, as people know them.
    pub(crate) servers: Vec<String>,
    /// How its gates are answered.
    pub(crate) gates: GateSettings,
    /// The playbook's absolute path.
    pub(crate) path: String,
    /// The playbook's SHA-256.
    pub(crate) digest: String,
    /// Where the playbook lies.
    pub(crate) folder: PathBuf,
    targets: Vec<Target>,
    questions: Vec<SecretRef>,
}

#[derive(Debug, thiserror::Error)]
#[error("options for a connection were given, but no connection is called `{DEFAULT_CONNECTION}`")]
struct NoUsualConnection;

impl Prepared {
    /// Reads the playbook and puts the settings together; no network.
    pub(crate) fn read(args: &RunArgs, surroundings: &Surroundings) -> Result<Self, CliError> {
        // A password on the command line is refused before anything else is looked at.
        args.connection.address()?;
        let console = &surroundings.console;
        let mut playbook = read_playbook(&args.playbook, tasks::CATALOGUE)
            .map_err(|error| error.into_error(&console.err))?;
        if !playbook.warnings.is_empty() {
            console.note(playbook.warnings.render(mistakes_style(&console.err)).trim_end());
        }
        let selection = select(std::mem::take(&mut playbook.tasks), &args.tags)?;
        selection.notes.iter().for_each(|note| console.note(note));
        playbook.tasks = selection.tasks;
        if let Some(found) = conflicts(&playbook, tasks::CATALOGUE) {
            return Err(PlaybookError::Mistakes(found).into_error(&console.err));
        }
        for skipped in &playbook.skipped {
            console
                .detail(&format!("task `{}` is left out: {} is false", skipped.id, skipped.when));
        }
        let base = folder(&args.playbook.file);
        let extras = Extras { args: &args.connection, surroundings, base: &base };
        let targets = targets(&playbook, extras)?;
        let graph =
            tasks::task_graph(&playbook).map_err(|error| CliError::bug(&error.to_string()))?;
        let path = absolute(&args.playbook.file, &surroundings.environment.folder);
        let gates = GateSettings::new(
            &args.gates,
            path.clone(),
            graph.nodes().iter().map(|node| &node.head),
            surroundings,
        )?;
        Ok(Prepared {
            path,
            gates,
            graph: Arc::new(graph),
            secrets: Secrets::new(base.clone(), surroundings),
            digest: state::digest_of(playbook.warnings.source().text().as_bytes()),
            folder: base,
            servers: targets.iter().map(|target| target.url.authority()).collect(),
            targets,
            questions: playbook.tasks.iter().flat_map(|task| prompts(&task.args)).collect(),
        })
    }

    /// Asks what must be asked and logs in.
    pub(crate) async fn connect(
        &mut self,
        surroundings: &Surroundings,
        stop: &Stop,
    ) -> Result<Sessions, CliError> {
        for question in std::mem::take(&mut self.questions) {
            // One that cannot be answered is the task's affair: it says what it needed it for.
            if let Err(error) = stop.or(self.secrets.read(question)).await? {
                tracing::debug!(%error, "a question was not answered");
            }
        }
        let targets = std::mem::take(&mut self.targets);
        Sessions::open(targets, &self.secrets, surroundings, stop).await
    }
}

/// The targets of the connections that are used.
fn targets(playbook: &Playbook, extras: Extras<'_>) -> Result<Vec<Target>, CliError> {
    let used: BTreeSet<&str> = playbook.tasks.iter().flat_map(connections_of).collect();
    let alone = playbook.connections.len() == 1;
    if !alone && extras.args.is_given() && playbook.connection(DEFAULT_CONNECTION).is_none() {
        return Err(CliError::new(NoUsualConnection)
            .hint("give the settings in the playbook's `connections:`, each with its name"));
    }
    let wanted = playbook.connections.iter().filter(|one| used.contains(&*one.name));
    wanted.map(|connection| Target::of(connection, alone, extras)).collect()
}

/// The task's own connection, and those that its fields name.
fn connections_of(task: &TaskInstance) -> Vec<&str> {
    let capability = tasks::CATALOGUE.iter().find(|one| one.name == task.capability);
    let connects = capability.is_none_or(|capability| {
        let needs = |field: &&str| task.args.given(field);
        capability.connects || capability.connects_for.iter().any(needs)
    });
    let own = connects.then_some(task.connection.as_str());
    let fields = capability.map_or(&[][..], |capability| capability.fields);
    own.into_iter().chain(named_in(fields, &task.args)).collect()
}

fn named_in<'a>(fields: &[Field], args: &'a playbook::Args) -> Vec<&'a str> {
    let named = |field: &Field| match field.kind {
        Kind::Connection => args.opt_text(field.name).into_iter().collect(),
        Kind::Record(fields) => {
            args.opt_record(field.name).map(|args| named_in(fields, args)).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    fields.iter().flat_map(named).collect()
}
