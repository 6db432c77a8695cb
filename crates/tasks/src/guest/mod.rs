//! `guest`: programs run inside a VM's operating system, through VMware Tools.
//!
//! No network of the guest is needed, so this is how an appliance gets one. A plan starts nothing in the
//! guest: whether a program is needed is decided by what can be looked at without one, such as a path, an
//! address, the content of a file, or which password is taken. Secrets go in the environment of a program,
//! never in its arguments, where every user of the guest could read them.

mod apply;
mod fields;
mod inside;
mod observe;
mod plan;
#[cfg(test)]
mod plan_tests;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use inside::{Inside, NotInside};
pub(crate) use observe::has_address;
pub(crate) use spec::Spec;
