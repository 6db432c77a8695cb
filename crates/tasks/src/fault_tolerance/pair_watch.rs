//! Follows both halves of a pair and the vim tasks on them, with one filter: [`PairWatch`].

use vim25::MoRef;
use vim25::types::{FaultTolerancePrimaryConfigInfo, PropertyFilterSpec, TaskInfo};
use vsphere::property::{Traversal, Watch, WatchState, traversal_spec};
use vsphere::{ObjectProperties, Reader, WaitError};

use super::standstill::Look;

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
        Self { reader, watch: reader.watch(spec(&halves)), halves }
    }

    /// The pair as it is; `None` until it was read.
    ///
    /// # Errors
    /// When the primary is gone, or nothing more can be learnt.
    pub(super) fn pair(&mut self) -> Result<Option<Pair>, WaitError> {
        let primary = self.halves[0].clone();
        let pair = read(&self.watch.state(), &self.halves)?;
        let info = pair.as_ref().and_then(|pair| {
            pair.primary.object::<FaultTolerancePrimaryConfigInfo>("config.ftInfo")
        });
        let secondary = info.and_then(|info| info.secondaries.first()).cloned();
        if secondary.is_some() && secondary.as_ref() != self.halves.get(1) {
            *self = Self::new(self.reader, &primary, secondary);
            return Ok(None);
        }
        Ok(pair)
    }

    /// Ends when there is something new.
    pub(super) async fn changed(&mut self) {
        self.watch.changed().await;
    }
}

fn spec(halves: &[MoRef]) -> PropertyFilterSpec {
    traversal_spec(halves, WAYS, &[("VirtualMachine", HALF), ("Task", &["info"])])
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
    let vim_tasks = state.objects().filter_map(|seen| seen.object::<TaskInfo>("info"));
    let look = Look {
        state: primary.text("runtime.faultToleranceState").unwrap_or_default().to_owned(),
        reason: primary.text("runtime.needSecondaryReason").map(str::to_owned),
        halves: halves.to_vec(),
        vim_tasks: vim_tasks.cloned().collect(),
    };
    let secondary_host = secondary.and_then(|secondary| secondary.moref("runtime.host")).cloned();
    Ok(Some(Pair { primary: primary.clone(), secondary_host, look }))
}
