//! What a browser tells of a disk: from the VM that has it, in the inventory or not any more, or from the file itself where no VM does.

use std::fs::File;
use std::io::Read as _;

use vim25::types::{
    VirtualController, VirtualDisk, VirtualDiskFlatVer2BackingInfo, VmDiskFileInfo,
    VmDiskFileQueryFilter, VmDiskFileQueryFlags,
};
use vim25::{MoRef, Str};

use crate::behaviour::virtual_machine::{self, VirtualMachine};
use crate::storage::{DatastorePath, Storage};
use crate::store::Snapshot;

/// A descriptor is a short text; what is longer holds data.
const MAX_DESCRIPTOR: u64 = 64 * 1024;

/// The facts of one disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Disk {
    kind: Str,
    kilobytes: i64,
    hardware: i32,
    controller: Str,
    thin: bool,
    extents: Vec<Str>,
}

impl Disk {
    /// The disk of this descriptor.
    pub(super) fn at(
        snapshot: &Snapshot,
        storage: &Storage,
        datastore: &MoRef,
        at: &DatastorePath,
    ) -> Self {
        let mut vms = virtual_machine::with_files_on(snapshot, datastore);
        vms.find_map(|vm| Self::of_vm(vm, at)).unwrap_or_else(|| Self::of_file(storage, at))
    }

    fn of_vm(vm: &VirtualMachine, at: &DatastorePath) -> Option<Self> {
        let mut disks = virtual_machine::disks(&vm.devices);
        let own = |disk: &&VirtualDisk| virtual_machine::file_of(disk).as_ref() == Some(at);
        let disk = disks.find(own)?;
        let backing = disk.backing.as_ref()?;
        let flat = backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>();
        let controller = vm.devices.iter().find(|device| Some(device.key) == disk.controller_key);
        let controller =
            controller.filter(|device| device.downcast_ref::<VirtualController>().is_some());
        Some(Self {
            kind: backing.type_name().into(),
            kilobytes: disk.capacity_in_kb,
            hardware: number_of(&vm.version).unwrap_or_default(),
            controller: controller.map(|device| device.type_name().into()).unwrap_or_default(),
            thin: flat.is_some_and(|flat| flat.thin_provisioned == Some(true)),
            extents: extent_of(at).into_iter().collect(),
        })
    }

    fn of_file(storage: &Storage, at: &DatastorePath) -> Self {
        let size = storage.look(at).ok().flatten().and_then(|found| found.size).unwrap_or(0);
        let mut begin = Vec::new();
        if let Ok(file) = storage.locate(at).and_then(|place| {
            File::open(place)
                .map_err(|cause| crate::storage::StorageError::System { path: at.clone(), cause })
        }) {
            // What cannot be read tells nothing; the size stands for it below.
            let _ = file.take(MAX_DESCRIPTOR).read_to_end(&mut begin);
        }
        if let Some(sectors) = sparse_sectors(&begin) {
            return Self::alone("VirtualDiskSparseVer2BackingInfo", sectors / 2, at);
        }
        match std::str::from_utf8(&begin) {
            Ok(text) if size <= MAX_DESCRIPTOR && text.contains("createType") => {
                described(text, at)
            }
            _ => {
                let kilobytes = i64::try_from(size / 1024).unwrap_or(i64::MAX);
                Self::alone("VirtualDiskFlatVer2BackingInfo", kilobytes, at)
            }
        }
    }

    /// A disk that is its own only extent.
    fn alone(kind: &str, kilobytes: i64, at: &DatastorePath) -> Self {
        Self {
            kind: kind.into(),
            kilobytes,
            hardware: 4,
            controller: "VirtualLsiLogicController".into(),
            thin: true,
            extents: vec![at.to_string().into()],
        }
    }

    /// Files that hold what is on it.
    pub(super) fn extents(&self) -> &[Str] {
        &self.extents
    }

    pub(super) fn passes(&self, filter: &VmDiskFileQueryFilter) -> bool {
        let among = |wanted: &[Str], kind: &Str| wanted.is_empty() || wanted.contains(kind);
        let hardware = &filter.match_hardware_version;
        among(&filter.disk_type, &self.kind)
            && among(&filter.controller_type, &self.controller)
            && (hardware.is_empty() || hardware.contains(&self.hardware))
            && filter.thin.is_none_or(|thin| thin == self.thin)
            && filter.encrypted != Some(true)
    }

