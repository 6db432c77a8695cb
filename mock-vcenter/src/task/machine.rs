//! The life of a task: queued, running with progress, then success or error.
//!
//! Each transition is one commit at its time on the clock. A transition first looks whether the task is still
//! open, so a cancelled task's timers find nothing to do.

use std::collections::VecDeque;
use std::time::Duration;

use vim25::enums::TaskInfoState;
use vim25::types::{TaskEvent, TaskInfo, TaskReason, TaskReasonSystem, TaskReasonUser};
use vim25::{MoRef, Poly, Value};

use crate::behaviour::events::point_at;
use crate::fault::Fault;
use crate::store::{Reading, Transaction};

use super::hazard::{Struck, TaskHazards};
use super::limit::TaskLimits;
use super::spec::{Finish, Step, TaskSpec};
use super::vim_task::VimTask;

/// vCenter forgets a finished task after about this time.
const KEPT: Duration = Duration::from_secs(600);
/// How often the queue is looked at.
const QUEUE: Duration = Duration::from_secs(1);

impl Transaction<'_> {
    /// Starts a task; it is queued when this commit takes effect.
    pub fn start_task(&mut self, spec: TaskSpec) -> MoRef {
        let id = self.new_id("Task", "task");
        let info = self.initial_info(&id, &spec);
        self.post_task_event(&info);
        self.insert(id.clone(), VimTask { info, loads: spec.loads, undo: spec.undo });
        let (steps, finish, task) = (spec.steps, spec.finish, id.clone());
        if spec.open_ended {
            self.after(spec.queued, move |tx| run(tx, &task));
        } else {
            self.after(spec.queued, move |tx| begin(tx, task, steps, finish));
        }
        id
    }

    fn initial_info(&mut self, id: &MoRef, spec: &TaskSpec) -> TaskInfo {
        let parent = spec.parent.as_ref().and_then(|parent| self.get::<VimTask>(parent).ok());
        let (parent_key, root_key, chain) = match parent.map(|parent| &parent.info) {
            Some(info) => (
                Some(info.key.clone()),
                info.root_task_key.clone().or_else(|| Some(info.key.clone())),
                info.event_chain_id,
            ),
            None => (None, None, self.origin().chain),
        };
        let chain = if chain == 0 { i32::try_from(self.new_number()).unwrap_or(1) } else { chain };
        let queue_time = self.timestamp();
        TaskInfo {
            key: id.value.clone(),
            task: id.clone(),
            name: spec.name.clone(),
            description_id: spec.description_id.clone(),
            entity_name: spec.entity.as_ref().and_then(|entity| self.name_of(entity)),
            entity: spec.entity.clone(),
            locked: spec.locked.clone(),
            state: TaskInfoState::Queued,
            cancelable: spec.cancelable,
            reason: self.reason(),
            queue_time,
            event_chain_id: chain,
            parent_task_key: parent_key,
            root_task_key: root_key,
            ..Default::default()
        }
    }

    fn post_task_event(&mut self, info: &TaskInfo) {
        let mut event = TaskEvent::default();
        event.chain_id = info.event_chain_id;
        event.full_formatted_message = Some(format!("Task: {}", info.description_id).into());
        event.info = info.clone();
        if let Some(entity) = &info.entity {
            point_at(self, entity, &mut event);
        }
        self.post_event(event);
    }

    fn reason(&self) -> Poly<TaskReason> {
        let user = self.origin().user.clone();
        if user.is_empty() {
            Poly::new(TaskReasonSystem::default())
        } else {
            Poly::new(TaskReasonUser { user_name: user, ..Default::default() })
        }
    }

    /// The `name` of an entity as clients see it.
    pub fn name_of(&mut self, entity: &MoRef) -> Option<vim25::Str> {
        let name = Reading::of(self.view()).property(entity, "name")?.into_value();
        name.as_str().map(vim25::Str::from)
    }

    /// Shows progress of an open-ended task. Returns the failure that strikes it there, if any; the caller ends
    /// the task.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when the task is gone.
    pub fn set_task_progress(
        &mut self,
        task: &MoRef,
        percent: i32,
    ) -> Result<Option<Fault>, Fault> {
        if !open(self, task) {
            return Ok(None);
        }
        let info = &mut self.edit::<VimTask>(task)?.info;
        info.progress = Some(percent);
        Ok(strike(self, task, percent).fault)
    }

    /// Ends an open task with `fault`, or with success.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when there is no such task.
    pub fn end_task(
        &mut self,
        task: &MoRef,
        outcome: Result<Option<Value>, Fault>,
    ) -> Result<(), Fault> {
        let complete = self.timestamp();
        let info = &mut self.edit::<VimTask>(task)?.info;
        info.cancelable = false;
        info.complete_time = Some(complete);
        info.progress = None;
        match outcome {
            Ok(result) => {
                info.state = TaskInfoState::Success;
                info.result = result;
            }
            Err(fault) => {
                info.state = TaskInfoState::Error;
                info.error = Some(Box::new(fault.localized()));
            }
        }
        let task = task.clone();
        self.after(KEPT, move |tx| {
            tx.remove(&task);
            Ok(())
        });
        Ok(())
    }

    /// Cancels an open task: undoes what it started and ends it with `RequestCanceled`.
    ///
    /// # Errors
    /// `InvalidState` when it has ended, `NotSupported` when it cannot be cancelled.
    pub fn cancel_task(&mut self, task: &MoRef) -> Result<(), Fault> {
        let found = self.get::<VimTask>(task)?;
        if !found.is_open() {
            return Err(Fault::invalid_state("The task is not running."));
        }
        if !found.info.cancelable {
            return Err(Fault::not_supported("The task cannot be canceled."));
        }
        if let Some(undo) = found.undo.clone() {
            undo(self)?;
        }
        self.edit::<VimTask>(task)?.info.cancelled = true;
        self.end_task(task, Err(Fault::cancelled()))
    }
}

