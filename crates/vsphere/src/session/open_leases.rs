//! The leases that a session has open, so that none outlives it.

use std::sync::{Mutex, PoisonError};

use vim25::MoRef;

/// Leases that are neither completed nor aborted.
#[derive(Debug, Default)]
pub(crate) struct OpenLeases(Mutex<Vec<MoRef>>);

impl OpenLeases {
    pub(crate) fn add(&self, lease: &MoRef) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(lease.clone());
    }

    pub(crate) fn remove(&self, lease: &MoRef) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|open| open != lease);
    }

    /// All of them, to be ended now.
    pub(super) fn take(&self) -> Vec<MoRef> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
