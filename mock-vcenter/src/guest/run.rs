//! Running a command in a guest: [`run_command`].

use std::collections::BTreeMap;
use std::time::Duration;

use vim25::MoRef;

use crate::fault::Fault;
use crate::store::Transaction;

use super::command::CommandLine;
use super::effect::{Effected, carry_out};
use super::program::Program;
use super::state::Guest;

/// What a command line comes to before its effect takes place.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The program that fits, with the words of the command line; `None` when the guest has no such program.
    pub program: Option<(Program, BTreeMap<String, String>)>,
    /// The command line taken apart.
    pub line: CommandLine,
    /// How long it runs.
    pub duration: Duration,
}

impl Outcome {
    /// What `command` will do in this guest.
    #[must_use]
    pub fn of(guest: &Guest, command: &str) -> Self {
        let line = CommandLine::read(command);
        let program = guest.programs.iter().find_map(|program| {
            let words = program.fits(&line.full).or_else(|| program.fits(&line.plain))?;
            Some((program.clone(), words))
        });
        let seconds = program.as_ref().map_or(0, |(program, _)| program.seconds);
        Self { program, line, duration: Duration::from_secs(seconds) }
    }

    /// Ends the command: its effect takes place and its output goes where the command line says. Returns exit
    /// code and output; 127 as a shell does when there is no such program.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when the guest is gone.
    pub fn end(
        &self,
        tx: &mut Transaction<'_>,
        vm: &MoRef,
        user: &str,
    ) -> Result<(i32, String), Fault> {
        let ended = match &self.program {
            None => {
                let name = self.line.plain.split(' ').next().unwrap_or_default();
                Effected { exit_code: 127, output: format!("{name}: command not found\n") }
            }
            Some((program, words)) => {
                let output = filled(&program.output, words, tx.get(&Guest::id_of(vm))?, user);
                let ended = Effected { exit_code: program.exit_code, output };
                carry_out(tx, vm, &program.effect, words, ended)?
            }
        };
        if let Some(path) = &self.line.output {
            let now = tx.timestamp();
            Guest::edit(tx, vm)?.write_file(path, ended.output.clone().into_bytes(), user, now);
        }
        Ok((ended.exit_code, ended.output))
    }
}

/// Runs a command to its end, whatever its duration. Returns exit code and output.
///
/// # Errors
/// `ManagedObjectNotFound` when the VM has no guest.
pub fn run_command(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    user: &str,
    command: &str,
) -> Result<(i32, String), Fault> {
    let outcome = Outcome::of(tx.get(&Guest::id_of(vm))?, command);
    outcome.end(tx, vm, user)
}

fn filled(text: &str, words: &BTreeMap<String, String>, guest: &Guest, user: &str) -> String {
    let mut filled = text.replace("{whoami}", user).replace("{hostname}", &guest.host_name);
    for (name, word) in words {
        filled = filled.replace(&format!("{{{name}}}"), word);
    }
    filled
}
