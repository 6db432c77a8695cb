//! What really happened, as the mock's store tells: [`History`] of vim tasks and of VMs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mock_vcenter::behaviour::virtual_machine::VirtualMachine;
use mock_vcenter::store::{ChangeKind, Commit, Observer, Snapshot};
use mock_vcenter::task::VimTask;
use vim25::MoRef;
use vim25::enums::VirtualMachineFaultToleranceState as State;
use vim25::types::TaskReasonUser;

use crate::log::Log;
use crate::traffic::Traffic;

/// A vim task from its start to its end.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) description: String,
    pub(crate) entity: String,
    /// Who started it; empty for the server itself.
    pub(crate) user: String,
    pub(crate) from: f64,
    pub(crate) to: Option<f64>,
    /// Type of the fault that ended it.
    pub(crate) fault: Option<String>,
    /// The server forgot it before its end, so it did nothing more.
    pub(crate) lost: bool,
}

/// A VM from one moment to the next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moment {
    pub(crate) at: f64,
    /// What it is called then.
    pub(crate) name: String,
    /// It is the primary of a pair that runs, on two hosts, under HA; or of one that would, once powered on.
    pub(crate) protected: bool,
    pub(crate) host: Option<MoRef>,
    pub(crate) secondary: Option<MoRef>,
    pub(crate) secondary_host: Option<MoRef>,
}

/// Vim tasks and VMs of a mock, by the ids of their objects.
#[derive(Debug)]
pub(crate) struct History {
    log: Log,
    traffic: Arc<Mutex<Traffic>>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    pub(crate) tasks: BTreeMap<String, Span>,
    pub(crate) vms: BTreeMap<String, Vec<Moment>>,
    /// Ids by the first name of each VM.
    pub(crate) ids: BTreeMap<String, String>,
}

impl History {
    /// A history that begins with the present state.
    pub(crate) fn new(log: Log, traffic: Arc<Mutex<Traffic>>, now: &Snapshot) -> Self {
        let history = Self { log, traffic, seen: Mutex::default() };
        for vm in now.of_kind("VirtualMachine") {
            history.look_at_vm(now, vm);
        }
        history
    }

    /// All of it.
    pub(crate) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    /// Whether a VM was protected, and whether it was not, at some time in the last `seconds`.
    pub(crate) fn lately(&self, name: &str, seconds: f64) -> (bool, bool) {
        let seen = self.lock();
        let moments = seen.ids.get(name).and_then(|id| seen.vms.get(id));
        let Some(moments) = moments else { return (false, true) };
        let since = self.log.seconds() - seconds;
        let from = moments.iter().rposition(|moment| moment.at <= since).unwrap_or(0);
        // Who goes by another name is not who was asked for.
        let good = |one: &Moment| one.protected && one.name == name;
        let lately = &moments[from..];
        (lately.iter().any(good), !lately.iter().all(good))
    }

    fn look_at_vm(&self, now: &Snapshot, id: &MoRef) {
        self.look_at_one(now, id);
        let vm = now.get::<VirtualMachine>(id);
        if let Some(partner) = vm.and_then(VirtualMachine::partner) {
            self.look_at_one(now, partner);
        }
    }

    /// A secondary is told of with its primary, unless it was a VM of its own before.
    fn look_at_one(&self, now: &Snapshot, id: &MoRef) {
        let mut seen = self.lock();
        let known = seen.vms.contains_key(id.value.as_str());
        let Some(vm) = now.get::<VirtualMachine>(id) else {
            drop(seen);
            if known {
                self.remember(id, gone(self.log.seconds()));
            }
            return;
        };
        if !known && vm.is_secondary() {
            return;
        }
        let name = vm.entity.name.as_str();
        if !known {
            seen.ids.entry(name.to_owned()).or_insert_with(|| id.value.to_string());
            self.traffic.lock().unwrap_or_else(PoisonError::into_inner).name(&id.value, name);
        }
        drop(seen);
        self.remember(id, moment(now, vm, self.log.seconds()));
    }

    fn remember(&self, id: &MoRef, moment: Moment) {
        let mut seen = self.lock();
        let moments = seen.vms.entry(id.value.to_string()).or_default();
        let same =
            moments.last().is_some_and(|last| Moment { at: moment.at, ..last.clone() } == moment);
        if !same {
            moments.push(moment);
        }
    }

    fn look_at_task(&self, now: &Snapshot, id: &MoRef) {
        let Some(task) = now.get::<VimTask>(id) else { return };
        let info = &task.info;
        let mut seen = self.lock();
        let at = self.log.seconds();
        let span = seen.tasks.entry(id.value.to_string()).or_insert_with(|| Span {
            description: info.description_id.to_string(),
            entity: info.entity.as_ref().map(|entity| entity.value.to_string()).unwrap_or_default(),
            user: info
                .reason
                .downcast_ref::<TaskReasonUser>()
                .map(|reason| reason.user_name.to_string())
                .unwrap_or_default(),
            from: at,
            to: None,
            fault: None,
            lost: false,
        });
        if !task.is_open() && span.to.is_none() {
            span.to = Some(at);
            span.fault = info.error.as_ref().map(|error| error.fault.type_name().to_owned());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for History {
    fn committed(&self, commit: &Commit) {
        for change in &commit.changes {
            match change.object.kind.as_str() {
                "VirtualMachine" => self.look_at_vm(&commit.after, &change.object),
                "Task" if change.kind == ChangeKind::Left => {
                    let at = self.log.seconds();
                    let mut seen = self.lock();
                    if let Some(span) = seen.tasks.get_mut(change.object.value.as_str()) {
                        span.lost = span.to.is_none();
                        span.to.get_or_insert(at);
                    }
                }
                "Task" => self.look_at_task(&commit.after, &change.object),
                _ => {}
            }
        }
    }
}

fn gone(at: f64) -> Moment {
    let (name, protected) = (String::new(), false);
    Moment { at, name, protected, host: None, secondary: None, secondary_host: None }
}

/// The pair that a VM is part of, whichever half it is.
fn moment(now: &Snapshot, vm: &VirtualMachine, at: f64) -> Moment {
    let other = vm.partner().and_then(|id| now.get::<VirtualMachine>(id));
    let Some(other) = other else {
        return Moment { host: vm.host.clone(), name: vm.entity.name.to_string(), ..gone(at) };
    };
    let (primary, secondary) = if vm.is_primary() { (vm, other) } else { (other, vm) };
    let stands = match (&primary.ft.state, primary.is_on()) {
        (State::Running, true) => primary.das_protected,
        (State::Enabled, false) => true,
        _ => false,
    };
    let are_pair = primary.is_primary() && secondary.is_secondary();
    Moment {
        at,
        name: primary.entity.name.to_string(),
        protected: are_pair && stands && primary.host != secondary.host,
        host: primary.host.clone(),
        secondary: primary.partner().cloned(),
        secondary_host: secondary.host.clone(),
    }
}
