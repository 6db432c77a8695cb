//! The vSphere Automation API (REST), for what SOAP does not have: tags.
//!
//! It is asked over the same transport and trust as SOAP, in a session of its own that is opened when something is
//! first asked and closed with the client. Newer servers have `/api`, older ones `/rest`; which it is shows at the
//! login. All that can be asked is a [`Question`](question::Question), and none of them changes anything.

mod dialect;
mod error;
mod exchange;
mod question;
mod session;
mod tags;

pub use error::{RestError, RestProblem};
pub(crate) use session::RestSession;
pub use tags::{TagName, TagNameError};
