//! `vmkernel`: a VMkernel adapter carries the declared traffic, such as vMotion and FT logging.
//!
//! Additive: what is not named stays as it is, unless the playbook says `exclusive: true`. Management traffic
//! is never taken from the last adapter that carries it.

mod apply;
mod fields;
mod observe;
mod plan;
mod service;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use service::{FT_LOGGING, VMOTION};
pub(crate) use spec::Spec;
