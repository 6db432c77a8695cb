//! The managed objects `LicenseManager` and `LicenseAssignmentManager` and their methods.
//!
//! Which licence an object uses is the object's own fact; the managers only look and set.

use std::sync::Arc;

use vim25::methods::{
    AddLicense, DecodeLicense, QueryAssignedLicenses, RemoveAssignedLicense, RemoveLicense,
    UpdateAssignedLicense, UpdateLicense,
};
use vim25::types::{
    HostLicensableResourceInfo, LicenseAssignmentManagerLicenseAssignment, LicenseEntityNotFound,
    LicenseManagerEvaluationInfo, LicenseManagerLicenseInfo, NotEnoughLicenses,
};
use vim25::{MoRef, Str, Value};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::look::Look;
use crate::behaviour::server::Server;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::service::{ServiceInstance, service_instance_id};
use crate::store::{At, ManagedObject, Property, Snapshot, Transaction};

use super::edition::{EVALUATION, Edition, any};

/// Keeps the licence keys.
#[derive(Clone, Default)]
pub(super) struct LicenseManager {
    keys: Arc<Vec<Str>>,
    /// The server's own key; empty stands for the evaluation.
    server_key: Str,
    assignment_manager: Option<MoRef>,
}

/// Tells and sets who uses which key.
#[derive(Clone)]
pub(super) struct LicenseAssignmentManager;

fn manager_id(product: Product) -> MoRef {
    MoRef::new("LicenseManager", product.id("LicenseManager", "ha-license-manager"))
}

/// Puts the licence managers into an empty store.
pub(in crate::behaviour) fn populate(tx: &mut Transaction<'_>, product: Product) {
    let assignments = (product.role() == Role::Vcenter)
        .then(|| MoRef::new("LicenseAssignmentManager", "LicenseAssignmentManager"));
    let manager =
        LicenseManager { assignment_manager: assignments.clone(), ..LicenseManager::default() };
    tx.insert(manager_id(product), manager);
    if let Some(assignments) = assignments {
        tx.insert(assignments, LicenseAssignmentManager);
    }
}

/// The edition of a host's key.
pub fn edition<'a>(key: &str, _look: impl Look<'a>) -> Edition {
    Edition::of(key).unwrap_or(Edition::Evaluation)
}

/// What a host's licence is counted by.
#[must_use]
pub fn licensable(server: &Server) -> HostLicensableResourceInfo {
    let packages = i64::from(server.hardware.packages);
    let cores = i64::from(server.hardware.cores());
    let resource =
        vec![any("numCpuPackages", Value::Long(packages)), any("numCpuCores", Value::Long(cores))];
    HostLicensableResourceInfo { resource, ..Default::default() }
}

/// What the evaluation licence says of itself.
#[must_use]
pub fn evaluation() -> LicenseManagerEvaluationInfo {
    let properties = vec![
        any("production", Value::from(false)),
        any("expirationHours", Value::Long(1440)),
        any("expirationMinutes", Value::Long(86_400)),
    ];
    LicenseManagerEvaluationInfo { properties, ..Default::default() }
}

/// Packages of all hosts that use a key.
fn used<'a>(key: &str, hosts: &[MoRef], look: impl Look<'a>) -> i32 {
    let using = hosts.iter().filter_map(|host| look.object::<HostSystem>(host));
    using
        .filter(|host| host.server.license == key)
        .map(|host| i32::from(host.server.hardware.packages))
        .sum()
}

impl ManagedObject for LicenseManager {
    fn kind(&self) -> &'static str {
        "LicenseManager"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "licenses" => {
                let hosts = at.of_kind("HostSystem");
                let keys = std::iter::once(Str::default()).chain(self.keys.iter().cloned());
                let infos = keys
                    .filter_map(|key| Some(Edition::of(&key)?.info(&key, used(&key, hosts, at))));
                Property::of(Value::objects_of("LicenseManagerLicenseInfo", infos))
            }
            "licenseAssignmentManager" => Property::of(self.assignment_manager.clone()?),
            "evaluation" => Property::object(evaluation()),
            "licensedEdition" => Property::of("eval"),
            "sourceAvailable" => Property::of(true),
            "source" => {
                let mut source = vim25::types::LocalLicenseSource::default();
                source.license_keys = EVALUATION.into();
                Property::object(source)
            }
            _ => None,
        }
    }
}

impl ManagedObject for LicenseAssignmentManager {
    fn kind(&self) -> &'static str {
        "LicenseAssignmentManager"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<AddLicense>(|call, asked| add(call, &asked.license_key));
    dispatch.add::<UpdateLicense>(|call, asked| add(call, &asked.license_key));
    dispatch.add::<DecodeLicense>(|_, asked| {
        let edition = Edition::of(&asked.license_key);
        Ok(edition.unwrap_or(Edition::Evaluation).info(&asked.license_key, 0))
    });
    dispatch.add::<RemoveLicense>(remove);
    dispatch.add::<QueryAssignedLicenses>(query_assigned);
    dispatch.add::<UpdateAssignedLicense>(|call, asked| {
        call.commit(|tx| assign(tx, call.core().product, &asked.entity, &asked.license_key))
    });
    dispatch.add::<RemoveAssignedLicense>(|call, asked| {
        call.commit(|tx| {
            assign(tx, call.core().product, &asked.entity_id, &EVALUATION.into()).map(|_| ())
        })
    });
}

