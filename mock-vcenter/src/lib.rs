//! A vCenter and ESXi server for tests and demonstrations.

pub mod clock;
mod fault;
pub mod store;
pub mod transport;

pub use fault::Fault;
