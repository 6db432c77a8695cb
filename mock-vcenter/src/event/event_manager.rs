//! The object `EventManager` and its methods.

use vim25::methods::{CreateCollectorForEvents, LogUserEvent, PostEvent, QueryEvents};
use vim25::types::{
    ElementDescription, Event, EventDescription, EventDescriptionEventDetail, EventFilterSpec,
    GeneralUserEvent,
};
use vim25::{DataObject, IsA, MoRef, Poly, registry};

use crate::behaviour::events::point_at;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property, Snapshot, Transaction};

use super::collector::{self, EventHistoryCollector};
use super::filter;
use super::log::EventLog;

/// How many events one query answers at most.
const MAX_QUERY: usize = 1000;

/// The reference of the event manager, the same on every server this mock plays.
#[must_use]
pub fn event_manager_id() -> MoRef {
    MoRef::new("EventManager", "EventManager")
}

/// Keeps the events.
#[derive(Clone, Default)]
pub struct EventManager {
    log: EventLog,
}

impl ManagedObject for EventManager {
    fn kind(&self) -> &'static str {
        "EventManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "description" => Property::object(description()),
            "latestEvent" => Property::borrowed(self.log.latest()?.as_object()),
            "maxCollector" => Property::of(1000),
            _ => None,
        }
    }
}

impl EventManager {
    /// The events that `filter` asks for, oldest first.
    pub(super) fn select<'a>(
        &'a self,
        filter: &'a EventFilterSpec,
        snapshot: &'a Snapshot,
    ) -> impl DoubleEndedIterator<Item = &'a Poly<Event>> {
        let ancestors = |object: &MoRef| crate::inventory::ancestors(snapshot, object);
        self.log.iter().filter(move |event| filter::matches(filter, event, &ancestors))
    }
}

impl Transaction<'_> {
    /// Adds an event to this commit. Key and time are given here; chain and user too, unless set. Returns the
    /// key; 0 when the server has no event manager.
    pub fn post_event<E: DataObject + IsA<Event>>(&mut self, event: E) -> i32 {
        self.keep_event(Poly::new(event))
    }

    fn keep_event(&mut self, mut event: Poly<Event>) -> i32 {
        let (user, chain) = (self.origin().user.clone(), self.origin().chain);
        let created = self.timestamp();
        let Ok(manager) = self.edit::<EventManager>(&event_manager_id()) else { return 0 };
        let key = manager.log.next_key();
        event.key = key;
        event.created_time = created;
        if event.user_name.is_empty() {
            event.user_name = user;
        }
        if event.chain_id == 0 {
            event.chain_id = if chain == 0 { key } else { chain };
        }
        if event.full_formatted_message.is_none() {
            event.full_formatted_message = Some(event.type_name().into());
        }
        manager.log.push(event);
        key
    }
}

/// Adds the methods of events to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryEvents>(query);
    dispatch.add::<CreateCollectorForEvents>(create_collector);
    dispatch.add::<LogUserEvent>(log_user_event);
    dispatch.add::<PostEvent>(post);
    collector::register(dispatch);
}

fn query(call: &Call, asked: QueryEvents) -> Result<Vec<Poly<Event>>, Fault> {
    let snapshot = call.snapshot();
    let Some(manager) = snapshot.get::<EventManager>(&event_manager_id()) else {
        return Err(Fault::object_not_found(&event_manager_id()));
    };
    let limit = match asked.filter.max_count.map(usize::try_from) {
        Some(Ok(limit)) if limit > 0 => limit.min(MAX_QUERY),
        _ => MAX_QUERY,
    };
    // The newest ones count, in order of their creation.
    let mut found: Vec<_> =
        manager.select(&asked.filter, &snapshot).rev().take(limit).cloned().collect();
    found.reverse();
    Ok(found)
}

fn create_collector(call: &Call, asked: CreateCollectorForEvents) -> Result<MoRef, Fault> {
    call.commit(|tx| {
        let id = call.session_object(tx, "EventHistoryCollector")?;
        tx.insert(id.clone(), EventHistoryCollector::new(call.session_key(), asked.filter));
        Ok(id)
    })
}

fn log_user_event(call: &Call, asked: LogUserEvent) -> Result<(), Fault> {
    call.commit(|tx| {
        let mut event = GeneralUserEvent::default();
        event.message = asked.msg.clone();
        event.full_formatted_message = Some(asked.msg);
        if !tx.view().contains(&asked.entity) {
            return Err(Fault::object_not_found(&asked.entity));
        }
        point_at(tx, &asked.entity, &mut event);
        tx.post_event(event);
        Ok(())
    })
}

/// Keeps an event as the client made it, but for its key and time.
fn post(call: &Call, asked: PostEvent) -> Result<(), Fault> {
    call.commit(|tx| {
        let mut event = asked.event_to_post.clone();
        event.user_name = call.user().into();
        tx.keep_event(event);
        Ok(())
    })
}

fn description() -> EventDescription {
    let category = ["info", "warning", "error", "user"].map(|key| {
        let mut category = ElementDescription::default();
        category.key = key.into();
        category.label = key.into();
        category.summary = key.into();
        Poly::new(category)
    });
    EventDescription {
        category: category.into(),
        event_info: details().collect(),
        ..Default::default()
    }
}

/// One entry for each type of event. The texts of real servers are not known, so each has its type's name.
fn details() -> impl Iterator<Item = EventDescriptionEventDetail> {
    let root = Event::default().type_desc();
    let kinds = registry::types().iter().filter(move |kind| kind.is_a(root));
    kinds.map(|kind| EventDescriptionEventDetail {
        key: kind.name.into(),
        description: Some(kind.name.into()),
        category: "info".into(),
        full_format: kind.name.into(),
        ..Default::default()
    })
}
