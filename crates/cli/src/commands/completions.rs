//! `lockstep completions`: what makes a shell complete our command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::arguments::Cli;
use crate::error::Outcome;
use crate::exit::Exit;
use crate::surroundings::Surroundings;

/// Print the completions of a shell
///
/// For bash: `lockstep completions bash > ~/.local/share/bash-completion/completions/lockstep`
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Prints the completions.
pub(crate) fn run(args: &CompletionsArgs, surroundings: &Surroundings) -> Outcome {
    surroundings.console.result(|out| {
        clap_complete::generate(args.shell, &mut Cli::command(), "lockstep", out);
        Ok(())
    })?;
    Ok(Exit::DONE)
}
