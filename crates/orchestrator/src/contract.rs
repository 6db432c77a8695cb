//! The test that every capability must pass, whatever it does.
//!
//! [`Contract::check`] takes a task and a world in which the task has something to do (or not), and applies
//! the task there. It returns every breach, not only the first. For tests only; nothing else uses it.

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::event::NoSink;
use crate::failure::TaskError;
use crate::plan::{Item, Plan, PlannedStep};
use crate::scope::StepScope;
use crate::task::{Task, World};

/// More rounds of looking and applying than any task needs.
const ROUNDS: usize = 8;

/// What the contract is checked with.
pub struct Contract<'a, W: World> {
    world: &'a W,
    clock: Arc<dyn Clock>,
    mutations: Box<dyn Fn() -> u64 + Send + Sync + 'a>,
    state: Option<Box<dyn Fn() -> String + Send + Sync + 'a>>,
}

/// What was seen while the contract held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Titles of the steps that were applied, each twice.
    pub steps: Vec<String>,
    /// Codes of what was blocked in the first plan.
    pub blocked: Vec<&'static str>,
    /// Steps by hand before anything was done.
    pub manual_steps: u32,
}

/// One way in which a task breaks the contract.
#[derive(Debug)]
#[non_exhaustive]
pub enum Breach {
    /// Observing or planning changed something; with the number of changes.
    PlanMutates(u64),
    /// The plan says nothing at all.
    EmptyPlan,
    /// One observation gave two different plans.
    PlanNotPure,
    /// Something that people read is empty.
    EmptyText(String),
    /// The world could not be observed.
    Observe(TaskError),
    /// A step failed.
    Step(String, TaskError),
    /// A step that was done failed the second time.
    SecondTime(String, TaskError),
    /// A step changed the state of the world again the second time.
    TwiceDiffers(String),
    /// After all steps, this is still not in sync.
    NotInSync(Vec<String>),
    /// The task is in sync and claims that steps by hand are left.
    ManualStepsLeft(u32),
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlanMutates(count) => write!(f, "a plan made {count} changes"),
            Self::EmptyPlan => f.write_str("the plan has no items"),
            Self::PlanNotPure => f.write_str("one observation gave two different plans"),
            Self::EmptyText(what) => write!(f, "{what} is empty"),
            Self::Observe(error) => write!(f, "cannot observe: {error}"),
            Self::Step(step, error) => write!(f, "step `{step}` failed: {error}"),
            Self::SecondTime(step, error) => {
                write!(f, "step `{step}` failed when done twice: {error}")
            }
            Self::TwiceDiffers(step) => write!(f, "step `{step}` done twice differs from once"),
            Self::NotInSync(left) => write!(f, "not in sync after apply: {}", left.join("; ")),
            Self::ManualStepsLeft(count) => write!(f, "in sync, but {count} manual steps are left"),
        }
    }
}

impl<'a, W: World> Contract<'a, W> {
    /// A check in `world`. `mutations` counts every change anybody made to it so far.
    pub fn new(
        world: &'a W,
        clock: Arc<dyn Clock>,
        mutations: impl Fn() -> u64 + Send + Sync + 'a,
    ) -> Self {
        Self { world, clock, mutations: Box::new(mutations), state: None }
    }

    /// Also compares the state of the world, as text, after a step was done once and twice.
    #[must_use]
    pub fn state(mut self, state: impl Fn() -> String + Send + Sync + 'a) -> Self {
        self.state = Some(Box::new(state));
        self
    }

    /// Checks everything: a plan is pure, changes nothing and has words for every block; every step done
    /// twice equals once; after apply the plan is in sync, apart from what is blocked.
    ///
    /// # Errors
    /// All breaches that were found.
    pub async fn check<T: Task<W>>(&self, task: &T) -> Result<Kept, Vec<Breach>> {
        let mut breaches = Vec::new();
        let kept = self.run(task, &mut breaches).await;
        match kept {
            Some(kept) if breaches.is_empty() => Ok(kept),
            _ => Err(breaches),
        }
    }

    async fn run<T: Task<W>>(&self, task: &T, breaches: &mut Vec<Breach>) -> Option<Kept> {
        let (mut plan, manual_steps) = self.look(task, breaches).await?;
        let mut kept = Kept { steps: Vec::new(), blocked: blocked(&plan), manual_steps };
        for _ in 0..ROUNDS {
            let steps = unblocked_steps(&plan);
            if steps.is_empty() {
                break;
            }
            for step in &steps {
                kept.steps.push(step.title.clone());
                self.twice(task, step, breaches).await?;
            }
            let (next, left) = self.look(task, breaches).await?;
            if next.is_in_sync() && left > 0 {
                breaches.push(Breach::ManualStepsLeft(left));
            }
            // Only what could not be decided at first may come with new steps.
            let waited = plan.items.iter().any(|item| matches!(item, Item::AfterApply { .. }));
            plan = next;
            if !waited {
                break;
            }
        }
        let left = still_open(&plan);
        if !left.is_empty() {
            breaches.push(Breach::NotInSync(left));
        }
        Some(kept)
    }

