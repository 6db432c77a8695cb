//! Looks at what became of the start of a secondary, after the vim task that made or enabled it has ended.
//!
//! Such a vim task succeeds although the secondary does not run: its result says whether a start was tried
//! (`FaultToleranceSecondaryOpResult.powerOnResult`).

use orchestrator::{Delivery, TaskError};
use vim25::types::{
    ClusterPowerOnVmResult, FaultToleranceSecondaryOpResult, MethodFault, TaskInfo,
};
use vim25::{MoRef, Poly};
use vsphere::explain_fault;
use vsphere::objects::ClusterComputeResource;

use super::apply::Work;
use crate::trouble::{Doing, reading};

const CODE: &str = "ft-secondary-not-started";

/// Carries out what DRS only recommends.
///
/// # Errors
/// Why the start was not tried, if it was not; `what` says what was done instead.
pub(super) async fn see_to_start(
    info: &TaskInfo,
    what: &str,
    work: &Work<'_>,
) -> Result<(), TaskError> {
    let Some(power_on) = result_of(info).and_then(|result| result.power_on_result.as_deref())
    else {
        return Ok(());
    };
    let doing = Doing::new(CODE, what, work.name);
    match power_on.not_attempted.first() {
        Some(refused) => Err(not_started(&doing, &refused.fault.fault)),
        None => recommended(work, power_on, &doing).await,
    }
}

/// What a vim task says that made or enabled a secondary.
pub(super) fn result_of(info: &TaskInfo) -> Option<&FaultToleranceSecondaryOpResult> {
    info.result.as_ref()?.as_object()
}

fn not_started(doing: &Doing, fault: &Poly<MethodFault>) -> TaskError {
    let words = explain_fault(fault);
    let usual =
        "remove the cause; then start it in vCenter (Restart Secondary VM), and apply again";
    let fix = words.fix.clone().unwrap_or_else(|| usual.to_owned());
    doing.error().caused_by(words.to_string()).hint(fix).delivery(Delivery::Answered)
}

/// Where DRS is manual it only recommends where to start the secondary; somebody has to say yes.
async fn recommended(
    work: &Work<'_>,
    power_on: &ClusterPowerOnVmResult,
    doing: &Doing,
) -> Result<(), TaskError> {
    let Some(first) = power_on.recommendations.first().filter(|_| power_on.attempted.is_empty())
    else {
        return Ok(());
    };
    work.scope.notice(format!(
        "carrying out the recommendation of DRS to start the secondary of `{}`",
        work.name
    ));
    let Some(cluster) = cluster_of(work).await? else { return Ok(()) };
    let cluster = ClusterComputeResource::new(cluster);
    let done = cluster.apply_recommendation(work.writer, &first.key).await;
    done.map_err(|error| doing.failed(error))
}

/// The cluster whose DRS it was: that of the primary's host.
async fn cluster_of(work: &Work<'_>) -> Result<Option<MoRef>, TaskError> {
    let seen = work.read().await?;
    let Some(host) = seen.moref("runtime.host") else { return Ok(None) };
    let host = work.writer.retrieve(host, &["parent"]).await;
    let host = host.map_err(|error| reading(work.name).failed(error))?;
    Ok(host.moref("parent").cloned())
}
