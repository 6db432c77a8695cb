//! How a task says that something could not be done, and what that means for trying again.
//!
//! A capability returns [`TaskError`]; the engine keeps it as [`Failure`], which is plain data for events
//! and summaries. Whether a step is tried again is decided in `retry.rs` from [`Delivery`] and [`Retry`]
//! alone, never from text.

use std::error::Error;
use std::fmt;

use crate::plan::Reason;

/// What is known about a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// It never left: trying again is safe.
    NotSent,
    /// It may have been carried out: look before doing anything else.
    Unknown,
    /// The other side answered, with a refusal.
    Answered,
}

/// Whether the same attempt can go well later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Retry {
    /// No: it would fail the same way.
    #[default]
    Never,
    /// Yes: the cause passes by itself (busy, overloaded). The engine observes again first.
    Transient,
    /// Yes: nobody answers (restarting, no way there), or tells what becomes of work that goes on. The engine waits for
    /// the other side to come back.
    Away,
}

/// Something that could not be done, on one object.
///
/// `Display` is `what` and the object in backticks; causes come from [`Error::source`].
pub struct TaskError {
    /// A stable code, such as `host-thumbprint-mismatch`; failures are grouped by it.
    pub code: &'static str,
    /// What could not be done, lower case, without the object: "cannot add host".
    pub what: String,
    /// The object; empty when there is none to name.
    pub object: String,
    /// What the operator can do about it.
    pub hint: Option<String>,
    /// What is known about the request, if one was made.
    pub delivery: Option<Delivery>,
    /// Whether trying again can help.
    pub retry: Retry,
    rest: Box<Rest>,
}

/// What is seldom asked for, kept apart so that a result stays small.
#[derive(Debug, Default)]
struct Rest {
    waits_for: Option<String>,
    busy: Option<&'static str>,
    refused: bool,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

/// The code of a step that ended early because the run is stopping.
pub const CODE_CANCELLED: &str = "cancelled";
/// The code of a subject that was not begun because too many others failed.
pub const CODE_HELD: &str = "held-back";
/// The code of a panic in a task: a bug of ours.
pub const CODE_BUG: &str = "internal-bug";
/// The code of a step that took longer than its deadline.
pub const CODE_DEADLINE: &str = "deadline-exceeded";
/// The code of a journal that cannot be written; it ends a run.
pub const CODE_JOURNAL: &str = "journal-failed";
/// The code of a subject that still differs after its steps went well.
pub const CODE_NOT_IN_SYNC: &str = "still-differs";
/// The code of a subject whose steps ended and that nobody could look at afterwards.
pub const CODE_UNVERIFIED: &str = "not-verified";
/// The code of a subject that still waits for something at apply time.
pub const CODE_STILL_WAITING: &str = "still-waiting";

impl TaskError {
    /// An error about `object`; not to be tried again unless said otherwise.
    pub fn new(code: &'static str, what: impl Into<String>, object: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            object: object.into(),
            hint: None,
            delivery: None,
            retry: Retry::Never,
            rest: Box::default(),
        }
    }

    /// For a step that ends early because [`StepScope::cancelled`](crate::StepScope::cancelled) fired.
    /// `delivery` says whether a request may still be at work.
    pub fn cancelled(
        what: impl Into<String>,
        object: impl Into<String>,
        delivery: Delivery,
    ) -> Self {
        Self::new(CODE_CANCELLED, what, object).delivery(delivery)
    }

