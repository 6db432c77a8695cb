//! Virtual machines: properties, devices, power, snapshots, changes.

mod added_devices;
mod change_devices;
mod config;
mod create;
mod devices;
mod edited_devices;
mod media;
mod methods;
mod migrate;
mod new_devices;
mod numbering;
mod object;
mod power;
mod power_on_multi;
mod reconfigure;
mod register;
mod settings;
mod summary;

pub(crate) use config::files_of;
pub use create::{Created, Site, create_vm, new_directory};
pub use devices::{Device, committed, datastores, disk_datastore, disks};
pub(in crate::behaviour) use methods::register;
pub use new_devices::NewDevice;
pub use object::{
    FaultToleranceFacts, IN_POOL, Pairing, RUNS_ON, SnapshotFacts, USES_DATASTORE, USES_NETWORK,
    VirtualMachine,
};
pub use power::{power_off, power_on};
pub use register::{Place, announce, blueprint_of, bytes_on, register_vm, unregister_vm};
pub use summary::own_address;
