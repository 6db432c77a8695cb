//! Follows both halves of a pair and the vim tasks on them, with one filter: [`PairWatch`].

use vim25::MoRef;
use vim25::types::{FaultTolerancePrimaryConfigInfo, PropertyFilterSpec};
use vsphere::property::{Traversal, Watch, WatchState, traversal_spec};
use vsphere::{ObjectProperties, Percent, Reader, TASK_INFO, WaitError, task_info};

use super::standstill::{Look, Verdict};

const HALF: &[&str] = &[
    "runtime.faultToleranceState",
    "runtime.needSecondaryReason",
    "runtime.powerState",
    "runtime.dasVmProtection",
    "runtime.host",
    "config.ftInfo",
];

const WAYS: &[Traversal] =
    &[Traversal { name: "vimTasks", from: "VirtualMachine", path: "recentTask", then: &[] }];

/// A pair, for as long as it is looked at.
pub(super) struct PairWatch<'a> {
    reader: &'a Reader,
    /// The primary, then the secondary where it is known.
    halves: Vec<MoRef>,
    watch: Watch,
    /// How far the vim task is that is at work on the pair.
    at_work: Option<(MoRef, Percent)>,
}

/// A pair at one moment.
pub(super) struct Pair {
    /// What the primary is like.
    pub(super) primary: ObjectProperties,
    /// Where the secondary is, if that can be told.
    pub(super) secondary_host: Option<MoRef>,
    pub(super) look: Look,
}

impl<'a> PairWatch<'a> {
    /// Begins to watch; another secondary than the one that is known is found out.
    pub(super) fn new(reader: &'a Reader, primary: &MoRef, secondary: Option<MoRef>) -> Self {
        let halves: Vec<MoRef> = [primary.clone()].into_iter().chain(secondary).collect();
        Self { reader, watch: reader.watch(spec(&halves)), halves, at_work: None }
    }

    /// The pair as it is; `None` until it was read.
    ///
    /// # Errors
    /// When the primary is gone, or nothing more can be learnt.
    pub(super) fn pair(&mut self) -> Result<Option<Pair>, WaitError> {
        let primary = self.halves[0].clone();
        let mut pair = read(&self.watch.state(), &self.halves)?;
        let info = pair.as_ref().and_then(|pair| {
            pair.primary.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo")
        });
        let secondary = info.and_then(|info| info.secondaries.first()).cloned();
        if secondary.is_some() && secondary.as_ref() != self.halves.get(1) {
            *self = Self::new(self.reader, &primary, secondary);
            return Ok(None);
        }
        if let Some(pair) = &mut pair {
            self.tell_percent(&mut pair.look);
        }
        Ok(pair)
    }

    /// Follows how far the vim task is that is at work, and says it where it is known.
    fn tell_percent(&mut self, look: &mut Look) {
        let Verdict::AtWork(info) = look.verdict() else {
            self.at_work = None;
            return;
        };
        let task = info.task.clone();
        self.at_work.take_if(|(known, _)| *known != task);
        let follow = || (task.clone(), self.reader.percent_of(&task));
        let (_, percent) = self.at_work.get_or_insert_with(follow);
        let at_work = look.vim_tasks.iter_mut().filter(|info| info.task == task);
        at_work.for_each(|info| info.progress = percent.now());
    }

    /// Ends when there is something new.
    pub(super) async fn changed(&mut self) {
        match &mut self.at_work {
            Some((_, percent)) => tokio::select! {
                biased;
                () = self.watch.changed() => {}
                () = percent.changed() => {}
            },
            None => self.watch.changed().await,
        }
    }
}

fn spec(halves: &[MoRef]) -> PropertyFilterSpec {
    traversal_spec(halves, WAYS, &[("VirtualMachine", HALF), ("Task", TASK_INFO)])
}

fn read(state: &WatchState, halves: &[MoRef]) -> Result<Option<Pair>, WaitError> {
    let object = halves[0].clone();
    if let Some(cause) = state.failure() {
        return Err(WaitError::Lost { object, cause: cause.clone() });
    }
    if !state.is_complete() {
        return Ok(None);
    }
    let Some(primary) = state.object(&object) else { return Err(WaitError::Gone { object }) };
    let secondary = halves.get(1).and_then(|secondary| state.object(secondary));
    let vim_tasks = state.objects().filter_map(task_info);
    let look = Look {
        state: primary.text("runtime.faultToleranceState").unwrap_or_default().to_owned(),
        reason: primary.text("runtime.needSecondaryReason").map(str::to_owned),
        halves: halves.to_vec(),
        vim_tasks: vim_tasks.collect(),
    };
    let secondary_host = secondary.and_then(|secondary| secondary.moref("runtime.host")).cloned();
    Ok(Some(Pair { primary: primary.clone(), secondary_host, look }))
}
