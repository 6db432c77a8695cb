//! From a method name to the code that answers it.
//!
//! [`Dispatch`] maps (managed type, method) to a handler; a method registered for a type serves all types that
//! extend it. What has no handler is answered with one well-formed `NotSupported` that names type and method,
//! and is listed by [`Dispatch::coverage`].
//!
//! To model a method, write `fn(&Call, methods::X) -> Result<Output, Fault>` and register it:
//!
//! ```
//! # use mock_vcenter::dispatch::{Call, Dispatch};
//! # use mock_vcenter::Fault;
//! use vim25::{DateTime, methods};
//!
//! fn current_time(call: &Call, _: methods::CurrentTime) -> Result<DateTime, Fault> {
//!     Ok(call.timestamp())
//! }
//!
//! let mut dispatch = Dispatch::default();
//! dispatch.add::<methods::CurrentTime>(current_time);
//! ```

mod call;
mod constants;
mod coverage;
mod nature;
mod table;

pub use call::Call;
pub(crate) use call::Caller;
pub(crate) use constants::check_constants;
pub use coverage::{Coverage, MethodCoverage};
pub use nature::Nature;
pub use table::Dispatch;
