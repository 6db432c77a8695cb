//! The methods of HA.

use vim25::MoRef;
use vim25::Poly;
use vim25::methods::{ReconfigureHostForDASTask, RetrieveDasAdvancedRuntimeInfo};
use vim25::types::{ClusterDasAdvancedRuntimeInfo, DasHeartbeatDatastoreInfo};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, hosts};
use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_system::{HostSystem, MOUNTS};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;

use super::agents::{configure_task, wants_agent};

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<ReconfigureHostForDASTask>(reconfigure_host);
    dispatch.add::<RetrieveDasAdvancedRuntimeInfo>(advanced_runtime_info);
}

fn reconfigure_host(call: &Call, _: ReconfigureHostForDASTask) -> Result<MoRef, Fault> {
    call.commit(|tx| {
        if !wants_agent(tx, call.this())? {
            return Err(Fault::invalid_state(
                "The host is not an active member of a cluster with HA.",
            ));
        }
        let task = configure_task(tx, call.this())?.name("ReconfigureHostForDAS_Task");
        Ok(tx.start_task(task))
    })
}

/// The shared datastores that agents use for their heartbeats.
fn advanced_runtime_info(
    call: &Call,
    _: RetrieveDasAdvancedRuntimeInfo,
) -> Result<Option<Poly<ClusterDasAdvancedRuntimeInfo>>, Fault> {
    let snapshot = call.snapshot();
    let cluster = snapshot
        .get::<ClusterComputeResource>(call.this())
        .ok_or_else(|| Fault::object_not_found(call.this()))?;
    if !cluster.ha_is_on() {
        return Ok(None);
    }
    let members = hosts(call.this(), &*snapshot);
    let mounted = members.first().and_then(|host| snapshot.get::<HostSystem>(host));
    let shared = mounted.into_iter().flat_map(|host| &host.datastores).filter(|datastore| {
        snapshot.get::<Datastore>(datastore).is_some()
            && snapshot.referrers(datastore, MOUNTS).len() > 1
    });
    let heartbeat = shared.take(2).map(|datastore| DasHeartbeatDatastoreInfo {
        datastore: datastore.clone(),
        hosts: members.to_vec(),
        ..Default::default()
    });
    Ok(Some(Poly::new(ClusterDasAdvancedRuntimeInfo {
        heartbeat_datastore_info: heartbeat.collect(),
        ..Default::default()
    })))
}
