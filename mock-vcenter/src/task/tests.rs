//! Tasks on a stepped clock: their states, failures, cancellation and what they leave behind.

use std::time::Duration;

use vim25::enums::TaskFilterSpecTimeOption as TimeOption;
use vim25::enums::TaskInfoState;
use vim25::methods::{
    CancelTask, CreateCollectorForTasks, QueryEvents, ReadNextTasks, ReadPreviousTasks, RenameTask,
};
use vim25::types::{
    TaskEvent, TaskFilterSpec, TaskFilterSpecByEntity, TaskFilterSpecByTime, TaskInfo,
    TaskReasonUser,
};
use vim25::{DateTime, MoRef, Value};

use crate::event::event_manager_id;
use crate::fault::Fault;
use crate::inventory::Folder;
use crate::session::Account;
use crate::testing::{Rig, fault_type};
use crate::{Mock, task::TaskHazard};

use super::{TaskHazards, TaskSpec, VimTask};

fn info(rig: &Rig, task: &MoRef) -> TaskInfo {
    rig.core.store.snapshot().get::<VimTask>(task).unwrap().info.clone()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn start(rig: &Rig, spec: TaskSpec) -> MoRef {
    let root = rig.root();
    rig.commit(|tx| Ok(tx.start_task(spec.on(&root))))
}

fn rename_root(
    name: &'static str,
    rig: &Rig,
) -> impl FnOnce(&mut crate::store::Transaction<'_>) -> Result<(), Fault> + use<> {
    let root = rig.root();
    move |tx| {
        tx.edit::<Folder>(&root)?.entity.name = name.into();
        Ok(())
    }
}

#[tokio::test]
async fn a_task_is_queued_runs_with_progress_and_succeeds() {
    let rig = Rig::anonymous("empty");
    let spec = TaskSpec::new("Folder.x").queued_for(seconds(5)).takes(seconds(100));
    let task = start(&rig, spec.finish(|_| Ok(Some(Value::from("done")))));
    let seen = |rig: &Rig| {
        let info = info(rig, &task);
        (info.state, info.progress, info.result)
    };
    assert_eq!(seen(&rig), (TaskInfoState::Queued, None, None));
    rig.advance(5);
    assert_eq!(seen(&rig), (TaskInfoState::Running, Some(0), None));
    rig.advance(35);
    assert_eq!(seen(&rig), (TaskInfoState::Running, Some(30), None));
    rig.advance(65);
    assert_eq!(seen(&rig), (TaskInfoState::Success, None, Some(Value::from("done"))));
    rig.advance(600);
    assert!(!rig.core.store.snapshot().contains(&task));
}

#[tokio::test]
async fn a_call_that_starts_a_task_is_named_in_it() {
    let rig = Rig::logged_in("empty").await;
    let folder = rig.commit(|tx| crate::inventory::add_folder(tx, &rig.root(), "old"));
    let asked = RenameTask { this: folder.clone(), new_name: "new".into(), ..Default::default() };
    let task = rig.call(asked).await.unwrap();
    assert_eq!(rig.fetch(&folder, "recentTask").await, Some(Value::from(vec![task.clone()])));
    let info = info(&rig, &task);
    assert_eq!(
        (info.name.as_deref(), &*info.description_id, info.entity_name.as_deref()),
        (Some("Rename_Task"), "Folder.rename", Some("old"))
    );
    let reason = info.reason.downcast_ref::<TaskReasonUser>().unwrap();
    assert_eq!(reason.user_name, "user");
    rig.advance(1);
    assert_eq!(rig.fetch(&folder, "name").await, Some(Value::from("new")));
    let asked = QueryEvents { this: event_manager_id(), ..Default::default() };
    let events = rig.call(asked).await.unwrap();
    let told = events.iter().find_map(|event| event.downcast_ref::<TaskEvent>()).unwrap();
    assert_eq!((&told.info.key, told.chain_id), (&info.key, info.event_chain_id));
}

#[tokio::test]
async fn a_failing_step_ends_the_task_and_takes_back_only_itself() {
    let rig = Rig::anonymous("empty");
    let second = rename_root("second", &rig);
    let spec = TaskSpec::new("Folder.x")
        .step(seconds(1), 50, rename_root("first", &rig))
        .step(seconds(1), 100, move |tx| {
            second(tx)?;
            Err(Fault::invalid_state("no"))
        })
        .finish(|_| panic!("a failed task does not finish"));
    let task = start(&rig, spec);
    rig.advance(3);
    let info = info(&rig, &task);
    assert_eq!(info.state, TaskInfoState::Error);
    assert_eq!(info.error.unwrap().fault.type_name(), "InvalidState");
    let snapshot = rig.core.store.snapshot();
    assert_eq!(snapshot.get::<Folder>(&rig.root()).unwrap().entity.name, "first");
}

#[tokio::test]
async fn cancelling_undoes_and_ends_a_task_that_allows_it() {
    let rig = Rig::logged_in("empty").await;
    let root = rig.root();
    let undo = {
        let root = root.clone();
        move |tx: &mut crate::store::Transaction<'_>| {
            tx.edit::<Folder>(&root)?.entity.name = "undone".into();
            Ok(())
        }
    };
    let spec = TaskSpec::new("Folder.x")
        .step(seconds(1), 10, rename_root("half done", &rig))
        .wait(seconds(100), 100)
        .finish(|_| panic!("a cancelled task does not finish"));
    let task = start(&rig, spec.cancelable(undo));
    rig.advance(2);
    let cancel = || rig.call(CancelTask { this: task.clone(), ..Default::default() });
    cancel().await.unwrap();
    let ended = info(&rig, &task);
    assert_eq!((ended.state, ended.cancelled), (TaskInfoState::Error, true));
    assert_eq!(ended.error.unwrap().fault.type_name(), "RequestCanceled");
    assert_eq!(rig.fetch(&root, "name").await, Some(Value::from("undone")));
    rig.advance(200);
    assert_eq!(fault_type(cancel().await), "InvalidState");
    let fixed = start(&rig, TaskSpec::new("Folder.y").takes(seconds(10)));
    let refused = rig.call(CancelTask { this: fixed, ..Default::default() }).await;
    assert_eq!(fault_type(refused), "NotSupported");
}

