//! `TaskManager` and `TaskHistoryCollector`: the vim tasks of a server, also those that have ended.

use vim25::types::{TaskFilterSpec, TaskInfo};
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The task manager of a server.
    TaskManager
}

managed_object! {
    /// This session's own window on the vim tasks of a server, the oldest first. A session may have few of
    /// them, so each is destroyed when it is no longer needed.
    TaskHistoryCollector
}

impl TaskManager {
    /// Opens a window on the vim tasks that `filter` lets through.
    ///
    /// # Errors
    /// `InvalidState` when the session has too many, `NotSupported` on a bare host.
    pub async fn create_collector(
        &self,
        reader: &Reader,
        filter: TaskFilterSpec,
    ) -> Result<TaskHistoryCollector, CallError> {
        let this = self.0.clone();
        let call = methods::CreateCollectorForTasks { this, filter, ..Default::default() };
        reader.invoke(&call).await.map(TaskHistoryCollector)
    }
}

impl TaskHistoryCollector {
    /// Moves the window before the oldest vim task.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn rewind(&self, reader: &Reader) -> Result<(), CallError> {
        reader
            .invoke(&methods::RewindCollector { this: self.0.clone(), ..Default::default() })
            .await
    }

    /// The next vim tasks, `max_count` at most; none when there are no more.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn read_next(
        &self,
        reader: &Reader,
        max_count: i32,
    ) -> Result<Vec<TaskInfo>, CallError> {
        let this = self.0.clone();
        reader.invoke(&methods::ReadNextTasks { this, max_count, ..Default::default() }).await
    }

    /// Closes the window.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn destroy(&self, reader: &Reader) -> Result<(), CallError> {
        let this: MoRef = self.0.clone();
        reader.invoke(&methods::DestroyCollector { this, ..Default::default() }).await
    }
}
