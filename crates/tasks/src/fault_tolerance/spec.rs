//! What a playbook declares about Fault Tolerance.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use orchestrator::StopRule;
use playbook::Args;

use super::select::Select;

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    /// Names, paths and patterns, each once.
    pub(super) vms: Vec<String>,
    pub(super) select: Select,
    pub(super) datacenter: Option<String>,
    pub(super) cluster: Option<String>,
    /// Host of the secondary; `None` to choose one.
    pub(super) host: Option<String>,
    pub(super) datastore: Option<String>,
    pub(super) metadata: Option<String>,
    /// Names and patterns of datastores to choose from.
    pub(super) datastores: Vec<String>,
    /// Datastore by a disk's label or key.
    pub(super) disks: BTreeMap<String, String>,
    pub(super) warnings: Warnings,
    pub(super) waves: Waves,
    pub(super) stop: StopRule,
    pub(super) ask: Ask,
    pub(super) remedies: Vec<Remedy>,
    pub(super) within: Duration,
}

/// How VMs are taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waves {
    pub(super) canary: usize,
    pub(super) growth: NonZeroU32,
    /// Also when there are only a few.
    pub(super) declared: bool,
}

/// Whether a plan asks vCenter about each VM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// When there are not too many.
    Auto,
    Always,
    Never,
}

/// Something that may be changed so that Fault Tolerance becomes possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remedy {
    Cdrom,
    Floppy,
    HotPlug,
    MemoryReservation,
}

impl Spec {
    pub(super) fn remedies(&self, remedy: Remedy) -> bool {
        self.remedies.contains(&remedy)
    }
}

/// What to do about warnings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Warnings {
    Accept,
    Refuse,
    /// Accept these reasons only.
    AcceptOnly(Vec<String>),
}

impl Warnings {
    pub(super) fn accept(&self, reason: &str) -> bool {
        match self {
            Self::Accept => true,
            Self::Refuse => false,
            Self::AcceptOnly(listed) => listed.iter().any(|one| one == reason),
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let secondary = args.record("secondary");
        let text = |args: &Args, field: &str| args.opt_text(field).map(str::to_owned);
        let mut vms: Vec<String> = args.texts("vms").into_iter().map(str::to_owned).collect();
        let mut known = std::collections::BTreeSet::new();
        vms.retain(|vm| known.insert(vm.clone()));
        let disks = secondary.map("disks").iter();
        Self {
            vms,
            select: Select::from(args),
            datacenter: text(args, "datacenter"),
            cluster: text(args, "cluster"),
            host: text(secondary, "host").filter(|host| host != "auto"),
            datastore: text(secondary, "datastore"),
            metadata: text(secondary, "metadata_datastore"),
            datastores: secondary.texts("datastores").into_iter().map(str::to_owned).collect(),
            disks: disks
                .filter_map(|(disk, value)| Some((disk.clone(), value.as_text()?.to_owned())))
                .collect(),
            warnings: match args.opt_text("warnings") {
                Some("refuse") => Warnings::Refuse,
                Some(_) => Warnings::Accept,
                None => Warnings::AcceptOnly(
                    args.texts("warnings").into_iter().map(str::to_owned).collect(),
                ),
            },
            waves: waves(args),
            stop: stop_rule(args.record("stop_after")),
            ask: match args.text("compatibility") {
                "ask" => Ask::Always,
                "own_rules" => Ask::Never,
                _ => Ask::Auto,
            },
            remedies: args.texts("remediate").into_iter().filter_map(remedy).collect(),
            within: args.duration("within"),
        }
    }
}

fn waves(args: &Args) -> Waves {
    let waves = args.record("waves");
    let canary = usize::try_from(waves.integer("canary")).unwrap_or(0);
    let growth = number(waves.opt_integer("growth")).unwrap_or(NonZeroU32::MIN);
    Waves { canary, growth, declared: args.opt_record("waves").is_some() }
}

fn stop_rule(args: &Args) -> StopRule {
    StopRule {
        failures: number(args.opt_integer("failures")),
        percent: args.opt_integer("percent").and_then(|percent| u8::try_from(percent).ok()),
        same_cause: number(args.opt_integer("same_cause")),
    }
}

fn number(number: Option<i64>) -> Option<NonZeroU32> {
    number.and_then(|number| u32::try_from(number).ok()).and_then(NonZeroU32::new)
}

fn remedy(name: &str) -> Option<Remedy> {
    Some(match name {
        "cdrom" => Remedy::Cdrom,
        "floppy" => Remedy::Floppy,
        "hot_plug" => Remedy::HotPlug,
        "memory_reservation" => Remedy::MemoryReservation,
        _ => return None,
    })
}
