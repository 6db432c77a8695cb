//! `lockstep schema`: the JSON schema that lets editors complete and check playbooks.

use clap::Args;

use crate::error::Outcome;
use crate::exit::Exit;
use crate::reference::schema_text;
use crate::surroundings::Surroundings;

/// Print the JSON schema of playbooks, for editors
///
/// With the YAML language server, write it to a file and start playbooks with the line
/// `# yaml-language-server: $schema=FILE`.
#[derive(Args, Debug)]
pub(crate) struct SchemaArgs {}

/// Prints the schema.
pub(crate) fn run(_args: &SchemaArgs, surroundings: &Surroundings) -> Outcome {
    surroundings.console.result(|out| {
        out.extend_from_slice(schema_text().as_bytes());
        Ok(())
    })?;
    Ok(Exit::DONE)
}
