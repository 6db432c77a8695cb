//! What a task decided to do, as data.
//!
//! [`Plan`] is a list of [`Item`]s, each about one subject (the object acted on, such as a virtual
//! machine). There is always at least one item: a task that has nothing to do says so with
//! [`Item::InSync`]. Nothing here acts; the engine does, from [`PlannedStep`]s.

use crate::rollout::Rollout;

/// What a task found and what it will do. Holds at least one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<S> {
    /// What is there and what is to do, in the order in which it is shown.
    pub items: Vec<Item<S>>,
    /// Sentences the operator should read, such as "EVC is set while the cluster is still empty".
    pub notes: Vec<String>,
    /// Figures behind the decision, such as the FT capacity per cluster, or the pairs that exist.
    pub tables: Vec<Table>,
    /// How carefully the subjects are taken on; without, all at once within the limits.
    pub rollout: Option<Rollout>,
}

/// A plan without the steps themselves: what events, summaries and reports carry.
pub type PlanView = Plan<()>;

/// One finding about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<S> {
    /// The subject is as declared.
    InSync {
        /// The object.
        subject: String,
        /// What was found, in a few words: the proof after an apply.
        detail: String,
    },
    /// Something is to do.
    Step(PlannedStep<S>),
    /// Cannot be decided before an earlier task of the same playbook was applied.
    AfterApply {
        /// The object.
        subject: String,
        /// What it waits for, in words: "host `esx1` joins cluster `C1`".
        waits_for: String,
    },
    /// Cannot be done; somebody must change something first.
    Blocked {
        /// The object.
        subject: String,
        /// Why, and what to do about it.
        reason: Reason,
    },
}

/// One idempotent action of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep<S> {
    /// The object it acts on. Steps of one subject run in order, different subjects in parallel.
    pub subject: String,
    /// What is done, as an order: "create cluster `C1`".
    pub title: String,
    /// Whether something new comes into being.
    pub kind: ChangeKind,
    /// The settings that differ.
    pub changes: Vec<Change>,
    /// What it occupies while it runs, or until it says that its load is over; all are taken at once.
    pub limits: Vec<Token>,
    /// How much work it is beside other steps, in any unit that all steps of the task share, such as MiB to be
    /// copied. Big ones are begun early, and it serves to foresee the end.
    pub work: u64,
    /// Whether it only follows work that goes on already, begun by an earlier run or somebody else: that occupies its
    /// limits now, whether there is room or not.
    pub under_way: bool,
    /// The step itself, for [`Task::apply`](crate::Task::apply).
    pub step: S,
}

/// Whether a step makes or changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// The object does not exist yet.
    Create,
    /// The object exists and differs.
    Update,
}

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name, as the playbook spells it.
    pub setting: String,
    /// What is there; `None` when it is not set or not there.
    pub before: Option<String>,
    /// What will be there; `None` when it is taken away.
    pub after: Option<String>,
}

/// A claim on one instance of a named limit, such as `host` / `esx1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    /// The limit's name; see [`limits`](crate::limits) for the usual ones.
    pub limit: String,
    /// Which one of its kind.
    pub instance: String,
}

/// Why something cannot be done, in three sentences or phrases, none empty.
///
/// The report puts reasons with equal `code`, `cause` and `fix` into one group, so these three should not
/// name the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A stable code, such as `ft-vm-has-snapshot`.
    pub code: &'static str,
    /// What cannot be done, on what.
    pub what: String,
    /// Why.
    pub cause: String,
    /// What the operator can do about it.
    pub fix: String,
}

/// A small table for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The heads of its columns.
    pub columns: Vec<String>,
    /// Rows as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

impl<S> Plan<S> {
    /// A plan of these items, without notes and tables.
    #[must_use]
    pub fn of(items: Vec<Item<S>>) -> Self {
        Self { items, notes: Vec::new(), tables: Vec::new(), rollout: None }
    }

    /// A plan that says one subject is as declared.
    pub fn in_sync(subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::of(vec![Item::in_sync(subject, detail)])
    }

    /// A plan that says one subject is blocked.
    pub fn blocked(subject: impl Into<String>, reason: Reason) -> Self {
        Self::of(vec![Item::blocked(subject, reason)])
    }

    /// A plan that says one subject can be decided only after an earlier task was applied.
    pub fn after_apply(subject: impl Into<String>, waits_for: impl Into<String>) -> Self {
        Self::of(vec![Item::after_apply(subject, waits_for)])
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Whether every item is in sync.
    #[must_use]
    pub fn is_in_sync(&self) -> bool {
        self.items.iter().all(|item| matches!(item, Item::InSync { .. }))
    }

    /// Whether any item is blocked.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Blocked { .. }))
    }

