//! The list of the commands.

use clap::{Args, Subcommand};

use super::operating::operate;
use super::operation_args::{DrillArgs, OffArgs, ResumeArgs, SuspendArgs};
use super::rebalance::{self, RebalanceArgs};
use super::select::{self, SelectArgs};
use crate::commands::status;
use crate::error::Outcome;
use crate::surroundings::Surroundings;

/// Look after virtual machines with Fault Tolerance
#[derive(Args, Debug)]
pub(crate) struct FtArgs {
    #[command(subcommand)]
    command: FtCommand,
}

#[derive(Debug, Subcommand)]
enum FtCommand {
    Status(status::StatusArgs),
    Select(SelectArgs),
    Drill(DrillArgs),
    Suspend(SuspendArgs),
    Resume(ResumeArgs),
    Off(OffArgs),
    Rebalance(RebalanceArgs),
}

/// Runs the command.
pub(crate) async fn run(args: &FtArgs, surroundings: &Surroundings) -> Outcome {
    match &args.command {
        FtCommand::Status(args) => status::run(args, surroundings).await,
        FtCommand::Select(args) => select::run(args, surroundings).await,
        FtCommand::Drill(args) => operate(&args.settings(), surroundings).await,
        FtCommand::Suspend(args) => operate(&args.settings(), surroundings).await,
        FtCommand::Resume(args) => operate(&args.settings(), surroundings).await,
        FtCommand::Off(args) => operate(&args.settings(), surroundings).await,
        FtCommand::Rebalance(args) => rebalance::run(args, surroundings).await,
    }
}
