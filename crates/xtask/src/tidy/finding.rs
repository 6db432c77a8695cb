//! What a rule has to say: [`Finding`].

use std::fmt;

/// A broken rule, or one that is nearly broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// It must be mended before the change goes in.
    pub(crate) fails: bool,
    place: String,
    what: String,
}

impl Finding {
    /// A broken rule.
    pub(crate) fn error(place: impl Into<String>, what: impl Into<String>) -> Self {
        Finding { fails: true, place: place.into(), what: what.into() }
    }

    /// Something to look at before it breaks a rule.
    pub(crate) fn warning(place: impl Into<String>, what: impl Into<String>) -> Self {
        Finding { fails: false, place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.fails { "error" } else { "warning" };
        write!(f, "{severity}: {}: {}", self.place, self.what)
    }
}

/// The warnings as text when nothing fails.
///
/// # Errors
/// All findings, one a line, when a rule is broken.
pub(crate) fn report(findings: &[Finding]) -> Result<String, String> {
    let text: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    let broken = findings.iter().filter(|finding| finding.fails).count();
    match broken {
        0 => Ok(text),
        _ => Err(format!("{broken} rules of the repository are broken\n{text}")),
    }
}
