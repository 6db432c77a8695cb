//! That a server does not answer, and that it does again, in a sentence.

use std::time::Duration;

use crate::text::duration;

/// What is told of a server that does not answer as it should; the times are RFC 3339.
pub(crate) fn silent_text(
    (server, address): (&str, &str),
    since: &str,
    until: &str,
    cause: &str,
) -> String {
    format!(
        "`{server}` ({address}) does not answer as it should since {since}: {cause}; it is waited for until {until} \
         (fix: see whether it runs and can be reached from here; the run goes on once it answers)"
    )
}

/// What is told of a server that answers again.
pub(crate) fn answers_text((server, address): (&str, &str), silent: Duration) -> String {
    format!("`{server}` ({address}) answers again, after {} in which it did not", duration(silent))
}
