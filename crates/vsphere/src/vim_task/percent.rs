//! How far vim tasks are: read for all that are followed in one call, now and then.
//!
//! A server that tells each step of forty vim tasks as it happens has somebody woken all the time, for the sake of
//! numbers that nothing depends on.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use vim25::MoRef;

use crate::reader::{Reader, Shared};

/// The pause before each reading, and how much longer it is for each vim task that is followed.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_PER_TASK: Duration = Duration::from_millis(250);
/// The longest such pause: what is shown is no older than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The vim tasks of a client whose percentages somebody wants.
#[derive(Default)]
pub(crate) struct PercentBoard {
    followed: Mutex<Followed>,
}

#[derive(Default)]
struct Followed {
    /// Is there somebody who reads?
    running: bool,
    last_id: u64,
    entries: BTreeMap<u64, (MoRef, watch::Sender<Option<i32>>)>,
}

impl PercentBoard {
    fn followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The vim tasks, each once; the last one to look when there are none.
    fn tasks(&self) -> Vec<MoRef> {
        let mut followed = self.followed();
        let mut tasks: Vec<MoRef> =
            followed.entries.values().map(|(task, _)| task.clone()).collect();
        followed.running = !tasks.is_empty();
        tasks.sort();
        tasks.dedup();
        tasks
    }

    fn pause(&self) -> Duration {
        let count = u32::try_from(self.followed().entries.len()).unwrap_or(u32::MAX);
        PAUSE.saturating_add(PAUSE_PER_TASK.saturating_mul(count)).min(LONGEST_PAUSE)
    }

    fn tell(&self, task: &MoRef, percent: Option<i32>) {
        for (_, sender) in self.followed().entries.values().filter(|(own, _)| own == task) {
            sender.send_if_modified(|shown| std::mem::replace(shown, percent) != percent);
        }
    }
}

/// How far one vim task is, for as long as somebody holds this.
pub struct Percent {
    id: u64,
    value: watch::Receiver<Option<i32>>,
    shared: Arc<Shared>,
}

impl Percent {
    /// Percent done, 0 to 100, as far as the server tells; nothing before it was read.
    #[must_use]
    pub fn now(&self) -> Option<i32> {
        *self.value.borrow()
    }

    /// Ends when there is a number that was not seen. Where none comes any more, never.
    pub async fn changed(&mut self) {
        if self.value.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Percent {
    fn drop(&mut self) {
        self.shared.percents.followed().entries.remove(&self.id);
    }
}

impl fmt::Debug for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Percent").field(&self.now()).finish()
    }
}

impl Reader {
    /// Follows how far `task` is. It may be as old as ten seconds, and of a vim task that ends soon nothing is told.
    #[must_use]
    pub fn percent_of(&self, task: &MoRef) -> Percent {
        let (sender, value) = watch::channel(None);
        let mut followed = self.shared.percents.followed();
        followed.last_id += 1;
        let id = followed.last_id;
        followed.entries.insert(id, (task.clone(), sender));
        if !std::mem::replace(&mut followed.running, true) {
            tokio::spawn(read_now_and_then(Arc::downgrade(&self.shared)));
        }
        drop(followed);
        Percent { id, value, shared: Arc::clone(&self.shared) }
    }
}

/// Until nothing is followed any more or the session is closed.
async fn read_now_and_then(shared: Weak<Shared>) {
    while let Some(shared) = shared.upgrade() {
        let (clock, closed) = (shared.session.wire.clock.clone(), shared.session.closed.clone());
        let pause = shared.percents.pause();
        tokio::select! {
            biased;
            () = closed.cancelled() => return,
            () = clock.sleep(pause) => {}
        }
        let tasks = shared.percents.tasks();
        if tasks.is_empty() {
            return;
        }
        let reader = Reader { shared };
        match reader.retrieve_many(&tasks, &["info.progress"]).await {
            Ok(all) => all.iter().for_each(|seen| {
                let percent =
                    seen.integer("info.progress").and_then(|percent| percent.try_into().ok());
                reader.shared.percents.tell(&seen.object, percent);
            }),
            // Those who wait for the end hear of it.
            Err(error) => tracing::debug!(%error, "the progress of vim tasks cannot be read"),
        }
    }
}
