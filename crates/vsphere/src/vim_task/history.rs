//! Finds vim tasks whose reference nobody knows: by object and time, on the server's own clock.

use std::time::SystemTime;

use vim25::enums::{TaskFilterSpecRecursionOption, TaskFilterSpecTimeOption};
use vim25::types::{TaskFilterSpec, TaskFilterSpecByEntity, TaskFilterSpecByTime, TaskInfo};
use vim25::{DateTime, MoRef, methods};

use crate::call::CallError;
use crate::objects::{TaskHistoryCollector, TaskManager};
use crate::reader::Reader;

/// Vim tasks that are asked for at a time.
const PAGE: i32 = 100;
/// More pages than one object has in the time between two runs; a bound against a server that never ends.
const PAGES: usize = 50;

impl Reader {
    /// The time on the server's own clock.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn current_time(&self) -> Result<DateTime, CallError> {
        let this = MoRef::new("ServiceInstance", "ServiceInstance");
        self.invoke(&methods::CurrentTime { this, ..Default::default() }).await
    }

    /// The vim tasks on `entity` that were queued at `since` or later, on the server's clock, the oldest first.
    ///
    /// # Errors
    /// When a call fails; an account may not be allowed to look into the history.
    pub async fn vim_tasks_since(
        &self,
        entity: &MoRef,
        since: SystemTime,
    ) -> Result<Vec<TaskInfo>, CallError> {
        let Some(manager) = self.content().task_manager.clone() else { return Ok(Vec::new()) };
        let manager = TaskManager::new(manager);
        let collector = manager.create_collector(self, filter(entity, since)).await?;
        let read = self.read_all(&collector).await;
        // It goes with the session at the latest.
        if let Err(error) = collector.destroy(self).await {
            tracing::debug!(%error, "a collector was left open");
        }
        read
    }

    async fn read_all(&self, collector: &TaskHistoryCollector) -> Result<Vec<TaskInfo>, CallError> {
        collector.rewind(self).await?;
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let page = collector.read_next(self, PAGE).await?;
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        Ok(all)
    }
}

fn filter(entity: &MoRef, since: SystemTime) -> TaskFilterSpec {
    TaskFilterSpec {
        entity: Some(Box::new(TaskFilterSpecByEntity {
            entity: entity.clone(),
            recursion: TaskFilterSpecRecursionOption::Self_,
            ..Default::default()
        })),
        time: Some(Box::new(TaskFilterSpecByTime {
            time_type: TaskFilterSpecTimeOption::QueuedTime,
            begin_time: Some(DateTime::from_system_time(since)),
            ..Default::default()
        })),
        ..Default::default()
    }
}
