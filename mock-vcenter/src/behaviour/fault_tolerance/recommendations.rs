//! DRS that asks first: recommendations to power a secondary on, and `ApplyRecommendation`.

use vim25::enums::DrsBehavior;
use vim25::methods::ApplyRecommendation;
use vim25::types::{ClusterInitialPlacementAction, ClusterRecommendation};
use vim25::{MoRef, Poly};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, PendingPowerOn};
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::Transaction;

use super::follow_up;
use super::state::{Pair, pair_of};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<ApplyRecommendation>(apply);
}

/// True when DRS leaves placing VMs to somebody.
pub(super) fn asks_first(cluster: &ClusterComputeResource) -> bool {
    cluster.drs_is_on()
        && cluster.config.drs_config.default_vm_behavior == Some(DrsBehavior::Manual)
}

/// Leaves a recommendation to power the secondary on.
pub(super) fn add(
    tx: &mut Transaction<'_>,
    cluster: &MoRef,
    pair: &Pair,
) -> Result<ClusterRecommendation, Fault> {
    let key = tx.new_number().to_string();
    let host = tx.get::<VirtualMachine>(&pair.secondary)?.host.clone().unwrap_or_default();
    let mut action =
        ClusterInitialPlacementAction { target_host: host.clone(), ..Default::default() };
    action.type_ = "HostPowerV1".into();
    action.target = Some(pair.secondary.clone());
    let recommendation = ClusterRecommendation {
        key: key.as_str().into(),
        type_: "V1".into(),
        time: tx.timestamp(),
        rating: 1,
        reason: "fairnessCpuAvg".into(),
        reason_text: "Power on the secondary virtual machine".into(),
        target: Some(pair.secondary.clone()),
        action: vec![Poly::new(action)],
        ..Default::default()
    };
    tx.edit::<ClusterComputeResource>(cluster)?.pending.push(PendingPowerOn {
        vm: pair.secondary.clone(),
        recommendation: recommendation.clone(),
    });
    Ok(recommendation)
}

fn apply(call: &Call, asked: ApplyRecommendation) -> Result<(), Fault> {
    call.commit(|tx| {
        let cluster = tx.edit::<ClusterComputeResource>(call.this())?;
        let place = cluster.pending.iter().position(|wait| wait.recommendation.key == asked.key);
        let place = place.ok_or_else(|| Fault::invalid_argument("key"))?;
        let pending = cluster.pending.remove(place);
        if let Some(pair) = pair_of(tx, &pending.vm)? {
            follow_up::start(tx, &pair)?;
        }
        Ok(())
    })
}
