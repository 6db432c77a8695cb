//! A toy world of named values, and tasks that set them and can be told to misbehave.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use orchestrator::{
    ApplyOptions, Call, Change, Delivery, Event, Item, Plan, PlannedStep, Reason, Rollout,
    RunContext, RunPlan, RunSummary, StepOutcome, StepScope, Task, TaskError, TaskGraph, TaskNode,
    Token, TokioClock, World, apply_run, plan_run,
};
use tokio::sync::mpsc;

/// Named values, and what happened to them.
#[derive(Default)]
pub(crate) struct Toys {
    reader: Reader,
}

#[derive(Default)]
pub(crate) struct Reader(Mutex<State>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) announced: BTreeSet<String>,
    pub(crate) writes: Vec<String>,
    pub(crate) reads: u32,
    /// Work of which no end was known, and that was waited for.
    pub(crate) waited: Vec<String>,
    /// Steps that hold a token now, and the most that ever did.
    pub(crate) now: BTreeMap<String, usize>,
    pub(crate) peak: BTreeMap<String, usize>,
}

impl World for Toys {
    type Reader = Reader;
    fn reader(&self) -> &Reader {
        &self.reader
    }
}

impl Reader {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl Toys {
    pub(crate) fn with(values: &[(&str, &str)]) -> Arc<Self> {
        let toys = Self::default();
        let values = values.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        toys.state().values.extend(values);
        Arc::new(toys)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.reader.state()
    }

    fn write(&self, name: &str, value: &str) {
        let mut state = self.state();
        state.values.insert(name.to_owned(), value.to_owned());
        state.writes.push(format!("{name}={value}"));
    }
}

/// How one call goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Act {
    NotSent,
    Busy,
    /// The limits of this kind have too much to do.
    Overloaded(&'static str),
    /// The object does not allow it.
    Unfit,
    Refused,
    /// Nothing is there before another task is done.
    NotYet,
    /// Carried out, and the answer was lost.
    LostAnswer,
    /// Not carried out, and nobody knows.
    LostRequest,
    Panic,
    /// Says that it worked, and did nothing.
    Lie,
}

/// Sets values; one subject per value.
#[derive(Default)]
pub(crate) struct Sets {
    wants: Vec<(String, String)>,
    takes: BTreeMap<String, Duration>,
    lingers: Duration,
    under_way: Vec<String>,
    given_up_after: Option<u32>,
    acts: Mutex<BTreeMap<String, VecDeque<Act>>>,
    reads: Mutex<VecDeque<Option<Act>>>,
    tokens: Vec<Token>,
    own_tokens: BTreeMap<String, Vec<Token>>,
    fewer: Option<(u32, String, Vec<Token>)>,
    rollout: Option<Rollout>,
    after: Option<String>,
    forbidden: Vec<String>,
    half_forbidden: Vec<String>,
    stops_early: bool,
}

impl Sets {
    pub(crate) fn to(wants: &[(&str, &str)]) -> Self {
        let wants = wants.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Self { wants: wants.collect(), ..Self::default() }
    }
    /// The calls for one subject go like this, then well.
    pub(crate) fn acts(self, name: &str, acts: &[Act]) -> Self {
        self.acts.lock().unwrap().insert(name.to_owned(), acts.iter().copied().collect());
        self
    }
    pub(crate) fn reads(self, acts: &[Act]) -> Self {
        self.reads.lock().unwrap().extend(acts.iter().copied().map(Some));
        self
    }
    /// So many reads go well, then one like this.
    pub(crate) fn reads_after(self, well: usize, act: Act) -> Self {
        self.reads.lock().unwrap().extend(std::iter::repeat_n(None, well).chain([Some(act)]));
        self
    }
    pub(crate) fn takes(mut self, name: &str, seconds: u64) -> Self {
        self.takes.insert(name.to_owned(), Duration::from_secs(seconds));
        self
    }
    /// When a value is set, its step still waits for something that loads nobody.
    pub(crate) fn lingers(mut self, seconds: u64) -> Self {
        self.lingers = Duration::from_secs(seconds);
        self
    }
    /// Somebody else has begun to set it.
    pub(crate) fn under_way(mut self, name: &str) -> Self {
        self.under_way.push(name.to_owned());
        self
    }
    /// After so many looks nobody is at it any more.
    pub(crate) fn given_up_after(mut self, looks: u32) -> Self {
        self.given_up_after = Some(looks);
        self
    }
    pub(crate) fn token(mut self, limit: &str, instance: &str) -> Self {
        self.tokens.push(Token::new(limit, instance));
        self
    }
    /// One subject takes these besides, and its work is as much as it takes seconds.
    pub(crate) fn on(mut self, name: &str, seconds: u64, tokens: &[Token]) -> Self {
        self.own_tokens.insert(name.to_owned(), tokens.to_vec());
        self.takes(name, seconds)
    }
    /// After so many looks, the step of one subject takes these instead of its own.
    pub(crate) fn fewer_after(mut self, looks: u32, name: &str, tokens: &[Token]) -> Self {
        self.fewer = Some((looks, name.to_owned(), tokens.to_vec()));
        self
    }
    pub(crate) fn rollout(mut self, rollout: Rollout) -> Self {
        self.rollout = Some(rollout);
        self
    }
    fn tokens_of(&self, name: &str) -> Vec<Token> {
        let own = self.own_tokens.get(name).into_iter().flatten();
        self.tokens.iter().chain(own).cloned().collect()
    }
    /// Needs a value of this name, which another task makes.
    pub(crate) fn after(mut self, name: &str) -> Self {
        self.after = Some(name.to_owned());
        self
    }
    pub(crate) fn forbidden(mut self, name: &str) -> Self {
        self.forbidden.push(name.to_owned());
        self
    }
    /// Has a step to do and is blocked as well.
    pub(crate) fn half_forbidden(mut self, name: &str) -> Self {
        self.half_forbidden.push(name.to_owned());
        self
    }
    /// Ends when the run is stopping.
    pub(crate) fn stops_early(mut self) -> Self {
        self.stops_early = true;
        self
    }

