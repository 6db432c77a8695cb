//! Where the journal is, and errors about it for the operator.

use std::path::PathBuf;

use state::{Journal, JournalError, JournalReader};

use crate::environment::Environment;
use crate::error::CliError;
use crate::exit::Exit;

/// Opens the journal for writing and makes it if there is none.
pub(crate) fn open(environment: &Environment) -> Result<Journal, CliError> {
    Journal::open(path(environment)?).map_err(refused)
}

/// Opens the journal for reading; `None` when there is none.
pub(crate) fn read(environment: &Environment) -> Result<Option<JournalReader>, CliError> {
    JournalReader::open(&path(environment)?).map_err(refused)
}

/// The journal cannot be used.
pub(crate) fn refused(error: JournalError) -> CliError {
    let hint = error.hint();
    CliError::new(error).hint(hint).exit(Exit::JOURNAL)
}

fn path(environment: &Environment) -> Result<PathBuf, CliError> {
    let folder = environment.state_folder().ok_or_else(|| {
        CliError::new("cannot tell where the journal is: HOME is not set")
            .hint("name a folder by LOCKSTEP_STATE_DIR")
            .exit(Exit::JOURNAL)
    })?;
    Ok(folder.join("journal.db"))
}
