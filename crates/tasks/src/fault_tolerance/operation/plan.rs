//! Decides about each pair: from the operation, what was chosen and what is there now.

use orchestrator::{Change, Item, Plan, PlannedStep, limits};
use vim25::MoRef;

use super::observe::Now;
use super::order::{Operation, Target};
use super::record::DrillRecord;
use crate::lookup::reason;
use crate::trouble::MAKE_READABLE;

/// One step on one pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) act: Act,
    pub(super) subject: String,
    /// The present primary.
    pub(super) primary: MoRef,
    pub(super) secondary: Option<MoRef>,
    /// When the secondary had been started last when the VM was chosen.
    pub(super) boot: Option<String>,
}

/// What is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Do(Operation),
    /// Wait until it is protected.
    Await,
}

/// A pair, what is to become of it, and what a drill has noted of it.
pub(super) struct Case<'a> {
    pub(super) operation: Operation,
    pub(super) connection: &'a str,
    pub(super) target: &'a Target,
    pub(super) record: &'a DrillRecord,
}

/// What was decided.
enum Decision {
    InSync(&'static str),
    Step(Act, Change),
    Blocked(&'static str, String, &'static str),
}

pub(super) fn plan(items: Vec<Item<Step>>, operation: Operation) -> Plan<Step> {
    let mut plan = Plan::of(items);
    let acts = plan.items.iter().any(|item| matches!(item, Item::Step(_)));
    let note = match operation {
        Operation::Suspend => "while it is suspended, a VM does not survive the loss of its host",
        Operation::TurnOff => "the secondaries are deleted, with their disks",
        _ => return plan,
    };
    plan.notes.extend(acts.then(|| note.to_owned()));
    plan
}

impl Case<'_> {
    pub(super) fn item(&self, now: Option<&Now>) -> Item<Step> {
        let subject = &self.target.subject;
        let Some(now) = now else {
            let fix = "choose again which virtual machines are meant";
            return self.blocked("vm-gone", "it does not exist any more".to_owned(), fix);
        };
        match self.decide(now) {
            Decision::InSync(detail) => Item::in_sync(subject, self.detail(now, detail)),
            Decision::Blocked(code, cause, fix) => self.blocked(code, cause, fix),
            Decision::Step(act, change) => self.step(now, act, change),
        }
    }

    fn decide(&self, now: &Now) -> Decision {
        if let Some(cause) = &now.unreadable {
            return Decision::Blocked("unreadable", cause.clone(), MAKE_READABLE);
        }
        if !now.has_ft {
            return match self.operation {
                Operation::TurnOff => Decision::InSync("Fault Tolerance is off"),
                _ => off(),
            };
        }
        match self.operation {
            Operation::TurnOff => step(self.operation, "fault tolerance", &now.state, "off"),
            _ if now.orphaned || now.secondary.is_none() => no_secondary(),
            Operation::Suspend if now.state == "disabled" => Decision::InSync("suspended"),
            Operation::Suspend => {
                step(self.operation, "fault tolerance", &now.state, "suspended (disabled)")
            }
            Operation::Resume => resume(now),
            Operation::Failover => self.failover(now),
            Operation::RestartSecondary => self.restart(now),
        }
    }

    fn failover(&self, now: &Now) -> Decision {
        let goal = self.target.secondary.as_ref();
        if Some(&now.primary) == goal {
            return self.afterwards(now);
        }
        if now.primary != self.target.vm {
            let cause = "its halves are others than when it was chosen".to_owned();
            return Decision::Blocked("ft-pair-changed", cause, "start the drill again");
        }
        if !now.is_protected() {
            return not_protected(now);
        }
        let [from, to] = &now.hosts;
        step(self.operation, "primary on", shown(from.as_deref()), shown(to.as_deref()))
    }

    fn restart(&self, now: &Now) -> Decision {
        let started_anew = now.boot.is_some() && now.boot != self.target.boot;
        let done = self.record.changed.is_some() || started_anew;
        if done || self.record.was_asked() && !now.is_protected() {
            return self.afterwards(now);
        }
        if !now.is_protected() {
            return not_protected(now);
        }
        step(self.operation, "secondary", "running", "restarted, running")
    }

