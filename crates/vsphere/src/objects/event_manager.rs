//! `EventManager`: what happened on a server.

use std::time::SystemTime;

use vim25::enums::EventFilterSpecRecursionOption;
use vim25::types::{Event, EventFilterSpec, EventFilterSpecByEntity, EventFilterSpecByTime};
use vim25::{DateTime, MoRef, Poly, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader};

managed_object! {
    /// The event manager of a server.
    EventManager
}

impl EventManager {
    /// Events of these types, such as `vim.event.VmStartingSecondaryEvent`, about `entity` itself that were
    /// created at `since` or later, on the server's clock. A server answers 1000 of them at most.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query(
        &self,
        reader: &Reader,
        entity: &MoRef,
        types: &[&str],
        since: SystemTime,
    ) -> Result<Vec<Poly<Event>>, CallError> {
        let filter = EventFilterSpec {
            entity: Some(Box::new(EventFilterSpecByEntity {
                entity: entity.clone(),
                recursion: EventFilterSpecRecursionOption::Self_,
                ..Default::default()
            })),
            time: Some(Box::new(EventFilterSpecByTime {
                begin_time: Some(DateTime::from_system_time(since)),
                ..Default::default()
            })),
            event_type_id: types.iter().map(|one| (*one).into()).collect(),
            ..Default::default()
        };
        let this = self.0.clone();
        reader.invoke(&methods::QueryEvents { this, filter, ..Default::default() }).await
    }
}
