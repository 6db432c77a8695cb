//! `lockstep explain`: what a capability takes and needs, or what a diagnostic code means.

use clap::Args;
use playbook::{Capability, Code};

use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::reference::{capability_methods, field_rows};
use crate::surroundings::Surroundings;
use crate::text::wrapped;

/// Explain a capability: fields, example, privileges, API methods, steps by hand
///
/// Without a topic the capabilities are listed. A code of a diagnostic, such as LS021, can be explained too.
#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// A capability, such as `cluster`, or a code
    topic: Option<String>,
}

/// Shows what was asked for.
pub(crate) fn run(args: &ExplainArgs, surroundings: &Surroundings) -> Outcome {
    let console = &surroundings.console;
    let width = console.out.width.min(100);
    let text = match &args.topic {
        None => list(width),
        Some(topic) => explain(topic, width)?,
    };
    console.result(|out| {
        out.extend_from_slice(text.as_bytes());
        Ok(())
    })?;
    Ok(Exit::DONE)
}

fn list(width: usize) -> String {
    let mut text = String::from("Capabilities:\n");
    for capability in tasks::CATALOGUE {
        text += &format!("  {}\n{}", capability.name, wrapped(capability.summary, 6, width));
    }
    text + "\n`lockstep explain NAME` shows fields, an example, privileges and API methods.\n"
}

fn explain(topic: &str, width: usize) -> Result<String, CliError> {
    if let Some(capability) = tasks::CATALOGUE.iter().find(|one| one.name == topic) {
        return Ok(capability_text(capability, width));
    }
    let code = Code::ALL.iter().find(|code| code.as_str().eq_ignore_ascii_case(topic));
    match code {
        Some(code) => {
            let severity = format!("{:?}", code.severity()).to_lowercase();
            Ok(format!("{} ({severity})\n{}", code.as_str(), wrapped(code.summary(), 2, width)))
        }
        None => {
            let names: Vec<&str> = tasks::CATALOGUE.iter().map(|one| one.name).collect();
            let hint = format!("capabilities: {}", names.join(", "));
            Err(CliError::new(format!("nothing is called `{topic}`")).hint(hint))
        }
    }
}

fn capability_text(capability: &Capability, width: usize) -> String {
    let mut text = format!("{}\n{}", capability.name, wrapped(capability.summary, 2, width));
    text += "\nFields\n";
    for row in field_rows(capability.fields) {
        let indent = 2 + 2 * row.depth;
        text += &wrapped(&format!("{} - {}", row.name, row.takes()), indent, width);
        text += &wrapped(row.doc, indent + 4, width);
    }
    text += "\nExample\n";
    for line in capability.example.lines() {
        text += &format!("  {line}\n");
    }
    text += "\nPrivileges\n";
    for privilege in capability.privileges {
        text += &wrapped(&format!("{} on {}", privilege.id, privilege.on), 2, width);
    }
    text += "\nAPI methods\n";
    for (method, privilege) in capability_methods(capability) {
        let needs = privilege.map(|privilege| format!(" ({privilege})")).unwrap_or_default();
        text += &format!("  {method}{needs}\n");
    }
    text + "\nBy hand\n" + &wrapped(capability.manual_steps, 2, width)
}