    /// The test took place; what counts now is that the pair comes back.
    fn afterwards(&self, now: &Now) -> Decision {
        if now.is_protected() {
            return Decision::InSync("protected by HA");
        }
        let change = Change::of("fault tolerance", now.state.as_str(), "running");
        Decision::Step(Act::Await, change)
    }

    fn detail(&self, now: &Now, detail: &str) -> String {
        let [primary, secondary] = now.hosts.each_ref().map(|host| shown(host.as_deref()));
        match now.secondary {
            Some(_) => {
                format!("primary on `{primary}`, secondary on `{secondary}`, {detail}")
            }
            None => detail.to_owned(),
        }
    }

    fn blocked(&self, code: &'static str, cause: String, fix: &'static str) -> Item<Step> {
        let subject = &self.target.subject;
        let what = format!("cannot {} `{subject}`", self.operation.title());
        Item::blocked(subject, reason(code, what, cause, fix))
    }

    fn step(&self, now: &Now, act: Act, change: Change) -> Item<Step> {
        let subject = &self.target.subject;
        let title = match act {
            Act::Do(operation) => format!("{} `{subject}`", operation.title()),
            Act::Await => format!("wait until `{subject}` is protected"),
        };
        let step = Step {
            act,
            subject: subject.clone(),
            primary: now.primary.clone(),
            secondary: now.secondary.clone(),
            boot: self.target.boot.clone(),
        };
        let planned = PlannedStep::update(subject, title, step).changes([change]);
        self.claims(planned, now).into()
    }

    /// Synchronising loads both hosts; waiting for work that others do loads nobody anew.
    fn claims(&self, step: PlannedStep<Step>, now: &Now) -> PlannedStep<Step> {
        let mut step = step.takes(limits::VCENTER, self.connection);
        if let Some(cluster) = &self.target.cluster {
            step = step.takes(limits::CLUSTER, cluster);
        }
        let hosts = now.hosts.iter().flatten();
        hosts.fold(step, |step, host| step.takes(limits::HOST, host))
    }
}

fn resume(now: &Now) -> Decision {
    if now.is_protected() {
        return Decision::InSync("protected by HA");
    }
    if now.state == "disabled" {
        return step(Operation::Resume, "fault tolerance", "suspended (disabled)", "running");
    }
    if !now.is_on {
        return Decision::InSync("powered off; protected from the next power-on");
    }
    if now.state == "needSecondary"
        && now.reason.as_deref().is_some_and(|one| one != "initializing")
    {
        return not_protected(now);
    }
    let change = Change::of("fault tolerance", now.state.as_str(), "running");
    Decision::Step(Act::Await, change)
}

fn step(operation: Operation, setting: &str, before: &str, after: &str) -> Decision {
    Decision::Step(Act::Do(operation), Change::of(setting, before, after))
}

fn off() -> Decision {
    let fix = "leave it out, or turn Fault Tolerance on first";
    Decision::Blocked("ft-off", "Fault Tolerance is not on for it".to_owned(), fix)
}

fn no_secondary() -> Decision {
    let fix = "turn Fault Tolerance off on it (`lockstep ft off`), and on again";
    Decision::Blocked("ft-no-secondary", "it has no secondary any more".to_owned(), fix)
}

fn not_protected(now: &Now) -> Decision {
    let [primary, secondary] = &now.places;
    let cause = match now.state.as_str() {
        "running" if secondary.is_some() && primary == secondary => {
            "both halves of the pair run on one host".to_owned()
        }
        "running" => "the pair runs, but HA does not protect it".to_owned(),
        "disabled" => "Fault Tolerance is suspended".to_owned(),
        "enabled" => "it is powered off".to_owned(),
        "needSecondary" => {
            let why = now.reason.as_deref().unwrap_or("initializing");
            format!("its secondary does not run (needSecondary, {why})")
        }
        other => format!("it is not protected now (state {other})"),
    };
    let fix = "wait or mend it until `lockstep ft status` shows it as protected";
    Decision::Blocked("ft-not-protected", cause, fix)
}

fn shown(host: Option<&str>) -> &str {
    host.unwrap_or("an unknown host")
}
