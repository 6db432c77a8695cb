//! What looks at a pair come to.

use vim25::enums::TaskInfoState as State;
use vim25::types::{InsufficientResourcesFault, LocalizedMethodFault, MethodFault};
use vim25::{DataObject, IsA, Poly};

use super::*;

fn task(number: u32, kind: &str, state: State, queued: u32) -> TaskInfo {
    let time = |second: u32| DateTime::from_text(format!("2026-01-01T00:{second:02}:00Z"));
    let ended = matches!(state, State::Success | State::Error);
    TaskInfo {
        task: MoRef::new("Task", format!("task-{number}")),
        description_id: kind.into(),
        state,
        queue_time: time(queued),
        complete_time: ended.then(|| time(queued + 1)),
        ..TaskInfo::default()
    }
}

fn start(number: u32, state: State, queued: u32) -> TaskInfo {
    task(number, STARTING.description, state, queued)
}

fn failing(mut info: TaskInfo, fault: impl DataObject + IsA<MethodFault>) -> TaskInfo {
    let fault = Poly::new(fault);
    info.error = Some(Box::new(LocalizedMethodFault { fault, ..Default::default() }));
    info
}

fn look(state: &str, vim_tasks: Vec<TaskInfo>) -> Look {
    Look { state: state.to_owned(), vim_tasks, ..Look::default() }
}

#[test]
fn a_pair_is_waited_for_while_anything_is_open_on_it() {
    for state in [State::Queued, State::Running] {
        let failed = failing(start(1, State::Error, 1), InsufficientResourcesFault::default());
        let seen = look("needSecondary", vec![failed, start(2, state, 5)]);
        assert!(matches!(seen.verdict(), Verdict::AtWork(info) if info.task.value == "task-2"));
    }
    let resumed = task(1, "VirtualMachine.enableSecondary", State::Running, 1);
    assert!(matches!(look("needSecondary", vec![resumed]).verdict(), Verdict::AtWork(_)));
}

#[test]
fn the_last_start_decides_unless_something_came_after_it() {
    let failed = || failing(start(2, State::Error, 5), InsufficientResourcesFault::default());
    let before = task(1, "VirtualMachine.createSecondaryEx", State::Success, 1);
    for state in ["needSecondary", "starting"] {
        let seen = look(state, vec![before.clone(), failed()]);
        assert_eq!(seen.verdict(), Verdict::Failed(&failed()), "{state}");
    }
    let resumed = task(3, "VirtualMachine.enableSecondary", State::Success, 9);
    assert_eq!(look("needSecondary", vec![failed(), resumed]).verdict(), Verdict::Quiet);
    let again = start(3, State::Success, 9);
    assert_eq!(look("needSecondary", vec![failed(), again]).verdict(), Verdict::Quiet);
    assert_eq!(look("running", vec![failed()]).verdict(), Verdict::OnItsWay);
}

#[test]
fn a_start_that_was_overtaken_is_no_failure() {
    let cancelled = || failing(start(2, State::Error, 5), RequestCanceled::default());
    assert_eq!(look("needSecondary", vec![cancelled()]).verdict(), Verdict::Quiet);
    assert_eq!(look("starting", vec![cancelled()]).verdict(), Verdict::Quiet);
    assert_eq!(look("starting", Vec::new()).verdict(), Verdict::OnItsWay);
}

#[test]
fn the_last_sign_is_the_latest_time_of_any_vim_task() {
    let minute = |minute: u32| {
        DateTime::from_text(format!("2026-01-01T00:{minute:02}:00Z")).to_system_time()
    };
    let seen = look("needSecondary", vec![start(1, State::Success, 7), start(2, State::Error, 3)]);
    assert_eq!(seen.last_sign(), minute(8));
    assert_eq!(look("needSecondary", Vec::new()).last_sign(), None);
}

#[test]
fn what_stands_still_is_told_with_state_time_reason_and_remedy() {
    let mut seen = look("needSecondary", Vec::new());
    seen.reason = Some("lostConnection".to_owned());
    let told = Told {
        needs_since: Some(DateTime::from_text("2026-01-01T00:00:20Z")),
        why: Some("vCenter found no host for the secondary".to_owned()),
        ..Told::default()
    };
    let error = stands_still("vm1", &seen, &told);
    assert_eq!(error.to_string(), "nobody starts a secondary for `vm1`");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    let parts = ["since 2026-01-01T00:00:20Z", "(lostConnection)", "found no host"];
    assert!(parts.iter().all(|part| cause.contains(part)), "{cause}");
    assert!(error.hint.is_some());
}
