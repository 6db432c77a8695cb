//! The command line: [`Cli`]. Its texts are the help pages and the reference.

use clap::{Parser, Subcommand};

use crate::commands::{
    apply, cancel, completions, drift, explain, ft, gate, ledger, mock, ovf, plan, reference,
    resume, runs, schema, status, unlock, validate,
};
use crate::console::OutputArgs;
use crate::exit;

/// Takes vSphere hosts and virtual machines to Fault Tolerance with one command.
///
/// A playbook says what is to be true. `plan` shows what differs and changes nothing, `apply` makes it true
/// and proves it.
#[derive(Debug, Parser)]
#[command(name = "lockstep", version, max_term_width = 100, after_long_help = exit::help_text())]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(validate::ValidateArgs),
    Plan(plan::PlanArgs),
    Apply(apply::ApplyArgs),
    Resume(resume::ResumeArgs),
    Cancel(cancel::CancelArgs),
    Drift(drift::DriftArgs),
    Status(status::StatusArgs),
    Ft(ft::FtArgs),
    Ovf(ovf::OvfArgs),
    Runs(runs::RunsArgs),
    Gate(gate::GateArgs),
    Unlock(unlock::UnlockArgs),
    Explain(explain::ExplainArgs),
    Ledger(ledger::LedgerArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Mock(mock::MockArgs),
    /// Show the exit codes
    #[command(hide = true, after_help = exit::help_text())]
    ExitCodes,
    Reference(reference::ReferenceArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