fn open(tx: &Transaction<'_>, task: &MoRef) -> bool {
    tx.get::<VimTask>(task).is_ok_and(VimTask::is_open)
}

/// Whether a queued task has to wait for others.
fn waits(tx: &mut Transaction<'_>, task: &MoRef) -> bool {
    let limits = tx.get::<TaskLimits>(&TaskLimits::id()).ok();
    let Some(limits) = limits.filter(|limits| !limits.0.is_empty()).cloned() else { return false };
    open(tx, task) && !limits.leave_room(task, tx.view())
}

fn run(tx: &mut Transaction<'_>, task: &MoRef) -> Result<(), Fault> {
    if waits(tx, task) {
        let task = task.clone();
        tx.after(QUEUE, move |tx| run(tx, &task));
    } else if open(tx, task) {
        let started = tx.timestamp();
        let info = &mut tx.edit::<VimTask>(task)?.info;
        info.state = TaskInfoState::Running;
        info.start_time = Some(started);
        info.progress.get_or_insert(0);
    }
    Ok(())
}

fn begin(
    tx: &mut Transaction<'_>,
    task: MoRef,
    steps: VecDeque<Step>,
    finish: Option<Finish>,
) -> Result<(), Fault> {
    if !open(tx, &task) {
        return Ok(());
    }
    if waits(tx, &task) {
        tx.after(QUEUE, move |tx| begin(tx, task, steps, finish));
        return Ok(());
    }
    let started = tx.timestamp();
    let info = &mut tx.edit::<VimTask>(&task)?.info;
    info.state = TaskInfoState::Running;
    info.start_time = Some(started);
    info.progress = (!steps.is_empty()).then_some(0);
    let chain = info.event_chain_id;
    tx.set_chain(chain);
    proceed(tx, task, steps, finish)
}

/// Takes the step that is due now, or waits for the next one.
fn proceed(
    tx: &mut Transaction<'_>,
    task: MoRef,
    mut steps: VecDeque<Step>,
    finish: Option<Finish>,
) -> Result<(), Fault> {
    let percent = tx.get::<VimTask>(&task)?.info.progress.unwrap_or(0);
    let Struck { stall, fault } = strike(tx, &task, percent);
    if let Some(fault) = fault {
        fail_after(tx, task, stall, fault);
        return Ok(());
    }
    let Some(step) = steps.pop_front() else { return complete(tx, &task, finish) };
    tx.after(stall + step.delay, move |tx| {
        if !open(tx, &task) {
            return Ok(());
        }
        if let Some(change) = step.change
            && let Err(fault) = tx.attempt(change)
        {
            return tx.end_task(&task, Err(fault));
        }
        // The change may have ended its own task.
        if !open(tx, &task) {
            return Ok(());
        }
        tx.edit::<VimTask>(&task)?.info.progress = Some(step.percent);
        proceed(tx, task, steps, finish)
    });
    Ok(())
}

fn fail_after(tx: &mut Transaction<'_>, task: MoRef, stall: Duration, fault: Fault) {
    tx.after(
        stall,
        move |tx| if open(tx, &task) { tx.end_task(&task, Err(fault)) } else { Ok(()) },
    );
}

fn complete(tx: &mut Transaction<'_>, task: &MoRef, finish: Option<Finish>) -> Result<(), Fault> {
    let outcome = match finish {
        Some(finish) => tx.attempt(finish),
        None => Ok(None),
    };
    if open(tx, task) { tx.end_task(task, outcome) } else { Ok(()) }
}

fn strike(tx: &mut Transaction<'_>, task: &MoRef, percent: i32) -> Struck {
    // Opening the hazards for change would make every step a change of them.
    if tx.get::<TaskHazards>(&TaskHazards::id()).is_ok_and(|hazards| hazards.0.is_empty()) {
        return Struck::default();
    }
    let Ok(info) = tx.get::<VimTask>(task).map(|task| task.info.clone()) else {
        return Struck::default();
    };
    let hazards = tx.edit::<TaskHazards>(&TaskHazards::id());
    hazards.map(|hazards| hazards.strike(&info, percent)).unwrap_or_default()
}
