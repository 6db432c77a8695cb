//! Finds places for all secondaries at once, and says what is in the way of those that have none.

use std::collections::BTreeSet;

use orchestrator::Reason;
use placement::{Advice, Estate, HostId, Obstacle, Outcome, Placement, advise, place};

use super::advice::advice_in_words;
use super::candidates::{several, wanting};
use super::capacity::Tally;
use super::checks::what;
use super::estate::{Wanting, apart, estate, memory_of};
use super::ground::Ground;
use super::seen::{Cluster, Ft, Host, Seen, Vm};
use super::spec::Spec;
use super::storage::{Part, Storage};
use crate::forecast::PairToCome;
use crate::lookup::reason;

/// All decisions about VMs without Fault Tolerance.
#[derive(Debug)]
pub(super) struct Places<'a> {
    seen: &'a Seen,
    /// For each VM: its place in `wanting`, what is against it, or `None` where nothing is to be placed.
    asked: Vec<Option<Result<usize, Vec<Reason>>>>,
    wanting: Vec<Wanting<'a>>,
    estate: Estate,
    outcome: Outcome,
    advice: Vec<Advice>,
    pub(super) tally: Tally,
    /// Names of rules that could not be kept.
    eased: BTreeSet<&'a str>,
}

/// Where a secondary goes.
#[derive(Debug, Clone)]
pub(super) struct Home<'a> {
    pub(super) host: &'a Host,
    pub(super) storage: Storage,
}

impl<'a> Places<'a> {
    /// With advice where something has no place, which takes its time.
    pub(super) fn find(spec: &'a Spec, seen: &'a Seen) -> Self {
        let mut places = Self::sketch(spec, seen);
        places.advice = advise(&places.estate, &places.outcome);
        places.count();
        places
    }

