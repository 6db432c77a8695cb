//! Adding hosts and looking at them before: the methods.

use std::time::Duration;

use vim25::enums::HostLockdownMode;
use vim25::enums::HostSystemConnectionState;
use vim25::methods::{
    AddHostTask, AddStandaloneHostTask, QueryConnectionInfo, QueryConnectionInfoViaSpec,
};
use vim25::types::{HostConnectInfo, HostConnectSpec};
use vim25::{MoRef, Str};

use crate::behaviour::cluster_compute_resource::{ClusterComputeResource, add_compute_resource};
use crate::behaviour::cluster_evc_manager;
use crate::behaviour::high_availability;
use crate::behaviour::host_system::{self, HostSystem, Joining};
use crate::behaviour::license::{self, Edition};
use crate::behaviour::server::{HostCertificate, Lab};
use crate::behaviour::settings::Behaviour;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{Datacenter, Folder, add_folder, child_named, datacenter_of};
use crate::product::Product;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::contact::{Contact, check_free, find, in_inventory};
use super::preview::{candidate, describe, has_running_vms};

/// Where VMs of a host go when nobody says.
const DISCOVERED: &str = "Discovered virtual machine";

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<AddHostTask>(add_host);
    dispatch.add::<AddStandaloneHostTask>(add_standalone_host);
    dispatch.add::<QueryConnectionInfo>(|call, asked| {
        let spec = HostConnectSpec {
            host_name: Some(asked.hostname),
            port: Some(asked.port),
            user_name: Some(asked.username),
            password: Some(asked.password),
            ssl_thumbprint: asked.ssl_thumbprint,
            ssl_certificate: asked.ssl_certificate,
            ..Default::default()
        };
        connection_info(call, &spec)
    });
    dispatch.add::<QueryConnectionInfoViaSpec>(|call, asked| connection_info(call, &asked.spec));
}

/// The machine behind a contact as the host it would be.
///
/// # Errors
/// `NoHost`, `SSLVerifyFault`, `InvalidLogin`, `NoPermissionOnHost`.
pub fn reach(tx: &mut Transaction<'_>, contact: &Contact) -> Result<HostSystem, Fault> {
    let server = find(tx, contact)?;
    let product = server.product;
    Ok(candidate(server, product, tx.timestamp()))
}

/// Looks without changing anything, so it is no commit.
fn connection_info(call: &Call, spec: &HostConnectSpec) -> Result<HostConnectInfo, Fault> {
    let product = call.core().product;
    let contact = Contact::from_spec(spec, product)?;
    let host = call.commit(|tx| reach(tx, &contact))?;
    let snapshot = call.snapshot();
    let mut host = HostSystem { product, ..host };
    let known = in_inventory(&snapshot, &host.server.name);
    if let Some(known) = known.and_then(|known| snapshot.get::<HostSystem>(&known)) {
        host.entity.parent.clone_from(&known.entity.parent);
        return Ok(describe(&host, &snapshot, Some(Str::from(host_system::VCENTER_ADDRESS))));
    }
    let other = host.server.managed_by.clone();
    Ok(describe(&host, &snapshot, other))
}

/// A host on its way into the inventory.
#[derive(Clone)]
struct Addition {
    contact: Contact,
    product: Product,
    /// Cluster, or folder for a host that stands alone.
    parent: MoRef,
    pool: Option<MoRef>,
    license: Option<Str>,
    connected: bool,
}

fn add_host(call: &Call, asked: AddHostTask) -> Result<MoRef, Fault> {
    let addition = Addition {
        contact: Contact::from_spec(&asked.spec, call.core().product)?,
        product: call.core().product,
        parent: call.this().clone(),
        pool: asked.resource_pool,
        license: asked.license.filter(|key| !key.is_empty()),
        connected: asked.as_connected,
    };
    let locked = addition.contact.lockdown != HostLockdownMode::LockdownDisabled;
    let description = if locked {
        "ClusterComputeResource.addHostWithAdminDisabled"
    } else {
        "ClusterComputeResource.addHost"
    };
    start(call, description, addition)
}

fn add_standalone_host(call: &Call, asked: AddStandaloneHostTask) -> Result<MoRef, Fault> {
    let snapshot = call.snapshot();
    let folder = snapshot.get::<Folder>(call.this());
    let holds_hosts =
        folder.is_some_and(|folder| folder.child_type.iter().any(|kind| kind == "ComputeResource"));
    if !holds_hosts {
        return Err(Fault::not_supported("The folder cannot hold hosts."));
    }
    let addition = Addition {
        contact: Contact::from_spec(&asked.spec, call.core().product)?,
        product: call.core().product,
        parent: call.this().clone(),
        pool: None,
        license: asked.license.filter(|key| !key.is_empty()),
        connected: asked.add_connected,
    };
    start(call, "Folder.addStandaloneHost", addition)
}

