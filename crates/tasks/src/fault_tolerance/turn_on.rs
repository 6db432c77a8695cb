//! Turns Fault Tolerance on for one VM.

use orchestrator::{Delivery, StepOutcome, TaskError};
use vim25::types::{
    FaultToleranceConfigSpec, FaultToleranceDiskSpec, FaultToleranceMetaSpec,
    FaultToleranceVMConfigSpec, TaskInfo, VirtualDisk, VirtualHardware,
};
use vsphere::ObjectProperties;
use vsphere::objects::VirtualMachine;

use super::apply::{Work, is_primary, is_protected};
use super::await_protection::{Waiting, await_protection};
use super::checks::code_and_usual_fix;
use super::plan::TurnOn;
use super::read_issues::issues;
use super::secondary_start::{result_of, see_to_start};
use crate::outcome::outcome;
use crate::trouble::Doing;
use crate::vim_work::kinds;

pub(super) async fn turn_on(order: &TurnOn, work: &Work<'_>) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("ft-turn-on", "cannot turn on Fault Tolerance for", &order.name);
    let before = work.read_settled().await?;
    let mut waiting = Waiting {
        asked: Some((order.host.clone(), order.host_name.clone())),
        home: Some((order.home.clone(), order.home_name.clone())),
        secondary: None,
    };
    if !is_primary(&before) {
        check_home(order, &before)?;
        ask_first(order, work).await?;
        let info = match create_secondary(order, work, &before, &doing).await {
            Ok(info) => info,
            Err(error) => return Err(moved_meanwhile(order, work, error).await),
        };
        waiting.secondary = result_of(&info).map(|result| result.vm.clone());
        see_to_start(&info, "made the secondary, but could not start it: the secondary of", work)
            .await?;
    }
    let proof = await_protection(work, waiting).await?;
    Ok(outcome(work.scope, !is_protected(&before), proof))
}

/// The places were found for a VM on another host: somebody, or DRS, moved it since.
fn check_home(order: &TurnOn, seen: &ObjectProperties) -> Result<(), TaskError> {
    match seen.moref("runtime.host") {
        Some(host) if *host != order.home => {
            let doing =
                Doing::new("ft-vm-moved", "cannot turn on Fault Tolerance for", &order.name);
            let cause = "it was moved to another host meanwhile";
            let hint = "keep it where it is for a while, then apply again";
            let error = doing.error().caused_by(cause).hint(hint);
            Err(error.delivery(Delivery::Answered).transient())
        }
        _ => Ok(()),
    }
}

/// What a refusal is really due to: on the host that it was moved to, the place that was found may not be right.
async fn moved_meanwhile(order: &TurnOn, work: &Work<'_>, error: TaskError) -> TaskError {
    if error.delivery != Some(Delivery::Answered) {
        return error;
    }
    match work.read().await {
        Ok(now) => check_home(order, &now).err().unwrap_or(error),
        Err(_) => error,
    }
}

/// Asks vCenter about the VM: it knows reasons that no property shows.
async fn ask_first(order: &TurnOn, work: &Work<'_>) -> Result<(), TaskError> {
    let issues = issues(order.vm.clone(), &order.name, work.writer).await?;
    let refusing =
        issues.into_iter().find(|one| !(one.is_warning && order.warnings.accept(&one.reason)));
    let Some(issue) = refusing else { return Ok(()) };
    let (code, usual) = code_and_usual_fix(&issue);
    let doing = Doing::new(code, "cannot turn on Fault Tolerance for", &order.name);
    let fix = issue.fix.unwrap_or_else(|| usual.to_owned());
    Err(doing.error().caused_by(issue.cause).hint(fix).delivery(Delivery::Answered).refused())
}

async fn create_secondary(
    order: &TurnOn,
    work: &Work<'_>,
    seen: &ObjectProperties,
    doing: &Doing,
) -> Result<TaskInfo, TaskError> {
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
