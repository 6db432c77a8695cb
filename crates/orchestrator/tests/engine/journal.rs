//! What is written down, and what a crash or a full disk at any write leads to.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use orchestrator::{
    ApplyOptions, BoxFuture, CODE_JOURNAL, Call, Delivery, Intent, Journal, OpenWork, Place,
    RunSummary, Status, StepEnd, TaskError, TaskNode, Verdict,
};
use tokio::sync::Notify;

use crate::show;
use crate::toy::{Act, Sets, Toys, apply, node};

/// What happens at one of the writes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// The process dies before it is durable.
    CrashBefore(usize),
    /// The process dies right after.
    CrashAfter(usize),
    /// It and all later ones fail.
    Full(usize),
    Never,
}

/// A journal in memory with trouble at one write.
#[derive(Debug)]
struct Paper {
    lines: Mutex<Vec<String>>,
    tried: Mutex<usize>,
    trouble: At,
    dead: Notify,
}

impl Paper {
    fn with(trouble: At) -> Arc<Self> {
        let dead = Notify::new();
        Arc::new(Self { lines: Mutex::default(), tried: Mutex::default(), trouble, dead })
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    fn write(&self, line: String) -> BoxFuture<'_, Result<(), TaskError>> {
        Box::pin(async move {
            // Work on other threads goes on while the disk does.
            tokio::task::yield_now().await;
            let nth = {
                let mut tried = self.tried.lock().unwrap();
                *tried += 1;
                *tried
            };
            match self.trouble {
                At::CrashBefore(at) if nth == at => self.die().await,
                At::Full(at) if nth >= at => {
                    return Err(TaskError::new(CODE_JOURNAL, "cannot write", "journal.db")
                        .caused_by("the disk is full")
                        .delivery(Delivery::NotSent));
                }
                _ => self.lines.lock().unwrap().push(line),
            }
            if self.trouble == At::CrashAfter(nth) {
                self.die().await;
            }
            Ok(())
        })
    }

    async fn die(&self) {
        self.dead.notify_one();
        std::future::pending().await
    }
}

impl Journal for Paper {
    fn intend(&self, intent: Intent) -> BoxFuture<'_, Result<(), TaskError>> {
        let Intent { ordinal, at, attempt } = intent;
        self.write(format!("{ordinal} {}/{} try {attempt}: {}", at.task, at.subject, at.step))
    }

    fn calling(&self, ordinal: u64, call: Call) -> BoxFuture<'_, Result<(), TaskError>> {
        self.write(format!("{ordinal} asks to {} {} at {}", call.work, call.object, call.at))
    }

    fn started(&self, ordinal: u64, reference: String) -> BoxFuture<'_, Result<(), TaskError>> {
        self.write(format!("{ordinal} is {reference}"))
    }

    fn ended(&self, ordinal: u64, end: StepEnd) -> BoxFuture<'_, Result<(), TaskError>> {
        self.write(format!("{ordinal} {}: {}", end.word(), end.detail()))
    }

    fn settled(&self, work: &OpenWork, how: String) -> BoxFuture<'_, Result<(), TaskError>> {
        self.write(format!("{} of {} is settled: {how}", work.ordinal, work.run))
    }
}

fn nodes() -> Vec<TaskNode<Toys>> {
    let wide = [("a", "1"), ("b", "1"), ("c", "1")];
    vec![
        node("base", Sets::to(&[("base", "1")])),
        node("wide", Sets::to(&wide).takes("b", 5)).needs(["base"]),
        node("top", Sets::to(&[("top", "1")])).needs(["wide"]),
    ]
}

/// Applies until the end or until the process dies; `None` when it died.
async fn run(
    world: &Arc<Toys>,
    nodes: Vec<TaskNode<Toys>>,
    paper: &Arc<Paper>,
) -> Option<RunSummary> {
    run_with(world, nodes, paper, Vec::new()).await
}

/// The same after runs that left something open.
async fn run_with(
    world: &Arc<Toys>,
    nodes: Vec<TaskNode<Toys>>,
    paper: &Arc<Paper>,
    open: Vec<OpenWork>,
) -> Option<RunSummary> {
    let options = ApplyOptions { journal: paper.clone(), open, ..ApplyOptions::default() };
    tokio::select! {
        biased;
        () = paper.dead.notified() => None,
        (summary, _) = apply(world, nodes, options) => Some(summary),
    }
}

