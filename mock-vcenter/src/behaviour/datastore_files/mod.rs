//! The files on datastores as the inventory sees them: where a path leads, what is listed, what room they take,
//! and the managed objects `FileManager`, `VirtualDiskManager` and `HostDatastoreBrowser`.
//!
//! Files of VMs that nobody uploaded are listed. A `.vmx` and the descriptor of a disk say what the VM is when they are
//! read; the others (`.nvram`, data of disks) have no content.

mod browser;
mod disk;
mod file_manager;
mod generated;
mod kind;
mod list;
mod places;
mod virtual_disk_manager;
mod vmx;

pub(crate) use generated::content;
pub(crate) use list::{Listed, list, recount};
pub(crate) use places::{datacenter_at, datastore_in, datastore_names, inventory_path};

use vim25::MoRef;

use crate::dispatch::Dispatch;
use crate::product::Product;
use crate::store::{At, ManagedObject, Property, Transaction};

/// Adds the methods of these managed objects.
pub(crate) fn register(dispatch: &mut Dispatch) {
    file_manager::register(dispatch);
    virtual_disk_manager::register(dispatch);
    browser::register(dispatch);
}

/// A managed object that has methods and no properties.
#[derive(Clone)]
struct MethodsOnly(&'static str);

impl ManagedObject for MethodsOnly {
    fn kind(&self) -> &'static str {
        self.0
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

/// Puts the managers of files and disks into an empty store.
pub(crate) fn populate(tx: &mut Transaction<'_>, product: Product) {
    for (kind, vcenter, esxi) in [
        ("FileManager", "FileManager", "ha-nfc-file-manager"),
        ("VirtualDiskManager", "virtualDiskManager", "ha-vdiskmanager"),
    ] {
        tx.insert(MoRef::new(kind, product.id(vcenter, esxi)), MethodsOnly(kind));
    }
}
