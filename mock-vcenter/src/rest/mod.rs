//! The vSphere Automation API, as far as sessions, tagging, lists of the inventory and power of VMs go: `/api` and the
//! older `/rest`.
//!
//! Both lead to the same operations and differ in how paths, answers and errors are written (`dialect`). What is
//! tagged with what is an object of the store ([`Tagging`]), changed by transactions like everything else. What
//! is not modelled is answered with 404 and an error that names it. Sessions are apart from those of SOAP.

mod dialect;
mod refusal;
mod server;
mod session;
mod tagging;
mod vcenter;

#[cfg(test)]
mod tests;

pub(crate) use server::{answer, is_rest};
pub use tagging::{Cardinality, Tagging};
