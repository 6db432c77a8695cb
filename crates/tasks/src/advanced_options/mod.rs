//! `advanced_options`: options of a host, or settings of a vCenter, have the declared values.
//!
//! Each option is a step of its own: the server sets several of them one by one and stops at the first that
//! it refuses, so this way what was set and what was not is plain to see.

mod fields;
mod observe;
mod plan;
mod setting;
mod settled;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use observe::OF_HOST;
pub(crate) use plan::option_step;
pub(crate) use setting::{SetOption, Wanted, read, set, step};
pub(crate) use settled::written;
pub(crate) use spec::Spec;
