//! VMs that clients make: `CreateVM_Task`, `CloneVM_Task`, and templates that become VMs again.

use std::sync::Arc;
use std::time::Duration;

use vim25::enums::VirtualMachinePowerState as Power;
use vim25::methods::{CloneVMTask, CreateVMTask, MarkAsVirtualMachine};
use vim25::types::{FileAlreadyExists, VirtualMachineCloneSpec, VmClonedEvent, VmEventArgument};
use vim25::{MoRef, Str};

use crate::behaviour::cluster_compute_resource::hosts;
use crate::behaviour::datastore::Datastore;
use crate::behaviour::events::about;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::resource_pool::ResourcePool;
use crate::behaviour::server::Quirk;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::guest;
use crate::inventory::{Entity, check_new_name};
use crate::storage::{DatastorePath, FilePath, Storage};
use crate::store::{Snapshot as View, Transaction};
use crate::task::TaskSpec;

use super::change_devices::change_devices;
use super::copied_devices::copy_devices;
use super::create::{blueprint, create_vm};
use super::hardware_version;
use super::methods::refuse_under_ft;
use super::object::{FaultToleranceFacts, VirtualMachine};
use super::power::power_on;
use super::reach::Reach;
use super::reconfigure::{check_values, put_values};
use super::site::{Site, Wanted, check_space, find_site, pool_of_host};
use super::unregistered::with_files_on;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateVMTask>(create);
    dispatch.add::<CloneVMTask>(clone_vm);
    dispatch.add::<MarkAsVirtualMachine>(|call, asked| {
        call.commit(|tx| mark_as_vm(tx, call.this(), &asked))
    });
}

fn create(call: &Call, asked: CreateVMTask) -> Result<MoRef, Fault> {
    let CreateVMTask { this: folder, config, pool, host, .. } = asked;
    let named = config.files.as_ref().and_then(|files| files.vm_path_name.as_deref());
    let path = named.and_then(DatastorePath::parse);
    let path = path.ok_or_else(|| Fault::invalid_argument("configSpec.files.vmPathName"))?;
    let name = config.name.as_deref().unwrap_or_default();
    let (pool, host, path) = (&pool, host.as_ref(), &path);
    let wanted = Wanted { folder: folder.clone(), pool, host, name, path };
    let site = find_site(call, &call.snapshot(), wanted)?;
    let storage = call.core().storage.clone();
    let task = TaskSpec::new("Folder.createVm").on(&folder).takes(Duration::from_secs(2));
    call.start(task.finish(move |tx| {
        site.check(tx)?;
        check_new_name(tx, &site.folder, config.name.as_deref().unwrap_or_default())?;
        check_file(tx, &site, &storage)?;
        let site = site.with_free_directory(tx, &storage)?;
        let vm = create_vm(tx, &config, &site)?.vm;
        settle(tx, &vm, &site, &storage)?;
        Ok(Some(vm.into()))
    }))
}

/// Refuses a configuration file that is there already.
fn check_file(tx: &mut Transaction<'_>, site: &Site, storage: &Storage) -> Result<(), Fault> {
    let Some(name) = &site.vmx else { return Ok(()) };
    let file = site.directory.join(name);
    let text = file.to_string();
    let is_written = storage.look(&file).is_ok_and(|found| found.is_some());
    if is_written || with_files_on(tx.view(), &site.datastore).any(|vm| vm.vmx == text) {
        let mut detail = FileAlreadyExists::default();
        detail.file = text.as_str().into();
        return Err(Fault::new(detail, format!("The file {text} already exists.")));
    }
    Ok(())
}

/// What a new VM needs besides its configuration: room, a directory, a guest.
fn settle(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    site: &Site,
    storage: &Storage,
) -> Result<(), Fault> {
    check_space(tx, vm, site)?;
    storage
        .make_directory(&site.directory)
        .map_err(|error| Fault::system_error(error.to_string()))?;
    guest::ensure(tx, vm)
}

fn clone_vm(call: &Call, asked: CloneVMTask) -> Result<MoRef, Fault> {
    let CloneVMTask { this: source, folder, name, spec, .. } = asked;
    if spec.customization.is_some() {
        return Err(Fault::not_supported("This server does not customize guests."));
    }
    let snapshot = call.snapshot();
    let found = snapshot.get::<VirtualMachine>(&source);
    let found = found.ok_or_else(|| Fault::object_not_found(&source))?;
    let site = site_of_clone(call, &snapshot, found, folder, &name, &spec)?;
    let storage = call.core().storage.clone();
    let task = TaskSpec::new("VirtualMachine.clone").on(&source).takes(Duration::from_secs(10));
    call.start(task.finish(move |tx| {
        site.check(tx)?;
        check_new_name(tx, &site.folder, &name)?;
        let site = site.with_free_directory(tx, &storage)?;
        let vm = copy(tx, &source, &name, &site, &spec)?;
        settle(tx, &vm, &site, &storage)?;
        if spec.power_on && !spec.template {
            power_on(tx, &vm)?;
        }
        Ok(Some(vm.into()))
    }))
}

