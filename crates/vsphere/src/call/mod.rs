//! One SOAP call: encoded, carried, answered.
//!
//! [`CallError`] says how a call failed and how far it got; [`find_fault`] looks into a fault's nested
//! faults. The non-generic `Wire` does the exchanges and the safe repeats; sessions are in `session`.

mod error;
mod fault;
mod hidden;
mod raw;
mod wire;

pub use error::{CallError, CallProblem};
pub use fault::{find_fault, for_each_fault};
pub(crate) use hidden::Hidden;
pub(crate) use raw::RawCall;
pub(crate) use wire::Wire;
