//! What is to be done, and to which pairs.

use std::collections::HashMap;
use std::time::Duration;

use vim25::MoRef;

use crate::fault_tolerance::chosen::FtVm;
use crate::vim_work::{Kind, kinds};

/// What can be done to a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The secondary becomes the primary, and a new secondary is started.
    Failover,
    /// The secondary is ended and started again.
    RestartSecondary,
    /// The secondary is switched off and stays; the VM is not protected.
    Suspend,
    /// A suspended pair is protected again.
    Resume,
    /// The secondary is taken away.
    TurnOff,
}

impl Operation {
    /// The command, as in `lockstep ft drill`.
    #[must_use]
    pub fn command(self) -> &'static str {
        match self {
            Self::Failover | Self::RestartSecondary => "drill",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::TurnOff => "off",
        }
    }

    /// Whether it is a test that VMs go through one after the other.
    #[must_use]
    pub fn is_drill(self) -> bool {
        matches!(self, Self::Failover | Self::RestartSecondary)
    }

    /// As an order, to be followed by the VM in backticks.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Failover => "test failover of",
            Self::RestartSecondary => "test restart of the secondary of",
            Self::Suspend => "suspend Fault Tolerance of",
            Self::Resume => "resume Fault Tolerance of",
            Self::TurnOff => "turn off Fault Tolerance of",
        }
    }

    /// The vim task that does it: name of the method and id of the description.
    pub(super) fn vim_task(self) -> Kind {
        match self {
            Self::Failover => kinds::MAKE_PRIMARY,
            Self::RestartSecondary => kinds::TERMINATE,
            Self::Suspend => kinds::DISABLE_SECONDARY,
            Self::Resume => kinds::ENABLE_SECONDARY,
            Self::TurnOff => kinds::TURN_OFF,
        }
    }
}

/// An operation with what it needs to know.
#[derive(Debug, Clone)]
pub struct OperationOrder {
    /// What is to be done.
    pub operation: Operation,
    /// Name of the connection.
    pub connection: String,
    /// To which VMs, in which order.
    pub vms: Vec<FtVm>,
    /// How long one VM may take.
    pub within: Duration,
    /// Go on with the next VM of a drill although one did not come back.
    pub keep_going: bool,
}

/// A pair as it was when it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Its name, or its path where names repeat.
    pub(super) subject: String,
    pub(super) vm: MoRef,
    pub(super) secondary: Option<MoRef>,
    pub(super) cluster: Option<String>,
    /// When the secondary was started last.
    pub(super) boot: Option<String>,
}

impl OperationOrder {
    /// What the VMs are called in events and results, in their order: by name, or by path where names repeat.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        self.targets().into_iter().map(|target| target.subject).collect()
    }

    /// The chosen pairs; names that repeat are told apart by path.
    pub(super) fn targets(&self) -> Vec<Target> {
        let mut names: HashMap<&str, usize> = HashMap::new();
        for vm in &self.vms {
            *names.entry(&vm.name).or_default() += 1;
        }
        let repeats = |vm: &FtVm| names.get(vm.name.as_str()).is_some_and(|number| *number > 1);
        let target = |vm: &FtVm| Target {
            subject: if repeats(vm) { vm.path.clone() } else { vm.name.clone() },
            vm: vm.object.clone(),
            secondary: vm.secondary.clone(),
            cluster: vm.cluster.clone(),
            boot: vm.secondary_boot.clone(),
        };
        self.vms.iter().map(target).collect()
    }
}
