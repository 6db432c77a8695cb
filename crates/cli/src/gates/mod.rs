//! How gates are answered: by a prepared file, on the terminal, or by `lockstep gate answer` in another shell.

mod keeper;
mod prepared;
mod settings;
mod typed;

pub(crate) use keeper::Keeper;
pub(crate) use settings::{GateArgs, GateSettings};
