//! Decides about a VM that has Fault Tolerance already.

use orchestrator::Reason;

use super::seen::{Pair, Power, Seen, Vm};
use crate::lookup::reason;

/// What to do about an existing pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is as it should be.
    Good(String),
    /// It is on its way; wait for it.
    Await,
    /// It was suspended; resume it.
    Resume,
    Blocked(Reason),
}

pub(super) fn decide(seen: &Seen, vm: &Vm, pair: &Pair) -> Decision {
    // What runs cannot be turned on once more: vCenter refuses that, whoever asks.
    if vm.turning_on.is_some() && pair.state != "running" {
        return Decision::Await;
    }
    if pair.orphaned {
        return blocked(
            vm,
            "ft-orphaned",
            "it is half of a pair whose other half is gone",
            "turn Fault Tolerance off on it in vCenter, then apply again",
        );
    }
    match (pair.state.as_str(), vm.power) {
        ("running", _) => running(seen, vm, pair),
        ("enabled", Power::Off | Power::Suspended) => Decision::Good(
            "configured and powered off; protected from the next power-on".to_owned(),
        ),
        ("disabled", _) if pair.secondary.is_some() => Decision::Resume,
        ("disabled", _) => blocked(
            vm,
            "ft-no-secondary",
            "Fault Tolerance is suspended and it has no secondary any more",
            "turn Fault Tolerance off on it in vCenter, then apply again",
        ),
        ("needSecondary", _) => need_secondary(vm, pair),
        _ => Decision::Await,
    }
}

fn running(seen: &Seen, vm: &Vm, pair: &Pair) -> Decision {
    if pair.secondary_host.is_some() && pair.secondary_host == vm.host {
        return blocked(
            vm,
            "ft-same-host",
            "both halves of the pair run on one host",
            "migrate the secondary to another host in vCenter",
        );
    }
    if seen.cluster_of(vm).is_some_and(|cluster| !cluster.ha) {
        return blocked(
            vm,
            "ft-ha-off",
            "the pair runs, but HA is off in its cluster and would not replace a lost half",
            "turn HA on; a `cluster` task does it by default",
        );
    }
    match pair.das_protected {
        Some(true) => Decision::Good(format!(
            "running on {}, secondary on {}, protected by HA",
            name(vm.host.as_deref()),
            name(pair.secondary_host.as_deref())
        )),
        _ => Decision::Await,
    }
}

fn need_secondary(vm: &Vm, pair: &Pair) -> Decision {
    let cause = match pair.reason.as_deref() {
        None | Some("initializing") => return Decision::Await,
        Some("divergence") => "its secondary diverged from it",
        Some("lostConnection") => "it lost the connection to its secondary",
        Some("partialHardwareFailure") => "a part of its secondary's host failed",
        Some("userAction") => "somebody stopped its secondary",
        Some("checkpointError") => "copying its state to the secondary failed",
        Some(_) => "its secondary is lost",
    };
    blocked(
        vm,
        "ft-secondary-lost",
        cause,
        "bring the secondary's host and the FT network back; HA then starts a new secondary by itself",
    )
}

fn blocked(vm: &Vm, code: &'static str, cause: &str, fix: &str) -> Decision {
    let what = format!("`{}` is not protected", vm.subject);
    Decision::Blocked(reason(code, what, cause, fix))
}

fn name(host: Option<&str>) -> String {
    host.map_or_else(|| "an unknown host".to_owned(), |host| format!("`{host}`"))
}
