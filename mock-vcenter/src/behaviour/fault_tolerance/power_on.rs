//! Powering a secondary on: what the operation that asks for it answers, and what stands in the way.

use vim25::MoRef;
use vim25::types::{
    ClusterAttemptedVmInfo, ClusterNotAttemptedVmInfo, ClusterPowerOnVmResult,
    ClusterRecommendation, FaultTolerancePrimaryPowerOnNotAttempted,
};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, cluster_of};
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;
use crate::store::Transaction;

use super::follow_up;
use super::recommendations;
use super::state::Pair;

/// What became of the wish to power a secondary on.
pub(super) enum Outcome {
    /// A task is under way; it is named only where DRS does not place VMs.
    Attempted(Option<MoRef>),
    /// Nothing was tried.
    NotAttempted(Fault),
    /// DRS asks first.
    Recommended(Box<ClusterRecommendation>),
}

impl Outcome {
    pub(super) fn into_wire(self, pair: &Pair) -> ClusterPowerOnVmResult {
        let vm = pair.secondary.clone();
        let mut result = ClusterPowerOnVmResult::default();
        match self {
            Self::Attempted(task) => {
                result.attempted.push(ClusterAttemptedVmInfo { vm, task, ..Default::default() });
            }
            Self::NotAttempted(fault) => {
                let fault = fault.localized();
                result.not_attempted.push(ClusterNotAttemptedVmInfo {
                    vm,
                    fault,
                    ..Default::default()
                });
            }
            Self::Recommended(recommendation) => result.recommendations.push(*recommendation),
        }
        result
    }
}

/// Begins to power the secondary of a running primary on.
pub(super) fn start(tx: &mut Transaction<'_>, pair: &Pair) -> Result<Outcome, Fault> {
    let settings = Behaviour::of(tx).fault_tolerance;
    let primary = tx.get::<VirtualMachine>(&pair.primary)?;
    let name = primary.entity.name.clone();
    if settings.power_on_not_attempted.iter().any(|wanted| *wanted == name.as_str()) {
        let detail = FaultTolerancePrimaryPowerOnNotAttempted {
            secondary_vm: pair.secondary.clone(),
            primary_vm: pair.primary.clone(),
            ..Default::default()
        };
        let message = "Powering the secondary virtual machine on was not attempted.";
        return Ok(Outcome::NotAttempted(Fault::new(detail, message)));
    }
    let host = primary.host.clone();
    let host = host.and_then(|host| tx.get::<HostSystem>(&host).ok().cloned());
    let cluster = host.as_ref().and_then(|host| cluster_of(host, tx.view())).cloned();
    let drs_is_on = cluster.as_ref().is_some_and(ClusterComputeResource::drs_is_on);
    if let (Some(cluster), Some(host)) = (cluster, host)
        && recommendations::asks_first(&cluster)
        && let Some(parent) = &host.entity.parent
    {
        let recommendation = recommendations::add(tx, parent, pair)?;
        return Ok(Outcome::Recommended(Box::new(recommendation)));
    }
    let task = follow_up::start(tx, pair)?;
    Ok(Outcome::Attempted((!drs_is_on).then_some(task)))
}
