//! `AlarmManager` of a vCenter on which nobody has defined alarms.

use vim25::enums::{
    DatastoreAccessible, HostSystemConnectionState, HostSystemPowerState, ManagedEntityStatus,
    StateAlarmOperator, VirtualMachinePowerState,
};
use vim25::methods::{AreAlarmActionsEnabled, GetAlarm, GetAlarmState};
use vim25::types::AlarmDescription;
use vim25::{MoRef, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property};

use super::described::{constants, types};

/// Knows no alarms.
#[derive(Clone)]
pub(super) struct AlarmManager;

impl ManagedObject for AlarmManager {
    fn kind(&self) -> &'static str {
        "AlarmManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "defaultExpression" => Property::of(Value::array_of("AlarmExpression", [])),
            "description" => Property::object(description()),
            _ => None,
        }
    }
}

fn description() -> AlarmDescription {
    AlarmDescription {
        expr: types(&[
            "AndAlarmExpression",
            "EventAlarmExpression",
            "MetricAlarmExpression",
            "OrAlarmExpression",
            "StateAlarmExpression",
        ]),
        state_operator: constants::<StateAlarmOperator>(),
        metric_operator: constants::<vim25::enums::MetricAlarmOperator>(),
        host_system_connection_state: constants::<HostSystemConnectionState>(),
        virtual_machine_power_state: constants::<VirtualMachinePowerState>(),
        datastore_connection_state: constants::<DatastoreAccessible>(),
        host_system_power_state: constants::<HostSystemPowerState>(),
        virtual_machine_guest_heartbeat_status: constants::<ManagedEntityStatus>(),
        entity_status: constants::<ManagedEntityStatus>(),
        action: types(&["MethodAction", "RunScriptAction", "SendEmailAction", "SendSNMPAction"]),
        ..Default::default()
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<GetAlarm>(|call, asked| {
        if let Some(entity) = &asked.entity {
            check_entity(call, entity)?;
        }
        Ok(Vec::new())
    });
    dispatch.add::<GetAlarmState>(|call, asked| {
        check_entity(call, &asked.entity)?;
        Ok(Vec::new())
    });
    dispatch.add::<AreAlarmActionsEnabled>(|call, asked| {
        check_entity(call, &asked.entity)?;
        Ok(true)
    });
}

fn check_entity(call: &Call, entity: &MoRef) -> Result<(), Fault> {
    let is_there = call.snapshot().contains(entity);
    is_there.then_some(()).ok_or_else(|| Fault::object_not_found(entity))
}
