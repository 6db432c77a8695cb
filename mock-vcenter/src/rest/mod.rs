//! The vSphere Automation API, as far as sessions, tagging, lists of the inventory and power of VMs go: below `/api/`,
//! below the older `/rest/`, and in JSON-RPC at `/api` itself, as the SDKs speak it (`vapi`).
//!
//! All lead to the same operations and differ in how questions, answers and errors are written (`dialect`). What is
//! tagged with what is an object of the store ([`Tagging`]), changed by transactions like everything else. What
//! is not modelled is answered with 404 and an error that names it. Sessions are apart from those of SOAP.

mod dialect;
mod operation;
mod refusal;
mod server;
mod session;
mod tagging;
mod vapi;
mod vcenter;

#[cfg(test)]
mod tests;

pub(crate) use server::{answer, is_rest};
pub use tagging::{Cardinality, Tagging};
pub(crate) use vapi::{answer as answer_vapi, speaks as speaks_vapi};
