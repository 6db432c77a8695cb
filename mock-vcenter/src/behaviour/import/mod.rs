//! Importing VMs: `ResourcePool.ImportVApp`, and the managed object `HttpNfcLease` that lives while the files
//! come in.
//!
//! [`HttpNfcLease`] is what a lease knows, `lifecycle` its way from `initializing` to its end, `methods` what
//! clients call. The files themselves come in at `/nfc/TICKET/FILE`, which has nothing but the ticket to go by.

mod key;
mod lease;
mod lifecycle;
mod manifest;
mod methods;
mod transfer;

#[cfg(test)]
pub(crate) mod tests;

pub use key::import_key;
pub use lease::{HttpNfcLease, LeaseDevice};
pub(crate) use lifecycle::session_ended;
pub(crate) use methods::register;
pub(crate) use transfer::{Accepted, accept, arrived};
