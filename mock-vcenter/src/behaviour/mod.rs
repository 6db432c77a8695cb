//! What vSphere does beyond the core: clusters, hosts, fault tolerance, licences.
//!
//! Each kind of behaviour is a module with its managed objects (see [`crate::store::ManagedObject`]) and its
//! method handlers (see [`crate::dispatch`]), joined here. [`settings::Behaviour`] says how the mock behaves
//! where real installations differ; [`server`] holds the machines, known to the inventory or not.

pub mod cluster_compute_resource;
pub mod cluster_evc_manager;
pub(crate) mod control;
pub(crate) mod custom_fields_manager;
pub mod datastore;
pub(crate) mod datastore_files;
mod destroy_folder;
mod entities;
pub mod environment_browser;
pub mod events;
mod extensible;
pub mod fault_tolerance;
pub(crate) mod guest_operations;
pub mod high_availability;
pub mod host_connect;
mod host_network;
pub mod host_settings;
pub mod host_system;
pub mod import;
pub mod license;
pub mod look;
mod move_into_folder;
pub mod network;
mod ovf;
pub mod resource_pool;
pub mod server;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod virtual_machine;

pub use host_network::{deselect as deselect_vnic, select as select_vnic};

use crate::dispatch::Dispatch;
use crate::product::Product;
use crate::store::Transaction;

/// Adds the methods of all behaviour to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    cluster_compute_resource::register(dispatch);
    cluster_evc_manager::register(dispatch);
    custom_fields_manager::register(dispatch);
    datastore_files::register(dispatch);
    destroy_folder::register(dispatch);
    environment_browser::register(dispatch);
    fault_tolerance::register(dispatch);
    guest_operations::register(dispatch);
    high_availability::register(dispatch);
    host_connect::register(dispatch);
    host_network::register(dispatch);
    host_settings::register(dispatch);
    host_system::register(dispatch);
    import::register(dispatch);
    license::register(dispatch);
    move_into_folder::register(dispatch);
    ovf::register(dispatch);
    resource_pool::register(dispatch);
    virtual_machine::register(dispatch);
}

/// Puts the singletons of all behaviour (licence manager and the like) into an empty store.
pub(crate) fn populate(tx: &mut Transaction<'_>, product: &Product) {
    license::populate(tx, *product);
    cluster_evc_manager::populate(tx, *product);
    custom_fields_manager::populate(tx, product);
    datastore_files::populate(tx, *product);
    guest_operations::populate(tx, *product);
    ovf::populate(tx, *product);
    server::Lab::default().apply(tx);
}
