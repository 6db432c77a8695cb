//! `datacenter`: a datacenter exists, made if it is not there.
//!
//! Where none is needed anew this task only proves that it exists. It never moves or renames one.

mod apply;
mod fields;
mod observe;
mod plan;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
