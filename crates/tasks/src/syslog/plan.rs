//! Decides about the log, host by host: first the way out, then what goes out.

use orchestrator::{Item, PlannedStep, Reason, limits};
use vim25::{MoRef, Value};

use super::log_host::LogHost;
use super::observe::Seen;
use super::spec::{LOG_HOST, RULESET, Spec};
use crate::advanced_options::{SetOption, Wanted, option_step};
use crate::firewall::{Ruleset, SetRuleset, Target, ruleset_step};
use crate::lookup::reason;
use crate::service::LOG;

/// What can be done on one host.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Open(SetRuleset),
    Set(SetOption),
    /// Restart the log service.
    Reload {
        manager: MoRef,
        host: String,
    },
}

pub(super) fn plan_host(spec: &Spec, name: &str, seen: &Seen) -> Vec<Item<Step>> {
    let blocked = |why| Item::blocked(name, why);
    let mut items: Vec<Item<Step>> = Vec::new();
    if spec.firewall {
        match ruleset_step(name, &seen.rulesets, RULESET, &Target::OPEN) {
            Ok(step) => items.extend(step.map(|step| step.map(Step::Open).into())),
            Err(why) => items.push(blocked(why)),
        }
        items.extend(closed_ports(spec, name, seen).map(blocked));
    }
    let mut sets = false;
    for ((key, wanted), present) in spec.options.iter().zip(&seen.values) {
        if *key == LOG_HOST && same_places(spec, present.as_ref()) {
            continue;
        }
        match option_step(&seen.manager, name, (key, wanted), present.as_ref(), &[]) {
            Ok(Some(step)) => {
                sets = true;
                items.push(step.map(Step::Set).into());
            }
            Ok(None) => {}
            Err(why) => items.push(blocked(why)),
        }
    }
    if let Some(services) = seen.reloads.as_ref().filter(|_| sets) {
        let step = Step::Reload { manager: services.manager.clone(), host: name.to_owned() };
        let title = format!("restart service `{LOG}`, which reads its settings only then");
        items.push(PlannedStep::update(name, title, step).takes(limits::HOST, name).into());
    }
    if items.is_empty() {
        items.push(Item::in_sync(name, words(spec)));
    }
    items
}

fn same_places(spec: &Spec, present: Option<&Value>) -> bool {
    let present = present.and_then(Value::as_str).and_then(LogHost::parse_all);
    present.is_some() && present == spec.log_hosts
}

/// The ruleset lets out a few ports only.
fn closed_ports(spec: &Spec, name: &str, seen: &Seen) -> Option<Reason> {
    let ruleset = seen.rulesets.find(RULESET)?;
    let open = |host: &&LogHost| {
        let (protocol, port) = host.way();
        let fits = |(own, first, last): &(String, i32, i32)| {
            own == protocol && (*first..=*last).contains(&port)
        };
        !ruleset.outbound.iter().any(fits)
    };
    let closed = spec.log_hosts.iter().flatten().find(open)?;
    let what = format!("cannot send the log of host `{name}` to `{closed}`");
    let cause = format!("the ruleset `{RULESET}` lets out {} only", ways(ruleset));
    let fix = "use one of these ports, or write `firewall: false` where another ruleset opens it";
    Some(reason("syslog-port-closed", what, cause, fix))
}

fn ways(ruleset: &Ruleset) -> String {
    let way = |(protocol, first, last): &(String, i32, i32)| match first == last {
        true => format!("{protocol} {first}"),
        false => format!("{protocol} {first}-{last}"),
    };
    ruleset.outbound.iter().map(way).collect::<Vec<_>>().join(", ")
}

fn words(spec: &Spec) -> String {
    let word = |(key, wanted): &(&str, Wanted)| match wanted.text() {
        empty if empty.is_empty() => format!("`{key}` is (empty)"),
        text => format!("`{key}` is {text}"),
    };
    let mut words: Vec<String> = spec.options.iter().map(word).collect();
    if spec.firewall {
        words.push(format!("ruleset `{RULESET}` is open"));
    }
    words.join("; ")
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
