//! Disturbances as data: what goes wrong, when, and how often.
//!
//! [`Rule`]s come from the builder, from a file or over the control endpoint; `Disturbances` decides for each
//! call which of them strike. Chance is drawn from the server's seed, so a run can be repeated. Failures
//! inside running tasks are [`crate::task::TaskHazard`]s.

mod rule;
mod rules;

pub use rule::{Kind, Rule};
pub(crate) use rules::{Disturbances, Strike, UploadTrouble};
