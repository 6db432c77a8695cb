//! One thin type per managed object, with the calls that capabilities need.
//!
//! `retrieve_…` and `query_…` look and take a [`Reader`](crate::Reader); `issue_…` starts a vim task and
//! gives its reference, everything else changes something at once; both take a [`Writer`](crate::Writer).
//! Each is one round trip. All fail with [`CallError`](crate::CallError).

mod authorization_manager;
mod cluster_compute_resource;
mod cluster_evc_manager;
mod datacenter;
mod environment_browser;
mod event_manager;
mod file_manager;
mod folder;
mod guest_operations;
mod host_access_manager;
mod host_datastore_browser;
mod host_date_time_system;
mod host_firewall_system;
mod host_service_system;
mod host_system;
mod host_virtual_nic_manager;
mod http_nfc_lease;
mod license_assignment_manager;
mod license_manager;
mod managed_object;
mod option_manager;
mod ovf_manager;
mod resource_pool;
mod search_index;
mod session_manager;
mod task_manager;
mod vim_task;
mod virtual_machine;

pub use authorization_manager::AuthorizationManager;
pub use cluster_compute_resource::{ClusterComputeResource, HostAddition};
pub use cluster_evc_manager::ClusterEvcManager;
pub use datacenter::Datacenter;
pub use environment_browser::EnvironmentBrowser;
pub use event_manager::EventManager;
pub use file_manager::FileManager;
pub use folder::Folder;
pub use guest_operations::{GuestFileError, GuestLogin, GuestOperations};
pub use host_access_manager::HostAccessManager;
pub use host_datastore_browser::HostDatastoreBrowser;
pub use host_date_time_system::HostDateTimeSystem;
pub use host_firewall_system::HostFirewallSystem;
pub use host_service_system::HostServiceSystem;
pub use host_system::HostSystem;
pub use host_virtual_nic_manager::HostVirtualNicManager;
pub use http_nfc_lease::HttpNfcLease;
pub use license_assignment_manager::LicenseAssignmentManager;
pub use license_manager::LicenseManager;
pub use option_manager::OptionManager;
pub use ovf_manager::OvfManager;
pub use resource_pool::ResourcePool;
pub use search_index::SearchIndex;
pub use session_manager::SessionManager;
pub use task_manager::{TaskHistoryCollector, TaskManager};
pub use vim_task::VimTask;
pub use virtual_machine::VirtualMachine;
