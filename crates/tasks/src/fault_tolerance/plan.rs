//! Decides about every declared VM, in the order of the declaration.

use orchestrator::{Change, Item, Plan, PlannedStep, Reason, limits};
use vim25::MoRef;

use super::checks::{unreadable, what};
use super::existing::{Decision, decide};
use super::matrix::matrix;
use super::pairs;
use super::places::{Home, Places};
use super::remedy::{self, Cure};
use super::rollout::{rollout, work};
use super::seen::{Cluster, Ft, Host, Pair, Power, Seen, Vm};
use super::spec::{Spec, Warnings};
use super::storage::{unknown_datastores, unknown_disks};
use crate::forecast::PairToCome;
use crate::ledger::TURN_ON_FT;
use crate::lookup::{not_found, reason};

/// What can be done about one VM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    TurnOn(Box<TurnOn>),
    /// Change something that is in the way.
    Remedy(Cure),
    /// Wait until a pair that is on its way is protected.
    Await {
        vm: MoRef,
        name: String,
    },
    /// Resume a suspended pair.
    Resume {
        vm: MoRef,
        name: String,
        secondary: MoRef,
    },
}

/// How Fault Tolerance is turned on for a VM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TurnOn {
    pub(super) vm: MoRef,
    pub(super) name: String,
    /// Where it ran when the places were found.
    pub(super) home: MoRef,
    pub(super) home_name: String,
    /// Where the secondary goes.
    pub(super) host: MoRef,
    pub(super) host_name: String,
    /// Datastore of the secondary's configuration, of the tie-breaker, and of each disk by its key.
    pub(super) config: MoRef,
    pub(super) metadata: MoRef,
    pub(super) disks: Vec<(i32, MoRef)>,
    pub(super) warnings: Warnings,
}

pub(super) fn plan(spec: &Spec, connection: &str, seen: &Seen) -> Plan<Step> {
    let places = Places::find(spec, seen);
    let planner = Planner { spec, connection, seen, places: &places };
    let mut plan = Plan::of(planner.items());
    plan.tables.extend(places.tally.table(seen));
    plan.tables.extend(matrix(seen, &places.pairs()));
    plan.tables.extend(pairs::table(seen));
    plan.notes = notes(spec, seen);
    plan.notes.extend(places.notes());
    plan.rollout = Some(rollout(spec, seen, &plan));
    plan
}

/// The pairs that the plan makes.
pub(super) fn new_pairs(spec: &Spec, seen: &Seen) -> Vec<PairToCome> {
    Places::sketch(spec, seen).pairs()
}

/// Steps by hand of the plan.
pub(super) fn manual_steps(plan: &Plan<Step>) -> u32 {
    let open = plan.items.iter().map(|item| match item {
        Item::Step(PlannedStep { step: Step::TurnOn(_), .. }) | Item::AfterApply { .. } => {
            TURN_ON_FT
        }
        Item::Step(PlannedStep { step: Step::Resume { .. }, .. }) => 1,
        _ => 0,
    });
    open.sum()
}

struct Planner<'a> {
    spec: &'a Spec,
    connection: &'a str,
    seen: &'a Seen,
    places: &'a Places<'a>,
}

