//! Connections: what options, playbook and environment say, and the sessions opened from that.
//!
//! [`Target`] puts the settings together, [`Sessions`] logs in and out.

mod args;
mod later;
mod open;
mod refused;
mod silence;
mod target;
mod trust;

pub(crate) use args::{ConnectionArgs, refuse_password};
pub(crate) use open::Sessions;
pub(crate) use refused::failed_call;
pub(crate) use target::{Extras, Target};