/// Where a clone goes: where the source is, unless the client says otherwise.
fn site_of_clone(
    call: &Call,
    snapshot: &View,
    source: &VirtualMachine,
    folder: MoRef,
    name: &str,
    spec: &VirtualMachineCloneSpec,
) -> Result<Site, Fault> {
    let location = &spec.location;
    let own_pool = source.host.as_ref().and_then(|host| pool_of_host(snapshot, host));
    let pool = location.pool.as_ref().or(source.pool.as_ref());
    // A template has no pool; one that stays a template needs none.
    let pool = pool.or(own_pool.as_ref().filter(|_| spec.template));
    let pool = pool.ok_or_else(|| Fault::invalid_argument("spec.location.pool"))?;
    let stays = location.pool.as_ref().is_none_or(|pool| Some(pool) == source.pool.as_ref());
    let host = location.host.as_ref().or(source.host.as_ref().filter(|_| stays));
    let datastore = location.datastore.as_ref().unwrap_or(&source.home);
    let datastore =
        snapshot.get::<Datastore>(datastore).ok_or_else(|| Fault::object_not_found(datastore))?;
    let path =
        DatastorePath { datastore: datastore.entity.name.to_string(), path: FilePath::default() };
    find_site(call, snapshot, Wanted { folder, pool, host, name, path: &path })
}

/// Makes the clone: another VM with other identities and files of its own.
fn copy(
    tx: &mut Transaction<'_>,
    source: &MoRef,
    name: &str,
    site: &Site,
    spec: &VirtualMachineCloneSpec,
) -> Result<MoRef, Fault> {
    refuse_under_ft(tx, source)?;
    let original = tx.get::<VirtualMachine>(source)?.clone();
    let base = match &spec.snapshot {
        None => original,
        Some(id) => {
            let held = original.snapshots.iter().find(|facts| facts.id == *id);
            let held = held.ok_or_else(|| Fault::invalid_argument("spec.snapshot"))?;
            (*held.saved).clone()
        }
    };
    let entity = Entity::new(name, Some(&site.folder));
    let reach = Reach::of_site(tx, site, &entity.name);
    let devices = copy_devices(&base.devices, &reach);
    let extension = if spec.template { "vmtx" } else { "vmx" };
    let mut vm = VirtualMachine {
        uuid: tx.new_uuid(),
        instance_uuid: tx.new_uuid(),
        host: Some(site.host.clone()),
        pool: (!spec.template).then(|| site.pool.clone()),
        vmx: site.directory.join(&format!("{}.{extension}", entity.name)).to_string().into(),
        home: site.datastore.clone(),
        power: Power::PoweredOff,
        boot_time: None,
        suspend_time: None,
        suspended: Duration::ZERO,
        evc_mode: None,
        snapshots: Vec::new(),
        current_snapshot: None,
        modified: tx.timestamp(),
        ft: FaultToleranceFacts::default(),
        das_protected: false,
        question: None,
        blueprint: Arc::new(blueprint(name, &devices, site)),
        devices,
        entity,
        ..base
    };
    vm.set_quirk(Quirk::Template, spec.template);
    vm.set_quirk(Quirk::Snapshot, false);
    if let Some(nvram) = vm.extra_config.iter_mut().find(|(key, _)| key == "nvram") {
        nvram.1 = format!("{}.nvram", vm.entity.name).into();
    }
    let id = tx.create("vm", vm);
    change_devices(tx, &id, &spec.location.device_change)?;
    if let Some(config) = &spec.config {
        check_values(config)?;
        hardware_version::check_version(tx, &site.host, config.version.as_ref())?;
        change_devices(tx, &id, &config.device_change)?;
        put_values(tx.edit::<VirtualMachine>(&id)?, config);
    }
    let source_name: Str = tx.name_of(source).unwrap_or_default();
    let mut event = VmClonedEvent::default();
    event.source_vm = VmEventArgument { vm: source.clone(), ..Default::default() };
    event.source_vm.name.clone_from(&source_name);
    about(tx, &id, event, &format!("Cloned {source_name} to"));
    Ok(id)
}

fn mark_as_vm(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    asked: &MarkAsVirtualMachine,
) -> Result<(), Fault> {
    let owner = tx.get::<ResourcePool>(&asked.pool)?.owner.clone();
    let machine = tx.get::<VirtualMachine>(vm)?;
    if !machine.is_template() {
        return Err(Fault::invalid_state("The virtual machine is not a template."));
    }
    let host = asked.host.clone().or_else(|| machine.host.clone());
    if let Some(host) = &host {
        tx.get::<HostSystem>(host)?;
        if !hosts(&owner, tx.view()).contains(host) {
            return Err(Fault::invalid_argument("host"));
        }
    }
    let now = tx.timestamp();
    let machine = tx.edit::<VirtualMachine>(vm)?;
    machine.touch(now);
    machine.pool = Some(asked.pool.clone());
    machine.host = host;
    machine.vmx = machine.vmx.replace(".vmtx", ".vmx").into();
    machine.set_quirk(Quirk::Template, false);
    Ok(())
}