    /// Sets the cause, shown below the message.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.rest.cause = Some(cause.into());
        self
    }

    /// Sets what the operator can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets what is known about the request.
    #[must_use]
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = Some(delivery);
        self
    }

    /// Says that there is nothing to look at yet, since an earlier task makes it: `waits_for` is what that
    /// task has to do first. A plan then says "after apply"; to an apply, where that task was done, it is an error
    /// like others.
    #[must_use]
    pub fn not_yet(mut self, waits_for: impl Into<String>) -> Self {
        self.rest.waits_for = Some(waits_for.into());
        self
    }

    /// What an earlier task has to do first; see [`not_yet`](Self::not_yet).
    #[must_use]
    pub fn waits_for(&self) -> Option<&str> {
        self.rest.waits_for.as_deref()
    }

    /// Says that limits of the kind `limit` which the step holds have too much to do: fewer steps hold them at
    /// once for a while, and this one is tried again, more patiently than others.
    #[must_use]
    pub fn busy(mut self, limit: &'static str) -> Self {
        self.rest.busy = Some(limit);
        self.transient()
    }

    /// The kind of limit that has too much to do; see [`busy`](Self::busy).
    #[must_use]
    pub fn busy_limit(&self) -> Option<&'static str> {
        self.rest.busy
    }

    /// Says that nothing was done because the object does not allow it: blocked, found out late, rather than
    /// failed.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.rest.refused = true;
        self
    }

    /// Whether the object does not allow it; see [`refused`](Self::refused).
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.rest.refused
    }

    /// Says that the cause passes by itself.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.retry = Retry::Transient;
        self
    }

    /// Says that the other side does not answer, or tell what becomes of work that goes on, and may later.
    #[must_use]
    pub fn away(mut self) -> Self {
        self.retry = Retry::Away;
        self
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_on(f, &self.what, &self.object)
    }
}

impl fmt::Debug for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskError")
            .field("code", &self.code)
            .field("what", &self.what)
            .field("object", &self.object)
            .field("delivery", &self.delivery)
            .field("retry", &self.retry)
            .field("cause", &self.rest.cause)
            .finish_non_exhaustive()
    }
}

impl Error for TaskError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.rest.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

/// A failure as plain data: from a [`TaskError`], a [`Reason`], or the engine itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A stable code.
    pub code: String,
    /// What could not be done, without the object.
    pub what: String,
    /// The object; empty when `what` says it all.
    pub object: String,
    /// The causes, outermost first.
    pub causes: Vec<String>,
    /// What the operator can do about it.
    pub fix: Option<String>,
    /// What is known about the request, if one was made.
    pub delivery: Option<Delivery>,
    /// Whether a later try can go well without anybody doing anything.
    pub transient: bool,
}

impl Failure {
    pub(crate) fn new(code: &str, what: impl Into<String>, object: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            what: what.into(),
            object: object.into(),
            causes: Vec::new(),
            fix: None,
            delivery: None,
            transient: false,
        }
    }

    /// The innermost cause; what was attempted when no cause is known.
    #[must_use]
    pub fn root_cause(&self) -> &str {
        self.causes.last().unwrap_or(&self.what)
    }

    /// A panic of a task, with its message.
    pub(crate) fn bug(doing: &str, object: &str, panic: String) -> Self {
        Self {
            causes: vec![panic],
            fix: Some("this is a bug in Lockstep, please report it with this message".to_owned()),
            ..Self::new(CODE_BUG, format!("stopped unexpectedly while {doing}"), object)
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_on(f, &self.what, &self.object)
    }
}

impl From<&TaskError> for Failure {
    fn from(error: &TaskError) -> Self {
        let causes = std::iter::successors(error.source(), |cause| (**cause).source());
        Self {
            causes: causes.map(ToString::to_string).collect(),
            fix: error.hint.clone(),
            delivery: error.delivery,
            transient: error.retry != Retry::Never,
            ..Self::new(error.code, error.what.clone(), error.object.clone())
        }
    }
}

impl From<&Reason> for Failure {
    fn from(reason: &Reason) -> Self {
        Self {
            causes: vec![reason.cause.clone()],
            fix: Some(reason.fix.clone()),
            ..Self::new(reason.code, reason.what.clone(), "")
        }
    }
}

fn write_on(f: &mut fmt::Formatter<'_>, what: &str, object: &str) -> fmt::Result {
    if object.is_empty() { write!(f, "{what}") } else { write!(f, "{what} `{object}`") }
}
