//! Files of VMs that nobody wrote: their content, worked out when somebody reads them.

use vim25::MoRef;
use vim25::types::{VirtualDisk, VirtualDiskFlatVer2BackingInfo};

use crate::behaviour::virtual_machine::{self, VirtualMachine};
use crate::storage::DatastorePath;
use crate::store::Snapshot;

use super::vmx;

/// What a file that a VM has and nobody wrote would hold; `None` for one whose content is not modelled.
pub(crate) fn content(
    snapshot: &Snapshot,
    datastore: &MoRef,
    at: &DatastorePath,
) -> Option<Vec<u8>> {
    let name = at.path.name();
    let is_config = name.ends_with(".vmx") || name.ends_with(".vmtx");
    if !is_config && !name.ends_with(".vmdk") {
        return None;
    }
    let mut vms = virtual_machine::with_files_on(snapshot, datastore);
    vms.find_map(|vm| {
        if is_config {
            let own = DatastorePath::parse(&vm.vmx).as_ref() == Some(at);
            return own.then(|| vmx::text(snapshot, vm)).flatten();
        }
        let mut disks = virtual_machine::disks(&vm.devices);
        let own = |disk: &&VirtualDisk| virtual_machine::file_of(disk).as_ref() == Some(at);
        Some(descriptor(vm, disks.find(own)?, name))
    })
    .map(String::into_bytes)
}

/// The text that says what a disk is and where its data are.
fn descriptor(vm: &VirtualMachine, disk: &VirtualDisk, name: &str) -> String {
    let stem = name.strip_suffix(".vmdk").unwrap_or(name);
    let backing = disk.backing.as_ref();
    let flat = backing.and_then(|it| it.downcast_ref::<VirtualDiskFlatVer2BackingInfo>());
    let thin = flat.is_some_and(|flat| flat.thin_provisioned == Some(true));
    let version = vm.version.rsplit_once('-').map_or("", |(_, number)| number);
    format!(
        "# Disk DescriptorFile\nversion=1\nencoding=\"UTF-8\"\nCID=fffffffe\nparentCID=ffffffff\n\
         createType=\"vmfs\"\n\n# Extent description\nRW {} VMFS \"{stem}-flat.vmdk\"\n\n\
         # The Disk Data Base\nddb.adapterType = \"lsilogic\"\nddb.thinProvisioned = \"{}\"\n\
         ddb.virtualHWVersion = \"{}\"\n",
        disk.capacity_in_kb * 2,
        i32::from(thin),
        version.trim_start_matches('0'),
    )
}
