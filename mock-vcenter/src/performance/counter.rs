//! What is measured: [`Counter`], and how it is described to clients.

use vim25::enums::{PerfStatsType, PerfSummaryType};
use vim25::types::{ElementDescription, PerfCounterInfo};
use vim25::{Poly, WireEnum};

use super::load::Load;

/// A kind of entity that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Vm,
    Host,
    Cluster,
    ResourcePool,
    Datastore,
}

/// What a counter tells instances apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    /// A virtual CPU of a VM, a hardware thread of a host.
    Cpu,
    /// A network adapter.
    Nic,
    /// A virtual disk.
    Disk,
}

/// Which values an entity of a kind has of a counter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    /// One for the entity.
    Whole(Kind),
    /// One for each device.
    Each(Kind, Device),
    /// Both.
    Both(Kind, Device),
}

impl Scope {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Whole(kind) | Self::Each(kind, _) | Self::Both(kind, _) => kind,
        }
    }

    pub(super) fn has_whole(self) -> bool {
        !matches!(self, Self::Each(..))
    }

    pub(super) fn device(self) -> Option<Device> {
        match self {
            Self::Whole(_) => None,
            Self::Each(_, device) | Self::Both(_, device) => Some(device),
        }
    }
}

/// One counter.
pub(super) struct Counter {
    pub(super) key: i32,
    pub(super) group: &'static str,
    pub(super) name: &'static str,
    pub(super) rollup: PerfSummaryType,
    pub(super) stats: PerfStatsType,
    /// A key of `PerformanceManagerUnit`. Percentages are in hundredths of a percent.
    pub(super) unit: &'static str,
    /// Statistics level from which it is kept: for the entity, for each device.
    pub(super) levels: (i32, i32),
    pub(super) scopes: &'static [Scope],
    /// The value around which samples swing.
    pub(super) value: fn(&Load) -> f64,
}

impl Counter {
    /// What an entity of this kind has of it.
    pub(super) fn scope(&self, kind: Kind) -> Option<Scope> {
        self.scopes.iter().copied().find(|scope| scope.kind() == kind)
    }

    /// The description on the wire. The texts of real servers are not repeated; what programs go by is the same.
    pub(super) fn info(&self) -> PerfCounterInfo {
        let full = format!("{}.{}.{}", self.group, self.name, self.rollup.as_str());
        PerfCounterInfo {
            key: self.key,
            name_info: element(self.name, self.name, &full),
            group_info: element(self.group, group_label(self.group), group_label(self.group)),
            unit_info: element(self.unit, unit_label(self.unit), self.unit),
            rollup_type: self.rollup.clone(),
            stats_type: self.stats.clone(),
            level: Some(self.levels.0),
            per_device_level: Some(self.levels.1),
            ..Default::default()
        }
    }
}

pub(super) fn element(key: &str, label: &str, summary: &str) -> Poly<ElementDescription> {
    let mut element = ElementDescription::default();
    element.key = key.into();
    element.label = label.into();
    element.summary = summary.into();
    Poly::new(element)
}

fn group_label(group: &str) -> &str {
    match group {
        "cpu" => "CPU",
        "mem" => "Memory",
        "disk" => "Disk",
        "net" => "Network",
        "sys" => "System",
        "power" => "Power",
        "virtualDisk" => "Virtual disk",
        "datastore" => "Datastore",
        "clusterServices" => "Cluster services",
        other => other,
    }
}

fn unit_label(unit: &str) -> &str {
    match unit {
        "percent" => "%",
        "kiloBytes" => "KB",
        "megaHertz" => "MHz",
        "number" => "num",
        "millisecond" => "ms",
        "second" => "s",
        "kiloBytesPerSecond" => "KBps",
        "watt" => "W",
        "joule" => "J",
        other => other,
    }
}
