//! Which events a query asks for.

use std::time::SystemTime;

use vim25::enums::EventFilterSpecRecursionOption as Recursion;
use vim25::types::{
    DatacenterEventArgument, Event, EventEx, EventFilterSpec, EventFilterSpecByEntity,
    EventFilterSpecByTime, ExtendedEvent,
};
use vim25::{MoRef, Poly, registry};

/// True when `event` is among those that `filter` asks for. `ancestors` tells the chain of parents of an
/// object, nearest first.
pub(super) fn matches(
    filter: &EventFilterSpec,
    event: &Poly<Event>,
    ancestors: &dyn Fn(&MoRef) -> Vec<MoRef>,
) -> bool {
    filter.entity.as_ref().is_none_or(|entity| concerns(entity, event, ancestors))
        && filter.time.as_ref().is_none_or(|time| within(time, event))
        && filter.event_chain_id.is_none_or(|chain| chain == event.chain_id)
        && filter.user_name.as_ref().is_none_or(|users| {
            (users.system_user && event.user_name.is_empty())
                || users.user_list.contains(&event.user_name)
        })
        && of_type(filter, event)
}

fn concerns(
    filter: &EventFilterSpecByEntity,
    event: &Event,
    ancestors: &dyn Fn(&MoRef) -> Vec<MoRef>,
) -> bool {
    let about = subjects(event);
    let is_it = about.contains(&&filter.entity);
    let below = |object: &&MoRef| ancestors(object).contains(&filter.entity);
    match filter.recursion {
        Recursion::Self_ => is_it,
        Recursion::Children => {
            about.iter().any(|object| ancestors(object).first() == Some(&filter.entity))
        }
        _ => is_it || about.iter().any(below),
    }
}

/// The objects an event names, from the widest to the narrowest.
fn subjects(event: &Event) -> Vec<&MoRef> {
    let datacenter: Option<&DatacenterEventArgument> = event.datacenter.as_deref();
    [
        datacenter.map(|argument| &argument.datacenter),
        event.compute_resource.as_deref().map(|argument| &argument.compute_resource),
        event.host.as_deref().map(|argument| &argument.host),
        event.vm.as_deref().map(|argument| &argument.vm),
        event.ds.as_deref().map(|argument| &argument.datastore),
        event.net.as_deref().map(|argument| &argument.network),
        event.dvs.as_deref().map(|argument| &argument.dvs),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn within(filter: &EventFilterSpecByTime, event: &Event) -> bool {
    let Some(at) = event.created_time.to_system_time() else { return true };
    let bound = |time: &Option<vim25::DateTime>| -> Option<SystemTime> {
        time.as_ref().and_then(vim25::DateTime::to_system_time)
    };
    bound(&filter.begin_time).is_none_or(|begin| at >= begin)
        && bound(&filter.end_time).is_none_or(|end| at <= end)
}

fn of_type(filter: &EventFilterSpec, event: &Poly<Event>) -> bool {
    let described = event.as_object().type_desc();
    let is_a = |name: &str| registry::find_type(name).is_some_and(|wanted| described.is_a(wanted));
    let by_type = filter.type_.is_empty() || filter.type_.iter().any(|name| is_a(name));
    let by_id = filter.event_type_id.is_empty()
        || filter.event_type_id.iter().any(|wanted| is_called(event, wanted));
    by_type && by_id
}

/// Whether clients ask for an event under this identifier: its own for extended ones, otherwise its type, alone or as
/// `vim.event.X`.
fn is_called(event: &Poly<Event>, wanted: &str) -> bool {
    if let Some(extended) = event.downcast_ref::<EventEx>() {
        return extended.event_type_id == wanted;
    }
    if let Some(extended) = event.downcast_ref::<ExtendedEvent>() {
        return extended.event_type_id == wanted;
    }
    wanted.strip_prefix("vim.event.").unwrap_or(wanted) == event.type_name()
}
