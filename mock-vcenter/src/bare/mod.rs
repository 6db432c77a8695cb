//! A machine without an operating system, which installs itself from a script before it answers.
//!
//! [`BootSource`] is what it is booted from: the address of a `ks.cfg`, or a `boot.cfg` whose `kernelopt` names
//! one, as prepared media have it. Until the installation is over the machine's port is taken but nobody listens,
//! so connections are refused. [`Script`] reads `ks.cfg` as strictly as the installer does; what it cannot carry
//! out stops the installation for good, and [`Installation`] says why.

mod fetch;
mod machine;
mod script;
mod source;

pub use machine::Installation;
pub(crate) use machine::{Bare, install};
pub use script::{Script, ScriptError};
pub use source::BootSource;

#[cfg(test)]
mod tests;
