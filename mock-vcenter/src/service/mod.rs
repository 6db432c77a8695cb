//! The objects every server has beside its inventory: `ServiceInstance`, settings and authorization.

mod authorization;
mod option_manager;
mod service_instance;

pub use authorization::AuthorizationManager;
pub use option_manager::{OptionManager, checked_update, invalid_name, select_options};
pub(crate) use option_manager::{query_settings, update_settings};
pub use service_instance::{ServiceInstance, service_instance_id};

use vim25::types::OptionValue;
use vim25::{MoRef, Poly, Value};

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

/// Adds the methods of these objects to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    service_instance::register(dispatch);
    option_manager::register(dispatch);
    authorization::register(dispatch);
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
    tx.insert(settings, OptionManager::new(default_settings(product)));
    tx.insert(authorization, AuthorizationManager::new(product.role()));
    tx.insert(TaskHazards::id(), TaskHazards::default());
}

fn default_settings(product: &Product) -> Vec<Poly<OptionValue>> {
    if product.role() == Role::Esxi {
        return Vec::new();
    }
    let setting = |key: &str, value: Value| {
        let mut option = OptionValue::default();
        option.key = key.into();
        option.value = Some(value);
        Poly::new(option)
    };
    vec![
        setting("VirtualCenter.InstanceName", "mock-vcenter".into()),
        setting("VirtualCenter.FQDN", "localhost".into()),
        setting("VirtualCenter.VimApiUrl", "https://localhost/sdk".into()),
        setting("config.vpxd.hostnameUrl", "localhost".into()),
        setting("event.maxAge", 30.into()),
        setting("event.maxAgeEnabled", true.into()),
        setting("task.maxAge", 30.into()),
        setting("task.maxAgeEnabled", true.into()),
        setting("vpxd.certmgmt.mode", "vmca".into()),
    ]
}