    /// Tells as much as is asked for.
    pub(super) fn describe(&self, wanted: &VmDiskFileQueryFlags, info: &mut VmDiskFileInfo) {
        info.disk_type = wanted.disk_type.then(|| self.kind.clone());
        info.capacity_kb = wanted.capacity_kb.then_some(self.kilobytes);
        info.hardware_version = wanted.hardware_version.then_some(self.hardware);
        let asked = |flag: Option<bool>| flag == Some(true);
        let controller = asked(wanted.controller_type) && !self.controller.is_empty();
        info.controller_type = controller.then(|| self.controller.clone());
        info.thin = asked(wanted.thin).then_some(self.thin);
        if asked(wanted.disk_extents) {
            info.disk_extents.clone_from(&self.extents);
        }
    }
}

fn extent_of(at: &DatastorePath) -> Option<Str> {
    let stem = at.path.name().strip_suffix(".vmdk")?.to_owned();
    let path = at.path.parent().join(&format!("{stem}-flat.vmdk"));
    Some(DatastorePath { path, ..at.clone() }.to_string().into())
}

/// The number in `vmx-19`.
fn number_of(version: &str) -> Option<i32> {
    version.rsplit_once('-')?.1.parse().ok()
}

/// The capacity in the header of a disk that carries its own data, in sectors.
fn sparse_sectors(begin: &[u8]) -> Option<i64> {
    let sectors = begin.strip_prefix(b"KDMV")?.get(8..16)?;
    i64::try_from(u64::from_le_bytes(sectors.try_into().ok()?)).ok()
}

fn described(text: &str, at: &DatastorePath) -> Disk {
    let value = |wanted: &str| {
        text.lines().filter_map(|line| line.split_once('=')).find_map(|(name, value)| {
            (name.trim() == wanted).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    let mut sectors = 0_i64;
    let mut extents = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let is_extent = matches!(words.next(), Some("RW" | "RDONLY"));
        if let (true, Some(count)) = (is_extent, words.next()) {
            sectors = sectors.saturating_add(count.parse::<i64>().unwrap_or(0).max(0));
            if let Some(name) = line.split('"').nth(1) {
                let path = at.path.parent().join(name);
                extents.push(DatastorePath { path, ..at.clone() }.to_string().into());
            }
        }
    }
    let controller = match value("ddb.adapterType").as_deref() {
        Some("pvscsi") => "ParaVirtualSCSIController",
        Some("buslogic") => "VirtualBusLogicController",
        Some("ide") => "VirtualIDEController",
        _ => "VirtualLsiLogicController",
    };
    Disk {
        kind: "VirtualDiskFlatVer2BackingInfo".into(),
        kilobytes: sectors / 2,
        hardware: value("ddb.virtualHWVersion").and_then(|text| text.parse().ok()).unwrap_or(4),
        controller: controller.into(),
        thin: value("ddb.thinProvisioned").as_deref() == Some("1"),
        extents,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_that_nobody_uses_tells_of_its_disk() {
        let at = DatastorePath::parse("[ds1] a/x.vmdk").unwrap();
        let text = "# Disk DescriptorFile\ncreateType=\"vmfs\"\nRW 2048 VMFS \"x-flat.vmdk\"\n\
                    ddb.adapterType = \"buslogic\"\nddb.thinProvisioned = \"1\"\n\
                    ddb.virtualHWVersion = \"19\"\n";
        let disk = described(text, &at);
        assert_eq!((disk.kilobytes, disk.hardware, disk.thin), (1024, 19, true));
        assert_eq!(disk.controller, "VirtualBusLogicController");
        assert_eq!(disk.extents, ["[ds1] a/x-flat.vmdk"]);
    }

    #[test]
    fn a_disk_that_carries_its_data_tells_its_capacity_in_its_header() {
        let mut begin = b"KDMV\x03\0\0\0\0\0\0\0".to_vec();
        begin.extend(4096_u64.to_le_bytes());
        assert_eq!(sparse_sectors(&begin), Some(4096));
        assert_eq!(sparse_sectors(b"# Disk"), None);
    }
}
