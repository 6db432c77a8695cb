//! What a command ends with when it cannot do its work: [`CliError`], and how that is printed.
//!
//! The only place where a chain of causes becomes text.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use crate::exit::Exit;
use crate::text::{clean, wrapped};

/// Columns of a hint, and those that its lines leave free at their start.
const WIDTH: usize = 80;
const HANG: usize = 6;

/// An error for the operator: what could not be done, why, what to do, and how the process ends.
#[derive(Debug)]
pub(crate) struct CliError {
    error: Box<dyn Error + Send + Sync>,
    hint: Option<String>,
    exit: Exit,
}

/// How a command ends.
pub(crate) type Outcome = Result<Exit, CliError>;

impl CliError {
    /// Wrong usage, or something that cannot be read.
    pub(crate) fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        CliError { error: error.into(), hint: None, exit: Exit::ERROR }
    }

    /// Adds what the operator can do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets how the process ends.
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The operator stopped before anything was changed.
    pub(crate) fn stopped() -> Self {
        CliError::new("stopped before anything was changed").exit(Exit::CANCELLED)
    }

    /// A mistake in this program.
    pub(crate) fn bug(what: &str) -> Self {
        let hint = "this is a bug in Lockstep: please report it, with the command and a file \
                    written by `--trace`";
        CliError::new(format!("stopped unexpectedly: {what}")).hint(hint)
    }

    /// How the process ends.
    pub(crate) fn exit_code(&self) -> Exit {
        self.exit
    }

    /// What went wrong with its causes on one line, and the hint.
    pub(crate) fn into_parts(self) -> (String, Option<String>) {
        let first: &(dyn Error + 'static) = &*self.error;
        let chain = std::iter::successors(Some(first), |cause| (*cause).source());
        let mut parts: Vec<String> = chain.map(|error| clean(&error.to_string())).collect();
        parts.dedup();
        (parts.join(": "), self.hint)
    }

    /// The error as it is printed: what, its causes, a blank line, the hint.
    pub(crate) fn text(&self) -> String {
        let mut last = clean(&self.error.to_string());
        let mut text = format!("error: {last}\n");
        let first: &(dyn Error + 'static) = &*self.error;
        for cause in std::iter::successors(first.source(), |cause| (*cause).source()) {
            let cause = clean(&cause.to_string());
            if cause != last {
                let _ = writeln!(text, "Caused by: {cause}");
            }
            last = cause;
        }
        if let Some(hint) = &self.hint {
            let lines: String = hint.lines().map(|line| wrapped(line, HANG, WIDTH)).collect();
            let _ = write!(text, "\nhint: {}", lines.trim_start());
        }
        text
    }
}

/// Output that nobody reads any more (`lockstep plan | head`) is no error of ours.
pub(crate) fn written(result: io::Result<()>) -> Result<(), CliError> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::new(WriteError(error)))
        }
        _ => Ok(()),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write the result")]
struct WriteError(#[source] io::Error);

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open `{0}`")]
    struct Outer(&'static str, #[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Inner(io::Error);

    #[test]
    fn an_error_shows_what_causes_and_hint() {
        let cause = Inner(io::Error::other("the disk\u{1b}[2J is on fire"));
        let error = CliError::new(Outer("a file", cause)).hint("bring water\nand sand");
        expect![[r#"
            error: cannot open `a file`
            Caused by: the disk�[2J is on fire

            hint: bring water
                  and sand
        "#]]
        .assert_eq(&error.text());
        assert_eq!(error.exit_code(), Exit::ERROR);
    }

    #[test]
    fn nobody_reading_is_no_error() {
        assert!(written(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        assert!(written(Err(io::ErrorKind::StorageFull.into())).is_err());
    }
}