impl Planner<'_> {
    fn items(&self) -> Vec<Item<Step>> {
        let (spec, seen) = (self.spec, self.seen);
        let mut items: Vec<Item<Step>> = Vec::new();
        for (at, vm) in seen.vms.iter().enumerate() {
            items.extend(self.vm(at, vm));
        }
        for (text, error) in &seen.unknown {
            let what = format!("cannot turn on Fault Tolerance for `{text}`");
            items.push(Item::blocked(text, not_found(what, error)));
        }
        let waits = stuck(&seen.stuck_hosts);
        items.extend(seen.out_of_sight.iter().map(|text| Item::after_apply(text, waits.as_str())));
        if items.is_empty() {
            // Patterns may fit templates and managed VMs only.
            items.push(Item::blocked(declared(spec), nothing_fits(spec)));
        }
        items
    }

    fn vm(&self, at: usize, vm: &Vm) -> Vec<Item<Step>> {
        let blocked = |reasons: Vec<Reason>| {
            reasons.into_iter().map(|reason| Item::blocked(&vm.subject, reason)).collect()
        };
        if let Some(reason) = unreadable(vm) {
            return blocked(vec![reason]);
        }
        match (&vm.ft, self.places.of(at)) {
            (Ft::Secondary, _) => blocked(vec![secondary_named(vm)]),
            (Ft::Primary(pair), _) => vec![self.existing(vm, pair)],
            (Ft::Off, None) => vec![self.await_it(vm)],
            (Ft::Off, Some(Err(reasons))) => blocked(reasons),
            (Ft::Off, Some(Ok(home))) => match self.seen.cluster_of(vm) {
                Some(cluster) => self.make_ready_and_turn_on(vm, cluster, &home),
                None => Vec::new(),
            },
        }
    }

    fn make_ready_and_turn_on(
        &self,
        vm: &Vm,
        cluster: &Cluster,
        home: &Home<'_>,
    ) -> Vec<Item<Step>> {
        let remedies = remedy::steps(self.spec, vm).into_iter();
        let remedies = remedies.map(|step| self.claims(step, vm, None).into());
        let turn_on = self.turn_on(vm, cluster, home);
        match turn_on {
            Item::Step(_) => remedies.chain([turn_on]).collect(),
            // What waits is decided once more, with all that belongs to it.
            other => vec![other],
        }
    }

    fn existing(&self, vm: &Vm, pair: &Pair) -> Item<Step> {
        match decide(self.seen, vm, pair) {
            Decision::Good(detail) => Item::in_sync(&vm.subject, detail),
            Decision::Blocked(reason) => Item::blocked(&vm.subject, reason),
            Decision::Await => self.await_it(vm),
            Decision::Resume => {
                let (Some(object), Some(secondary)) = (&vm.object, &pair.secondary) else {
                    return self.await_it(vm);
                };
                let step = Step::Resume {
                    vm: object.clone(),
                    name: vm.subject.clone(),
                    secondary: secondary.clone(),
                };
                let title = format!("resume Fault Tolerance of `{}`", vm.subject);
                let change = Change::of("fault tolerance", "suspended", "running");
                let planned = PlannedStep::update(&vm.subject, title, step).changes([change]);
                self.claims(planned, vm, pair.secondary_host.as_deref()).into()
            }
        }
    }

    fn await_it(&self, vm: &Vm) -> Item<Step> {
        let pair = vm.pair();
        let before = pair.map_or("being turned on", |pair| pair.state.as_str());
        let object = vm.object.clone().unwrap_or_default();
        let step = Step::Await { vm: object, name: vm.subject.clone() };
        let title = format!("wait until `{}` is protected", vm.subject);
        let change = Change::of("fault tolerance", before, "running");
        let planned = PlannedStep::update(&vm.subject, title, step)
            .changes([change])
            .weighs(work(vm))
            .under_way();
        self.claims(planned, vm, pair.and_then(|pair| pair.secondary_host.as_deref())).into()
    }

    fn turn_on(&self, vm: &Vm, cluster: &Cluster, home: &Home<'_>) -> Item<Step> {
        let waits = self.waits(vm, cluster, home.host);
        let Some(step) = self.payload(vm, cluster, home).filter(|_| waits.is_empty()) else {
            return Item::after_apply(&vm.subject, in_words(&waits));
        };
        let goal = if vm.power == Power::On { "running" } else { "enabled (powered off)" };
        let changes = [
            Change::of("fault tolerance", "off", goal),
            Change::set("secondary on", home.host.name.as_str()),
            Change::set("secondary's datastore", home.storage.in_words()),
            Change::set("metadata datastore", home.storage.metadata.as_str()),
        ];
        let title = format!("turn on Fault Tolerance for `{}`", vm.subject);
        let planned = PlannedStep::create(&vm.subject, title, Step::TurnOn(Box::new(step)));
        let planned = planned.changes(changes).weighs(work(vm));
        self.claims(planned, vm, Some(&home.host.name)).into()
    }

    /// What has to happen before, each once.
    fn waits(&self, vm: &Vm, cluster: &Cluster, host: &Host) -> Vec<String> {
        // In the order of all hosts, so that VMs with the halves the other way round wait for the same.
        let names = [Some(host.name.as_str()), vm.host.as_deref()].into_iter().flatten();
        let mut both: Vec<usize> = names.filter_map(|name| self.seen.host_place(name)).collect();
        both.sort_unstable();
        let hosts = both.into_iter().flat_map(|at| &self.seen.hosts[at].waits);
        let mut waits: Vec<String> = Vec::new();
        for wait in cluster.waits.iter().chain(hosts) {
            if !waits.contains(wait) {
                waits.push(wait.clone());
            }
        }
        waits
    }

    /// `None` when a part of it is still to come.
    fn payload(&self, vm: &Vm, cluster: &Cluster, home: &Home<'_>) -> Option<TurnOn> {
        cluster.object.as_ref()?;
        let storage = &home.storage;
        let datastore = |name: &str| self.seen.datastores.get(name)?.object.clone();
        let disks = storage.disks.iter().map(|(key, name)| Some((*key, datastore(name)?)));
        Some(TurnOn {
            vm: vm.object.clone()?,
            name: vm.subject.clone(),
            home: self.seen.host(vm.host.as_deref()?)?.object.clone()?,
            home_name: vm.host.clone()?,
            host: home.host.object.clone()?,
            host_name: home.host.name.clone(),
            config: datastore(&storage.config)?,
            metadata: datastore(&storage.metadata)?,
            disks: disks.collect::<Option<_>>()?,
            warnings: self.spec.warnings.clone(),
        })
    }

    /// Synchronising two hosts loads both of them.
    fn claims(&self, step: PlannedStep<Step>, vm: &Vm, other: Option<&str>) -> PlannedStep<Step> {
        let cluster = self.seen.cluster_of(vm).map(|cluster| cluster.name.as_str());
        let mut step = step.takes(limits::VCENTER, self.connection);
        if let Some(cluster) = cluster {
            step = step.takes(limits::CLUSTER, cluster);
        }
        let mut hosts: Vec<&str> = vm.host.as_deref().into_iter().chain(other).collect();
        hosts.sort_unstable();
        hosts.dedup();
        if let [one, two] = hosts[..] {
            step = step.takes(limits::HOST_PAIR, format!("{one} and {two}"));
        }
        hosts.into_iter().fold(step, |step, host| step.takes(limits::HOST, host))
    }
}

