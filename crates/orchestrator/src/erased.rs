//! Tasks of different types behind one interface.
//!
//! Every [`Task`] is an [`ErasedTask`]; its steps become [`ErasedStep`]s that only the same task can open.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::clock::BoxFuture;
use crate::failure::{CODE_BUG, TaskError};
use crate::plan::Plan;
use crate::scope::StepScope;
use crate::task::{StepOutcome, Task, World};

/// A task whose types are hidden; implemented for every [`Task`].
pub trait ErasedTask<W: World>: Send + Sync + 'static {
    /// Observes and plans.
    fn look<'a>(&'a self, reader: &'a W::Reader) -> BoxFuture<'a, Result<Look, TaskError>>;

    /// Plans once more from the same observation; `None` when another task made it.
    fn plan_again(&self, look: &Look) -> Option<Plan<ErasedStep>>;

    /// Tells later tasks what this one will make.
    fn announce(&self, look: &Look, reader: &W::Reader);

    /// Does one step of this task.
    fn apply<'a>(
        &'a self,
        step: &'a ErasedStep,
        world: &'a W,
        scope: &'a StepScope,
    ) -> BoxFuture<'a, Result<StepOutcome, TaskError>>;
}

/// What one look at the world gave: the plan, and the observation for `announce`.
pub struct Look {
    /// What is to do.
    pub plan: Plan<ErasedStep>,
    /// Steps by hand from here to what is declared.
    pub manual_steps: u32,
    seen: Box<dyn Any + Send + Sync>,
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look").field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// A step whose type is hidden.
#[derive(Clone)]
pub struct ErasedStep(Arc<dyn AnyStep>);

trait AnyStep: fmt::Debug + Any + Send + Sync {}
impl<S: fmt::Debug + Any + Send + Sync> AnyStep for S {}

impl fmt::Debug for ErasedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl ErasedStep {
    fn open<S: Any>(&self) -> Option<&S> {
        let any: &dyn Any = &*self.0;
        any.downcast_ref()
    }
}

fn erased<S: fmt::Debug + Send + Sync + 'static>(plan: Plan<S>) -> Plan<ErasedStep> {
    plan.map_steps(|step| ErasedStep(Arc::new(step)))
}

impl<W: World, T: Task<W>> ErasedTask<W> for T {
    fn look<'a>(&'a self, reader: &'a W::Reader) -> BoxFuture<'a, Result<Look, TaskError>> {
        Box::pin(async move {
            let seen = self.observe(reader).await?;
            let plan = self.plan(&seen);
            let manual_steps = self.manual_steps(&seen, &plan);
            Ok(Look { plan: erased(plan), manual_steps, seen: Box::new(seen) })
        })
    }

    fn plan_again(&self, look: &Look) -> Option<Plan<ErasedStep>> {
        Some(erased(self.plan(look.seen.downcast_ref()?)))
    }

    fn announce(&self, look: &Look, reader: &W::Reader) {
        if let Some(seen) = look.seen.downcast_ref() {
            Task::announce(self, seen, reader);
        }
    }

    fn apply<'a>(
        &'a self,
        step: &'a ErasedStep,
        world: &'a W,
        scope: &'a StepScope,
    ) -> BoxFuture<'a, Result<StepOutcome, TaskError>> {
        Box::pin(async move {
            match step.open::<T::Step>() {
                Some(step) => Task::apply(self, step, world, scope).await,
                None => Err(TaskError::new(CODE_BUG, "cannot run a step of another task", "")),
            }
        })
    }
}
