//! Who goes first, and how much work each VM is.

use std::num::NonZeroU32;

use orchestrator::{Item, Plan, Rollout};

use super::plan::Step;
use super::seen::{Power, Seen, Vm};
use super::spec::Spec;

/// Up to so many VMs are taken on at once unless waves are declared: hardly more can be at work anyway.
const FEW: usize = 16;
/// What turning on costs besides copying, in MiB that could be copied meanwhile.
const FIXED: u64 = 4096;

/// How much is copied, in MiB: memory and what its disks occupy. Nothing is while it is off.
pub(super) fn work(vm: &Vm) -> u64 {
    let copied = match vm.power {
        Power::On => u64::from(vm.memory_mb) + vm.occupied_mb,
        Power::Off | Power::Suspended => 0,
    };
    FIXED + copied
}

/// The canaries are running VMs with little to copy: they show most, and soon.
pub(super) fn rollout(spec: &Spec, seen: &Seen, plan: &Plan<Step>) -> Rollout {
    let new = |item: &Item<Step>| match item {
        Item::Step(planned) if matches!(planned.step, Step::TurnOn(_)) => {
            Some(planned.subject.clone())
        }
        _ => None,
    };
    let new: Vec<String> = plan.items.iter().filter_map(new).collect();
    if !spec.waves.declared && new.len() <= FEW {
        return Rollout { canaries: Vec::new(), growth: NonZeroU32::MIN, stop: spec.stop };
    }
    let mut order: Vec<(bool, u64, &str)> = Vec::new();
    let wanted: std::collections::HashSet<&str> = new.iter().map(String::as_str).collect();
    for vm in seen.vms.iter().filter(|vm| wanted.contains(vm.subject.as_str())) {
        order.push((vm.power != Power::On, work(vm), &vm.subject));
    }
    order.sort_unstable();
    let canaries = order.iter().take(spec.waves.canary).map(|(.., name)| (*name).to_owned());
    Rollout { canaries: canaries.collect(), growth: spec.waves.growth, stop: spec.stop }
}