    /// The same plan with every step turned into something else.
    #[must_use]
    pub fn map_steps<T>(self, mut turn: impl FnMut(S) -> T) -> Plan<T> {
        let items = self.items.into_iter().map(|item| item.map_step(&mut turn)).collect();
        Plan { items, notes: self.notes, tables: self.tables, rollout: self.rollout }
    }
}

impl<S: Clone> Plan<S> {
    /// The plan without the steps themselves.
    #[must_use]
    pub fn view(&self) -> PlanView {
        self.clone().map_steps(|_| ())
    }
}

impl<S> Item<S> {
    /// The subject is as declared.
    pub fn in_sync(subject: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::InSync { subject: subject.into(), detail: detail.into() }
    }

    /// The subject cannot be decided yet.
    pub fn after_apply(subject: impl Into<String>, waits_for: impl Into<String>) -> Self {
        Self::AfterApply { subject: subject.into(), waits_for: waits_for.into() }
    }

    /// The subject is blocked.
    pub fn blocked(subject: impl Into<String>, reason: Reason) -> Self {
        Self::Blocked { subject: subject.into(), reason }
    }

    /// The object this is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::InSync { subject, .. }
            | Self::AfterApply { subject, .. }
            | Self::Blocked { subject, .. } => subject,
            Self::Step(step) => &step.subject,
        }
    }

    fn map_step<T>(self, turn: impl FnOnce(S) -> T) -> Item<T> {
        match self {
            Self::InSync { subject, detail } => Item::InSync { subject, detail },
            Self::AfterApply { subject, waits_for } => Item::AfterApply { subject, waits_for },
            Self::Blocked { subject, reason } => Item::Blocked { subject, reason },
            Self::Step(step) => Item::Step(step.map(turn)),
        }
    }
}

impl<S> PlannedStep<S> {
    /// A step that makes `subject`.
    pub fn create(subject: impl Into<String>, title: impl Into<String>, step: S) -> Self {
        Self::new(ChangeKind::Create, subject.into(), title.into(), step)
    }

    /// A step that changes `subject`.
    pub fn update(subject: impl Into<String>, title: impl Into<String>, step: S) -> Self {
        Self::new(ChangeKind::Update, subject.into(), title.into(), step)
    }

    /// Adds settings that differ.
    #[must_use]
    pub fn changes(mut self, changes: impl IntoIterator<Item = Change>) -> Self {
        self.changes.extend(changes);
        self
    }

    /// Adds a claim on a limit.
    #[must_use]
    pub fn takes(mut self, limit: impl Into<String>, instance: impl Into<String>) -> Self {
        self.limits.push(Token::new(limit, instance));
        self
    }

    /// Says that it follows work that goes on already; see [`under_way`](Self::under_way).
    #[must_use]
    pub fn under_way(mut self) -> Self {
        self.under_way = true;
        self
    }

    /// Says how much work it is; see [`work`](Self::work).
    #[must_use]
    pub fn weighs(mut self, work: u64) -> Self {
        self.work = work;
        self
    }

    /// The same step with its payload turned into something else.
    pub fn map<T>(self, turn: impl FnOnce(S) -> T) -> PlannedStep<T> {
        PlannedStep {
            subject: self.subject,
            title: self.title,
            kind: self.kind,
            changes: self.changes,
            limits: self.limits,
            work: self.work,
            under_way: self.under_way,
            step: turn(self.step),
        }
    }

    fn new(kind: ChangeKind, subject: String, title: String, step: S) -> Self {
        let (changes, limits) = (Vec::new(), Vec::new());
        Self { subject, title, kind, changes, limits, work: 1, under_way: false, step }
    }
}

impl<S> From<PlannedStep<S>> for Item<S> {
    fn from(step: PlannedStep<S>) -> Self {
        Self::Step(step)
    }
}

impl Change {
    /// A setting that gets a value it did not have.
    pub fn set(setting: impl Into<String>, after: impl Into<String>) -> Self {
        Self { setting: setting.into(), before: None, after: Some(after.into()) }
    }

    /// A setting whose value changes.
    pub fn of(
        setting: impl Into<String>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Self {
        Self { setting: setting.into(), before: Some(before.into()), after: Some(after.into()) }
    }

    /// A setting that is taken away.
    pub fn unset(setting: impl Into<String>, before: impl Into<String>) -> Self {
        Self { setting: setting.into(), before: Some(before.into()), after: None }
    }
}

impl Token {
    /// A claim on one instance of a limit.
    pub fn new(limit: impl Into<String>, instance: impl Into<String>) -> Self {
        Self { limit: limit.into(), instance: instance.into() }
    }
}