    fn makes(&self, name: &str) -> bool {
        self.wants.iter().any(|(made, _)| made == name)
    }

    fn tokens_after(&self, looks: u32, name: &str) -> Vec<Token> {
        let fewer = self.fewer.as_ref().filter(|(after, of, _)| *after == looks && of == name);
        fewer.map_or_else(|| self.tokens_of(name), |(_, _, tokens)| tokens.clone())
    }

    fn step(&self, name: &str, value: &str, seen: &Seen) -> Item<(String, String)> {
        let payload = (name.to_owned(), value.to_owned());
        let title = format!("set {name}");
        let step = match seen.values.get(name) {
            None => {
                PlannedStep::create(name, title, payload).changes([Change::set("value", value)])
            }
            Some(found) => PlannedStep::update(name, title, payload).changes([Change::of(
                "value",
                found.as_str(),
                value,
            )]),
        };
        let work = self.takes.get(name).map_or(1, Duration::as_secs);
        let goes_on = self.given_up_after.is_none_or(|looks| seen.looks <= looks);
        let under_way = goes_on && self.under_way.iter().any(|one| one == name);
        let limits = self.tokens_after(seen.looks, name);
        Item::Step(PlannedStep { limits, work, under_way, ..step })
    }
}

pub(crate) struct Seen {
    looks: u32,
    values: BTreeMap<String, String>,
    announced: BTreeSet<String>,
}

impl Task<Toys> for Sets {
    type Observed = Seen;
    type Step = (String, String);

    async fn observe(&self, reader: &Reader) -> Result<Seen, TaskError> {
        let act = self.reads.lock().unwrap().pop_front().flatten();
        reader.state().reads += 1;
        if let Some(error) = act.and_then(|act| fail(act, "cannot read", "everything")) {
            return Err(error);
        }
        let state = reader.state();
        Ok(Seen {
            looks: state.reads,
            values: state.values.clone(),
            announced: state.announced.clone(),
        })
    }

    fn plan(&self, seen: &Seen) -> Plan<(String, String)> {
        let mut items = Vec::new();
        for (name, value) in &self.wants {
            let missing = self
                .after
                .as_ref()
                .filter(|after| *after != name && !seen.values.contains_key(*after));
            let found = seen.values.get(name);
            items.push(if self.forbidden.contains(name) {
                Item::blocked(name, reason("forbidden", "it is locked"))
            } else if let Some(missing) = missing {
                if seen.announced.contains(missing) || self.makes(missing) {
                    Item::after_apply(name, format!("`{missing}` is made"))
                } else {
                    Item::blocked(name, reason("missing", "what it needs is not there"))
                }
            } else if found == Some(value) {
                Item::in_sync(name, format!("{name} is {value}"))
            } else {
                self.step(name, value, seen)
            });
        }
        let half = self.half_forbidden.iter();
        items.extend(half.map(|name| Item::blocked(name, reason("half", "half of it is locked"))));
        Plan { rollout: self.rollout.clone(), ..Plan::of(items) }
    }

    fn announce(&self, _seen: &Seen, reader: &Reader) {
        let names = self.wants.iter().map(|(name, _)| name.clone());
        reader.state().announced.extend(names);
    }

