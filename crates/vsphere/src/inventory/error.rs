//! Why something was not found, with what could have been meant.

use vim25::MoRef;

use super::Kind;

/// Names that an error lists at most.
const SUGGESTED: usize = 8;

/// A failed lookup.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// Nothing fits.
    #[error("no {kind} `{wanted}`{}", list(": did you mean ", .candidates, "?"))]
    NotFound {
        /// What was looked for.
        kind: Kind,
        /// The text that was given.
        wanted: String,
        /// Paths of things whose names look alike, best first.
        candidates: Vec<String>,
    },
    /// More than one fits, and one is needed.
    #[error("`{wanted}` fits {} {kind}s{}", .candidates.len(), list(": ", .candidates, ""))]
    Ambiguous {
        /// What was looked for.
        kind: Kind,
        /// The text that was given.
        wanted: String,
        /// Paths of all that fit.
        candidates: Vec<String>,
    },
    /// No tag has that name.
    #[error("no tag `{wanted}`{}", list(": did you mean ", .candidates, "?"))]
    NoTag {
        /// The text that was given.
        wanted: String,
        /// Tags or categories whose names look alike, best first.
        candidates: Vec<String>,
    },
    /// Nobody has defined a custom attribute of that name for such objects.
    #[error("no custom attribute `{wanted}`{}", list(": did you mean ", .candidates, "?"))]
    NoAttribute {
        /// The name that was given.
        wanted: String,
        /// Attributes whose names look alike, best first.
        candidates: Vec<String>,
    },
    /// The id is that of something else.
    #[error("`{wanted}` is a {found}, not a {kind}")]
    OtherKind {
        /// What was looked for.
        kind: Kind,
        /// The text that was given.
        wanted: String,
        /// The managed type of what was found.
        found: String,
    },
    /// The id is that of the secondary of a VM under Fault Tolerance; the primary is meant to be named.
    #[error("`{wanted}` is the FT secondary of `{primary}`, name the primary instead")]
    Secondary {
        /// The text that was given.
        wanted: String,
        /// Path of the primary, or its name when it is not known.
        primary: String,
        /// The secondary.
        secondary: MoRef,
    },
}

impl FindError {
    /// The paths or names that the error lists.
    #[must_use]
    pub fn candidates(&self) -> &[String] {
        match self {
            Self::NotFound { candidates, .. }
            | Self::Ambiguous { candidates, .. }
            | Self::NoTag { candidates, .. }
            | Self::NoAttribute { candidates, .. } => candidates,
            Self::OtherKind { .. } | Self::Secondary { .. } => &[],
        }
    }
}

/// Those of `names` that look most like `wanted`, best first.
#[must_use]
pub fn nearest(wanted: &str, mut names: Vec<String>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    names.sort_by_cached_key(|name| strsim::damerau_levenshtein(&wanted, &name.to_lowercase()));
    names.truncate(SUGGESTED);
    names
}

fn list(before: &str, candidates: &[String], after: &str) -> String {
    if candidates.is_empty() {
        return String::new();
    }
    let quoted: Vec<_> = candidates.iter().map(|path| format!("`{path}`")).collect();
    format!("{before}{}{after}", quoted.join(", "))
}
