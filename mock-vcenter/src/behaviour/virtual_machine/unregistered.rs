//! VMs that were taken out of the inventory and whose files are still there: [`Unregistered`], and `RegisterVM_Task`.

use std::sync::Arc;
use std::time::Duration;

use vim25::methods::{RegisterVMTask, UnregisterVM};
use vim25::types::{AlreadyExists, NotFound, VmRegisteredEvent};
use vim25::{MoRef, Str};

use crate::behaviour::events::about;
use crate::behaviour::look::Look;
use crate::behaviour::server::Quirk;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::guest;
use crate::inventory::{Entity, check_new_name};
use crate::storage::DatastorePath;
use crate::store::{At, Links, ManagedObject, Property, Transaction};
use crate::task::TaskSpec;

use super::devices;
use super::methods::check_removable;
use super::object::{USES_DATASTORE, VirtualMachine};
use super::reach::Reach;
use super::register::unregister_vm;
use super::site::{Site, Wanted, find_site, pool_of_host};
use super::snapshot::Snapshot;

/// The link to the datastores of its files.
const LEFT_ON: &str = "left on";

const KIND: &str = "(unregistered VM)";

/// A VM that nobody sees, as its files say.
#[derive(Clone)]
pub(super) struct Unregistered {
    vm: Arc<VirtualMachine>,
}

impl Unregistered {
    /// Datastores of several datacenters may share a name.
    fn id_of(datastore: &MoRef, vmx: &DatastorePath) -> MoRef {
        MoRef::new(KIND, format!("{}/{}", datastore.value, vmx.path))
    }
}

impl ManagedObject for Unregistered {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }

    fn links(&self, links: &mut Links) {
        links.add_all(LEFT_ON, &devices::datastores(&self.vm));
    }
}

/// The VMs that have files on a datastore, in the inventory or not.
pub fn with_files_on<'a>(
    look: impl Look<'a>,
    datastore: &MoRef,
) -> impl Iterator<Item = &'a VirtualMachine> {
    let known = look.referring(datastore, USES_DATASTORE).iter();
    let left = look.referring(datastore, LEFT_ON).iter();
    let known = known.filter_map(move |id| look.object::<VirtualMachine>(id));
    known.chain(left.filter_map(move |id| Some(&*look.object::<Unregistered>(id)?.vm)))
}

/// Forgets the unregistered VMs whose configuration file on a datastore is `path` or below it; true when there was one.
pub fn forget_files(tx: &mut Transaction<'_>, datastore: &MoRef, path: &DatastorePath) -> bool {
    let snapshot = tx.view();
    let below = |id: &&MoRef| {
        let vmx = snapshot.get::<Unregistered>(id).and_then(|it| DatastorePath::parse(&it.vm.vmx));
        vmx.is_some_and(|vmx| vmx.path.parts().starts_with(path.path.parts()))
    };
    let left = snapshot.referrers(datastore, LEFT_ON).iter();
    let home =
        |id: &&MoRef| snapshot.get::<Unregistered>(id).is_some_and(|it| it.vm.home == *datastore);
    let gone: Vec<MoRef> = left.filter(home).filter(below).cloned().collect();
    gone.iter().for_each(|id| tx.remove(id));
    !gone.is_empty()
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<UnregisterVM>(|call, _| {
        call.commit(|tx| {
            check_removable(tx, call.this())?;
            unregister(tx, call.this())
        })
    });
    dispatch.add::<RegisterVMTask>(start);
}

/// Takes a VM out of the inventory and leaves its files.
pub(in crate::behaviour) fn unregister(tx: &mut Transaction<'_>, id: &MoRef) -> Result<(), Fault> {
    let vm = tx.get::<VirtualMachine>(id)?.clone();
    unregister_vm(tx, id)?;
    if let Some(vmx) = DatastorePath::parse(&vm.vmx) {
        tx.insert(Unregistered::id_of(&vm.home, &vmx), Unregistered { vm: Arc::new(vm) });
    }
    Ok(())
}

fn start(call: &Call, asked: RegisterVMTask) -> Result<MoRef, Fault> {
    let path = DatastorePath::parse(&asked.path);
    let path = path.ok_or_else(|| Fault::invalid_argument("path"))?;
    let snapshot = call.snapshot();
    let on_host = asked.host.as_ref().and_then(|host| pool_of_host(&snapshot, host));
    let pool = asked.pool.as_ref().or(on_host.as_ref());
    let pool = pool.ok_or_else(|| Fault::invalid_argument("pool"))?;
    let folder = call.this().clone();
    let host = asked.host.as_ref();
    let site = find_site(call, &snapshot, Wanted { folder, pool, host, name: "", path: &path })?;
    let task = TaskSpec::new("Folder.registerVm").on(&site.folder).takes(Duration::from_secs(2));
    call.start(task.finish(move |tx| {
        let vm = put_back(tx, &path, asked.name.as_ref(), asked.as_template, site)?;
        Ok(Some(vm.into()))
    }))
}

/// Takes a VM into the inventory again.
fn put_back(
    tx: &mut Transaction<'_>,
    path: &DatastorePath,
    name: Option<&Str>,
    as_template: bool,
    site: Site,
) -> Result<MoRef, Fault> {
    site.check(tx)?;
    let left = Unregistered::id_of(&site.datastore, path);
    let Ok(found) = tx.get::<Unregistered>(&left) else { return Err(missing(tx, path, &site)) };
    let vm = (*found.vm).clone();
    let name = name.filter(|name| !name.is_empty()).unwrap_or(&vm.entity.name).clone();
    check_new_name(tx, &site.folder, &name)?;
    tx.remove(&left);
    let reach = Reach::of_site(tx, &site, &vm.entity.name);
    let devices = vm.devices.iter().map(|device| reach.found_again(device)).collect();
    let mut vm = VirtualMachine {
        entity: Entity { name: Entity::new(&name, None).name, ..vm.entity.clone() },
        devices,
        host: Some(site.host),
        pool: (!as_template).then_some(site.pool),
        ..vm
    };
    vm.entity.parent = Some(site.folder);
    vm.set_quirk(Quirk::Template, as_template);
    // Values of attributes are the server's, not in the files.
    vm.entity.custom_value.clear();
    let snapshots: Vec<MoRef> = vm.snapshots.iter().map(|facts| facts.id.clone()).collect();
    let id = tx.create("vm", vm);
    for snapshot in snapshots {
        tx.insert(snapshot, Snapshot { vm: id.clone() });
    }
    guest::ensure(tx, &id)?;
    about(tx, &id, VmRegisteredEvent::default(), "Registered");
    Ok(id)
}

/// Why there is nothing to register: the VM is in the inventory, or its file is not there.
fn missing(tx: &mut Transaction<'_>, path: &DatastorePath, site: &Site) -> Fault {
    let text = path.to_string();
    let mut known = with_files_on(tx.view(), &site.datastore);
    if known.any(|vm| vm.vmx == text) {
        let detail = AlreadyExists { name: Some(text.as_str().into()), ..Default::default() };
        return Fault::new(detail, format!("The virtual machine {text} is registered already."));
    }
    Fault::new(NotFound::default(), format!("There is no virtual machine {text}."))
}
