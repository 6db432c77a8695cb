//! The objects every server has beside its inventory: `ServiceInstance`, settings, authorization, and managers of
//! what this mock has little or nothing of.

mod alarm_manager;
mod authorization;
mod customization_spec_manager;
mod described;
mod diagnostic_manager;
mod extension_manager;
mod option_manager;
mod scheduled_task_manager;
mod service_instance;
mod storage_resource_manager;
#[cfg(test)]
mod tests;
mod user_directory;
mod vpx_settings;

pub use authorization::AuthorizationManager;
pub use option_manager::{OptionManager, checked_update, invalid_name, select_options};
pub(crate) use option_manager::{query_settings, update_settings};
pub use service_instance::{ServiceInstance, service_instance_id};

use vim25::MoRef;

use crate::dispatch::Dispatch;
use crate::event::{EventManager, event_manager_id};
use crate::inventory::SearchIndex;
use crate::performance::PerformanceManager;
use crate::product::{Product, Role};
use crate::property::PropertyCollector;
use crate::session::{SessionManager, session_manager_id};
use crate::store::Transaction;
use crate::task::{TaskHazards, TaskManager};
use crate::view::ViewManager;

use alarm_manager::AlarmManager;
use customization_spec_manager::CustomizationSpecManager;
use diagnostic_manager::DiagnosticManager;
use extension_manager::ExtensionManager;
use scheduled_task_manager::ScheduledTaskManager;
use storage_resource_manager::StorageResourceManager;
use user_directory::UserDirectory;

/// Adds the methods of these objects to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    service_instance::register(dispatch);
    option_manager::register(dispatch);
    authorization::register(dispatch);
    alarm_manager::register(dispatch);
    customization_spec_manager::register(dispatch);
    diagnostic_manager::register(dispatch);
    extension_manager::register(dispatch);
    scheduled_task_manager::register(dispatch);
    user_directory::register(dispatch);
}

/// Puts the service objects into an empty store. What is not here is unset in the service content.
pub(crate) fn populate(tx: &mut Transaction<'_>, product: &Product) {
    let uuid = tx.new_uuid();
    tx.insert(service_instance_id(), ServiceInstance::new(*product, uuid));
    tx.insert(session_manager_id(product), SessionManager::default());
    tx.insert(event_manager_id(), EventManager::default());
    tx.insert(PerformanceManager::id(product), PerformanceManager::new(*product));
    let add = |kind: &str, vcenter, esxi| MoRef::new(kind, product.id(vcenter, esxi));
    let collector = add("PropertyCollector", "propertyCollector", "ha-property-collector");
    let views = add("ViewManager", "ViewManager", "ViewManager");
    let search = add("SearchIndex", "SearchIndex", "ha-searchindex");
    let tasks = add("TaskManager", "TaskManager", "ha-taskmgr");
    let settings = add("OptionManager", "VpxSettings", "HostAgentSettings");
    let authorization = add("AuthorizationManager", "AuthorizationManager", "ha-authmgr");
    tx.insert(collector, PropertyCollector::shared());
    tx.insert(views, ViewManager);
    tx.insert(search, SearchIndex);
    tx.insert(tasks, TaskManager);
    tx.insert(settings, OptionManager::new(vpx_settings::defaults(product)));
    tx.insert(authorization, AuthorizationManager::new(product.role()));
    tx.insert(TaskHazards::id(), TaskHazards::default());
    let users = add("UserDirectory", "UserDirectory", "ha-user-directory");
    let storage =
        add("StorageResourceManager", "StorageResourceManager", "ha-storage-resource-manager");
    let logs = add("DiagnosticManager", "DiagMgr", "ha-diagnosticmgr");
    let started = tx.timestamp();
    tx.insert(users, UserDirectory { role: product.role() });
    tx.insert(storage, StorageResourceManager);
    tx.insert(logs, DiagnosticManager { started: started.clone() });
    if product.role() == Role::Vcenter {
        let add = |kind: &str| MoRef::new(kind, kind);
        tx.insert(add("AlarmManager"), AlarmManager);
        tx.insert(add("CustomizationSpecManager"), CustomizationSpecManager);
        tx.insert(add("ExtensionManager"), ExtensionManager::new(*product, &started));
        tx.insert(add("ScheduledTaskManager"), ScheduledTaskManager);
    }
}