#[tokio::test]
async fn another_user_may_cancel_only_with_the_privilege() {
    let builder = Mock::builder().account(Account::limited("reader", "pass", [] as [&str; 0]));
    let rig = Rig::of(builder);
    rig.login("reader", "pass").await.unwrap();
    let spec = TaskSpec::new("Folder.x").takes(seconds(10)).cancelable(|_| Ok(()));
    let task = start(&rig, spec);
    let refused = rig.call(CancelTask { this: task, ..Default::default() }).await;
    assert_eq!(fault_type(refused), "NoPermission");
}

#[tokio::test]
async fn a_hazard_without_a_fault_only_keeps_a_task_from_going_on() {
    let rig = Rig::anonymous("empty");
    rig.commit(|tx| {
        let hazard =
            TaskHazard { at_percent: 50, stall_seconds: 60, times: Some(1), ..Default::default() };
        tx.edit::<TaskHazards>(&TaskHazards::id())?.0.push(hazard);
        Ok(())
    });
    let task = start(&rig, TaskSpec::new("Folder.x").takes(seconds(10)));
    rig.advance(59);
    assert_eq!(info(&rig, &task).progress, Some(50));
    rig.advance(11);
    assert_eq!(info(&rig, &task).state, TaskInfoState::Success);
}

#[tokio::test]
async fn a_hazard_strikes_the_tasks_it_names_at_its_percentage() {
    let rig = Rig::anonymous("empty");
    rig.commit(|tx| {
        let hazard = TaskHazard {
            description_id: Some("Folder.x".into()),
            at_percent: 50,
            fault: Some("InsufficientResourcesFault".into()),
            times: Some(1),
            ..Default::default()
        };
        tx.edit::<TaskHazards>(&TaskHazards::id())?.0.push(hazard);
        Ok(())
    });
    let ends = |id: &str| start(&rig, TaskSpec::new(id).takes(seconds(10)));
    let (other, struck, spared) = (ends("Folder.y"), ends("Folder.x"), ends("Folder.x"));
    rig.advance(4);
    assert_eq!(info(&rig, &struck).state, TaskInfoState::Running);
    rig.advance(10);
    let error = info(&rig, &struck).error.unwrap();
    assert_eq!(error.fault.type_name(), "InsufficientResourcesFault");
    for task in [other, spared] {
        assert_eq!(info(&rig, &task).state, TaskInfoState::Success);
    }
}

