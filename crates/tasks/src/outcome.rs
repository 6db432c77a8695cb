//! Whether a step changed something, seen honestly after a lost answer.

use orchestrator::{StepOutcome, StepScope};

/// The outcome of a step that found nothing left to do (`worked` is false) or did something.
///
/// On a further try, what is found done was most likely done by the earlier one, whose answer was lost.
pub(crate) fn outcome(scope: &StepScope, worked: bool, proof: impl Into<String>) -> StepOutcome {
    if worked || scope.attempt() > 1 {
        StepOutcome::changed(proof)
    } else {
        StepOutcome::already_done(proof)
    }
}
