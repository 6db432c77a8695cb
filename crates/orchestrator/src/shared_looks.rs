//! Looks that several subjects of a task share.
//!
//! A look reads everything that a task is about. When many subjects want to know at the same moment how things
//! are, one look answers all who asked before it began.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::erased::Look;
use crate::failure::Failure;

/// The outcome of a look; `None` when nobody waited for it.
pub(crate) type Looked = Option<Result<Arc<Look>, Failure>>;

/// The latest look, and who asked.
#[derive(Default)]
pub(crate) struct SharedLooks {
    asked: AtomicU64,
    latest: Mutex<Latest>,
}

#[derive(Default)]
struct Latest {
    /// It answers those who asked up to this one.
    covers: u64,
    looked: Looked,
}

impl SharedLooks {
    /// A look that began after this was called.
    pub(crate) async fn fresh<F>(&self, look: impl FnOnce() -> F) -> Looked
    where
        F: Future<Output = Option<Result<Look, Failure>>>,
    {
        let own = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut latest = self.latest.lock().await;
        if latest.covers < own {
            let covers = self.asked.load(Ordering::SeqCst);
            let looked = match look().await {
                Some(Ok(look)) => Some(Ok(Arc::new(look))),
                Some(Err(failure)) => Some(Err(failure)),
                None => None,
            };
            *latest = Latest { covers, looked };
        }
        latest.looked.clone()
    }
}
