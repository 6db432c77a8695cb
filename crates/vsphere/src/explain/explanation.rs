//! Puts a fault and what is nested in it into words, by asking the files of this folder in turn.

use std::fmt::{self, Write as _};

use vim25::types::MethodFault;
use vim25::{DataObject, Poly};

use super::{access, evc, fault_tolerance, ft_reason, general, hosts, resources};
use crate::call::for_each_fault;

/// A fault in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The fault's type; the innermost one where faults are wrapped.
    pub fault: String,
    /// Why it was refused or failed; several causes are separated by `; `.
    pub cause: String,
    /// What to do about it, where that is known.
    pub fix: Option<String>,
    /// Whether there are words for all of it. If not, what the server says itself is worth reading.
    pub known: bool,
}

impl Explanation {
    /// The same as text, followed by the server's own `message` where we have no words.
    pub(crate) fn with_message(&self, message: &str) -> String {
        let message = message.trim();
        if self.known || message.is_empty() {
            return self.to_string();
        }
        format!("{self}: \"{message}\"")
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.cause, self.fault)
    }
}

/// Cause and remedy of one fault.
pub(super) struct Words {
    pub(super) cause: String,
    fix: Option<String>,
    /// The type the words were made for, where types that extend it may hold more.
    base: Option<&'static str>,
}

impl Words {
    pub(super) fn new(cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { cause: cause.into(), fix: Some(fix.into()), base: None }
    }

    pub(super) fn cause_only(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), fix: None, base: None }
    }

    /// The words are those of `base`: the details of a type that extends it are shown too.
    pub(super) fn for_base(mut self, base: &'static str) -> Self {
        self.base = Some(base);
        self
    }
}

/// Puts `fault` and what is nested in it into words.
#[must_use]
pub fn explain_fault(fault: &Poly<MethodFault>) -> Explanation {
    let mut all: Vec<&dyn DataObject> = Vec::new();
    for_each_fault(fault, &mut |one| all.push(one));
    let wrapped = all.len() > 1;
    let mut inner: Vec<Explanation> = all
        .iter()
        .filter(|one| !(wrapped && is_wrapper(**one)))
        .map(|one| explain_one(*one))
        .collect();
    let mut seen = Vec::new();
    inner.retain(|one| {
        let new = !seen.contains(&one.cause);
        seen.push(one.cause.clone());
        new
    });
    join(inner).unwrap_or_else(|| explain_one(fault.as_object()))
}

fn join(all: Vec<Explanation>) -> Option<Explanation> {
    let fault = all.first()?.fault.clone();
    let causes: Vec<&str> = all.iter().map(|one| one.cause.as_str()).collect();
    let mut fixes: Vec<&str> = all.iter().filter_map(|one| one.fix.as_deref()).collect();
    fixes.dedup();
    let fix = (!fixes.is_empty()).then(|| fixes.join("; "));
    let known = all.iter().all(|one| one.known);
    Some(Explanation { fault, cause: causes.join("; "), fix, known })
}

fn explain_one(fault: &dyn DataObject) -> Explanation {
    let words = access::words(fault)
        .or_else(|| ft_reason::words(fault))
        .or_else(|| fault_tolerance::words(fault))
        .or_else(|| evc::words(fault))
        .or_else(|| hosts::words(fault))
        .or_else(|| resources::words(fault))
        .or_else(|| general::words(fault));
    let known =
        words.as_ref().is_some_and(|words| words.base.is_none_or(|base| base == fault.type_name()));
    let Words { mut cause, fix, base } = words.unwrap_or_else(|| general::unknown(fault));
    if base.is_some_and(|base| base != fault.type_name()) {
        let _ = write!(cause, ": {fault:?}");
    }
    Explanation { fault: fault.type_name().to_owned(), cause, fix, known }
}

/// Says nothing that the faults in it do not say.
fn is_wrapper(fault: &dyn DataObject) -> bool {
    matches!(
        fault.type_name(),
        "VmFaultToleranceOpIssuesList"
            | "VmFaultToleranceConfigIssueWrapper"
            | "VmConfigIncompatibleForFaultTolerance"
            | "FtIssuesOnHost"
            | "IncompatibleHostForFtSecondary"
            | "PowerOnFtSecondaryFailed"
            | "EVCConfigFault"
            | "EVCAdmissionFailed"
            | "HostConfigFault"
            | "SystemError"
    )
}

/// `name` in backticks, or `otherwise` where the server left it out.
pub(super) fn named(name: Option<&str>, otherwise: &str) -> String {
    match name.filter(|name| !name.is_empty()) {
        Some(name) => format!("`{name}`"),
        None => otherwise.to_owned(),
    }
}

/// The names in backticks, or `otherwise` where the server left them out.
pub(super) fn all_named(names: &[vim25::Str], otherwise: &str) -> String {
    if names.is_empty() {
        return otherwise.to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
