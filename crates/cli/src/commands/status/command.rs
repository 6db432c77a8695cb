//! The command: which VMs are meant, and how the process ends.

use std::path::Path;

use clap::{Args, ValueEnum};
use playbook::{Connection, DEFAULT_CONNECTION};
use vsphere::Reader;

use super::read::{Protection, read};
use super::show::{write_json, write_text};
use crate::connection::{ConnectionArgs, Extras, Sessions, Target, refuse_password};
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::secrets::Secrets;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Show which VMs are protected by Fault Tolerance, and where their secondaries are
///
/// Without a pattern: the VMs for which Fault Tolerance is turned on. With patterns: the VMs they name, all of
/// which must be protected for exit code 0.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// Name, path or id of a VM; `*` and `?` stand for other characters, such as `db-*` or `/DC/vm/prod/*`
    patterns: Vec<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// How to show the result
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: StatusOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatusOutput {
    /// A table for people
    Text,
    /// One JSON document
    Json,
}

/// Reads and shows the state.
pub(crate) async fn run(args: &StatusArgs, surroundings: &Surroundings) -> Outcome {
    for pattern in &args.patterns {
        refuse_password(pattern, "PATTERN")?;
    }
    let extras = Extras { args: &args.connection, surroundings, base: Path::new("") };
    let target = Target::of(&Connection::unset(DEFAULT_CONNECTION), true, extras)?;
    let secrets = Secrets::new("", surroundings);
    let stop = Stop::listen()?;
    let sessions = Sessions::open(vec![target], &secrets, surroundings, &stop).await?;
    let found = match sessions.clients().next() {
        Some((_, client)) => stop.or(look(args, &client.reader())).await,
        None => Err(CliError::bug("no session was opened")),
    };
    sessions.close(surroundings).await;
    let found = found?;
    let console = &surroundings.console;
    match args.output {
        StatusOutput::Text => console.result(|out| write_text(out, &found, &console.out))?,
        StatusOutput::Json => console.result(|out| write_json(out, &found))?,
    }
    if let Some(error) = found.first_error {
        return Err(CliError::new(error));
    }
    Ok(if found.vms.iter().all(|vm| vm.is_protected()) { Exit::DONE } else { Exit::FAILED })
}

async fn look(args: &StatusArgs, reader: &Reader) -> Result<Protection, CliError> {
    read(reader, &args.patterns).await
}
