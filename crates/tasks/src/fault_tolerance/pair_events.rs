//! What vCenter's events say about a pair: since when it needs a secondary, and why it has none.

use std::time::{Duration, SystemTime};

use vim25::types::{
    Event, VmFailedStartingSecondaryEvent, VmFaultToleranceStateChangedEvent,
    VmMaxFTRestartCountReached, VmNoCompatibleHostForSecondaryEvent,
    VmSecondaryDisabledBySystemEvent, VmTimedoutStartingSecondaryEvent,
};
use vim25::{DateTime, MoRef, Poly};
use vsphere::objects::EventManager;
use vsphere::{Reader, explain_fault};

/// How far back events are asked for.
const BACK: Duration = Duration::from_secs(7 * 86_400);

/// Events of a pair's way, and of its failures.
const TYPES: &[&str] = &[
    "vim.event.VmFailedStartingSecondaryEvent",
    "vim.event.VmFaultToleranceStateChangedEvent",
    "vim.event.VmFaultToleranceVmTerminatedEvent",
    "vim.event.VmMaxFTRestartCountReached",
    "vim.event.VmNoCompatibleHostForSecondaryEvent",
    "vim.event.VmPrimaryFailoverEvent",
    "vim.event.VmSecondaryAddedEvent",
    "vim.event.VmSecondaryDisabledBySystemEvent",
    "vim.event.VmSecondaryEnabledEvent",
    "vim.event.VmStartingSecondaryEvent",
    "vim.event.VmTimedoutStartingSecondaryEvent",
];

/// What the events of a pair come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// When the latest of them happened, on the server's clock.
    pub(super) last_sign: Option<SystemTime>,
    /// When the pair came to need a secondary, in the server's own writing.
    pub(super) needs_since: Option<DateTime>,
    /// Why its secondary does not run.
    pub(super) why: Option<String>,
}

/// What is told of these halves up to `now`. Events that may not be read say nothing.
pub(super) async fn told(reader: &Reader, halves: &[MoRef], now: SystemTime) -> Told {
    let Some(manager) = reader.content().event_manager.clone() else { return Told::default() };
    let manager = EventManager::new(manager);
    let since = now.checked_sub(BACK).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut all = Vec::new();
    for half in halves {
        match manager.query(reader, half, TYPES, since).await {
            Ok(events) => all.extend(events),
            Err(error) => tracing::debug!(%error, "events of a pair cannot be read"),
        }
    }
    sum_up(all)
}

fn sum_up(mut events: Vec<Poly<Event>>) -> Told {
    // A server promises no order.
    events.sort_by_key(|event| (event.created_time.to_system_time(), event.key));
    let mut told = Told::default();
    for event in &events {
        told.last_sign = told.last_sign.max(event.created_time.to_system_time());
        if let Some(change) = event.downcast_ref::<VmFaultToleranceStateChangedEvent>() {
            use vim25::enums::VirtualMachineFaultToleranceState::{NeedSecondary, Running};
            if change.new_state == NeedSecondary {
                told.needs_since = Some(event.created_time.clone());
            } else if change.new_state == Running {
                told.why = None;
            }
        }
        if let Some(why) = why(event) {
            told.why = Some(why);
        }
    }
    told
}

/// The reason that an event gives.
fn why(event: &Poly<Event>) -> Option<String> {
    if let Some(event) = event.downcast_ref::<VmSecondaryDisabledBySystemEvent>() {
        let reason = event.reason.as_ref().map(|reason| explain_fault(&reason.fault).to_string());
        let reason = reason.unwrap_or_else(|| "for a reason that it does not tell".to_owned());
        return Some(format!("vCenter gave up on the secondary: {reason}"));
    }
    if let Some(event) = event.downcast_ref::<VmFailedStartingSecondaryEvent>() {
        let reason = event.reason.as_deref().map(|reason| format!(" ({reason})"));
        return Some(format!("the secondary could not be started{}", reason.unwrap_or_default()));
    }
    if event.downcast_ref::<VmTimedoutStartingSecondaryEvent>().is_some() {
        return Some("the secondary did not start in time".to_owned());
    }
    if event.downcast_ref::<VmNoCompatibleHostForSecondaryEvent>().is_some() {
        return Some("vCenter found no host for the secondary".to_owned());
    }
    let too_often = event.downcast_ref::<VmMaxFTRestartCountReached>();
    too_often.map(|_| "vCenter has restarted the secondary as often as it does".to_owned())
}

#[cfg(test)]
mod tests {
    use vim25::enums::VirtualMachineFaultToleranceState as State;

    use super::*;

    fn at(event: impl vim25::DataObject + vim25::IsA<Event>, second: u32) -> Poly<Event> {
        let mut event: Poly<Event> = Poly::new(event);
        event.created_time = DateTime::from_text(format!("2026-01-01T00:00:{second:02}Z"));
        event
    }

    fn into(state: State) -> VmFaultToleranceStateChangedEvent {
        VmFaultToleranceStateChangedEvent { new_state: state, ..Default::default() }
    }

    #[test]
    fn the_latest_need_and_the_latest_reason_count_in_whatever_order_they_come() {
        let told = sum_up(vec![
            at(VmTimedoutStartingSecondaryEvent::default(), 30),
            at(into(State::NeedSecondary), 20),
            at(VmNoCompatibleHostForSecondaryEvent::default(), 5),
            at(into(State::NeedSecondary), 1),
            at(into(State::Running), 10),
        ]);
        assert_eq!(told.needs_since.unwrap().as_str(), "2026-01-01T00:00:20Z");
        assert_eq!(told.why.as_deref(), Some("the secondary did not start in time"));
        assert_eq!(told.last_sign, DateTime::from_text("2026-01-01T00:00:30Z").to_system_time());
    }

    #[test]
    fn a_reason_from_before_the_pair_ran_is_none() {
        let told = sum_up(vec![
            at(VmNoCompatibleHostForSecondaryEvent::default(), 5),
            at(into(State::Running), 10),
            at(into(State::NeedSecondary), 20),
        ]);
        assert_eq!(told.why, None);
        assert_eq!(sum_up(Vec::new()), Told::default());
    }
}