    /// The same places, without any words about those that have none.
    pub(super) fn sketch(spec: &'a Spec, seen: &'a Seen) -> Self {
        let ground = Ground::of(spec, seen);
        let mut found = Vec::new();
        let mut ask = |vm: &'a Vm| {
            let is_new = vm.ft == Ft::Off && vm.turning_on.is_none();
            is_new.then(|| {
                found.push(wanting(&ground, vm)?);
                Ok(found.len() - 1)
            })
        };
        let asked = seen.vms.iter().map(&mut ask).collect();
        let tally = Tally::of(seen);
        let mut estate = estate(seen, &found, |host| tally.now(host));
        let mut outcome = place(&estate);
        let eased = ease(seen, &found, &mut estate, &mut outcome);
        let advice = Vec::new();
        Self { seen, asked, wanting: found, estate, outcome, advice, tally, eased }
    }

    /// The place for the secondary of the VM at this place of the list, or what is against it.
    pub(super) fn of(&self, at: usize) -> Option<Result<Home<'a>, Vec<Reason>>> {
        Some(match self.asked.get(at)?.as_ref()? {
            Err(reasons) => Err(reasons.clone()),
            Ok(one) => match &self.outcome.vms[*one] {
                Ok(placement) => Ok(self.home(&self.wanting[*one], placement)),
                Err(obstacles) => Err(vec![self.refusal(&self.wanting[*one], obstacles)]),
            },
        })
    }

    /// What is made, for tasks that come later.
    pub(super) fn pairs(&self) -> Vec<PairToCome> {
        let placed = self.placed(&self.outcome);
        placed.map(|(wanting, placement)| self.pair(wanting, placement)).collect()
    }

    /// One sentence for each cluster where something has no place: how far it goes, and what would help.
    pub(super) fn notes(&self) -> Vec<String> {
        let eased = self.eased.iter().map(|rule| {
            format!(
                "rule `{rule}` of the cluster cannot be kept by all secondaries: after a failover, VMs that it \
                 keeps apart may share a host"
            )
        });
        let open = self.seen.clusters.iter().enumerate().filter_map(|(at, cluster)| {
            let own = |one: &&Wanting<'_>| self.estate.hosts[one.home].cluster == at;
            let wanted = self.wanting.iter().filter(own).count();
            let placed = self.placed(&self.outcome).filter(|(one, _)| own(one)).count();
            let advice = self.advice.iter().find(|advice| advice.cluster == at);
            let needed = self.tally.needed(self.seen, cluster);
            let change =
                advice.map(|advice| advice_in_words(advice, cluster, needed, &self.estate));
            let change = change.unwrap_or_else(|| "no single change would place more".to_owned());
            let name = &cluster.name;
            (placed < wanted).then(|| {
                format!("cluster `{name}`: {placed} of {wanted} VMs have a place; {change}")
            })
        });
        eased.chain(open).collect()
    }

    fn placed<'b>(
        &'b self,
        outcome: &'b Outcome,
    ) -> impl Iterator<Item = (&'b Wanting<'a>, &'b Placement)> {
        let all = self.wanting.iter().zip(&outcome.vms);
        all.filter_map(|(wanting, place)| Some((wanting, place.as_ref().ok()?)))
    }

    fn host(&self, id: HostId) -> &'a Host {
        &self.seen.hosts[id.0]
    }

    fn home(&self, wanting: &Wanting<'_>, placement: &Placement) -> Home<'a> {
        let chosen = self.files(wanting, placement).map(|(part, name, _)| (part, name));
        Home { host: self.host(placement.host), storage: Storage::of(chosen) }
    }

    fn files<'b>(
        &'b self,
        wanting: &'b Wanting<'_>,
        placement: &'b Placement,
    ) -> impl Iterator<Item = (Part, String, u64)> + 'b {
        wanting.placed_files().zip(&placement.datastores).map(|(file, datastore)| {
            (file.part, self.estate.datastores[datastore.0].name.clone(), file.size)
        })
    }

    fn pair(&self, wanting: &Wanting<'_>, placement: &Placement) -> PairToCome {
        let hosts = [wanting.home, placement.host.0].map(|at| self.seen.hosts[at].name.clone());
        let files = self.files(wanting, placement).map(|(_, name, size)| (name, size));
        PairToCome {
            vm: wanting.vm.subject.clone(),
            vcpus: wanting.vm.vcpus,
            hosts,
            memory_mb: memory_of(wanting.vm),
            files: files.collect(),
        }
    }

    /// Counts what every host will carry, and what it would if the limits per host were as high as needed.
    fn count(&mut self) {
        let mut tally = std::mem::take(&mut self.tally);
        let pairs = |outcome: &Outcome| -> Vec<([&'a str; 2], u32)> {
            let pair = |(one, place): (&Wanting<'a>, &Placement)| {
                let hosts = [HostId(one.home), place.host];
                (hosts.map(|host| self.host(host).name.as_str()), one.vm.vcpus)
            };
            self.placed(outcome).map(pair).collect()
        };
        for (hosts, vcpus) in pairs(&self.outcome) {
            tally.plan(hosts, vcpus);
        }
        let keeps_out = |vm: &Result<Placement, Vec<Obstacle>>| {
            vm.as_ref().is_err_and(|obstacles| obstacles.iter().any(is_limit))
        };
        let raised = self.outcome.vms.iter().any(keeps_out).then(|| place(&self.raised()));
        for (hosts, vcpus) in pairs(raised.as_ref().unwrap_or(&self.outcome)) {
            tally.want(hosts, vcpus);
        }
        self.tally = tally;
    }

    /// The estate with limits per host as high as advised, or with none.
    fn raised(&self) -> Estate {
        let mut estate = self.estate.clone();
        for host in &mut estate.hosts {
            let advice = self.advice.iter().find(|advice| advice.cluster == host.cluster);
            let more = advice.map(|advice| (advice.more_vms, advice.more_vcpus));
            let (vms, vcpus) = more.filter(|more| *more != (0, 0)).unwrap_or((u32::MAX, u32::MAX));
            host.vms_left = host.vms_left.map(|left| left.saturating_add(vms));
            host.vcpus_left = host.vcpus_left.map(|left| left.saturating_add(vcpus));
        }
        estate
    }

    fn refusal(&self, wanting: &Wanting<'_>, obstacles: &[Obstacle]) -> Reason {
        let vm = wanting.vm;
        let cluster = self.seen.cluster_of(vm).cloned().unwrap_or_default();
        if obstacles.iter().all(is_limit) {
            return self.tally.refusal(self.seen, &cluster, vm);
        }
        let worded: Vec<Worded> =
            obstacles.iter().map(|one| self.in_words(wanting, &cluster, one)).collect();
        let Some(first) = worded.first() else {
            return self.tally.refusal(self.seen, &cluster, vm);
        };
        if let [only] = &worded[..] {
            return reason(only.code, what(vm), only.cause.as_str(), only.fix);
        }
        let same = worded.iter().all(|one| one.code == first.code);
        let causes = several(worded.iter().map(|one| one.cause.as_str()));
        let cause =
            format!("no other host of cluster `{}` can take the secondary: {causes}", cluster.name);
        let code = if same { first.code } else { "ft-no-place" };
        let fix = if same {
            first.fix.to_owned()
        } else {
            format!("remedy one of them, such as: {}", first.fix)
        };
        reason(code, what(vm), cause, fix)
    }

    fn in_words(&self, wanting: &Wanting<'_>, cluster: &Cluster, obstacle: &Obstacle) -> Worded {
        let name = |host: HostId| format!("host `{}`", self.host(host).name);
        let memory = memory_of(wanting.vm);
        let lacking = memory.saturating_sub(wanting.vm.reserved_mb);
        let space: u64 = wanting.placed_files().map(|file| file.size).sum();
        let gib = space.div_ceil(1024);
        let (code, cause, fix) = match obstacle {
            Obstacle::PrimaryMemory => (
                "ft-memory",
                format!(
                    "its own {} cannot reserve {lacking} MB more for it",
                    name(HostId(wanting.home))
                ),
                MORE_MEMORY,
            ),
            Obstacle::Memory(host) => (
                "ft-memory",
                format!("{} cannot reserve the {memory} MB that it takes", name(*host)),
                MORE_MEMORY,
            ),
            Obstacle::Space(host) => (
                "ft-space",
                format!("the datastores that {} may use have no room for {gib} GB", name(*host)),
                "free or add space, or allow more datastores with `secondary.datastores`",
            ),
            Obstacle::Unreachable(host) => (
                "ft-datastore-unreachable",
                format!("{} reaches none of the datastores for it", name(*host)),
                "mount them on that host, or allow others with `secondary.datastores`",
            ),
            Obstacle::Apart(host) => (
                "ft-apart",
                format!("a rule of the cluster keeps it apart from a VM on {}", name(*host)),
                "change the rule, or add a host",
            ),
            Obstacle::NoHost => (
                "ft-no-fitting-host",
                format!("no host of cluster `{}` may take it", cluster.name),
                "add a host",
            ),
            Obstacle::Vms(host) | Obstacle::Vcpus(host) => (
                "ft-capacity",
                format!("{} has all the FT VMs or vCPUs that it may have", name(*host)),
                "raise the limits per host, or add a host",
            ),
            Obstacle::PrimaryVms | Obstacle::PrimaryVcpus => (
                "ft-capacity",
                format!("its own {} has all that it may have", name(HostId(wanting.home))),
                "raise the limits per host, or add a host",
            ),
        };
        Worded { code, cause, fix }
    }
}

