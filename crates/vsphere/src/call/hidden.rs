//! What was sent to a server in confidence, so that a server that repeats it does not show it to people.

use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

/// Shown in place of a secret.
const MASK: &str = "<secret>";

/// The secrets that were sent.
#[derive(Default)]
pub(crate) struct Hidden(Mutex<Vec<SecretString>>);

impl Hidden {
    /// Takes note of secrets before they are sent.
    pub(crate) fn note<'a>(&self, secrets: impl IntoIterator<Item = &'a str>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets {
            if !secret.is_empty() && !known.iter().any(|one| one.expose_secret() == secret) {
                known.push(SecretString::from(secret));
            }
        }
    }

    /// A text of the server without them.
    pub(crate) fn taken_out_of(&self, text: &str) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shown = text.to_owned();
        for secret in known.iter().filter(|secret| text.contains(secret.expose_secret())) {
            shown = shown.replace(secret.expose_secret(), MASK);
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_in_confidence_is_taken_out_and_nothing_else() {
        let hidden = Hidden::default();
        hidden.note(["s3cret", "", "s3cret"]);
        assert_eq!(
            hidden.taken_out_of("login root/s3cret (s3cret) failed"),
            "login root/<secret> (<secret>) failed"
        );
        assert_eq!(hidden.taken_out_of("login failed"), "login failed");
    }
}
