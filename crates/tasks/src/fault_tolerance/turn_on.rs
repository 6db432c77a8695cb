//! Turns Fault Tolerance on for one VM.

use orchestrator::{StepOutcome, TaskError};
use vim25::types::{
    ClusterPowerOnVmResult, FaultToleranceConfigSpec, FaultToleranceDiskSpec,
    FaultToleranceMetaSpec, FaultToleranceSecondaryOpResult, FaultToleranceVMConfigSpec, TaskInfo,
    VirtualDisk, VirtualHardware,
};
use vim25::{MoRef, Poly};
use vsphere::explain_fault;
use vsphere::objects::{ClusterComputeResource, VirtualMachine};

use super::apply::{Work, is_primary, is_protected};
use super::await_protection::{Waiting, await_protection};
use super::plan::TurnOn;
use crate::outcome::outcome;
use crate::trouble::Doing;
use crate::vim_work::kinds;

pub(super) async fn turn_on(order: &TurnOn, work: &Work<'_>) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("ft-turn-on", "cannot turn on Fault Tolerance for", &order.name);
    // Somebody else may be at it already.
    work.adopt().await?;
    let before = work.read().await?;
    let mut waiting = Waiting { started: None, asked_host: Some(order.host_name.clone()) };
    if !is_primary(&before) {
        let info = create_secondary(order, work, &doing).await?;
        waiting.started = started(order, work, &info, &doing).await?;
    }
    let proof = await_protection(work, waiting).await?;
    Ok(outcome(work.scope, !is_protected(&before), proof))
}

async fn create_secondary(
    order: &TurnOn,
    work: &Work<'_>,
    doing: &Doing,
) -> Result<TaskInfo, TaskError> {
    let seen = work.writer.retrieve(&order.vm, &["config.hardware"]).await;
    let seen = seen.map_err(|error| doing.failed(error))?;
    let hardware = seen.object::<VirtualHardware>("config.hardware");
    let spec = spec(order, hardware);
    let vm = VirtualMachine::new(order.vm.clone());
    let issue = vm.issue_create_secondary(work.writer, Some(order.host.clone()), Some(spec));
    let text = ("making the secondary", 0, 20);
    work.background().run((kinds::CREATE_SECONDARY, &order.vm), doing, text, issue).await
}

/// Datastores for everything: vCenter takes either each disk or none.
fn spec(order: &TurnOn, hardware: Option<&VirtualHardware>) -> FaultToleranceConfigSpec {
    let devices = hardware.map_or(&[][..], |hardware| &hardware.device);
    let place = |key: i32| order.disks.iter().find(|(own, _)| *own == key).map(|(_, place)| place);
    let disks = devices.iter().filter_map(|device| {
        let disk = device.downcast_ref::<VirtualDisk>()?;
        let datastore = place(disk.key)?.clone();
        Some(FaultToleranceDiskSpec { disk: device.clone(), datastore, ..Default::default() })
    });
    FaultToleranceConfigSpec {
        meta_data_path: Some(Box::new(FaultToleranceMetaSpec {
            meta_data_datastore: order.metadata.clone(),
            ..Default::default()
        })),
        secondary_vm_spec: Some(Box::new(FaultToleranceVMConfigSpec {
            vm_config: Some(order.config.clone()),
            disks: disks.collect(),
            ..Default::default()
        })),
        ..Default::default()
    }
}

/// The vim task that starts the secondary, if the server tells; or why the start was not tried.
async fn started(
    order: &TurnOn,
    work: &Work<'_>,
    info: &TaskInfo,
    doing: &Doing,
) -> Result<Option<MoRef>, TaskError> {
    let result = info.result.as_ref();
    let result = result.and_then(|result| result.as_object::<FaultToleranceSecondaryOpResult>());
    let Some(power_on) = result.and_then(|result| result.power_on_result.as_deref()) else {
        return Ok(None);
    };
    if let Some(refused) = power_on.not_attempted.first() {
        return Err(not_started(doing, &refused.fault.fault));
    }
    recommended(order, work, power_on, doing).await?;
    Ok(power_on.attempted.iter().find_map(|one| one.task.clone()))
}

fn not_started(doing: &Doing, fault: &Poly<vim25::types::MethodFault>) -> TaskError {
    let words = explain_fault(fault);
    let mut error = doing.error();
    error.code = "ft-secondary-not-started";
    error.what = "made the secondary, but could not start it: the secondary of".to_owned();
    let usual =
        "remove the cause; then start it in vCenter (Restart Secondary VM), and apply again";
    let fix = words.fix.clone().unwrap_or_else(|| usual.to_owned());
    error.caused_by(words.to_string()).hint(fix).delivery(orchestrator::Delivery::Answered)
}

/// Where DRS is manual it only recommends where to start the secondary; somebody has to say yes.
async fn recommended(
    order: &TurnOn,
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
        order.name
    ));
    let cluster = ClusterComputeResource::new(order.cluster.clone());
    let done = cluster.apply_recommendation(work.writer, &first.key).await;
    done.map_err(|error| doing.failed(error))
}
