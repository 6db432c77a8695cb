//! Following changes: conditions, vim tasks, and what goes wrong meanwhile.

use std::sync::Arc;
use std::time::Duration;

use vim25::enums::TaskInfoState;
use vim25::types as t;
use vim25::{MoRef, Poly, Value, methods};
use vsphere::property::objects_spec;
use vsphere::{Client, Delivery, Reader, VimTaskError, WaitError};

use crate::collector::localized;
use crate::fake::{Answer, Fake, fault, moref};

const LONG: Duration = Duration::from_secs(3600);

fn vm(number: u32) -> MoRef {
    moref("VirtualMachine", &format!("vm-{number}"))
}

fn task() -> MoRef {
    moref("Task", "task-1")
}

async fn server_with_vms(count: u32) -> (Arc<Fake>, Client) {
    let fake = Fake::new();
    for number in 1..=count {
        fake.collector.set(&vm(number), "state", "off");
    }
    let client = fake.connect().await.unwrap();
    (fake, client)
}

/// Waits in the background until the VM is `on`.
fn waiting_for(reader: Reader, vm: MoRef) -> tokio::task::JoinHandle<Result<(), WaitError>> {
    tokio::spawn(async move {
        reader
            .wait_until(&vm, &["state"], LONG, |seen| (seen.text("state")? == "on").then_some(()))
            .await
    })
}

