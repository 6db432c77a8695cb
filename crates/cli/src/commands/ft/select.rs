//! `lockstep ft select`: which virtual machines a playbook or a selection takes, and what is left out and why.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use orchestrator::Table;
use playbook::{Connection, DEFAULT_CONNECTION, Playbook, TaskInstance};
use report::{Style, write_table};
use serde::Serialize;
use tasks::{Chosen, FtVm, Passed, Selection, choose_vms};

use super::choosing::not_read;
use super::selection_args::SelectionArgs;
use crate::connection::{ConnectionArgs, Extras, Sessions, Target};
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::playbook_file::{PlaybookArgs, folder, read_playbook};
use crate::secrets::Secrets;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Show which virtual machines are selected, and what is left out and why
///
/// Either by options and patterns, as `lockstep ft drill` takes them, or as the `fault_tolerance` tasks of a playbook
/// say. Reads only.
#[derive(Args, Debug)]
pub(crate) struct SelectArgs {
    /// Show what the `fault_tolerance` tasks of this playbook select
    #[arg(long, value_name = "FILE", conflicts_with_all = ["patterns", "folder", "pool", "cluster", "host", "tag", "attribute", "file", "except"])]
    playbook: Option<PathBuf>,
    /// Set a variable of the playbook; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE", requires = "playbook")]
    vars: Vec<String>,
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// How to show the result
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: SelectOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SelectOutput {
    /// Tables for people
    Text,
    /// One JSON document
    Json,
}

/// A selection, and what is known before it is looked up.
struct Wanted {
    /// The task of a playbook that it is from.
    task: Option<String>,
    connection: Connection,
    selection: Selection,
    /// Where its files are looked for.
    folder: PathBuf,
}

/// What one selection comes to.
#[derive(Serialize)]
struct Selected {
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
    server: String,
    taken: Vec<VmDocument>,
    left_out: Vec<LeftOutDocument>,
    /// Texts that name nothing, with the reason.
    unknown: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    v: u32,
    selections: Vec<Selected>,
}

#[derive(Serialize)]
struct VmDocument {
    name: String,
    path: String,
    id: String,
    cluster: Option<String>,
    host: Option<String>,
    power: String,
    state: String,
    secondary_host: Option<String>,
}

#[derive(Serialize)]
struct LeftOutDocument {
    why: &'static str,
    #[serde(skip)]
    in_words: &'static str,
    #[serde(flatten)]
    vm: VmDocument,
}

impl From<FtVm> for VmDocument {
    fn from(vm: FtVm) -> Self {
        Self {
            name: vm.name,
            path: vm.path,
            id: vm.object.value.to_string(),
            cluster: vm.cluster,
            host: vm.host,
            power: vm.power,
            state: vm.ft_state,
            secondary_host: vm.secondary_host,
        }
    }
}

/// Reads and shows.
pub(super) async fn run(args: &SelectArgs, surroundings: &Surroundings) -> Outcome {
    let wanted = match &args.playbook {
        Some(file) => of_playbook(args, file, surroundings)?,
        None => vec![of_options(args, surroundings)?],
    };
    let base = args.playbook.as_deref().map(folder).unwrap_or_default();
    let targets = targets(&wanted, args, surroundings, &base)?;
    let secrets = Secrets::new(base, surroundings);
    let stop = Stop::listen()?;
    let sessions = Sessions::open(targets, &secrets, surroundings, &stop).await?;
    let found = stop.or(look(wanted, &sessions)).await;
    sessions.close(surroundings).await;
    let found = found?;
    let console = &surroundings.console;
    let good = found.iter().all(|one| one.unknown.is_empty());
    match args.output {
        SelectOutput::Text => console.result(|out| {
            found.iter().try_for_each(|selected| write_text(out, selected, &console.out))
        })?,
        SelectOutput::Json => console.result(|out| {
            serde_json::to_writer_pretty(&mut *out, &Document { v: 1, selections: found })?;
            out.push(b'\n');
            Ok(())
        })?,
    }
    Ok(if good { Exit::DONE } else { Exit::BLOCKED })
}

fn of_options(args: &SelectArgs, surroundings: &Surroundings) -> Result<Wanted, CliError> {
    let mut selection = args.selection.selection()?;
    if selection.is_empty() {
        selection.vms.push("*".to_owned());
    }
    let connection = Connection::unset(DEFAULT_CONNECTION);
    let folder = surroundings.environment.folder.clone();
    Ok(Wanted { task: None, connection, selection, folder })
}

fn of_playbook(
    args: &SelectArgs,
    file: &Path,
    surroundings: &Surroundings,
) -> Result<Vec<Wanted>, CliError> {
    let playbook_args = PlaybookArgs { file: file.to_owned(), vars: args.vars.clone() };
    let playbook = read_playbook(&playbook_args, tasks::CATALOGUE)
        .map_err(|error| error.into_error(&surroundings.console.err))?;
    let wanted: Vec<Wanted> =
        playbook.tasks.iter().filter_map(|task| of_task(task, &playbook, file)).collect();
    if wanted.is_empty() {
        return Err(CliError::new("the playbook has no `fault_tolerance` task"));
    }
    Ok(wanted)
}

fn of_task(task: &TaskInstance, playbook: &Playbook, file: &Path) -> Option<Wanted> {
    let selection = Selection::of_task(task)?;
    let connection = playbook.connection(&task.connection).cloned();
    Some(Wanted {
        task: Some(task.id.clone()),
        connection: connection.unwrap_or_else(|| Connection::unset(&task.connection)),
        selection,
        folder: folder(file),
    })
}

/// The servers, each once.
fn targets(
    wanted: &[Wanted],
    args: &SelectArgs,
    surroundings: &Surroundings,
    base: &Path,
) -> Result<Vec<Target>, CliError> {
    args.connection.address()?;
    let connections: BTreeMap<&str, &Connection> =
        wanted.iter().map(|one| (&*one.connection.name, &one.connection)).collect();
    let alone = connections.len() == 1;
    let extras = Extras { args: &args.connection, surroundings, base };
    connections.into_values().map(|one| Target::of(one, alone, extras)).collect()
}

async fn look(wanted: Vec<Wanted>, sessions: &Sessions) -> Result<Vec<Selected>, CliError> {
    let mut found = Vec::new();
    for Wanted { task, connection, selection, folder } in wanted {
        let mut clients = sessions.clients();
        let client = clients.find(|(name, _)| *name == &*connection.name);
        let Some((_, client)) = client else {
            let name = &connection.name;
            return Err(CliError::new(format!(
                "connection `{name}` is opened by a task of the playbook"
            ))
            .hint("its virtual machines can be looked at when the server is there"));
        };
        let reader = client.reader();
        let Chosen { taken, passed, unknown } =
            choose_vms(&selection, &reader, &folder).await.map_err(not_read)?;
        let left_out = passed.into_iter().map(|Passed { vm, why }| LeftOutDocument {
            why: why.as_str(),
            in_words: why.in_words(),
            vm: vm.into(),
        });
        found.push(Selected {
            task,
            server: reader.url().authority(),
            taken: taken.into_iter().map(VmDocument::from).collect(),
            left_out: left_out.collect(),
            unknown: unknown.into_iter().map(|(_, error)| error.to_string()).collect(),
        });
    }
    Ok(found)
}

fn write_text(out: &mut Vec<u8>, selected: &Selected, style: &Style) -> io::Result<()> {
    let from = selected.task.as_ref().map(|task| format!(" by task `{task}`")).unwrap_or_default();
    let title = |what: &str, number: usize| format!("{what}{from}: {number}");
    if !selected.taken.is_empty() {
        let table = table(title("Selected", selected.taken.len()), &selected.taken);
        write_table(out, &table, style)?;
        writeln!(out)?;
    }
    if !selected.left_out.is_empty() {
        let columns = ["why", "VM", "path"].map(str::to_owned).to_vec();
        let row = |one: &LeftOutDocument| {
            vec![one.in_words.to_owned(), one.vm.name.clone(), one.vm.path.clone()]
        };
        let mut rows: Vec<Vec<String>> = selected.left_out.iter().map(row).collect();
        rows.sort();
        let table = Table { title: title("Left out", rows.len()), columns, rows };
        write_table(out, &table, style)?;
        writeln!(out)?;
    }
    for unknown in &selected.unknown {
        writeln!(out, "Not found: {unknown}")?;
    }
    writeln!(out, "{} selected{from}, {} left out.", selected.taken.len(), selected.left_out.len())
}

fn table(title: String, vms: &[VmDocument]) -> Table {
    let columns = ["VM", "path", "cluster", "host", "power", "Fault Tolerance", "secondary on"];
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let row = |vm: &VmDocument| {
        vec![
            vm.name.clone(),
            vm.path.clone(),
            shown(&vm.cluster),
            shown(&vm.host),
            vm.power.clone(),
            vm.state.clone(),
            shown(&vm.secondary_host),
        ]
    };
    Table {
        title,
        columns: columns.map(str::to_owned).to_vec(),
        rows: vms.iter().map(row).collect(),
    }
}
