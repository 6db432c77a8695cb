//! The command `lockstep`: the only place that reads the environment, the home folder and the command line, and
//! that ends the process.
//!
//! [`arguments::Cli`] is the command line, `commands` has one file per command, `connection` and `run` are what
//! they share. Results go to standard output, everything else to standard error; errors are printed here and
//! nowhere else.

mod arguments;
mod commands;
mod connection;
mod console;
mod environment;
mod error;
mod exit;
mod gates;
mod journal;
mod playbook_file;
mod reference;
mod reports;
mod run;
mod saved;
mod secrets;
mod selection;
mod stop;
mod surroundings;
mod terminal;
mod text;
mod trace;

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;

use crate::arguments::{Cli, Command};
use crate::commands::{
    apply, completions, explain, gate, ledger, mock, plan, runs, schema, status, validate,
};
use crate::console::Console;
use crate::environment::Environment;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::surroundings::Surroundings;
use crate::terminal::Terminals;

/// How long work in the background may take to end with the process.
const LAST_WORK: Duration = Duration::from_millis(200);

/// What the last panic said.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

fn main() -> ExitCode {
    panic::set_hook(Box::new(note_panic));
    let outcome = panic::catch_unwind(AssertUnwindSafe(start)).unwrap_or_else(|_| {
        let said = PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
        Err(CliError::bug(&said.unwrap_or_default()))
    });
    terminal::restore();
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Standard error may be closed; the exit code says it all the same.
            let _ = io::stderr().lock().write_all(error.text().as_bytes());
            error.exit_code().into()
        }
    }
}

fn start() -> Outcome {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => {
            // Help goes to standard output, mistakes to standard error.
            let _ = answer.print();
            return Ok(if answer.use_stderr() { Exit::ERROR } else { Exit::DONE });
        }
    };
    let environment = Environment::of_process();
    let console = Console::new(&cli.output, &environment, Terminals::of_process());
    trace::start(console.volume, cli.output.trace.as_deref())?;
    let surroundings = Surroundings { console, environment };
    dispatch(cli.command, &surroundings)
}

fn dispatch(command: Command, surroundings: &Surroundings) -> Outcome {
    match command {
        Command::Validate(args) => validate::run(&args, surroundings),
        Command::Ovf(args) => commands::ovf::run(&args, surroundings),
        Command::Explain(args) => explain::run(&args, surroundings),
        Command::Ledger(args) => ledger::run(&args, surroundings),
        Command::Schema(args) => schema::run(&args, surroundings),
        Command::Completions(args) => completions::run(&args, surroundings),
        Command::Reference(args) => commands::reference::run(&args, surroundings),
        Command::ExitCodes => {
            surroundings.console.result(|out| out.write_all(exit::help_text().as_bytes()))?;
            Ok(Exit::DONE)
        }
        Command::Drift(args) => in_runtime(commands::drift::run(&args, surroundings)),
        Command::Plan(args) => in_runtime(plan::run(&args, surroundings)),
        Command::Apply(args) => in_runtime(apply::run(&args, surroundings)),
        Command::Resume(args) => in_runtime(commands::resume::run(&args, surroundings)),
        Command::Cancel(args) => in_runtime(commands::cancel::run(&args, surroundings)),
        Command::Unlock(args) => in_runtime(commands::unlock::run(&args, surroundings)),
        Command::Status(args) => in_runtime(status::run(&args, surroundings)),
        Command::Ft(args) => in_runtime(commands::ft::run(&args, surroundings)),
        Command::Gate(args) => in_runtime(gate::run(&args, surroundings)),
        Command::Runs(args) => in_runtime(runs::run(&args, surroundings)),
        Command::Mock(args) => in_runtime(mock::run(args)),
    }
}

fn in_runtime(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(CliError::new)?;
    let outcome = runtime.block_on(command);
    // A thread may still wait for an answer that nobody will type.
    runtime.shutdown_timeout(LAST_WORK);
    outcome
}

/// The engine catches panics of tasks and reports them itself, so nothing is printed here.
fn note_panic(info: &PanicHookInfo<'_>) {
    let said = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line()));
    let text = format!("{said}{}", place.unwrap_or_default());
    tracing::error!(panic = %text, "a bug");
    *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
}
