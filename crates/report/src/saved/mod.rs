//! A plan that was put into a file, to be looked at and carried out later as it is: [`SavedPlan`].
//!
//! The file holds the plan in the wire form, which has no secret, and what it rests on: the playbook's digest, the
//! values given for its variables, and which servers it was made for. Before it is carried out it is held against a
//! new plan; of objects that neither would touch, nothing is compared.

mod differences;
mod document;

pub use differences::Difference;
pub use document::{PlanOrigin, SavedPlan, SavedPlanError};