fn add(call: &Call, key: &Str) -> Result<LicenseManagerLicenseInfo, Fault> {
    call.commit(|tx| ensure_key(tx, call.core().product, key))
}

/// Takes a key into the inventory of licences.
///
/// # Errors
/// `InvalidArgument` for what is no key.
pub fn ensure_key(
    tx: &mut Transaction<'_>,
    product: Product,
    key: &Str,
) -> Result<LicenseManagerLicenseInfo, Fault> {
    let edition = Edition::of(key).ok_or_else(|| Fault::invalid_argument("licenseKey"))?;
    let manager = tx.edit::<LicenseManager>(&manager_id(product))?;
    if edition != Edition::Evaluation && !manager.keys.contains(key) {
        Arc::make_mut(&mut manager.keys).push(key.clone());
    }
    Ok(edition.info(key, 0))
}

fn remove(call: &Call, asked: RemoveLicense) -> Result<(), Fault> {
    call.commit(|tx| {
        let hosts = tx.view().of_kind("HostSystem").to_vec();
        if used(&asked.license_key, &hosts, tx.view()) > 0 {
            return Err(Fault::invalid_argument("licenseKey"));
        }
        let manager = tx.edit::<LicenseManager>(&manager_id(call.core().product))?;
        Arc::make_mut(&mut manager.keys).retain(|key| *key != asked.license_key);
        Ok(())
    })
}

fn query_assigned(
    call: &Call,
    asked: QueryAssignedLicenses,
) -> Result<Vec<LicenseAssignmentManagerLicenseAssignment>, Fault> {
    let snapshot = call.snapshot();
    let wanted = asked.entity_id.as_deref();
    let mut found: Vec<_> = snapshot
        .of_kind("HostSystem")
        .iter()
        .filter(|id| wanted.is_none_or(|wanted| id.value == wanted))
        .filter_map(|id| Some((id, snapshot.get::<HostSystem>(id)?)))
        .map(|(id, host)| assignment(&id.value, &host.entity.name, &host.server.license, &snapshot))
        .collect();
    let server = server_uuid(&snapshot);
    if wanted.is_none_or(|wanted| wanted == server)
        && let Some(manager) = snapshot.get::<LicenseManager>(&manager_id(call.core().product))
    {
        found.push(assignment(&server, "vCenter Server", &manager.server_key, &snapshot));
    }
    if found.is_empty() { Err(no_such_entity(wanted.unwrap_or_default())) } else { Ok(found) }
}

fn assignment(
    id: &str,
    name: &str,
    key: &str,
    snapshot: &Snapshot,
) -> LicenseAssignmentManagerLicenseAssignment {
    let hosts = snapshot.of_kind("HostSystem");
    LicenseAssignmentManagerLicenseAssignment {
        entity_id: id.into(),
        scope: Some(server_uuid(snapshot)),
        entity_display_name: Some(name.into()),
        assigned_license: edition(key, snapshot).info(key, used(key, hosts, snapshot)),
        ..Default::default()
    }
}

fn server_uuid(snapshot: &Snapshot) -> Str {
    let reading = crate::store::Reading::of(snapshot);
    let id = service_instance_id();
    let content = snapshot
        .get::<ServiceInstance>(&id)
        .and_then(|_| reading.property(&id, "content"))
        .and_then(|content| {
            content.into_value().into_object::<vim25::types::ServiceContent>().ok()
        });
    content.and_then(|content| content.about.instance_uuid).unwrap_or_default()
}

fn no_such_entity(id: &str) -> Fault {
    let detail = LicenseEntityNotFound { entity_id: id.into(), ..Default::default() };
    Fault::new(detail, format!("No entity with the id '{id}' has a licence."))
}

/// Gives a host (or the server itself) a licence.
///
/// # Errors
/// `InvalidArgument`, `LicenseEntityNotFound`, `NotEnoughLicenses`.
pub fn assign(
    tx: &mut Transaction<'_>,
    product: Product,
    entity: &str,
    key: &Str,
) -> Result<LicenseManagerLicenseInfo, Fault> {
    let info = ensure_key(tx, product, key)?;
    let stored: Str = if key == EVALUATION { Str::default() } else { key.clone() };
    let host = MoRef::new("HostSystem", entity);
    if tx.get::<HostSystem>(&host).is_ok() {
        check_room(tx, &host, &stored)?;
        tx.edit::<HostSystem>(&host)?.server.license = stored;
        return Ok(info);
    }
    if server_uuid(tx.view()) != entity {
        return Err(no_such_entity(entity));
    }
    tx.edit::<LicenseManager>(&manager_id(product))?.server_key = stored;
    Ok(info)
}

fn check_room(tx: &mut Transaction<'_>, host: &MoRef, key: &str) -> Result<(), Fault> {
    let total = Edition::of(key).map_or(0, Edition::total);
    let needed = i32::from(tx.get::<HostSystem>(host)?.server.hardware.packages);
    let others: Vec<MoRef> =
        tx.view().of_kind("HostSystem").iter().filter(|other| *other != host).cloned().collect();
    if total > 0 && used(key, &others, tx.view()) + needed > total {
        let detail = NotEnoughLicenses::default();
        return Err(Fault::new(detail, "There are not enough licenses for the host's processors."));
    }
    Ok(())
}
