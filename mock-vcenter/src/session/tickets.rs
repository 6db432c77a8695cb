//! Tickets that stand for one request over HTTP: [`Tickets`].

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use vim25::Str;

use super::account::Privileges;

/// How long a ticket can be used.
const LIFE: Duration = Duration::from_secs(120);

/// What a ticket allows, and in whose name.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    /// `GET`, `PUT`...
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) user: Str,
    pub(crate) session: Str,
    pub(crate) privileges: Privileges,
}

/// All tickets that were given out and not used.
#[derive(Default)]
pub(crate) struct Tickets(Mutex<BTreeMap<String, (Duration, Ticket)>>);

impl Tickets {
    /// Gives out a ticket under `id`.
    pub(crate) fn issue(&self, id: String, now: Duration, ticket: Ticket) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (since, _)| now.saturating_sub(*since) < LIFE);
        open.insert(id, (now, ticket));
    }

    /// Takes a ticket that is not too old and fits; it cannot be used again.
    pub(crate) fn redeem(
        &self,
        id: &str,
        now: Duration,
        fits: impl FnOnce(&Ticket) -> bool,
    ) -> Option<Ticket> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, ticket) = open.get(id)?;
        if now.saturating_sub(*since) >= LIFE || !fits(ticket) {
            return None;
        }
        open.remove(id).map(|(_, ticket)| ticket)
    }
}