#[tokio::test(start_paused = true)]
async fn each_try_is_written_down_before_it_and_after_it() {
    let paper = Paper::with(At::Never);
    let task = Sets::to(&[("v", "1")]).acts("v", &[Act::NotSent, Act::LostRequest]);
    run(&Toys::with(&[]), vec![node("t", task)], &paper).await.unwrap();
    expect![[r#"
        1 t/v try 1: set v
        1 asks to set toys v at 0
        1 failed: cannot set `v`: the toy is broken
        2 t/v try 2: set v
        2 asks to set toys v at 0
        2 unknown: cannot set `v`: the toy is broken
        3 t/v try 3: set v
        2 of run-1 is settled: it is over
        3 asks to set toys v at 0
        3 is toy-work-v
        3 changed: v is 1"#]]
    .assert_eq(&paper.lines().join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_write_loses_nothing_and_does_nothing_twice() {
    let undisturbed = Toys::with(&[]);
    let paper = Paper::with(At::Never);
    run(&undisturbed, nodes(), &paper).await.unwrap();
    let writes = paper.lines().len();
    assert_eq!(writes, 5 * 4);
    let crashes = (1..=writes).flat_map(|nth| [At::CrashBefore(nth), At::CrashAfter(nth)]);
    for crash in crashes {
        let world = Toys::with(&[]);
        let paper = Paper::with(crash);
        assert!(run(&world, nodes(), &paper).await.is_none(), "{crash:?} did not happen");
        let lines = paper.lines();
        for done in &world.state().writes {
            let name = done.split('=').next().unwrap();
            let intent = format!("/{name} try 1");
            assert!(
                lines.iter().any(|line| line.contains(&intent)),
                "{crash:?}: {done}: {lines:?}"
            );
        }
        let after = run(&world, nodes(), &Paper::with(At::Never)).await.unwrap();
        assert_eq!(after.verdict, Verdict::Done, "{crash:?}");
        assert_eq!(world.state().values, undisturbed.state().values, "{crash:?}");
        let mut once = world.state().writes.clone();
        once.sort_unstable();
        assert_eq!(once, ["a=1", "b=1", "base=1", "c=1", "top=1"], "{crash:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_nothing_more_is_begun() {
    for nth in 1..=20 {
        let (world, paper) = (Toys::with(&[]), Paper::with(At::Full(nth)));
        let summary = run(&world, nodes(), &paper).await.unwrap();
        assert_eq!(summary.verdict, Verdict::Failed, "{nth}");
        assert_eq!(summary.failures[0].failure.code, CODE_JOURNAL, "{nth}");
        let asked = paper.lines().iter().filter(|line| line.contains("asks to")).count();
        assert_eq!(world.state().writes.len(), asked, "{nth}: what was asked for was finished");
        let done = summary.tasks.iter().flat_map(|task| &task.subjects);
        let done = done.filter(|subject| subject.status == Status::Changed).count();
        assert_eq!(done, world.state().writes.len(), "{nth}: the summary tells what happened");
    }
    let (world, paper) = (Toys::with(&[]), Paper::with(At::Full(5)));
    let summary = run(&world, nodes(), &paper).await.unwrap();
    expect![[r#"
        Failed
        base changed
          base changed
        wide unfinished
          a unfinished (cancelled the run was stopped before this was done)
          b unfinished (cancelled the run was stopped before this was done)
          c unfinished (cancelled the run was stopped before this was done)
        top unfinished (the run was stopped before it started)
    "#]]
    .assert_eq(&show::summary(&summary));
    assert_eq!(world.state().writes, ["base=1"]);
}

fn open(ordinal: u64, task: &str, subject: &str) -> OpenWork {
    let at = Place { task: task.into(), subject: subject.to_owned(), step: "set it".to_owned() };
    let call =
        Call { object: format!("toys {subject}"), work: "set".to_owned(), at: "0".to_owned() };
    OpenWork { run: "run-0".into(), ordinal, at, call, reference: None }
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_left_open_is_handed_to_the_step_of_the_same_subject_once() {
    let (world, paper) = (Toys::with(&[]), Paper::with(At::Never));
    let task = Sets::to(&[("a", "1"), ("b", "1")]).acts("a", &[Act::Busy]);
    let left = vec![open(7, "t", "a"), open(8, "t", "elsewhere"), open(9, "other", "b")];
    run_with(&world, vec![node("t", task)], &paper, left).await.unwrap();
    assert_eq!(world.state().waited, ["run-0 toys a"]);
    let settled: Vec<_> =
        paper.lines().into_iter().filter(|line| line.contains("settled")).collect();
    assert_eq!(settled, ["7 of run-0 is settled: it is over"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_to_have_failed_is_not_waited_for() {
    let (world, paper) = (Toys::with(&[]), Paper::with(At::Never));
    let acts = [Act::NotSent, Act::Busy, Act::LostAnswer];
    let task = Sets::to(&[("v", "1")]).acts("v", &acts);
    run(&world, vec![node("t", task)], &paper).await.unwrap();
    // The answer that was lost is looked into by the look that follows: no further step is needed.
    assert!(world.state().waited.is_empty(), "{:?}", world.state().waited);
    assert_eq!(world.state().writes, ["v=1"]);
}
