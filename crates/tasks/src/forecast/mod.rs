//! What earlier tasks of the same playbook will make.
//!
//! [`Forecast`] is filled by `announce` while a plan is made and read by `observe` of later tasks, so that a
//! plan on a bare lab tells the whole story. What really exists always comes first; the forecast only adds
//! to it. In an apply it is empty.

mod known;

pub(crate) use known::{
    ClusterToCome, FtCaps, HostPreview, HostToCome, Known, PairToCome, ServiceToCome, VmPreview,
};

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The forecast of all connections.
#[derive(Debug, Default)]
pub(crate) struct Forecast(Mutex<BTreeMap<String, Known>>);

impl Forecast {
    /// All that is known to come on one connection.
    pub(crate) fn of(&self, connection: &str) -> Known {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(connection).cloned().unwrap_or_default()
    }

    /// Adds to it.
    pub(crate) fn tell(&self, connection: &str, add: impl FnOnce(&mut Known)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        add(all.entry(connection.to_owned()).or_default());
    }
}
