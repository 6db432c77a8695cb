//! `Datacenter.PowerOnMultiVM_Task`: vCenter's way to power VMs on.

use std::time::Duration;

use vim25::methods::PowerOnMultiVMTask;
use vim25::types::{ClusterAttemptedVmInfo, ClusterNotAttemptedVmInfo, ClusterPowerOnVmResult};
use vim25::{MoRef, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::Role;
use crate::task::TaskSpec;

use super::object::VirtualMachine;
use super::power::{check_power_on, power_on};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<PowerOnMultiVMTask>(start);
}

fn start(call: &Call, asked: PowerOnMultiVMTask) -> Result<MoRef, Fault> {
    if call.core().product.role() == Role::Esxi {
        return Err(Fault::not_supported("A host by itself powers VMs on one by one."));
    }
    let task = TaskSpec::new("Datacenter.powerOnVm").on(call.this());
    call.start(task.wait(Duration::from_secs(1), 50).finish(move |tx| {
        let mut result = ClusterPowerOnVmResult::default();
        for vm in asked.vm {
            let refused = match tx.get::<VirtualMachine>(&vm) {
                Ok(_) => check_power_on(tx, &vm).err(),
                Err(fault) => Some(fault),
            };
            if let Some(fault) = refused {
                let fault = fault.localized();
                let refused = ClusterNotAttemptedVmInfo { vm, fault, ..Default::default() };
                result.not_attempted.push(refused);
                continue;
            }
            let id = vm.clone();
            let task = TaskSpec::new("VirtualMachine.powerOn")
                .name("PowerOnVM_Task")
                .on(&vm)
                .takes(Duration::from_secs(3))
                .finish(move |tx| power_on(tx, &id).map(|()| None));
            let task = Some(tx.start_task(task));
            result.attempted.push(ClusterAttemptedVmInfo { vm, task, ..Default::default() });
        }
        Ok(Some(Value::object(result)))
    }))
}
