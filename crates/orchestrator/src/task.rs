//! What a capability implements: observe, plan and apply, kept apart.
//!
//! [`Task`] is the typed trait. `observe` gets only the reading half of a [`World`], `plan` is pure, and
//! only `apply` can change something. The engine works with [`ErasedTask`](crate::ErasedTask), which every
//! `Task` is.

use std::fmt::Debug;
use std::future::Future;

use crate::failure::TaskError;
use crate::plan::Plan;
use crate::scope::StepScope;

/// The two sides of the world: one that can only look, one that can change.
pub trait World: Send + Sync + 'static {
    /// Reads and has no way to change anything: a type, not a promise.
    type Reader: Send + Sync;

    /// The reading half.
    fn reader(&self) -> &Self::Reader;
}

/// One task of a playbook.
pub trait Task<W: World>: Send + Sync + 'static {
    /// What `observe` found, as far as `plan` needs it.
    type Observed: Send + Sync + 'static;
    /// One idempotent action. Its `Debug` must not show secrets.
    type Step: Clone + Debug + Send + Sync + 'static;

    /// Reads what is there now. Called again right before the first step and after the last.
    ///
    /// # Errors
    /// When it could not be read. What is merely missing or wrong is an observation, not an error.
    fn observe(
        &self,
        reader: &W::Reader,
    ) -> impl Future<Output = Result<Self::Observed, TaskError>> + Send;

    /// Decides everything, from the declaration and what was seen; leaves no choice for `apply`.
    fn plan(&self, seen: &Self::Observed) -> Plan<Self::Step>;

    /// Tells later tasks of the same playbook what this one will make, so that they answer
    /// [`Item::AfterApply`](crate::Item::AfterApply) instead of "no such object". Called in a plan only,
    /// after `plan`, in the order of the graph, also when there is nothing to do; not where no task follows.
    fn announce(&self, _seen: &Self::Observed, _reader: &W::Reader) {}

    /// Does one step. Doing it twice must equal doing it once.
    ///
    /// # Errors
    /// When the step did not reach its goal; the error's delivery says what is known about the request.
    fn apply(
        &self,
        step: &Self::Step,
        world: &W,
        scope: &StepScope,
    ) -> impl Future<Output = Result<StepOutcome, TaskError>> + Send;

    /// How many steps by hand it would take to get from what was seen, of which `plan` made the plan, to what is
    /// declared; 0 when nothing is to do. The engine asks before the first step and after the last, and counts the
    /// difference.
    fn manual_steps(&self, _seen: &Self::Observed, _plan: &Plan<Self::Step>) -> u32 {
        0
    }
}

/// How a step went well, with the proof in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOutcome {
    /// It changed something.
    Changed {
        /// What was seen afterwards that proves it.
        proof: String,
    },
    /// There was nothing left to change.
    AlreadyDone {
        /// What was seen that proves it.
        proof: String,
    },
}

impl StepOutcome {
    /// It changed something.
    pub fn changed(proof: impl Into<String>) -> Self {
        Self::Changed { proof: proof.into() }
    }

    /// There was nothing left to change.
    pub fn already_done(proof: impl Into<String>) -> Self {
        Self::AlreadyDone { proof: proof.into() }
    }

    /// What was seen that proves it.
    #[must_use]
    pub fn proof(&self) -> &str {
        match self {
            Self::Changed { proof } | Self::AlreadyDone { proof } => proof,
        }
    }

    /// Whether something was changed.
    #[must_use]
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Changed { .. })
    }
}
