//! `gate`: something only hands can do was done. Answered by a person, a prepared file, or a probe that sees it.
//!
//! Who can be asked, and what was answered before, is passed in as [`Gates`]. An answer that is remembered is as
//! good as a new one: the gate is in sync. A probe needs nobody.

mod apply;
mod ask;
mod fields;
mod observe;
mod plan;
mod probe;
mod spec;
mod task;

pub use ask::{GateQuestion, GateReply, Gates, NoGates};
pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
