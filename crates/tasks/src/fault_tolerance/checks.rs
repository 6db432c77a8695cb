//! What vCenter would refuse, as far as properties show it before anything is asked for.

use orchestrator::Reason;
use vim25::Poly;
use vim25::types::VmFaultToleranceConfigIssue;
use vsphere::explain_fault;

use super::devices::RAW_DISK;
use super::remedy::{self, is_remedied};
use super::seen::{Cluster, Host, Issue, Power, Seen, Vm};
use super::spec::Spec;
use crate::host::AgentState;
use crate::lookup::{not_found, reason};
use crate::trouble::MAKE_READABLE;

/// What is blocked.
pub(super) fn what(vm: &Vm) -> String {
    format!("cannot turn on Fault Tolerance for `{}`", vm.subject)
}

/// Why nothing can be decided about a VM.
pub(super) fn unreadable(vm: &Vm) -> Option<Reason> {
    let cause = vm.unreadable.as_ref()?;
    Some(reason("unreadable", what(vm), cause, MAKE_READABLE))
}

/// Everything against the VM itself and the place it is in.
pub(super) fn against(spec: &Spec, seen: &Seen, vm: &Vm) -> Vec<Reason> {
    if let Some(reason) = unreadable(vm) {
        return vec![reason];
    }
    let mut reasons = against_vm(spec, vm);
    reasons.extend(said_by_vcenter(spec, seen, vm));
    reasons.extend(against_place(seen, vm));
    reasons
}

/// In MiB.
const BIGGEST_DISK: u64 = 2 << 20;
const MOST_DISKS: usize = 16;

fn against_vm(spec: &Spec, vm: &Vm) -> Vec<Reason> {
    let because = |code, cause: &str, fix: &str| reason(code, what(vm), cause, fix);
    let simple = [
        (vm.template, "ft-template", "it is a template", "turn it into a virtual machine first"),
        (
            vm.agent,
            "ft-agent-vm",
            "it belongs to a solution that manages it by itself",
            "leave it out of `vms`",
        ),
        (
            vm.snapshots,
            "ft-vm-has-snapshot",
            "it has snapshots",
            "delete its snapshots, and keep backup tools from making new ones now",
        ),
        (
            vm.nested_hv,
            "ft-nested-hv",
            "it offers hardware virtualization to its guest",
            "switch that off in the VM's CPU settings",
        ),
        (
            vm.flash_cache,
            "ft-flash-cache",
            "a flash read cache is reserved for it",
            "set the reservation of its flash read cache to 0",
        ),
        (
            vm.power == Power::Suspended,
            "ft-suspended",
            "it is suspended",
            "resume it or power it off",
        ),
    ];
    let mut reasons: Vec<Reason> = simple
        .into_iter()
        .filter(|(applies, ..)| *applies)
        .map(|(_, code, cause, fix)| because(code, cause, fix))
        .collect();
    reasons.extend(against_disks(vm));
    reasons.extend(remedy::refused(spec, vm));
    let devices = vm.bad_devices.iter().filter(|one| !is_remedied(spec, one));
    reasons.extend(
        devices.map(|one| because("ft-device", &format!("it has {}", one.in_words), one.fix)),
    );
    reasons
}

fn against_disks(vm: &Vm) -> impl Iterator<Item = Reason> + '_ {
    let rules = [
        (
            // A snapshot gives disks a parent too, and is told as what it is.
            !vm.snapshots && vm.disks.iter().any(|disk| disk.linked),
            "ft-linked-clone",
            "a disk of it is a linked clone",
            "make a full clone of it and protect that",
        ),
        (
            vm.disks.iter().any(|disk| disk.size_mb > BIGGEST_DISK),
            "ft-disk-too-big",
            "a disk of it is bigger than 2 TB",
            "split the disk, or leave the VM out",
        ),
        (
            vm.disks.len() > MOST_DISKS,
            "ft-too-many-disks",
            "it has more than 16 disks",
            "give it fewer disks, or leave the VM out",
        ),
    ];
    let broken = rules.into_iter().filter(|(applies, ..)| *applies);
    broken.map(|(_, code, cause, fix)| reason(code, what(vm), cause, fix))
}