/// Lets everything that can run do so.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_condition_that_holds_already_is_met_at_once() {
    let (fake, client) = server_with_vms(1).await;
    fake.collector.set(&vm(1), "state", "on");
    waiting_for(client.reader(), vm(1)).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_changes_close_together_is_fetched_together() {
    let (fake, client) = server_with_vms(20).await;
    let waiters: Vec<_> = (1..=20).map(|number| waiting_for(client.reader(), vm(number))).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = (fake.count("WaitForUpdatesEx"), fake.count("CancelWaitForUpdates"));
    for number in 1..=20 {
        fake.collector.set(&vm(number), "state", "starting");
        settle().await;
    }
    let late = waiting_for(client.reader(), vm(1));
    settle().await;
    let waits = fake.count("WaitForUpdatesEx") - before.0;
    assert!(waits <= 3, "{waits} waits for what 20 objects did within 20 ms");
    assert_eq!(fake.count("CancelWaitForUpdates"), before.1, "nothing was parked");
    for number in 1..=20 {
        fake.collector.set(&vm(number), "state", "on");
    }
    for waiter in waiters.into_iter().chain([late]) {
        waiter.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn any_number_of_waiters_share_one_wait() {
    let (fake, client) = server_with_vms(20).await;
    let mut waiters = Vec::new();
    for number in 1..=20 {
        waiters.push(waiting_for(client.reader(), vm(number)));
        settle().await;
    }
    for number in 1..=20 {
        fake.collector.set(&vm(number), "state", "on");
    }
    for waiter in waiters {
        waiter.await.unwrap().unwrap();
    }
    assert_eq!(fake.collector.most_parked(), 1);
    // The loop tidies up and ends; nothing is polled any more.
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(fake.collector.filters(), 0);
    let before = fake.count("WaitForUpdatesEx");
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(fake.count("WaitForUpdatesEx"), before);
}

#[tokio::test(start_paused = true)]
async fn waits_that_begin_together_share_a_filter() {
    let (fake, client) = server_with_vms(40).await;
    let begin = |numbers: std::ops::RangeInclusive<u32>| -> Vec<_> {
        numbers.map(|number| waiting_for(client.reader(), vm(number))).collect()
    };
    let first = begin(1..=20);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let later = begin(21..=40);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((fake.count("CreateFilter"), fake.count("CancelWaitForUpdates")), (2, 1));
    for number in 1..=40 {
        fake.collector.set(&vm(number), "state", "on");
    }
    for waiter in first.into_iter().chain(later) {
        waiter.await.unwrap().unwrap();
    }
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!((fake.collector.filters(), fake.count("DestroyPropertyCollector")), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn waits_that_come_and_go_beside_one_that_stays_do_not_pile_up_at_the_server() {
    let (fake, client) = server_with_vms(500).await;
    let stays = waiting_for(client.reader(), vm(500));
    settle().await;
    for number in 1..500 {
        let one = waiting_for(client.reader(), vm(number));
        tokio::time::sleep(Duration::from_secs(1)).await;
        fake.collector.set(&vm(number), "state", "on");
        one.await.unwrap().unwrap();
        assert!(fake.collector.filters() < 140, "{} filters", fake.collector.filters());
    }
    assert!(!stays.is_finished());
    fake.collector.set(&vm(500), "state", "on");
    stays.await.unwrap().unwrap();
    let made = fake.count("CreateFilter");
    assert!(made < 510, "{made} filters were made for 500 waits");
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(fake.collector.filters(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_is_refused_concerns_only_the_wait_it_is_due_to() {
    let fake = Fake::scripted(|call| {
        let call = call.body.as_type::<methods::CreateFilter>()?;
        let names_two = call.spec.object_set.iter().any(|object| object.obj == vm(2));
        names_two.then(|| fault(&t::InvalidArgument::default()))
    });
    for number in 1..=3 {
        fake.collector.set(&vm(number), "state", "on");
    }
    let client = fake.connect().await.unwrap();
    let [one, two, three] = [1, 2, 3].map(|number| waiting_for(client.reader(), vm(number)));
    one.await.unwrap().unwrap();
    three.await.unwrap().unwrap();
    let Err(WaitError::Lost { cause, .. }) = two.await.unwrap() else { panic!("it was refused") };
    assert!(cause.fault::<t::InvalidArgument>().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_new_waiter_is_told_although_a_wait_is_parked() {
    let (fake, client) = server_with_vms(2).await;
    let first = waiting_for(client.reader(), vm(1));
    settle().await;
    fake.collector.set(&vm(2), "state", "on");
    let began = tokio::time::Instant::now();
    waiting_for(client.reader(), vm(2)).await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "it waited for the long poll to end");
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn truncated_sets_are_followed_before_anybody_is_asked() {
    let (fake, client) = server_with_vms(3).await;
    fake.collector.truncate();
    let spec = objects_spec(&[vm(1), vm(2), vm(3)], &["state"]);
    let mut watch = client.reader().watch(spec);
    watch.changed().await;
    let state = watch.state();
    assert!(state.is_complete());
    assert_eq!(state.objects().count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_lost_session_costs_no_waiter_its_filter() {
    let (fake, client) = server_with_vms(2).await;
    let waiters = [waiting_for(client.reader(), vm(1)), waiting_for(client.reader(), vm(2))];
    settle().await;
    fake.expire();
    settle().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!((fake.count("Login"), fake.collector.filters()), (2, 1));
    fake.collector.set(&vm(1), "state", "on");
    fake.collector.set(&vm(2), "state", "on");
    for waiter in waiters {
        waiter.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_collector_costs_no_waiter_its_filter() {
    let (fake, client) = server_with_vms(2).await;
    let first = waiting_for(client.reader(), vm(1));
    tokio::time::sleep(Duration::from_secs(1)).await;
    fake.collector.forget_collectors();
    let second = waiting_for(client.reader(), vm(2));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((fake.count("Login"), fake.count("CreatePropertyCollector")), (1, 2));
    for number in 1..=2 {
        fake.collector.set(&vm(number), "state", "on");
    }
    for waiter in [first, second] {
        waiter.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn lost_answers_and_forgotten_versions_are_told_again() {
    for answer in [Answer::Lost, fault(&t::InvalidCollectorVersion::default())] {
        let (fake, client) = server_with_vms(1).await;
        let waiter = waiting_for(client.reader(), vm(1));
        settle().await;
        // The change and the broken wait happen together: only a full new state can tell.
        fake.collector.answer_next_wait(answer);
        fake.collector.set(&vm(1), "state", "on");
        waiter.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_that_goes_is_told_to_its_own_waiter_only() {
    let (fake, client) = server_with_vms(2).await;
    let gone = waiting_for(client.reader(), vm(1));
    let other = waiting_for(client.reader(), vm(2));
    settle().await;
    fake.collector.remove(&vm(1));
    assert!(matches!(gone.await.unwrap(), Err(WaitError::Gone { .. })));
    fake.collector.set(&vm(2), "state", "on");
    other.await.unwrap().unwrap();
    let never_there = waiting_for(client.reader(), vm(99)).await.unwrap();
    assert!(matches!(never_there, Err(WaitError::Gone { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_tells_what_was_seen_last() {
    let (_fake, client) = server_with_vms(1).await;
    let within = Duration::from_secs(90);
    let outcome =
        client.reader().wait_until(&vm(1), &["state"], within, |_| None::<()>).await.unwrap_err();
    let WaitError::Deadline { last, .. } = outcome else { panic!("{outcome}") };
    assert_eq!(last.text("state"), Some("off"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_away_is_given_up_on_after_a_while() {
    let fake =
        Fake::scripted(|call| (call.method.name == "WaitForUpdatesEx").then_some(Answer::NotSent));
    fake.collector.set(&vm(1), "state", "off");
    let client = fake.connect().await.unwrap();
    let outcome = waiting_for(client.reader(), vm(1)).await.unwrap();
    assert!(matches!(outcome, Err(WaitError::Lost { .. })), "{outcome:?}");
    assert!(fake.count("WaitForUpdatesEx") > 20);
}

#[tokio::test(start_paused = true)]
async fn closing_ends_all_waits() {
    let (_fake, client) = server_with_vms(1).await;
    let waiter = waiting_for(client.reader(), vm(1));
    settle().await;
    client.close().await.unwrap();
    assert!(matches!(waiter.await.unwrap(), Err(WaitError::Lost { .. })));
}

fn info(state: TaskInfoState, progress: Option<i32>) -> t::TaskInfo {
    t::TaskInfo {
        key: "task-1".into(),
        task: task(),
        description_id: "VirtualMachine.createSecondaryEx".into(),
        state,
        progress,
        ..Default::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_vim_task_reports_progress_and_its_result() {
    let fake = Fake::new();
    fake.collector.set_vim_task(info(TaskInfoState::Queued, None));
    let client = fake.connect().await.unwrap();
    let reader = client.reader();
    let following = tokio::spawn(async move {
        let mut seen = Vec::new();
        let look = |info: &t::TaskInfo| seen.push((info.state.clone(), info.progress));
        let ended = reader.wait_for_task(&task(), LONG, look).await;
        (ended, seen)
    });
    settle().await;
    fake.collector.set_vim_task(info(TaskInfoState::Running, Some(40)));
    settle().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let mut done = info(TaskInfoState::Success, None);
    done.result = Some(Value::from(vm(7)));
    fake.collector.set_vim_task(done);
    let (ended, seen) = following.await.unwrap();
    assert_eq!(ended.unwrap().result.unwrap().as_moref(), Some(&vm(7)));
    let (queued, running) = (TaskInfoState::Queued, TaskInfoState::Running);
    let expected = [
        (queued, None),
        (running.clone(), None),
        (running, Some(40)),
        (TaskInfoState::Success, Some(40)),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn the_progress_of_many_vim_tasks_wakes_nobody_and_is_read_for_all_at_once() {
    let fake = Fake::new();
    let numbered = |number: usize| MoRef::new("Task", format!("task-{number}"));
    let numbered_info =
        |number: usize, state| t::TaskInfo { task: numbered(number), ..info(state, None) };
    let begun = |number| numbered_info(number, TaskInfoState::Running);
    (0..40).for_each(|number| fake.collector.set_vim_task(begun(number)));
    let client = fake.connect().await.unwrap();
    let following: Vec<_> = (0..40)
        .map(|number| {
            let reader = client.reader();
            tokio::spawn(async move {
                let mut last = None;
                let look = |info: &t::TaskInfo| last = info.progress;
                let ended = reader.wait_for_task(&numbered(number), LONG, look).await;
                (ended, last)
            })
        })
        .collect();
    settle().await;
    let before = fake.count("WaitForUpdatesEx");
    for percent in 1..=20 {
        let told = |number| fake.collector.set(&numbered(number), "info.progress", percent);
        (0..40).for_each(told);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let woken = fake.count("WaitForUpdatesEx") - before;
    assert!(woken <= 1, "woken {woken} times by numbers");
    let read = fake.count("RetrievePropertiesEx");
    assert!((1..=2).contains(&read), "read {read} times in twenty seconds");
    for number in 0..40 {
        fake.collector.set_vim_task(numbered_info(number, TaskInfoState::Success));
    }
    for one in following {
        let (ended, last) = one.await.unwrap();
        assert!(ended.is_ok());
        assert!(last.is_some_and(|percent| percent > 0), "{last:?}");
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(fake.count("RetrievePropertiesEx"), read, "nobody is left to be told");
}

#[tokio::test(start_paused = true)]
async fn a_failed_vim_task_gives_its_nested_fault_in_words() {
    let issue = t::VmFaultToleranceConfigIssue {
        reason: Some("missingFTLoggingNic".into()),
        entity_name: Some("esx2".into()),
        ..Default::default()
    };
    let list = t::VmFaultToleranceOpIssuesList {
        errors: vec![localized(Poly::new(issue))],
        ..Default::default()
    };
    let mut failed = info(TaskInfoState::Error, None);
    failed.error = Some(Box::new(localized(Poly::new(list))));
    let fake = Fake::new();
    fake.collector.set_vim_task(failed);
    let client = fake.connect().await.unwrap();
    let error = client.reader().wait_for_task(&task(), LONG, |_| {}).await.unwrap_err();
    assert!(error.fault::<t::VmFaultToleranceConfigIssue>().is_some());
    assert_eq!(error.delivery(), Delivery::Answered);
    assert_eq!(
        error.to_string(),
        "vim task `VirtualMachine.createSecondaryEx` failed: `esx2` has no VMkernel adapter for \
         FT logging (VmFaultToleranceConfigIssue)"
    );
    assert!(error.hint().unwrap().contains("select FT logging"));
}

#[tokio::test(start_paused = true)]
async fn a_vim_task_that_vanished_has_an_unknown_outcome() {
    let fake = Fake::new();
    fake.collector.set_vim_task(info(TaskInfoState::Running, None));
    let client = fake.connect().await.unwrap();
    let reader = client.reader();
    let following = tokio::spawn(async move { reader.wait_for_task(&task(), LONG, |_| {}).await });
    settle().await;
    fake.collector.remove(&task());
    let error = following.await.unwrap().unwrap_err();
    assert!(matches!(error, VimTaskError::Vanished { .. }), "{error}");
    assert_eq!(error.delivery(), Delivery::Unknown);
}