fn start(call: &Call, description: &str, addition: Addition) -> Result<MoRef, Fault> {
    let seconds = Behaviour::seen(&call.snapshot()).add_host_seconds;
    let parts = |share: u64| Duration::from_millis(seconds * 10 * share);
    let (early, late) = (addition.clone(), addition.clone());
    let added = std::sync::Arc::new(std::sync::Mutex::new(None));
    let handed_over = added.clone();
    // The host shows up before the task ends, and progress comes in jumps, as on real servers.
    let task = TaskSpec::new(description)
        .on(&addition.parent)
        .step(parts(5), 3, move |tx| check(tx, &early))
        .wait(parts(25), 12)
        .wait(parts(30), 57)
        .step(parts(25), 80, move |tx| {
            let id = take_in(tx, &late)?;
            *handed_over.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(id);
            Ok(())
        })
        .wait(parts(15), 95)
        .finish(move |tx| {
            let id = added.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            let id = id.ok_or_else(|| Fault::system_error("the host was not added"))?;
            finish(tx, &addition, id).map(|id| Some(id.into()))
        });
    call.start(task)
}

fn check(tx: &mut Transaction<'_>, addition: &Addition) -> Result<(), Fault> {
    let server = find(tx, &addition.contact)?;
    check_free(tx, &addition.contact, &server, &addition.parent)?;
    if let Some(key) = &addition.license {
        Edition::of(key).ok_or_else(|| Fault::invalid_argument("license"))?;
    }
    if tx.get::<ClusterComputeResource>(&addition.parent).is_ok() {
        let running = has_running_vms(&server);
        let host = candidate(server, addition.product, tx.timestamp());
        cluster_evc_manager::admit(tx.view(), &addition.parent, &host, running)?;
    }
    Ok(())
}

fn take_in(tx: &mut Transaction<'_>, addition: &Addition) -> Result<MoRef, Fault> {
    // Somebody else may have been quicker while the task was under way.
    check(tx, addition)?;
    let mut lab = Lab::of(tx);
    let name = find(tx, &addition.contact)?.name;
    let mut server =
        lab.take_server(&name).ok_or_else(|| super::contact::no_host(&addition.contact.name))?;
    lab.apply(tx);
    if Behaviour::of(tx).replace_host_certificates {
        server.certificate = HostCertificate::of(&server.name, 1);
    }
    let vm_folder = match &addition.contact.vm_folder {
        Some(folder) => folder.clone(),
        None => discovered_folder(tx, &addition.parent)?,
    };
    let parent = if addition.parent.kind == "Folder" {
        add_compute_resource(tx, &addition.parent, &addition.contact.name)
    } else {
        addition.parent.clone()
    };
    let joining = Joining {
        product: addition.product,
        parent: &parent,
        vm_folder: &vm_folder,
        pool: addition.pool.as_ref(),
        name: &addition.contact.name,
    };
    host_system::join(tx, server, &joining)
}

fn finish(tx: &mut Transaction<'_>, addition: &Addition, id: MoRef) -> Result<MoRef, Fault> {
    if let Some(key) = &addition.license {
        license::assign(tx, addition.product, &id.value, key)?;
    }
    if addition.connected {
        host_system::announce(tx, &id);
        tx.edit::<HostSystem>(&id)?.server.lockdown = addition.contact.lockdown.clone();
        high_availability::configure_host(tx, &id)?;
    } else {
        tx.edit::<HostSystem>(&id)?.connection = HostSystemConnectionState::Disconnected;
    }
    if addition.parent.kind == "Folder" {
        let parent = tx.get::<HostSystem>(&id)?.entity.parent.clone();
        return parent.ok_or_else(|| Fault::object_not_found(&id));
    }
    Ok(id)
}

fn discovered_folder(tx: &mut Transaction<'_>, near: &MoRef) -> Result<MoRef, Fault> {
    let datacenter = datacenter_of(tx.view(), near).ok_or_else(|| Fault::object_not_found(near))?;
    let vm_folder = tx.get::<Datacenter>(&datacenter)?.folders.vm.clone();
    match child_named(tx.view(), &vm_folder, DISCOVERED) {
        Some(known) => Ok(known),
        None => add_folder(tx, &vm_folder, DISCOVERED),
    }
}