#[tokio::test]
async fn a_follow_up_task_belongs_to_its_parent() {
    let rig = Rig::anonymous("empty");
    let parent = start(&rig, TaskSpec::new("Folder.x").takes(seconds(10)));
    let child = start(&rig, TaskSpec::new("Folder.y").child_of(&parent));
    let (parent, child) = (info(&rig, &parent), info(&rig, &child));
    assert_eq!(child.parent_task_key.as_ref(), Some(&parent.key));
    assert_eq!(child.event_chain_id, parent.event_chain_id);
}

#[tokio::test]
async fn a_collector_reads_tasks_forwards_and_backwards() {
    let rig = Rig::logged_in("empty").await;
    let tasks: Vec<_> = (0..3).map(|_| start(&rig, TaskSpec::new("Folder.x"))).collect();
    let asked = CreateCollectorForTasks { this: rig.first("TaskManager"), ..Default::default() };
    let collector = rig.call(asked).await.unwrap();
    let next = async |count| {
        let asked =
            ReadNextTasks { this: collector.clone(), max_count: count, ..Default::default() };
        let read = rig.call(asked).await.unwrap();
        read.into_iter().map(|info| info.task).collect::<Vec<_>>()
    };
    assert_eq!(next(2).await, tasks[..2]);
    assert_eq!(next(2).await, tasks[2..]);
    assert!(next(2).await.is_empty());
    let asked = ReadPreviousTasks { this: collector.clone(), max_count: 1, ..Default::default() };
    assert_eq!(rig.call(asked).await.unwrap()[0].task, tasks[2]);
    assert_eq!(rig.fetch(&collector, "latestPage").await.unwrap().items().len(), 3);
}

#[tokio::test]
async fn a_collector_shows_the_tasks_of_an_object_since_a_time() {
    let rig = Rig::logged_in("empty").await;
    let old = start(&rig, TaskSpec::new("Folder.x").takes(seconds(5)));
    rig.advance(60);
    let since = rig.commit(|tx| Ok(tx.timestamp()));
    rig.advance(60);
    let running = start(&rig, TaskSpec::new("Folder.x").takes(seconds(500)));
    let elsewhere = rig.commit(|tx| Ok(tx.start_task(TaskSpec::new("Folder.y"))));
    let shown = async |time_type, begin: Option<&DateTime>, end: Option<&DateTime>| {
        let entity = TaskFilterSpecByEntity { entity: rig.root(), ..Default::default() };
        let (begin_time, end_time) = (begin.cloned(), end.cloned());
        let time = TaskFilterSpecByTime { time_type, begin_time, end_time, ..Default::default() };
        let filter = TaskFilterSpec {
            entity: Some(Box::new(entity)),
            time: Some(Box::new(time)),
            ..Default::default()
        };
        let this = rig.first("TaskManager");
        let asked = CreateCollectorForTasks { this, filter, ..Default::default() };
        let this = rig.call(asked).await.unwrap();
        let read = rig.call(ReadNextTasks { this, max_count: 9, ..Default::default() }).await;
        read.unwrap().into_iter().map(|info| info.task).collect::<Vec<_>>()
    };
    use TimeOption::{CompletedTime, QueuedTime};
    assert_eq!(shown(QueuedTime, Some(&since), None).await, [running]);
    assert_eq!(shown(QueuedTime, None, Some(&since)).await, std::slice::from_ref(&old));
    assert_eq!(shown(CompletedTime, None, None).await, [old], "one that runs has no end");
    assert!(!shown(QueuedTime, None, None).await.contains(&elsewhere));
}
