//! Waiting on the mock's clock from async code.

use std::time::Duration;

use tokio::sync::oneshot;

use super::virtual_clock::{Clock, TimerId};

/// Takes its timer back when the waiter goes away first.
struct PendingTimer<'a> {
    clock: &'a Clock,
    id: TimerId,
}

impl Drop for PendingTimer<'_> {
    fn drop(&mut self) {
        self.clock.cancel(self.id);
    }
}

impl Clock {
    /// Waits until `delay` of mock time has passed.
    pub async fn sleep(&self, delay: Duration) {
        if delay.is_zero() {
            return;
        }
        let (fire, fired) = oneshot::channel();
        let id = self.after(delay, move || {
            // The waiter may be gone; then nobody needs to know.
            let _ = fire.send(());
        });
        let _pending = PendingTimer { clock: self, id };
        let _ = fired.await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::super::Pace;
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_time_is_advanced_past_its_end() {
        let clock = Clock::new(Pace::Stepped, SystemTime::UNIX_EPOCH);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(30)).await;
                clock.elapsed().as_secs()
            }
        });
        while clock.pending() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(29));
        assert_eq!(clock.pending(), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleeper.await.unwrap(), 30);
    }

    #[tokio::test]
    async fn an_abandoned_sleep_leaves_no_timer() {
        let clock = Clock::new(Pace::Stepped, SystemTime::UNIX_EPOCH);
        {
            let sleep = clock.sleep(Duration::from_secs(30));
            tokio::pin!(sleep);
            tokio::select! { biased; () = &mut sleep => {}, () = std::future::ready(()) => {} }
            assert_eq!(clock.pending(), 1);
        }
        assert_eq!(clock.pending(), 0);
    }
}
