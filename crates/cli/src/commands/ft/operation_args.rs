//! The options of drill, suspend, resume and off. Their texts are the help pages.

use std::time::Duration;

use clap::{Args, ValueEnum};
use tasks::Operation;

use super::selection_args::SelectionArgs;
use crate::connection::ConnectionArgs;
use crate::run::{GivenLimit, limit};

/// Test failover of virtual machines, one after the other
///
/// Makes the secondary of each the primary, waits until the VM is protected again, and tells how long both took. The
/// next VM begins when the former is protected; when one does not come back, the others are left alone. Only VMs that
/// are protected are taken.
#[derive(Args, Debug)]
pub(crate) struct DrillArgs {
    /// Do not swap the roles: end each secondary and have it started again
    #[arg(long)]
    restart_secondary: bool,
    /// Leave out VMs that are not protected, and go on with the next when one does not come back
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    operation: OperationArgs,
}

/// Suspend Fault Tolerance: switch secondaries off and keep them
///
/// While it is suspended, a VM does not survive the loss of its host.
#[derive(Args, Debug)]
pub(crate) struct SuspendArgs {
    /// Do what can be done although something is blocked
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    operation: OperationArgs,
}

/// Resume Fault Tolerance that was suspended, and wait until the VMs are protected
#[derive(Args, Debug)]
pub(crate) struct ResumeArgs {
    /// Do what can be done although something is blocked
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    operation: OperationArgs,
}

/// Turn Fault Tolerance off; the secondaries are deleted
#[derive(Args, Debug)]
pub(crate) struct OffArgs {
    /// Do what can be done although something is blocked
    #[arg(long)]
    partial: bool,
    #[command(flatten)]
    operation: OperationArgs,
}

/// What the operations share.
#[derive(Args, Clone, Debug)]
pub(crate) struct OperationArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Show what would be done, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask; needed where there is no terminal
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// How long one VM may take, such as `30m`
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = time)]
    pub(crate) within: Duration,
    /// How much runs at the same time per `vcenter`, `cluster` or `host`
    #[arg(long = "limit", value_name = "NAME=N", value_parser = limit)]
    pub(crate) limits: Vec<GivenLimit>,
    /// How to show what happens and what came of it
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) output: OperationOutput,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OperationOutput {
    /// For people
    Text,
    /// One JSON document at the end
    Json,
    /// JSON lines, as things happen
    Jsonl,
}

/// How an operation goes about it.
#[derive(Clone, Debug)]
pub(crate) struct OperationSettings<'a> {
    pub(crate) operation: Operation,
    pub(crate) args: &'a OperationArgs,
    /// What is blocked keeps nothing else from being done.
    pub(crate) partial: bool,
    pub(crate) keep_going: bool,
}

impl DrillArgs {
    pub(super) fn settings(&self) -> OperationSettings<'_> {
        let operation = match self.restart_secondary {
            true => Operation::RestartSecondary,
            false => Operation::Failover,
        };
        let keep_going = self.keep_going;
        OperationSettings { operation, args: &self.operation, partial: keep_going, keep_going }
    }
}

impl SuspendArgs {
    pub(super) fn settings(&self) -> OperationSettings<'_> {
        self.operation.settings(Operation::Suspend, self.partial)
    }
}

impl ResumeArgs {
    pub(super) fn settings(&self) -> OperationSettings<'_> {
        self.operation.settings(Operation::Resume, self.partial)
    }
}

impl OffArgs {
    pub(super) fn settings(&self) -> OperationSettings<'_> {
        self.operation.settings(Operation::TurnOff, self.partial)
    }
}

impl OperationArgs {
    fn settings(&self, operation: Operation, partial: bool) -> OperationSettings<'_> {
        OperationSettings { operation, args: self, partial, keep_going: false }
    }
}

/// Reads a length of time.
fn time(text: &str) -> Result<Duration, String> {
    playbook::parse_duration(text)
        .filter(|time| !time.is_zero())
        .ok_or_else(|| format!("`{text}` is not a time such as `90s` or `1h30m`"))
}
