//! What a task will do: [`TaskSpec`].

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use vim25::{MoRef, Str, Value};

use crate::fault::Fault;
use crate::store::Transaction;

pub(super) type Change = Box<dyn FnOnce(&mut Transaction<'_>) -> Result<(), Fault> + Send>;
pub(super) type Finish =
    Box<dyn FnOnce(&mut Transaction<'_>) -> Result<Option<Value>, Fault> + Send>;
pub(super) type Undo = Arc<dyn Fn(&mut Transaction<'_>) -> Result<(), Fault> + Send + Sync>;

pub(super) struct Step {
    pub(super) delay: Duration,
    pub(super) percent: i32,
    pub(super) change: Option<Change>,
}

/// A task to be started with [`Transaction::start_task`] or [`Call::start`](crate::dispatch::Call::start).
///
/// ```
/// # use std::time::Duration;
/// # use mock_vcenter::task::TaskSpec;
/// # use vim25::MoRef;
/// let cluster = MoRef::new("ClusterComputeResource", "domain-c8");
/// let task = TaskSpec::new("ClusterComputeResource.reconfigureEx")
///     .on(&cluster)
///     .takes(Duration::from_secs(2))
///     .finish(|tx| {
///         // Change objects here; what is returned becomes `info.result`.
///         let _ = tx.timestamp();
///         Ok(None)
///     });
/// ```
pub struct TaskSpec {
    pub(super) description_id: Str,
    pub(super) name: Option<Str>,
    pub(super) entity: Option<MoRef>,
    pub(super) locked: Vec<MoRef>,
    pub(super) loads: Vec<MoRef>,
    pub(super) queued: Duration,
    pub(super) steps: VecDeque<Step>,
    pub(super) finish: Option<Finish>,
    pub(super) undo: Option<Undo>,
    pub(super) cancelable: bool,
    pub(super) parent: Option<MoRef>,
    pub(super) open_ended: bool,
}

impl TaskSpec {
    /// A task that clients know by `description_id`, such as `VirtualMachine.createSecondary`.
    #[must_use]
    pub fn new(description_id: &str) -> Self {
        Self {
            description_id: description_id.into(),
            name: None,
            entity: None,
            locked: Vec::new(),
            loads: Vec::new(),
            queued: Duration::ZERO,
            steps: VecDeque::new(),
            finish: None,
            undo: None,
            cancelable: false,
            parent: None,
            open_ended: false,
        }
    }

    /// The entity the task belongs to; it shows up in its `recentTask`.
    #[must_use]
    pub fn on(self, entity: &MoRef) -> Self {
        Self { entity: Some(entity.clone()), ..self }
    }

    /// The method that started it, as `info.name`. [`Call::start`](crate::dispatch::Call::start) fills it in.
    #[must_use]
    pub fn name(self, method: &str) -> Self {
        Self { name: Some(method.into()), ..self }
    }

    /// Entities that are shown as locked by the task.
    #[must_use]
    pub fn locks(mut self, entities: impl IntoIterator<Item = MoRef>) -> Self {
        self.locked.extend(entities);
        self
    }

    /// Hosts that are busy with it, for limits that count by host.
    #[must_use]
    pub fn loads(mut self, hosts: impl IntoIterator<Item = MoRef>) -> Self {
        self.loads.extend(hosts);
        self
    }

    /// Stays queued for so long.
    #[must_use]
    pub fn queued_for(self, wait: Duration) -> Self {
        Self { queued: wait, ..self }
    }

    /// Runs for `total`, showing progress in tenths.
    #[must_use]
    pub fn takes(self, total: Duration) -> Self {
        (1..=9).fold(self, |spec, tenth| spec.wait(total / 10, tenth * 10)).wait(total / 10, 100)
    }

    /// Waits, then shows `percent`.
    #[must_use]
    pub fn wait(mut self, delay: Duration, percent: i32) -> Self {
        self.steps.push_back(Step { delay, percent, change: None });
        self
    }

    /// Waits, then changes something and shows `percent`. A failure ends the task with that fault; what the
    /// failed step changed is undone, what earlier steps changed stays.
    #[must_use]
    pub fn step(
        mut self,
        delay: Duration,
        percent: i32,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<(), Fault> + Send + 'static,
    ) -> Self {
        self.steps.push_back(Step { delay, percent, change: Some(Box::new(change)) });
        self
    }

    /// The last change; its value becomes `info.result`, its fault `info.error`.
    #[must_use]
    pub fn finish(
        mut self,
        finish: impl FnOnce(&mut Transaction<'_>) -> Result<Option<Value>, Fault> + Send + 'static,
    ) -> Self {
        self.finish = Some(Box::new(finish));
        self
    }

    /// Ends with this fault when its time is up.
    #[must_use]
    pub fn fail(self, fault: Fault) -> Self {
        self.finish(move |_| Err(fault))
    }

    /// Lets clients cancel it; `undo` runs in the commit that cancels.
    #[must_use]
    pub fn cancelable(
        mut self,
        undo: impl Fn(&mut Transaction<'_>) -> Result<(), Fault> + Send + Sync + 'static,
    ) -> Self {
        self.cancelable = true;
        self.undo = Some(Arc::new(undo));
        self
    }

    /// Runs until it is told to end: see [`Transaction::set_task_progress`] and [`Transaction::end_task`].
    #[must_use]
    pub fn open_ended(self) -> Self {
        Self { open_ended: true, ..self }
    }

    /// Says that another task started it.
    #[must_use]
    pub fn child_of(self, parent: &MoRef) -> Self {
        Self { parent: Some(parent.clone()), ..self }
    }
}

impl TaskSpec {
    pub(crate) fn name_if_unset(self, method: &str) -> Self {
        if self.name.is_some() { self } else { self.name(method) }
    }
}