    async fn apply(
        &self,
        (name, value): &(String, String),
        world: &Toys,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        for work in scope.open_here() {
            world.state().waited.push(format!("{} {}", work.run, work.call.object));
            scope.settled(&work, "it is over").await;
        }
        let act = self.acts.lock().unwrap().get_mut(name).and_then(VecDeque::pop_front);
        let tokens = self.tokens_of(name);
        let busy = Busy::on(world, &tokens);
        scope.progress(Some(50), "half way");
        if let Some(pause) = self.takes.get(name) {
            tokio::select! {
                () = scope.cancelled().cancelled(), if self.stops_early => {
                    return Err(TaskError::cancelled("stopped setting", name, Delivery::NotSent));
                }
                () = scope.clock().sleep(*pause) => {}
            }
        }
        if act == Some(Act::Lie) {
            return Ok(StepOutcome::changed("trust me"));
        }
        let at = world.state().writes.len().to_string();
        scope.calling(Call { object: format!("toys {name}"), work: "set".to_owned(), at }).await?;
        if matches!(act, None | Some(Act::LostAnswer)) {
            world.write(name, value);
            scope.started(format!("toy-work-{name}")).await;
        }
        drop(busy);
        if !self.lingers.is_zero() {
            scope.load_is_over();
            scope.clock().sleep(self.lingers).await;
        }
        match act.and_then(|act| fail(act, "cannot set", name)) {
            Some(error) => Err(error),
            None => Ok(StepOutcome::changed(format!("{name} is {value}"))),
        }
    }

    fn manual_steps(&self, seen: &Seen, _plan: &Plan<(String, String)>) -> u32 {
        let left = self.wants.iter().filter(|(name, value)| seen.values.get(name) != Some(value));
        left.count() as u32 * 5
    }
}

/// Counts who holds a token while a step runs.
struct Busy<'a>(&'a Toys, &'a [Token]);

impl<'a> Busy<'a> {
    fn on(world: &'a Toys, tokens: &'a [Token]) -> Self {
        let mut state = world.state();
        for token in tokens {
            let now = state.now.entry(token.instance.clone()).or_default();
            *now += 1;
            let now = *now;
            let peak = state.peak.entry(token.instance.clone()).or_default();
            *peak = now.max(*peak);
        }
        Self(world, tokens)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        for token in self.1 {
            *state.now.get_mut(&token.instance).unwrap() -= 1;
        }
    }
}

fn reason(code: &'static str, cause: &str) -> Reason {
    Reason {
        code,
        what: "cannot set the value".to_owned(),
        cause: cause.to_owned(),
        fix: "ask its owner".to_owned(),
    }
}

fn fail(act: Act, what: &str, object: &str) -> Option<TaskError> {
    let error = TaskError::new("toy-broken", what, object).caused_by("the toy is broken");
    Some(match act {
        Act::NotSent => error.delivery(Delivery::NotSent),
        Act::Busy => error.delivery(Delivery::Answered).transient(),
        Act::Overloaded(limit) => error.delivery(Delivery::Answered).busy(limit),
        Act::Unfit => error.delivery(Delivery::Answered).refused(),
        Act::Refused => error.delivery(Delivery::Answered).hint("buy a new one"),
        Act::NotYet => error.delivery(Delivery::NotSent).not_yet("`builds` is done"),
        Act::LostAnswer | Act::LostRequest => error.delivery(Delivery::Unknown),
        Act::Panic => panic!("toy exploded"),
        Act::Lie => return None,
    })
}

pub(crate) fn node(id: &str, task: Sets) -> TaskNode<Toys> {
    TaskNode::new(id, "sets", Arc::new(task))
}

pub(crate) fn context(sink: mpsc::UnboundedSender<Event>) -> RunContext {
    let clock = TokioClock::starting_at(SystemTime::UNIX_EPOCH);
    RunContext::new("run-1", Arc::new(clock), Arc::new(sink))
}

/// Plans and returns what came of it, with the events.
pub(crate) async fn plan(world: &Toys, nodes: Vec<TaskNode<Toys>>) -> (RunPlan, Vec<Event>) {
    let (sink, mut events) = mpsc::unbounded_channel();
    let graph = TaskGraph::new(nodes).unwrap();
    let plan = plan_run(&graph, world.reader(), &context(sink)).await;
    (plan, drain(&mut events))
}

/// Applies and returns how it went, with the events.
pub(crate) async fn apply(
    world: &Arc<Toys>,
    nodes: Vec<TaskNode<Toys>>,
    options: ApplyOptions,
) -> (RunSummary, Vec<Event>) {
    let (sink, mut events) = mpsc::unbounded_channel();
    let graph = Arc::new(TaskGraph::new(nodes).unwrap());
    let summary = apply_run(graph, Arc::clone(world), &context(sink), options).await;
    (summary, drain(&mut events))
}

fn drain(events: &mut mpsc::UnboundedReceiver<Event>) -> Vec<Event> {
    std::iter::from_fn(|| events.try_recv().ok()).collect()
}
