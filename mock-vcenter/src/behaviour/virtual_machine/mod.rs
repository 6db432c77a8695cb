//! Virtual machines: properties, devices, power, snapshots, changes.

mod added_devices;
mod change_devices;
mod config;
mod copied_devices;
mod create;
mod devices;
mod edited_devices;
mod guest_info;
mod hardware_version;
mod make;
mod media;
mod methods;
mod migrate;
mod new_devices;
mod numbering;
mod object;
mod power;
mod power_on_multi;
mod quick_stats;
mod reach;
mod reconfigure;
mod register;
mod relocate;
mod settings;
mod site;
mod snapshot;
mod snapshot_methods;
mod summary;
mod unregistered;
mod v_app;

pub(crate) use config::{config_of, files_of};
pub use create::{Created, create_vm};
pub use devices::{Device, adapters, committed, datastores, disk_datastore, disks, file_of};
pub use guest_info::own_address;
pub use hardware_version::version_key;
pub(in crate::behaviour) use methods::{check_removable, destroy, register};
pub use migrate::migrate;
pub use new_devices::NewDevice;
pub use object::{
    FaultToleranceFacts, IN_POOL, Pairing, RUNS_ON, USES_DATASTORE, USES_NETWORK, VirtualMachine,
};
pub use power::{invalid_power_state, power_off, power_on};
pub use reconfigure::share_out;
pub use register::{Place, announce, blueprint_of, bytes_on, register_vm, unregister_vm};
pub use settings::{is_allocation, shared_out};
pub use site::{Site, Wanted, check_space, find_site, no_space};
pub use snapshot::SnapshotFacts;
pub(in crate::behaviour) use unregistered::unregister;
pub use unregistered::{forget_files, with_files_on};
