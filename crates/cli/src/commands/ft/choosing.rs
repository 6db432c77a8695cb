//! Finds the virtual machines that are meant, or says what is wrong with the choice.

use orchestrator::TaskError;
use tasks::{Chosen, FtVm, Operation, Passed, Selection, choose_vms};
use vsphere::{FindError, Reader};

use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::surroundings::Surroundings;

/// The VMs that `selection` means. A text that names nothing is an error: who asks for `db1` wants to hear that
/// there is none.
pub(super) async fn choose(
    selection: &Selection,
    reader: &Reader,
    surroundings: &Surroundings,
) -> Result<Chosen, CliError> {
    let folder = &surroundings.environment.folder;
    let chosen = choose_vms(selection, reader, folder).await.map_err(not_read)?;
    if let Some(unknown) = unknown(&chosen.unknown) {
        return Err(unknown);
    }
    Ok(chosen)
}

/// Of what was chosen, what an operation is for. VMs without Fault Tolerance that a pattern or a place brought in
/// are not meant, unless it is about to be turned off anyhow.
pub(super) fn meant(
    chosen: Chosen,
    operation: Operation,
    console: &Console,
) -> Result<Vec<FtVm>, CliError> {
    let is_meant =
        |vm: &FtVm| operation == Operation::TurnOff || vm.named || vm.ft_state != "notConfigured";
    // Who names a VM wants to hear that it is not taken.
    for Passed { vm, why } in chosen.passed.iter().filter(|passed| passed.vm.named) {
        console.warn(&format!("`{}` is left out: {}", vm.name, why.in_words()));
    }
    let all = chosen.taken.len();
    let vms: Vec<FtVm> = chosen.taken.into_iter().filter(is_meant).collect();
    if vms.len() < all {
        console.note(&format!("{} without Fault Tolerance left out.", all - vms.len()));
    }
    if !vms.is_empty() {
        return Ok(vms);
    }
    let why = match all {
        0 => "the selection fits no virtual machine",
        _ => "none of the virtual machines that are selected has Fault Tolerance",
    };
    let hint = "`lockstep ft select` shows what a selection takes, and what it leaves out";
    Err(CliError::new(why).hint(hint).exit(Exit::BLOCKED))
}

fn unknown(unknown: &[(String, FindError)]) -> Option<CliError> {
    let (_, first) = unknown.first()?;
    let rest = unknown.len() - 1;
    let more =
        if rest > 0 { format!(" (and {rest} more that cannot be found)") } else { String::new() };
    Some(CliError::new(format!("{first}{more}")))
}

/// A failure to read, with its remedy.
pub(super) fn not_read(error: TaskError) -> CliError {
    let denied = ["login-refused", "missing-privilege"].contains(&error.code);
    let hint = error.hint.clone();
    let error = CliError::new(error).exit(if denied { Exit::DENIED } else { Exit::ERROR });
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