const MORE_MEMORY: &str = "use hosts with more memory, add one, or move other VMs away";

/// An obstacle as people are told.
struct Worded {
    code: &'static str,
    cause: String,
    fix: &'static str,
}

fn is_limit(obstacle: &Obstacle) -> bool {
    matches!(
        obstacle,
        Obstacle::PrimaryVms | Obstacle::PrimaryVcpus | Obstacle::Vms(_) | Obstacle::Vcpus(_)
    )
}

/// Places again without those rules that keep somebody out, as far as they may be broken. vSphere itself holds
/// primaries apart, not secondaries. Gives the names of these rules.
fn ease<'a>(
    seen: &'a Seen,
    wanting: &[Wanting<'_>],
    estate: &mut Estate,
    outcome: &mut Outcome,
) -> BTreeSet<&'a str> {
    let apart_from = |vm: &placement::VmId| {
        let place = &outcome.vms[vm.0];
        place.as_ref().is_err_and(|all| all.iter().any(|one| matches!(one, Obstacle::Apart(_))))
    };
    let groups = apart(seen, wanting);
    let breaks = groups.iter().map(|(rule, vms)| !rule.mandatory && vms.iter().any(apart_from));
    let breaks: Vec<bool> = breaks.collect();
    if !breaks.contains(&true) {
        return BTreeSet::new();
    }
    let kept = groups.iter().zip(&breaks).filter(|(_, breaks)| !**breaks);
    estate.apart = kept.map(|((_, vms), _)| vms.clone()).collect();
    *outcome = place(estate);
    let eased = groups.iter().zip(breaks).filter(|(_, breaks)| *breaks);
    eased.map(|((rule, _), _)| rule.name.as_str()).collect()
}