/// Whether a reason of vCenter's is what was found here already, with more words.
fn is_said_already(issue: &str, seen: &Seen, vm: &Vm) -> bool {
    let host = vm.host.as_deref().and_then(|name| seen.host(name));
    let over = |own: u32, most: fn(&Host) -> Option<u32>| {
        host.and_then(most).is_some_and(|most| own > most)
    };
    match issue {
        "templateVm" => vm.template,
        "esxAgentVm" => vm.agent,
        "hasSnapshots" => vm.snapshots,
        "hasNestedHVConfiguration" => vm.nested_hv,
        "tooManyVCPUs" => over(vm.vcpus, |host| host.max_vcpus),
        "tooMuchMemory" => over(vm.memory_mb, |host| host.max_memory_mb),
        "hasUnsupportedDisk" => {
            vm.bad_devices.iter().any(|one| one.in_words.contains(RAW_DISK))
                || vm.disks.iter().any(|disk| disk.size_mb > BIGGEST_DISK)
                || vm.disks.len() > MOST_DISKS
        }
        "hasLinkedCloneDisk" => vm.disks.iter().any(|disk| disk.linked),
        "hasVFlashConfiguration" => vm.flash_cache,
        "VmFaultToleranceInvalidFileBacking"
        | "VmConfigIncompatibleForFaultTolerance"
        | "DeviceNotSupported"
        | "video3dEnabled" => !vm.bad_devices.is_empty(),
        _ => false,
    }
}

fn said_by_vcenter<'a>(
    spec: &'a Spec,
    seen: &'a Seen,
    vm: &'a Vm,
) -> impl Iterator<Item = Reason> + 'a {
    let against = vm.issues.iter().filter(move |issue| {
        let accepted = issue.is_warning && spec.warnings.accept(&issue.reason);
        !accepted && !is_said_already(&issue.reason, seen, vm)
    });
    against.map(move |issue| {
        let (code, usual) = code_and_usual_fix(issue);
        let fix = issue.fix.clone().unwrap_or_else(|| usual.to_owned());
        reason(code, what(vm), issue.cause.clone(), fix)
    })
}

/// The code of what vCenter says, and what helps where nothing better is known.
pub(super) fn code_and_usual_fix(issue: &Issue) -> (&'static str, &'static str) {
    if issue.is_warning {
        ("ft-warning", "vCenter only warns; accept it with `warnings`, or remove the cause")
    } else {
        ("ft-incompatible-vm", "change the VM accordingly")
    }
}

fn against_place(seen: &Seen, vm: &Vm) -> Vec<Reason> {
    let Some(host) = vm.host.as_deref().and_then(|name| seen.host(name)) else {
        let cause = "vCenter does not show its host";
        let fix = "connect its host, and give the user `System.Read` on it";
        return vec![reason("ft-no-host-seen", what(vm), cause, fix)];
    };
    let Some(cluster) = seen.cluster_of(vm) else {
        let cause = format!("its host `{}` is in no cluster", host.name);
        let fix = "move the host into an HA cluster with at least one other host";
        return vec![reason("ft-no-cluster", what(vm), cause, fix)];
    };
    let mut reasons = against_cluster(seen, cluster, vm);
    reasons.extend(
        against_host(host, cluster, vm)
            .into_iter()
            .map(|(code, cause, fix)| reason(code, what(vm), cause, fix)),
    );
    reasons
}

fn against_cluster(seen: &Seen, cluster: &Cluster, vm: &Vm) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match &seen.wanted_cluster {
        Some(Err(error)) => reasons.push(not_found(what(vm), error)),
        Some(Ok(id)) if *id != cluster.id => {
            let cause = format!("it is in cluster `{}`, not in the declared one", cluster.name);
            let fix = "move it, or correct `cluster` or `vms`";
            reasons.push(reason("ft-other-cluster", what(vm), cause, fix));
        }
        _ => {}
    }
    if !cluster.ha {
        let cause = format!("HA is off in cluster `{}`", cluster.name);
        let fix = "turn HA on; a `cluster` task does it by default";
        reasons.push(reason("ft-ha-off", what(vm), cause, fix));
    }
    if vm.object.as_ref().is_some_and(|object| cluster.not_restarted.contains(object)) {
        let cause = "HA is told not to restart it (restart priority disabled)";
        let fix = "give it another restart priority in the cluster's VM overrides";
        reasons.push(reason("ft-restart-disabled", what(vm), cause, fix));
    }
    reasons
}

