//! `EventHistoryCollector`: a client's own window on the events.

use vim25::methods::{
    DestroyCollector, ReadNextEvents, ReadPreviousEvents, ResetCollector, RewindCollector,
    SetCollectorPageSize,
};
use vim25::types::{Event, EventFilterSpec};
use vim25::{Poly, Str, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::session;
use crate::store::{At, Links, ManagedObject, Property};

use super::event_manager::{EventManager, event_manager_id};

const DEFAULT_PAGE: usize = 10;
const MAX_PAGE: i32 = 1000;

/// One collector.
#[derive(Clone)]
pub(super) struct EventHistoryCollector {
    session: Str,
    filter: EventFilterSpec,
    page: usize,
    /// Events with keys up to this one lie before the window.
    position: i32,
}

impl EventHistoryCollector {
    pub(super) fn new(session: Str, filter: EventFilterSpec) -> Self {
        Self { session, filter, page: DEFAULT_PAGE, position: 0 }
    }
}

impl ManagedObject for EventHistoryCollector {
    fn kind(&self) -> &'static str {
        "EventHistoryCollector"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "filter" => Property::borrowed(&self.filter),
            "latestPage" => {
                let manager = at.get::<EventManager>(&event_manager_id())?;
                let newest = manager.select(&self.filter, at.snapshot()).rev().take(self.page);
                let values = newest.map(|event| Value::Object(event.clone().into_box()));
                Property::of(Value::array_of("Event", values))
            }
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        session::own(links, &self.session);
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<ReadNextEvents>(read_next);
    dispatch.add::<ReadPreviousEvents>(read_previous);
    dispatch.add_for::<RewindCollector>("EventHistoryCollector", |call, _| move_to(call, 0));
    dispatch.add_for::<ResetCollector>("EventHistoryCollector", |call, _| move_to(call, i32::MAX));
    dispatch.add_for::<SetCollectorPageSize>("EventHistoryCollector", set_page_size);
    dispatch.add::<DestroyCollector>(|call, _| {
        call.commit(|tx| {
            tx.remove(call.this());
            Ok(())
        })
    });
}

fn read_next(call: &Call, asked: ReadNextEvents) -> Result<Vec<Poly<Event>>, Fault> {
    let limit = checked_count(asked.max_count)?;
    read(call, |events, position| {
        events.into_iter().filter(|event| event.key > position).take(limit).cloned().collect()
    })
}

fn read_previous(call: &Call, asked: ReadPreviousEvents) -> Result<Vec<Poly<Event>>, Fault> {
    let limit = checked_count(asked.max_count)?;
    let read = read(call, |events, position| {
        let older = events.into_iter().rev().filter(|event| event.key <= position);
        older.take(limit).cloned().collect()
    })?;
    // The window now ends before the oldest event that was read.
    if let Some(oldest) = read.last().map(|event| event.key - 1) {
        move_to(call, oldest)?;
    }
    Ok(read)
}

/// Picks events, given all that the collector's filter lets through and the window's position, and moves
/// the window behind the newest one picked.
fn read(
    call: &Call,
    pick: impl FnOnce(Vec<&Poly<Event>>, i32) -> Vec<Poly<Event>>,
) -> Result<Vec<Poly<Event>>, Fault> {
    let snapshot = call.snapshot();
    let collector = snapshot
        .get::<EventHistoryCollector>(call.this())
        .ok_or_else(|| Fault::object_not_found(call.this()))?;
    let Some(manager) = snapshot.get::<EventManager>(&event_manager_id()) else {
        return Ok(Vec::new());
    };
    let events = manager.select(&collector.filter, &snapshot).collect();
    let picked = pick(events, collector.position);
    if let Some(newest) = picked.iter().map(|event| event.key).max() {
        move_to(call, newest)?;
    }
    Ok(picked)
}

fn move_to(call: &Call, position: i32) -> Result<(), Fault> {
    call.commit(|tx| {
        tx.edit::<EventHistoryCollector>(call.this())?.position = position;
        Ok(())
    })
}

fn set_page_size(call: &Call, asked: SetCollectorPageSize) -> Result<(), Fault> {
    let page = checked_count(asked.max_count)?;
    call.commit(|tx| {
        tx.edit::<EventHistoryCollector>(call.this())?.page = page;
        Ok(())
    })
}

fn checked_count(count: i32) -> Result<usize, Fault> {
    match usize::try_from(count) {
        Ok(checked) if checked > 0 && count <= MAX_PAGE => Ok(checked),
        _ => Err(Fault::invalid_argument("maxCount")),
    }
}
