//! Keeps a panic in a handler from taking more than its own request down.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// A handler panicked.
#[derive(Debug)]
pub(super) struct Panicked;

/// Runs `work`; a panic in it ends it and nothing else. All state that handlers share is behind the store's
/// commit, which drops the draft of a panicking change.
pub(super) async fn isolated<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
        Err(_) => Poll::Ready(Err(Panicked)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_caught_and_results_pass() {
        assert_eq!(isolated(async { 7 }).await.unwrap(), 7);
        assert!(isolated(async { panic!("a bug in a handler") }).await.is_err());
    }
}
