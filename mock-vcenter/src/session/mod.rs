//! Who is logged in: accounts, sessions and the object `SessionManager`.
//!
//! A session ends by logout, by termination or after half an hour without a call on the mock's clock; views,
//! filters and collectors made in it go with it.

mod account;
mod session_manager;
mod table;
mod tickets;

pub use account::{Account, Privileges};
pub use session_manager::session_manager_id;
pub(crate) use session_manager::{SessionManager, register};
pub(crate) use table::{IDLE_LIMIT, Session, Sessions};
pub(crate) use tickets::{Ticket, Tickets};

use vim25::{MoRef, Str};

use crate::store::Links;

/// The link from an object to the session it lives in.
pub(crate) const OWNED_BY: &str = "owned by session";

/// What the links of a session's objects point at.
pub(crate) fn anchor(session: &Str) -> MoRef {
    MoRef::new("(session)", session.clone())
}

/// Lets an object end with the session.
pub(crate) fn own(links: &mut Links, session: &Str) {
    links.add(OWNED_BY, &anchor(session));
}