/// Codes of blocks for a VM that is too big.
pub(super) const SIZES: [&str; 2] = ["ft-too-many-vcpus", "ft-too-much-memory"];

/// Whether nothing is against it. The words cost time, and most hosts are fine for most VMs.
fn can_take(host: &Host, cluster: &Cluster, vm: &Vm) -> bool {
    let active = host.connected && !host.in_maintenance;
    let agent = !cluster.ha || host.agent == AgentState::Well;
    let vcpus = host.max_vcpus.is_none_or(|most| vm.vcpus <= most);
    let memory = host.max_memory_mb.is_none_or(|most| vm.memory_mb <= most);
    let equipped = host.vmotion && host.ft_logging;
    active && agent && equipped && vcpus && memory && host_issues(host).next().is_none()
}

/// Everything against a host as the place of one half of a pair: code, cause, fix.
pub(super) fn against_host(host: &Host, cluster: &Cluster, vm: &Vm) -> Vec<Against> {
    if can_take(host, cluster, vm) { Vec::new() } else { all_against(host, cluster, vm) }
}

type Against = (&'static str, String, String);

fn all_against(host: &Host, cluster: &Cluster, vm: &Vm) -> Vec<Against> {
    let name = &host.name;
    let mut against = Vec::new();
    let mut say = |applies: bool, code, cause: String, fix: &str| {
        if applies {
            against.push((code, cause, fix.to_owned()));
        }
    };
    let idle = !host.connected || host.in_maintenance;
    say(
        !host.connected,
        "ft-host-inactive",
        format!("host `{name}` is not connected"),
        "reconnect it",
    );
    say(
        host.connected && host.in_maintenance,
        "ft-host-inactive",
        format!("host `{name}` is in maintenance mode"),
        "end its maintenance mode",
    );
    say(
        cluster.ha && !idle && host.agent != AgentState::Well,
        "ft-ha-agent",
        format!("the HA agent of host `{name}` is not well"),
        "wait a minute and try again; a `host` task waits for it and sets it up anew",
    );
    say(
        !idle && !host.vmotion,
        "ft-no-vmotion",
        format!("host `{name}` has no VMkernel adapter for vMotion"),
        "add a `vmkernel` task with the service `vmotion`",
    );
    say(
        !idle && !host.ft_logging,
        "ft-no-logging",
        format!("host `{name}` has no VMkernel adapter for FT logging"),
        "add a `vmkernel` task with the service `fault_tolerance_logging`",
    );
    let vcpus = host.max_vcpus.filter(|most| vm.vcpus > *most);
    say(
        vcpus.is_some(),
        "ft-too-many-vcpus",
        format!("a VM on host `{name}` may have {} vCPUs, it has {}", vcpus.unwrap_or(0), vm.vcpus),
        "give the VM fewer vCPUs, or use hosts and a licence that allow more",
    );
    let memory = host.max_memory_mb.filter(|most| vm.memory_mb > *most);
    say(
        memory.is_some(),
        "ft-too-much-memory",
        format!(
            "a VM on host `{name}` may have {} MB of memory, it has {} MB",
            memory.unwrap_or(0),
            vm.memory_mb
        ),
        "give the VM less memory",
    );
    against.extend(host_issues(host));
    against
}

/// Issues that are judged by properties which are more up to date.
const JUDGED_OTHERWISE: &[&str] = &["haAgentIssue", "missingVMotionNic", "missingFTLoggingNic"];

fn host_issues(host: &Host) -> impl Iterator<Item = (&'static str, String, String)> + '_ {
    let left = host.issues.iter().filter(|issue| !JUDGED_OTHERWISE.contains(&issue.as_str()));
    left.map(|issue| {
        let words = explain_fault(&Poly::new(VmFaultToleranceConfigIssue {
            reason: Some(issue.as_str().into()),
            entity_name: Some(host.name.as_str().into()),
            ..Default::default()
        }));
        let fix = words.fix.unwrap_or_else(|| "use another host".to_owned());
        ("ft-host-unfit", words.cause, fix)
    })
}
