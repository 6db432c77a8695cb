//! `ServiceInstance`: the first object a client talks to.
//!
//! Its content lists a manager only when the store holds it, so that no reference dangles: adding a manager to
//! the store under the id in [`MANAGERS`] publishes it.

use vim25::methods::{CurrentTime, RetrieveServiceContent};
use vim25::types::{Capability, ServiceContent};
use vim25::{DateTime, MoRef, Str};

use crate::behaviour::cluster_evc_manager::EvcMode;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::root_folder_id;
use crate::product::Product;
use crate::store::{At, ManagedObject, Property, Reading};

type Place = fn(&mut ServiceContent) -> &mut Option<MoRef>;

/// Managed type, id on vCenter, id on ESXi and place in the content of every optional manager.
const MANAGERS: &[(&str, &str, &str, Place)] = &[
    ("ViewManager", "ViewManager", "ViewManager", |c| &mut c.view_manager),
    ("OptionManager", "VpxSettings", "HostAgentSettings", |c| &mut c.setting),
    ("UserDirectory", "UserDirectory", "ha-user-directory", |c| &mut c.user_directory),
    ("SessionManager", "SessionManager", "ha-sessionmgr", |c| &mut c.session_manager),
    ("AuthorizationManager", "AuthorizationManager", "ha-authmgr", |c| {
        &mut c.authorization_manager
    }),
    ("ServiceManager", "ServiceMgr", "ha-servicemanager", |c| &mut c.service_manager),
    ("PerformanceManager", "PerfMgr", "ha-perfmgr", |c| &mut c.perf_manager),
    ("ScheduledTaskManager", "ScheduledTaskManager", "", |c| &mut c.scheduled_task_manager),
    ("AlarmManager", "AlarmManager", "", |c| &mut c.alarm_manager),
    ("EventManager", "EventManager", "EventManager", |c| &mut c.event_manager),
    ("TaskManager", "TaskManager", "ha-taskmgr", |c| &mut c.task_manager),
    ("ExtensionManager", "ExtensionManager", "", |c| &mut c.extension_manager),
    ("CustomizationSpecManager", "CustomizationSpecManager", "", |c| {
        &mut c.customization_spec_manager
    }),
    ("CustomFieldsManager", "CustomFieldsManager", "", |c| &mut c.custom_fields_manager),
    ("HostLocalAccountManager", "", "ha-localacctmgr", |c| &mut c.account_manager),
    ("DiagnosticManager", "DiagMgr", "ha-diagnosticmgr", |c| &mut c.diagnostic_manager),
    ("LicenseManager", "LicenseManager", "ha-license-manager", |c| &mut c.license_manager),
    ("SearchIndex", "SearchIndex", "ha-searchindex", |c| &mut c.search_index),
    ("FileManager", "FileManager", "ha-nfc-file-manager", |c| &mut c.file_manager),
    ("VirtualDiskManager", "virtualDiskManager", "ha-vdiskmanager", |c| {
        &mut c.virtual_disk_manager
    }),
    ("OvfManager", "OvfManager", "ha-ovf-manager", |c| &mut c.ovf_manager),
    ("IpPoolManager", "IpPoolManager", "", |c| &mut c.ip_pool_manager),
    ("DistributedVirtualSwitchManager", "DVSManager", "", |c| &mut c.dv_switch_manager),
    ("HostProfileManager", "HostProfileManager", "", |c| &mut c.host_profile_manager),
    ("LocalizationManager", "LocalizationManager", "ha-l10n-manager", |c| {
        &mut c.localization_manager
    }),
    ("StorageResourceManager", "StorageResourceManager", "ha-storage-resource-manager", |c| {
        &mut c.storage_resource_manager
    }),
    ("GuestOperationsManager", "guestOperationsManager", "ha-guest-operations-manager", |c| {
        &mut c.guest_operations_manager
    }),
    ("CertificateManager", "certificateManager", "", |c| &mut c.certificate_manager),
];

/// The reference of the service instance, the same on every server.
#[must_use]
pub fn service_instance_id() -> MoRef {
    MoRef::new("ServiceInstance", "ServiceInstance")
}

/// The service instance.
#[derive(Clone)]
pub struct ServiceInstance {
    product: Product,
    uuid: Str,
    /// What the server can do in general.
    pub capability: Capability,
}

impl ServiceInstance {
    pub(super) fn new(product: Product, uuid: Str) -> Self {
        let mut capability = Capability::default();
        capability.multi_host_supported = product.role() == crate::product::Role::Vcenter;
        capability.provisioning_supported = capability.multi_host_supported;
        if capability.multi_host_supported {
            capability.supported_evc_mode = EvcMode::all(product).map(EvcMode::as_wire).collect();
        }
        capability.user_shell_access_supported = !capability.multi_host_supported;
        Self { product, uuid, capability }
    }

    fn content(&self, at: &At<'_>) -> ServiceContent {
        let product = self.product;
        let mut content = ServiceContent {
            root_folder: root_folder_id(&product),
            property_collector: MoRef::new(
                "PropertyCollector",
                product.id("propertyCollector", "ha-property-collector"),
            ),
            about: product.about(&self.uuid),
            ..Default::default()
        };
        for (kind, vcenter, esxi, place) in MANAGERS {
            let id = MoRef::new(*kind, product.id(vcenter, esxi));
            if !id.is_empty() && at.contains(&id) {
                *place(&mut content) = Some(id);
            }
        }
        content
    }
}

impl ManagedObject for ServiceInstance {
    fn kind(&self) -> &'static str {
        "ServiceInstance"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "content" => Property::object(self.content(at)),
            "capability" => Property::borrowed(&self.capability),
            // Real servers answer the time of asking; a commit-driven value would wake nobody anyway.
            "serverClock" => Property::of(DateTime::from_system_time(at.now())),
            _ => None,
        }
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<RetrieveServiceContent>(content);
    dispatch.add::<CurrentTime>(|call, _| Ok(call.timestamp()));
}

fn content(call: &Call, _: RetrieveServiceContent) -> Result<ServiceContent, Fault> {
    let snapshot = call.snapshot();
    let value = Reading::of(&snapshot).property(call.this(), "content").map(Property::into_value);
    value
        .and_then(|value| value.into_object().ok())
        .ok_or_else(|| Fault::object_not_found(call.this()))
}
