//! What takes events, and the loop that feeds it.

use std::io;
use std::time::Duration;

use orchestrator::{Clock, Event};
use tokio::sync::mpsc::UnboundedReceiver;

/// How often consumers are told the time while nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// Takes events in sequence.
pub trait Consumer: Send {
    /// Takes one event.
    ///
    /// # Errors
    /// When what it writes to fails.
    fn take(&mut self, event: &Event) -> io::Result<()>;

    /// Is told now and then how long the run has taken so far.
    ///
    /// # Errors
    /// When what it writes to fails.
    fn tick(&mut self, _elapsed: Duration) -> io::Result<()> {
        Ok(())
    }
}

/// Feeds `consumer` until no more events can come, with a tick each second in between.
///
/// # Errors
/// When the consumer fails; events after that are lost to it, the run itself is not touched.
pub async fn follow(
    mut events: UnboundedReceiver<Event>,
    consumer: &mut dyn Consumer,
    clock: &dyn Clock,
) -> io::Result<()> {
    let start = clock.monotonic();
    loop {
        tokio::select! {
            biased;
            event = events.recv() => match event {
                Some(event) => consumer.take(&event)?,
                None => return Ok(()),
            },
            () = clock.sleep(TICK) => consumer.tick(clock.monotonic().saturating_sub(start))?,
        }
    }
}
