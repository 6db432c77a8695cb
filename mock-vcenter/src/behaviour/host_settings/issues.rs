//! What a host complains of: a shell that is on, until `UserVars.SuppressShellWarning` says that this is meant.

use vim25::types::{Event, HostEventArgument, LocalTSMEnabledEvent, RemoteTSMEnabledEvent};
use vim25::{DataObject, DateTime, IsA, MoRef, Poly, Str};

use crate::behaviour::host_system::HostSystem;

/// The issues of a host, in the form of events.
#[must_use]
pub fn config_issues(host: &HostSystem, id: &MoRef) -> Vec<Poly<Event>> {
    let server = &host.server;
    let mut issues = host.entity.config_issue.clone();
    if server.options.number("UserVars.SuppressShellWarning") != 0 {
        return issues;
    }
    let started = |key: &str| {
        let service = server.services.find(key, true).filter(|service| service.running)?;
        Some(service.since.clone().unwrap_or_else(|| host.boot_time.clone()))
    };
    if let Some(since) = started("TSM") {
        let text = "ESXi Shell is enabled on the host";
        issues.push(issue(LocalTSMEnabledEvent::default(), host, id, since, text));
    }
    if let Some(since) = started("TSM-SSH") {
        let text = "SSH is enabled on the host";
        issues.push(issue(RemoteTSMEnabledEvent::default(), host, id, since, text));
    }
    issues
}

fn issue<E: DataObject + IsA<Event>>(
    mut event: E,
    host: &HostSystem,
    id: &MoRef,
    since: DateTime,
    text: &str,
) -> Poly<Event> {
    let mut argument = HostEventArgument { host: id.clone(), ..Default::default() };
    argument.name = host.entity.name.clone();
    let object: &mut dyn DataObject = &mut event;
    if let Some(base) = object.as_type_mut::<Event>() {
        base.created_time = since;
        base.full_formatted_message = Some(Str::from(format!("{text} {}", argument.name)));
        base.host = Some(Box::new(argument));
    }
    Poly::new(event)
}
