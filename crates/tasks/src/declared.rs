//! What a capability implements, and the one task of the engine that all of them are.
//!
//! A capability is a checked declaration that can look, decide and act: [`Declared`], implemented for its
//! `Spec` in its `task.rs`. [`DeclaredTask`] adds the connection and is what the engine runs. [`On`] is the
//! world together with that connection. Before any step it waits for what an earlier run left going on there.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use orchestrator::{Plan, Reason, StepOutcome, StepScope, Task, TaskError, World};
use playbook::{Args, TaskInstance};
use vsphere::{Reader, Writer};

use crate::forecast::Known;
use crate::lookup::reason;
use crate::vim_work::settle_here;
use crate::world::{VsphereReader, VsphereWorld};

/// A declaration that can be brought about. What each part owes is said at [`Task`].
pub(crate) trait Declared: for<'a> From<&'a Args> + Debug + Send + Sync + 'static {
    type Seen: Send + Sync + 'static;
    /// Its `Debug` must not show secrets.
    type Step: Clone + Debug + Send + Sync + 'static;
    /// Whether it is about what only a vCenter has.
    const NEEDS_VCENTER: bool = false;

    /// Reads what is there.
    fn observe(
        &self,
        on: On<'_, VsphereReader>,
    ) -> impl Future<Output = Result<Self::Seen, TaskError>> + Send;

    /// Decides everything; pure. The connection serves as a name only.
    fn plan(&self, connection: &str, seen: &Self::Seen) -> Plan<Self::Step>;

    /// Tells later tasks what this one will make.
    fn announce(&self, _on: On<'_, VsphereReader>, _seen: &Self::Seen) {}

    /// Does one step.
    fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        step: &Self::Step,
        scope: &StepScope,
    ) -> impl Future<Output = Result<StepOutcome, TaskError>> + Send;

    /// Steps by hand from what was seen, of which the plan was made, to what is declared, as the ledger counts them.
    fn manual_steps(&self, _seen: &Self::Seen, _plan: &Plan<Self::Step>) -> u32 {
        0
    }
}

/// A world and the connection that a task uses of it.
#[derive(Debug)]
pub(crate) struct On<'a, W> {
    /// The id of the task.
    pub(crate) task: &'a str,
    pub(crate) connection: &'a str,
    pub(crate) world: &'a W,
}

impl<W> Clone for On<'_, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for On<'_, W> {}

impl<'a> On<'a, VsphereReader> {
    /// The client of the connection that can only look.
    pub(crate) async fn reader(self) -> Result<&'a Reader, TaskError> {
        self.world.endpoint(self.connection).await
    }

    /// What the tasks that this one needs will make on the connection.
    pub(crate) fn known(self) -> Known {
        self.world.forecast().of(self.task, self.connection)
    }

    /// Adds to what later tasks know.
    pub(crate) fn tell(self, add: impl FnOnce(&mut Known)) {
        let mut known = Known::default();
        add(&mut known);
        self.world.forecast().tell(self.task, self.connection, known);
    }
}

impl<'a> On<'a, VsphereWorld> {
    /// The same, able to look only.
    pub(crate) fn looking(self) -> On<'a, VsphereReader> {
        On { task: self.task, connection: self.connection, world: self.world.reader() }
    }

    /// The client of the connection that can change things.
    pub(crate) async fn writer(self) -> Result<&'a Writer, TaskError> {
        self.world.writer(self.connection).await
    }
}

/// A task of a capability on its connection.
#[derive(Debug)]
pub(crate) struct DeclaredTask<D> {
    id: String,
    needs: Arc<[String]>,
    connection: String,
    declared: D,
}

impl<D: Declared> From<&TaskInstance> for DeclaredTask<D> {
    fn from(instance: &TaskInstance) -> Self {
        Self {
            id: instance.id.clone(),
            needs: Arc::clone(&instance.needs),
            connection: instance.connection.clone(),
            declared: D::from(&instance.args),
        }
    }
}

impl<D: Declared> DeclaredTask<D> {
    fn on<'a, W>(&'a self, world: &'a W) -> On<'a, W> {
        On { task: &self.id, connection: &self.connection, world }
    }
}

/// What a task saw of its connection.
#[derive(Debug)]
pub(crate) enum Sight<S> {
    /// What the capability saw, and the tasks on whose work it does not count.
    Seen { seen: S, not_counted: Vec<String> },
    /// An ESXi host of this address, where a vCenter is needed.
    NoVcenter(String),
}

impl<D: Declared> Task<VsphereWorld> for DeclaredTask<D> {
    type Observed = Sight<D::Seen>;
    type Step = D::Step;

    async fn observe(&self, reader: &VsphereReader) -> Result<Sight<D::Seen>, TaskError> {
        let forecast = reader.forecast();
        forecast.begin(&self.id, &self.needs);
        if D::NEEDS_VCENTER {
            let endpoint = reader.endpoint(&self.connection).await?;
            if !endpoint.is_vcenter() {
                return Ok(Sight::NoVcenter(endpoint.url().authority()));
            }
        }
        let not_counted = forecast.not_counted(&self.id, &self.connection);
        Ok(Sight::Seen { seen: self.declared.observe(self.on(reader)).await?, not_counted })
    }

    fn plan(&self, sight: &Sight<D::Seen>) -> Plan<D::Step> {
        let (seen, not_counted) = match sight {
            Sight::Seen { seen, not_counted } => (seen, not_counted),
            Sight::NoVcenter(server) => return Plan::blocked(server, no_vcenter(&self.id, server)),
        };
        let plan = self.declared.plan(&self.connection, seen);
        match plan.is_blocked() && !not_counted.is_empty() {
            true => plan.note(order_is_open(not_counted)),
            false => plan,
        }
    }

    fn announce(&self, sight: &Sight<D::Seen>, reader: &VsphereReader) {
        if let Sight::Seen { seen, .. } = sight {
            self.declared.announce(self.on(reader), seen);
        }
    }

    async fn apply(
        &self,
        step: &D::Step,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        let on = self.on(world);
        // Many tasks have no server of their own, and nothing open on one.
        if !scope.open_here().is_empty() {
            settle_here(on.writer().await?, scope).await?;
        }
        self.declared.apply(on, step, scope).await
    }

    fn manual_steps(&self, sight: &Sight<D::Seen>, plan: &Plan<D::Step>) -> u32 {
        match sight {
            Sight::Seen { seen, .. } => self.declared.manual_steps(seen, plan),
            Sight::NoVcenter(_) => 0,
        }
    }
}

fn no_vcenter(task: &str, server: &str) -> Reason {
    let what = format!("cannot carry out task `{task}` on `{server}`");
    let cause = "it is about what only a vCenter has, and this is an ESXi host";
    reason("not-a-vcenter", what, cause, "name the connection of a vCenter")
}

/// More tasks than these are not named one by one.
const NAMED: usize = 3;

/// Said where something is blocked that another task may be about to make.
fn order_is_open(others: &[String]) -> String {
    let mut named: Vec<String> =
        others.iter().take(NAMED).map(|other| format!("`{other}`")).collect();
    if others.len() > NAMED {
        named.push(format!("{} more", others.len() - NAMED));
    }
    format!(
        "nothing is counted on that these tasks will make, as this one does not need them: {}; name in `needs:` what has \
         to come first",
        named.join(", ")
    )
}
