//! The methods of EVC.

use std::time::Duration;

use vim25::methods::{
    CheckAddHostEvcTask, CheckConfigureEvcModeTask, ConfigureEvcModeTask, DisableEvcModeTask,
    EvcManager,
};
use vim25::types::ClusterEVCManagerCheckResult;
use vim25::{MoRef, Str, Value};

use crate::behaviour::cluster_compute_resource::ClusterComputeResource;
use crate::behaviour::host_connect;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::task::TaskSpec;

use super::checks::{Objection, admit, objections};
use super::mode::EvcMode;
use super::object::ClusterEvcManager;

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<EvcManager>(|call, _| {
        let snapshot = call.snapshot();
        let cluster = snapshot.get::<ClusterComputeResource>(call.this());
        Ok(cluster.map(|cluster| cluster.evc_manager.clone()))
    });
    dispatch.add::<ConfigureEvcModeTask>(configure);
    dispatch.add::<CheckConfigureEvcModeTask>(check);
    dispatch.add::<CheckAddHostEvcTask>(check_add_host);
    dispatch.add::<DisableEvcModeTask>(disable);
}

fn cluster_of(call: &Call) -> Result<MoRef, Fault> {
    let snapshot = call.snapshot();
    let manager = snapshot.get::<ClusterEvcManager>(call.this());
    let cluster = manager.map(|manager| manager.cluster.clone());
    cluster.ok_or_else(|| Fault::object_not_found(call.this()))
}

fn mode(call: &Call, key: &str) -> Result<&'static EvcMode, Fault> {
    EvcMode::supported(call.core().product, key)
        .ok_or_else(|| Fault::invalid_argument("evcModeKey"))
}

fn configure(call: &Call, asked: ConfigureEvcModeTask) -> Result<MoRef, Fault> {
    let (cluster, mode) = (cluster_of(call)?, mode(call, &asked.evc_mode_key)?);
    let task = TaskSpec::new("cluster.EVCManager.configureEvc")
        .on(&cluster)
        .takes(Duration::from_secs(3))
        .finish(move |tx| {
            let against = objections(tx.view(), &cluster, mode).into_iter().next();
            if let Some(objection) = against {
                return Err(objection.fault);
            }
            tx.edit::<ClusterComputeResource>(&cluster)?.evc_mode = Some(mode.key.into());
            Ok(None)
        });
    call.start(task)
}

fn results(against: Vec<Objection>, key: &str) -> Value {
    let results = against.into_iter().map(|objection| ClusterEVCManagerCheckResult {
        evc_mode_key: key.into(),
        error: objection.fault.localized(),
        host: objection.hosts,
        ..Default::default()
    });
    Value::objects_of("ClusterEVCManagerCheckResult", results)
}

fn check(call: &Call, asked: CheckConfigureEvcModeTask) -> Result<MoRef, Fault> {
    let (cluster, mode) = (cluster_of(call)?, mode(call, &asked.evc_mode_key)?);
    let task = TaskSpec::new("cluster.EVCManager.checkConfigureEvc")
        .on(&cluster)
        .takes(Duration::from_secs(1))
        .finish(move |tx| Ok(Some(results(objections(tx.view(), &cluster, mode), mode.key))));
    call.start(task)
}

/// Tests nothing but EVC, yet the server must be able to talk to the host first.
fn check_add_host(call: &Call, asked: CheckAddHostEvcTask) -> Result<MoRef, Fault> {
    let cluster = cluster_of(call)?;
    let contact = host_connect::Contact::from_spec(&asked.cnx_spec, call.core().product)?;
    let task = TaskSpec::new("cluster.EVCManager.checkAddHostEvc")
        .on(&cluster)
        .takes(Duration::from_secs(4))
        .finish(move |tx| {
            let host = host_connect::reach(tx, &contact)?;
            let runs_vms = host_connect::has_running_vms(&host.server);
            let key: Str =
                tx.get::<ClusterComputeResource>(&cluster)?.evc_mode.clone().unwrap_or_default();
            let against = admit(tx.view(), &cluster, &host, runs_vms).err();
            let against = against.map(|fault| Objection { fault, hosts: Vec::new() });
            Ok(Some(results(against.into_iter().collect(), &key)))
        });
    call.start(task)
}

fn disable(call: &Call, _: DisableEvcModeTask) -> Result<MoRef, Fault> {
    let cluster = cluster_of(call)?;
    let task = TaskSpec::new("cluster.EVCManager.disableEvc")
        .on(&cluster)
        .takes(Duration::from_secs(1))
        .finish(move |tx| {
            tx.edit::<ClusterComputeResource>(&cluster)?.evc_mode = None;
            Ok(None)
        });
    call.start(task)
}
