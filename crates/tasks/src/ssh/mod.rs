//! `ssh`: commands and dialogues on a machine that is reached over SSH.
//!
//! What decides whether something is to do is declared beside it and only looks: `unless`, `creates`, `until`, or the
//! task's `proof`. A plan runs nothing else. Secrets come from references, reach programs as input or as
//! answers, and are masked in all that is shown.

mod apply;
mod client;
mod fields;
mod link;
mod observe;
mod plan;
#[cfg(test)]
mod plan_tests;
mod spec;
mod task;
mod until;

pub(crate) use client::Pattern;
pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
