//! One operation of Fault Tolerance at a time for each VM.

use vim25::MoRef;
use vim25::types::TaskInProgress;

use crate::dispatch::Call;
use crate::fault::Fault;
use crate::store::Transaction;
use crate::task::{TASK_OF, TaskSpec, VimTask};

/// Operations that exclude each other, by the beginning of their tasks' ids.
const EXCLUSIVE: &[&str] = &[
    "VirtualMachine.createSecondary",
    "VirtualMachine.turnOffFaultTolerance",
    "VirtualMachine.makePrimary",
    "VirtualMachine.terminateFaultTolerantVM",
    "VirtualMachine.disableSecondary",
    "VirtualMachine.enableSecondary",
];

/// Starts an operation on `vm`, or a task that fails at once with `TaskInProgress` when another one is under way.
pub(super) fn start(
    call: &Call,
    vm: &MoRef,
    description: &str,
    task: TaskSpec,
) -> Result<MoRef, Fault> {
    call.commit(|tx| {
        let task = match in_progress(tx, vm) {
            None => task,
            Some(other) => {
                let detail = TaskInProgress { task: other, ..Default::default() };
                let message = "The operation is not allowed while another task is in progress.";
                TaskSpec::new(description).on(vm).fail(Fault::new(detail, message))
            }
        };
        Ok(tx.start_task(task.name_if_unset(call.method().name)))
    })
}

fn in_progress(tx: &mut Transaction<'_>, vm: &MoRef) -> Option<MoRef> {
    let view = tx.view();
    let open = view.referrers(vm, TASK_OF).iter().find(|task| {
        view.get::<VimTask>(task).is_some_and(|found| {
            let id = &found.info.description_id;
            found.is_open() && EXCLUSIVE.iter().any(|begin| id.starts_with(begin))
        })
    });
    open.cloned()
}