fn in_words(waits: &[String]) -> String {
    match waits {
        [] => "its hosts and datastores are there".to_owned(),
        waits => waits.join(", "),
    }
}

fn stuck(hosts: &[String]) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("host `{host}`")).collect();
    let verb = if hosts.len() == 1 { "is" } else { "are" };
    format!("{} {verb} added, which is blocked now", hosts.join(" and "))
}

fn secondary_named(vm: &Vm) -> Reason {
    let cause = "it is the secondary of a pair";
    reason("ft-secondary-named", what(vm), cause, "name the primary VM instead")
}

fn declared(spec: &Spec) -> String {
    if spec.vms.is_empty() { "select".to_owned() } else { spec.vms.join(", ") }
}

fn nothing_fits(spec: &Spec) -> Reason {
    reason(
        "ft-nothing-fits",
        format!("cannot turn on Fault Tolerance for `{}`", declared(spec)),
        "what is declared fits no virtual machine, or only templates and VMs that a solution manages",
        "correct `vms`, `select` or `except`",
    )
}

fn notes(spec: &Spec, seen: &Seen) -> Vec<String> {
    let mut notes = Vec::new();
    for cluster in seen.clusters.iter().filter(|cluster| cluster.ha && !cluster.host_monitoring) {
        let name = &cluster.name;
        notes.push(format!(
            "HA does not watch hosts in cluster `{name}`: a lost half is not replaced"
        ));
    }
    if seen.not_asked > 0 {
        notes.push(format!(
            "vCenter itself is asked about each of {} VMs right before it is turned on, not now; \
             `compatibility: ask` asks before",
            seen.not_asked
        ));
    }
    for vm in &seen.vms {
        let warned =
            vm.issues.iter().filter(|one| one.is_warning && spec.warnings.accept(&one.reason));
        notes.extend(
            warned.map(|one| format!("vCenter warns about `{}`: {}", vm.subject, one.cause)),
        );
    }
    for name in unknown_datastores(spec, seen) {
        notes.push(format!("no host of the clusters has a datastore `{name}`"));
    }
    for disk in unknown_disks(spec, seen) {
        notes.push(format!("none of the VMs has a disk `{disk}`"));
    }
    notes
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
