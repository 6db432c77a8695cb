//! The exit codes, all of them: [`TABLE`] is what `--help`, the reference and the tests show.

use std::process::ExitCode;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(u8);

impl Exit {
    /// Everything is as it should be.
    pub(crate) const DONE: Exit = Exit(0);
    /// Wrong usage, an invalid playbook, something that could not be read, or a bug.
    pub(crate) const ERROR: Exit = Exit(1);
    /// A plan with changes, with `--detailed-exitcode`.
    pub(crate) const CHANGES: Exit = Exit(2);
    /// The run finished and something failed, or something is not protected.
    pub(crate) const FAILED: Exit = Exit(3);
    /// Somebody must change something first.
    pub(crate) const BLOCKED: Exit = Exit(4);
    /// Another run changes the same server.
    pub(crate) const LOCKED: Exit = Exit(5);
    /// Stopped by the operator.
    pub(crate) const CANCELLED: Exit = Exit(6);
    /// Login, certificate or privilege.
    pub(crate) const DENIED: Exit = Exit(7);
    /// A request may have been carried out and nobody could look.
    pub(crate) const UNKNOWN: Exit = Exit(8);
    /// The journal cannot be used.
    pub(crate) const JOURNAL: Exit = Exit(9);
    /// No connection.
    pub(crate) const UNREACHABLE: Exit = Exit(10);

    /// The number.
    pub(crate) fn code(self) -> u8 {
        self.0
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.0)
    }
}

/// Every code and what it means. Numbers are never reused for something else.
pub(crate) const TABLE: &[(Exit, &str)] = &[
    (Exit::DONE, "done, or nothing was to do"),
    (Exit::ERROR, "wrong usage, invalid playbook, something could not be read, or a bug"),
    (Exit::CHANGES, "`plan --detailed-exitcode`: there are changes; `drift`: something drifted"),
    (Exit::FAILED, "the run finished and something failed; `status`: a VM is not protected"),
    (Exit::BLOCKED, "refused: something must be changed first; what is blocked was not changed"),
    (Exit::LOCKED, "another run changes the same server; its holder is shown"),
    (Exit::CANCELLED, "stopped (Ctrl-C, a signal, `cancel`, no `yes`); `resume` goes on"),
    (Exit::DENIED, "login refused, certificate not trusted, or a privilege is missing"),
    (Exit::UNKNOWN, "unknown outcomes: a request may have been carried out; `resume` goes on"),
    (Exit::JOURNAL, "the journal cannot be used; nothing was begun after that"),
    (Exit::UNREACHABLE, "a server cannot be reached"),
];

/// The table as text for a help page.
pub(crate) fn help_text() -> String {
    let mut text = String::from("Exit codes:\n");
    for (exit, meaning) in TABLE {
        text.push_str(&format!("  {:>2}  {meaning}\n", exit.code()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once_and_in_order() {
        let codes: Vec<u8> = TABLE.iter().map(|(exit, _)| exit.code()).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(codes, sorted);
        assert!(help_text().lines().all(|line| line.len() <= 80), "{}", help_text());
    }
}
