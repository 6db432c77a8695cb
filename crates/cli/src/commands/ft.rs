//! `lockstep ft`: commands about Fault Tolerance alone.

use clap::{Args, Subcommand};

use super::status;
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
}

/// Runs the command.
pub(crate) async fn run(args: &FtArgs, surroundings: &Surroundings) -> Outcome {
    match &args.command {
        FtCommand::Status(args) => status::run(args, surroundings).await,
    }
}
