//! `console`: keys typed on a VM's console, from API 6.5 on.
//!
//! There is no way to read the screen, so nothing here can tell whether the keys were understood. Therefore
//! each task says by which property of the VM it is seen that they were not needed any more, and that has to
//! come true afterwards. Typing "once" would need a memory that does not know the console; it is not offered.

mod apply;
mod fields;
mod keyboard;
mod plan;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
