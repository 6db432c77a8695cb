//! The contract test finds what it is there to find.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use orchestrator::contract::{Breach, Contract, Kept};
use orchestrator::{
    Item, Plan, PlannedStep, Reason, StepOutcome, StepScope, Task, TaskError, TokioClock, World,
};

use crate::toy::{Sets, Toys};

fn clock() -> Arc<TokioClock> {
    Arc::new(TokioClock::starting_at(SystemTime::UNIX_EPOCH))
}

#[tokio::test(start_paused = true)]
async fn a_good_task_keeps_it() {
    let world = Toys::with(&[("b", "0")]);
    let writes = || world.state().writes.len() as u64;
    let values = || format!("{:?}", world.state().values);
    let task = Sets::to(&[("a", "1"), ("b", "1"), ("c", "1")]).forbidden("c");
    let kept = Contract::new(&*world, clock(), writes).state(values).check(&task).await.unwrap();
    let steps = vec!["set a".to_owned(), "set b".to_owned()];
    assert_eq!(kept, Kept { steps, blocked: vec!["forbidden"], manual_steps: 15 });
}

/// A counter, and a task that breaks one rule.
#[derive(Default)]
struct Counter(AtomicU64);

impl World for Counter {
    type Reader = Self;
    fn reader(&self) -> &Self {
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sin {
    WritesWhenObserving,
    AddsEachTime,
    NoSentence,
    SaysNothing,
    NeverDone,
    FailsTwice,
}

impl Task<Counter> for Sin {
    type Observed = u64;
    type Step = ();

    async fn observe(&self, reader: &Counter) -> Result<u64, TaskError> {
        if *self == Self::WritesWhenObserving {
            reader.0.fetch_add(1, Ordering::Relaxed);
        }
        Ok(reader.0.load(Ordering::Relaxed))
    }

    fn plan(&self, seen: &u64) -> Plan<()> {
        let silent = Reason {
            code: "silent",
            what: "cannot count".to_owned(),
            cause: String::new(),
            fix: " ".to_owned(),
        };
        match self {
            Self::SaysNothing => Plan::of(Vec::new()),
            Self::NoSentence => Plan::blocked("counter", silent),
            Self::NeverDone => Plan::of(vec![step()]),
            _ if *seen > 0 => Plan::in_sync("counter", "it counts"),
            _ => Plan::of(vec![step()]),
        }
    }

    async fn apply(
        &self,
        (): &(),
        world: &Counter,
        _: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        let before = world.0.load(Ordering::Relaxed);
        match self {
            Self::AddsEachTime => _ = world.0.fetch_add(1, Ordering::Relaxed),
            Self::FailsTwice if before > 0 => {
                return Err(TaskError::new("toy", "cannot count", "counter"));
            }
            _ => world.0.store(1, Ordering::Relaxed),
        }
        Ok(StepOutcome::changed("it counts"))
    }
}

fn step() -> Item<()> {
    PlannedStep::create("counter", "count", ()).into()
}

#[tokio::test(start_paused = true)]
async fn each_breach_is_found() {
    let table = [
        (Sin::WritesWhenObserving, "a plan made 1 changes"),
        (Sin::AddsEachTime, "step `count` done twice differs from once"),
        (Sin::NoSentence, "the cause of the block of `counter` is empty"),
        (Sin::SaysNothing, "the plan has no items"),
        (Sin::NeverDone, "not in sync after apply: counter: count"),
        (Sin::FailsTwice, "step `count` failed when done twice: cannot count `counter`"),
    ];
    for (sin, message) in table {
        let world = Counter::default();
        let count = || world.0.load(Ordering::Relaxed);
        let contract = Contract::new(&world, clock(), count).state(|| count().to_string());
        let breaches: Vec<Breach> = contract.check(&sin).await.unwrap_err();
        assert_eq!(breaches[0].to_string(), message, "{sin:?}");
    }
}
