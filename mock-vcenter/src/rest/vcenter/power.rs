//! Power of VMs: the same methods of the vim API that other clients call, waited for until their task has ended.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use vim25::enums::{TaskInfoState, VirtualMachinePowerState as Power};
use vim25::methods::{PowerOffVMTask, PowerOnVMTask, ResetVMTask, SuspendVMTask};
use vim25::soap::{self, Limits};
use vim25::types::{
    InvalidPowerState, ManagedObjectNotFound, MethodFault, NoPermission, NotSupported,
};
use vim25::{DataObject, Method, MoRef, Poly, WireEnum};

use crate::behaviour::virtual_machine::VirtualMachine;
use crate::core::Core;
use crate::dispatch::{Call, Caller};
use crate::rest::refusal::{Kind, Refusal};
use crate::store::Snapshot;
use crate::task::VimTask;

use super::list::in_capitals;

/// How often a task is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// What is done to a VM's power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rest) enum Change {
    Start,
    Stop,
    Reset,
    Suspend,
}

impl Change {
    pub(super) fn named(action: &str) -> Option<Self> {
        Some(match action {
            "start" => Self::Start,
            "stop" => Self::Stop,
            "reset" => Self::Reset,
            "suspend" => Self::Suspend,
            _ => return None,
        })
    }

    /// The state it leads to; a reset leads to none.
    fn leads_to(self) -> Option<Power> {
        match self {
            Self::Start => Some(Power::PoweredOn),
            Self::Stop => Some(Power::PoweredOff),
            Self::Suspend => Some(Power::Suspended),
            Self::Reset => None,
        }
    }
}

pub(super) fn info(snapshot: &Snapshot, vm: &MoRef) -> Result<Json, Refusal> {
    let found = snapshot.get::<VirtualMachine>(vm);
    let found = found.ok_or_else(|| Refusal::not_found("virtual machine", &vm.value))?;
    let mut info = json!({ "state": in_capitals(found.power.as_str()) });
    if found.power == Power::PoweredOff {
        info["clean_power_off"] = json!(true);
    }
    Ok(info)
}

/// Does it and waits for the end.
pub(super) async fn change(
    core: &Arc<Core>,
    caller: Caller,
    vm: &MoRef,
    change: Change,
) -> Result<(), Refusal> {
    let power = core.store.snapshot().get::<VirtualMachine>(vm).map(|vm| vm.power.clone());
    if power.is_some() && power == change.leads_to() {
        let state = power.as_ref().map(|power| in_capitals(power.as_str())).unwrap_or_default();
        let message = format!("The virtual machine is {state} already.");
        return Err(Refusal::new(Kind::AlreadyInDesiredState, message));
    }
    let this = vm.clone();
    let task = match change {
        Change::Start => call(core, caller, PowerOnVMTask { this, ..Default::default() }).await?,
        Change::Stop => call(core, caller, PowerOffVMTask { this, ..Default::default() }).await?,
        Change::Reset => call(core, caller, ResetVMTask { this, ..Default::default() }).await?,
        Change::Suspend => call(core, caller, SuspendVMTask { this, ..Default::default() }).await?,
    };
    loop {
        let snapshot = core.store.snapshot();
        let task = snapshot.get::<VimTask>(&task);
        let task = task.ok_or_else(|| internal("The task is gone."))?;
        if !task.is_open() {
            return match (&task.info.state, &task.info.error) {
                (TaskInfoState::Success, _) => Ok(()),
                (_, Some(error)) => {
                    let message = error.localized_message.clone().unwrap_or_default();
                    Err(refusal(&error.fault, &message))
                }
                _ => Err(internal("The task failed.")),
            };
        }
        core.clock().sleep(LOOK).await;
    }
}

async fn call<M: Method<Output = MoRef>>(
    core: &Arc<Core>,
    caller: Caller,
    asked: M,
) -> Result<MoRef, Refusal> {
    let method = M::method();
    let vim25::Item::Ref(this) = (&asked as &dyn DataObject).field(0).item(0) else {
        return Err(internal("The method has no object."));
    };
    let call = Call::new(core.clone(), caller, this.clone(), method, core.product.api());
    if let Some(privilege) = method.privilege.filter(|privilege| !call.may(privilege)) {
        let message = format!("The privilege {privilege} is missing.");
        return Err(Refusal::new(Kind::Unauthorized, message));
    }
    let answer = core.dispatch.answer(call, Box::new(asked)).await;
    let answer = answer.map_err(|fault| refusal(&fault.detail, &fault.message))?;
    match soap::decode_response::<M>(&answer, &Limits::default()) {
        Ok(Ok(task)) => Ok(task),
        _ => Err(internal("The answer of the method cannot be read.")),
    }
}

fn internal(message: &str) -> Refusal {
    Refusal::new(Kind::InternalServerError, message)
}

/// A fault of the vim API in the words of this one.
fn refusal(fault: &Poly<MethodFault>, message: &str) -> Refusal {
    let kind = if fault.downcast_ref::<InvalidPowerState>().is_some() {
        Kind::NotAllowedInCurrentState
    } else if fault.downcast_ref::<NotSupported>().is_some() {
        Kind::Unsupported
    } else if fault.downcast_ref::<NoPermission>().is_some() {
        Kind::Unauthorized
    } else if fault.downcast_ref::<ManagedObjectNotFound>().is_some() {
        Kind::NotFound
    } else {
        Kind::Error
    };
    Refusal::new(kind, message)
}
