//! `TaskHistoryCollector`: a client's own window on the tasks.
//!
//! It shows the tasks the server still knows, in order of their creation.

use vim25::enums::TaskFilterSpecRecursionOption as Recursion;
use vim25::enums::TaskFilterSpecTimeOption as TimeOption;
use vim25::methods::{
    CreateCollectorForTasks, ReadNextTasks, ReadPreviousTasks, ResetCollector, RewindCollector,
    SetCollectorPageSize,
};
use vim25::types::{TaskFilterSpec, TaskFilterSpecByTime, TaskInfo, TaskReasonUser};
use vim25::{DateTime, MoRef, Str, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory;
use crate::session;
use crate::store::{At, Links, ManagedObject, Property, Snapshot};

use super::vim_task::VimTask;

const DEFAULT_PAGE: usize = 10;
const MAX_PAGE: i32 = 1000;

/// One collector.
#[derive(Clone)]
struct TaskHistoryCollector {
    session: Str,
    filter: TaskFilterSpec,
    page: usize,
    /// How many of the selected tasks lie before the window.
    position: usize,
}

impl ManagedObject for TaskHistoryCollector {
    fn kind(&self) -> &'static str {
        "TaskHistoryCollector"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "filter" => Property::borrowed(&self.filter),
            "latestPage" => {
                let tasks = at.of_kind("Task").iter().rev();
                let infos = tasks.filter_map(|id| at.get::<VimTask>(id)).map(|task| &task.info);
                let newest = infos.filter(|info| matches(&self.filter, info, at.snapshot()));
                let page = newest.take(self.page).cloned();
                Property::of(Value::objects_of("TaskInfo", page))
            }
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        session::own(links, &self.session);
    }
}

fn matches(filter: &TaskFilterSpec, info: &TaskInfo, snapshot: &Snapshot) -> bool {
    let user = info.reason.downcast_ref::<TaskReasonUser>().map(|reason| &reason.user_name);
    filter.entity.as_ref().is_none_or(|by| {
        info.entity.as_ref().is_some_and(|entity| match by.recursion {
            Recursion::Self_ => *entity == by.entity,
            Recursion::Children => is_below(snapshot, entity, &by.entity),
            _ => *entity == by.entity || is_below(snapshot, entity, &by.entity),
        })
    }) && filter.user_name.as_ref().is_none_or(|by| match user {
        Some(user) => by.user_list.contains(user),
        None => by.system_user,
    }) && filter.time.as_ref().is_none_or(|time| within(time, info))
        && (filter.state.is_empty() || filter.state.contains(&info.state))
        && (filter.event_chain_id.is_empty()
            || filter.event_chain_id.contains(&info.event_chain_id))
}

/// A task without the time that is asked about, such as the end of one that runs, is not let through.
fn within(filter: &TaskFilterSpecByTime, info: &TaskInfo) -> bool {
    let at = match filter.time_type {
        TimeOption::StartedTime => info.start_time.as_ref(),
        TimeOption::CompletedTime => info.complete_time.as_ref(),
        _ => Some(&info.queue_time),
    };
    let Some(at) = at.and_then(DateTime::to_system_time) else { return false };
    let bound = |time: &Option<DateTime>| time.as_ref().and_then(DateTime::to_system_time);
    bound(&filter.begin_time).is_none_or(|begin| at >= begin)
        && bound(&filter.end_time).is_none_or(|end| at <= end)
}

fn is_below(snapshot: &Snapshot, entity: &MoRef, above: &MoRef) -> bool {
    inventory::ancestors(snapshot, entity).contains(above)
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateCollectorForTasks>(|call, asked| {
        call.commit(|tx| {
            let id = call.session_object(tx, "TaskHistoryCollector")?;
            let (session, filter) = (call.session_key(), asked.filter);
            let collector =
                TaskHistoryCollector { session, filter, page: DEFAULT_PAGE, position: 0 };
            tx.insert(id.clone(), collector);
            Ok(id)
        })
    });
    dispatch.add::<ReadNextTasks>(read_next);
    dispatch.add::<ReadPreviousTasks>(read_previous);
    dispatch.add_for::<RewindCollector>("TaskHistoryCollector", |call, _| move_to(call, 0));
    dispatch.add_for::<ResetCollector>("TaskHistoryCollector", |call, _| {
        let (tasks, _) = selected(call)?;
        move_to(call, tasks.len())
    });
    dispatch.add_for::<SetCollectorPageSize>("TaskHistoryCollector", |call, asked| {
        let page = checked_count(asked.max_count)?;
        call.commit(|tx| {
            tx.edit::<TaskHistoryCollector>(call.this())?.page = page;
            Ok(())
        })
    });
}

/// The tasks that the filter lets through, oldest first, and the window's position.
fn selected(call: &Call) -> Result<(Vec<TaskInfo>, usize), Fault> {
    let snapshot = call.snapshot();
    let collector = snapshot
        .get::<TaskHistoryCollector>(call.this())
        .ok_or_else(|| Fault::object_not_found(call.this()))?;
    let tasks = snapshot.of_kind("Task").iter().filter_map(|id| snapshot.get::<VimTask>(id));
    let infos = tasks.map(|task| &task.info);
    let found = infos.filter(|info| matches(&collector.filter, info, &snapshot)).cloned();
    Ok((found.collect(), collector.position))
}

fn read_next(call: &Call, asked: ReadNextTasks) -> Result<Vec<TaskInfo>, Fault> {
    let limit = checked_count(asked.max_count)?;
    let (tasks, position) = selected(call)?;
    let read: Vec<_> = tasks.into_iter().skip(position).take(limit).collect();
    move_to(call, position + read.len())?;
    Ok(read)
}

fn read_previous(call: &Call, asked: ReadPreviousTasks) -> Result<Vec<TaskInfo>, Fault> {
    let limit = checked_count(asked.max_count)?;
    let (tasks, position) = selected(call)?;
    let before = tasks.into_iter().take(position).collect::<Vec<_>>();
    let read: Vec<_> = before.into_iter().rev().take(limit).collect();
    move_to(call, position.saturating_sub(read.len()))?;
    Ok(read)
}

fn move_to(call: &Call, position: usize) -> Result<(), Fault> {
    call.commit(|tx| {
        tx.edit::<TaskHistoryCollector>(call.this())?.position = position;
        Ok(())
    })
}

fn checked_count(count: i32) -> Result<usize, Fault> {
    match usize::try_from(count) {
        Ok(checked) if checked > 0 && count <= MAX_PAGE => Ok(checked),
        _ => Err(Fault::invalid_argument("maxCount")),
    }
}