    async fn look<T: Task<W>>(
        &self,
        task: &T,
        breaches: &mut Vec<Breach>,
    ) -> Option<(Plan<T::Step>, u32)> {
        let before = (self.mutations)();
        let seen = match task.observe(self.world.reader()).await {
            Ok(seen) => seen,
            Err(error) => {
                breaches.push(Breach::Observe(error));
                return None;
            }
        };
        let plan = task.plan(&seen);
        if format!("{plan:?}") != format!("{:?}", task.plan(&seen)) {
            breaches.push(Breach::PlanNotPure);
        }
        let manual_steps = task.manual_steps(&seen, &plan);
        let changes = (self.mutations)() - before;
        if changes > 0 {
            breaches.push(Breach::PlanMutates(changes));
        }
        if plan.items.is_empty() {
            breaches.push(Breach::EmptyPlan);
        }
        breaches.extend(empty_texts(&plan).into_iter().map(Breach::EmptyText));
        Some((plan, manual_steps))
    }

    async fn twice<T: Task<W>>(
        &self,
        task: &T,
        step: &PlannedStep<T::Step>,
        breaches: &mut Vec<Breach>,
    ) -> Option<()> {
        let scope = StepScope::detached(Arc::clone(&self.clock), Arc::new(NoSink));
        if let Err(error) = task.apply(&step.step, self.world, &scope).await {
            breaches.push(Breach::Step(step.title.clone(), error));
            return None;
        }
        let once = self.state.as_ref().map(|state| state());
        if let Err(error) = task.apply(&step.step, self.world, &scope).await {
            breaches.push(Breach::SecondTime(step.title.clone(), error));
        }
        if once != self.state.as_ref().map(|state| state()) {
            breaches.push(Breach::TwiceDiffers(step.title.clone()));
        }
        Some(())
    }
}

fn unblocked_steps<S: Clone>(plan: &Plan<S>) -> Vec<PlannedStep<S>> {
    let is_blocked = |subject: &str| {
        plan.items
            .iter()
            .any(|item| matches!(item, Item::Blocked { .. }) && item.subject() == subject)
    };
    let steps = plan.items.iter().filter_map(|item| match item {
        Item::Step(step) if !is_blocked(&step.subject) => Some(step.clone()),
        _ => None,
    });
    steps.collect()
}

fn blocked<S>(plan: &Plan<S>) -> Vec<&'static str> {
    let codes = plan.items.iter().filter_map(|item| match item {
        Item::Blocked { reason, .. } => Some(reason.code),
        _ => None,
    });
    codes.collect()
}

/// What is neither in sync nor blocked.
fn still_open<S>(plan: &Plan<S>) -> Vec<String> {
    let blocked: Vec<&str> = plan
        .items
        .iter()
        .filter(|item| matches!(item, Item::Blocked { .. }))
        .map(Item::subject)
        .collect();
    let open = plan.items.iter().filter(|item| !blocked.contains(&item.subject()));
    let open = open.filter_map(|item| match item {
        Item::Step(step) => Some(format!("{}: {}", step.subject, step.title)),
        Item::AfterApply { subject, waits_for } => {
            Some(format!("{subject}: waits for {waits_for}"))
        }
        Item::InSync { .. } | Item::Blocked { .. } => None,
    });
    open.collect()
}

fn empty_texts<S>(plan: &Plan<S>) -> Vec<String> {
    let mut empty = Vec::new();
    let mut need = |text: &str, what: &str, of: &str| {
        if text.trim().is_empty() {
            empty.push(format!("{what} of `{of}`"));
        }
    };
    for item in &plan.items {
        let subject = item.subject();
        need(subject, "the subject", "an item");
        match item {
            Item::InSync { detail, .. } => need(detail, "the detail", subject),
            Item::AfterApply { waits_for, .. } => need(waits_for, "what it waits for", subject),
            Item::Step(step) => need(&step.title, "a step's title", subject),
            Item::Blocked { reason, .. } => {
                need(reason.code, "the code of the block", subject);
                need(&reason.what, "what is blocked", subject);
                need(&reason.cause, "the cause of the block", subject);
                need(&reason.fix, "the fix of the block", subject);
            }
        }
    }
    empty
}
