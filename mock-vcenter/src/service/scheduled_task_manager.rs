//! `ScheduledTaskManager` of a vCenter on which nobody has scheduled anything.

use vim25::enums::{DayOfWeek, TaskInfoState, WeekOfMonth};
use vim25::methods::{RetrieveEntityScheduledTask, RetrieveObjectScheduledTask};
use vim25::types::{ScheduledTaskDescription, ScheduledTaskDetail};
use vim25::{MoRef, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property};

use super::described::{constants, types};

/// Schedulers and how often each runs its task.
const SCHEDULERS: &[(&str, &str)] = &[
    ("AfterStartupTaskScheduler", "After startup"),
    ("OnceTaskScheduler", "Once"),
    ("HourlyTaskScheduler", "Hourly"),
    ("DailyTaskScheduler", "Daily"),
    ("WeeklyTaskScheduler", "Weekly"),
    ("MonthlyByDayTaskScheduler", "Monthly"),
    ("MonthlyByWeekdayTaskScheduler", "Monthly"),
];

/// Has no tasks.
#[derive(Clone)]
pub(super) struct ScheduledTaskManager;

impl ManagedObject for ScheduledTaskManager {
    fn kind(&self) -> &'static str {
        "ScheduledTaskManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "scheduledTask" => Property::of(Value::array_of("ManagedObjectReference", [])),
            "description" => Property::object(description()),
            _ => None,
        }
    }
}

fn description() -> ScheduledTaskDescription {
    let scheduler = |(name, frequency): &(&str, &str)| {
        let mut scheduler = ScheduledTaskDetail::default();
        scheduler.key = (*name).into();
        scheduler.label = (*name).into();
        scheduler.summary = (*name).into();
        scheduler.frequency = (*frequency).into();
        scheduler
    };
    ScheduledTaskDescription {
        action: types(&[
            "CreateTaskAction",
            "MethodAction",
            "RunScriptAction",
            "SendEmailAction",
            "SendSNMPAction",
        ]),
        scheduler_info: SCHEDULERS.iter().map(scheduler).collect(),
        state: constants::<TaskInfoState>(),
        day_of_week: constants::<DayOfWeek>(),
        week_of_month: constants::<WeekOfMonth>(),
        ..Default::default()
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<RetrieveEntityScheduledTask>(|call, asked| none_of(call, asked.entity));
    dispatch.add::<RetrieveObjectScheduledTask>(|call, asked| none_of(call, asked.obj));
}

fn none_of(call: &Call, object: Option<MoRef>) -> Result<Vec<MoRef>, Fault> {
    match object {
        Some(object) if !call.snapshot().contains(&object) => Err(Fault::object_not_found(&object)),
        _ => Ok(Vec::new()),
    }
}
