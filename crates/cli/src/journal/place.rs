//! Where the journal is, and errors about it for the operator.

use std::net::SocketAddr;
use std::path::PathBuf;

use state::{CrashAt, Journal, JournalError, JournalReader, NotACrash};

use crate::environment::Environment;
use crate::error::CliError;
use crate::exit::Exit;

/// Opens the journal for writing and makes it if there is none.
pub(crate) fn open(environment: &Environment) -> Result<Journal, CliError> {
    Journal::open(path(environment)?).map_err(refused)
}

/// Opens the journal for an apply to these servers.
///
/// LOCKSTEP_CRASH_AT ends the process at one of its writes, for tests of what a crash leaves behind. It is refused
/// wherever a server is that somebody could miss.
pub(crate) fn open_to_apply(
    servers: &[String],
    environment: &Environment,
) -> Result<Journal, CliError> {
    let Some(crash) = environment.get("LOCKSTEP_CRASH_AT") else { return open(environment) };
    let refusal = |why: String| {
        CliError::new(format!("LOCKSTEP_CRASH_AT is set, which only tests may do: {why}"))
            .hint("unset LOCKSTEP_CRASH_AT")
    };
    let crash: CrashAt = crash.parse().map_err(|error: NotACrash| refusal(error.to_string()))?;
    match servers.iter().find(|server| !is_here(server)) {
        Some(server) => Err(refusal(format!("`{server}` is not on this machine"))),
        None => Journal::open_to_crash(path(environment)?, Some(crash)).map_err(refused),
    }
}

/// Whether a server, named as host and port, is certainly on this machine.
fn is_here(server: &str) -> bool {
    server.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_on_purpose_is_refused_away_from_this_machine() {
        let servers = |server: &str| vec!["127.0.0.1:8989".to_owned(), server.to_owned()];
        let crash = Environment::of([("LOCKSTEP_CRASH_AT", "1:before")]);
        for server in ["vc.example:443", "10.0.0.1:443", "localhost:443"] {
            let refused = open_to_apply(&servers(server), &crash).unwrap_err();
            assert!(refused.text().contains("is not on this machine"), "{}", refused.text());
        }
        let typo = Environment::of([("LOCKSTEP_CRASH_AT", "yes")]);
        let refused = open_to_apply(&servers("[::1]:443"), &typo).unwrap_err();
        assert!(refused.text().contains("N:before"), "{}", refused.text());
    }
}
