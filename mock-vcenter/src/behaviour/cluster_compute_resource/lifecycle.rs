//! Making, changing and removing clusters; moving hosts into them.

use std::time::Duration;

use vim25::methods::{
    CreateCluster, CreateClusterEx, DestroyTask, GetResourceUsage, MoveIntoTask,
    ReconfigureClusterTask, ReconfigureComputeResourceTask, RenameTask,
};
use vim25::types::{
    CannotMoveHostWithFaultToleranceVm, ClusterConfigSpecEx, ClusterCreatedEvent,
    ClusterDestroyedEvent, ClusterReconfiguredEvent, ComputeResourceConfigSpec, DasDisabledEvent,
    DasEnabledEvent, DrsDisabledEvent, DrsEnabledEvent, ResourceInUse,
};
use vim25::{MoRef, Poly};

use crate::behaviour::cluster_evc_manager::{self, ClusterEvcManager};
use crate::behaviour::environment_browser::EnvironmentBrowser;
use crate::behaviour::events::about;
use crate::behaviour::high_availability;
use crate::behaviour::host_system::{HostSystem, vms_on};
use crate::behaviour::resource_pool::{self, ResourcePool};
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{Entity, Folder, check_new_name, escaped_name};
use crate::product::Product;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::defaults;
use super::object::{ClusterComputeResource, ComputeResource, hosts};
use super::rules;
use super::spec::{self, Mode};
use super::summary;

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateClusterEx>(|call, asked| {
        call.commit(|tx| create(tx, call.core().product, call.this(), &asked.name, &asked.spec))
    });
    dispatch.add::<CreateCluster>(|call, asked| {
        let spec = spec::from_old(asked.spec);
        call.commit(|tx| create(tx, call.core().product, call.this(), &asked.name, &spec))
    });
    dispatch.add::<ReconfigureComputeResourceTask>(|call, asked| {
        reconfigure(call, asked.spec, asked.modify)
    });
    dispatch.add::<ReconfigureClusterTask>(|call, asked| {
        reconfigure(call, Poly::new(spec::from_old(asked.spec)), asked.modify)
    });
    dispatch.add::<GetResourceUsage>(summary::resource_usage);
    dispatch.add::<MoveIntoTask>(move_into);
    dispatch.add_for::<DestroyTask>("ComputeResource", destroy);
    dispatch.add_for::<RenameTask>("ComputeResource", rename);
}

/// Makes a cluster in a folder.
///
/// # Errors
/// `DuplicateName`, `InvalidName`, `InvalidArgument`, or `NotSupported` for folders of other things.
pub fn create(
    tx: &mut Transaction<'_>,
    product: Product,
    folder: &MoRef,
    name: &str,
    spec: &ClusterConfigSpecEx,
) -> Result<MoRef, Fault> {
    if !tx.get::<Folder>(folder)?.child_type.iter().any(|kind| kind == "ComputeResource") {
        return Err(Fault::not_supported("The folder cannot hold clusters."));
    }
    check_new_name(tx, folder, name)?;
    let merge_options = Behaviour::of(tx).das_options_merge;
    let mode = Mode::Modify { merge_options };
    let mut config = spec::apply(&defaults::configuration(), spec, Some(spec), mode)?;
    let number = tx.new_number();
    defaults::identify_vsan(&mut config, number);
    rules::identify(tx, &mut config);
    let id = MoRef::new("ClusterComputeResource", format!("domain-c{number}"));
    let pool = resource_pool::add_root(tx, &id);
    let environment_browser = tx.create("envbrowser", EnvironmentBrowser { owner: id.clone() });
    let evc_manager = tx.create("evc-manager", ClusterEvcManager { cluster: id.clone(), product });
    let entity = Entity::new(name, Some(folder));
    let cluster = ClusterComputeResource {
        entity,
        config,
        evc_mode: None,
        pool,
        environment_browser,
        evc_manager,
        pending: Vec::new(),
    };
    tx.insert(id.clone(), cluster);
    let mut event = ClusterCreatedEvent::default();
    event.parent.folder = folder.clone();
    event.parent.name = tx.name_of(folder).unwrap_or_default();
    about(tx, &id, event, "Created cluster");
    Ok(id)
}

fn reconfigure(
    call: &Call,
    asked: Poly<ComputeResourceConfigSpec>,
    modify: bool,
) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let task = TaskSpec::new("ComputeResource.reconfigureEx")
        .on(&id)
        .takes(Duration::from_millis(800))
        .finish(move |tx| {
            if id.kind == "ComputeResource" {
                let alone = tx.edit::<ComputeResource>(&id)?;
                if let Some(placement) = &asked.vm_swap_placement {
                    alone.vm_swap_placement = placement.clone();
                }
            } else {
                reconfigure_cluster(tx, &id, &asked, modify)?;
            }
            Ok(None)
        });
    call.start(task)
}

fn reconfigure_cluster(
    tx: &mut Transaction<'_>,
    id: &MoRef,
    asked: &Poly<ComputeResourceConfigSpec>,
    modify: bool,
) -> Result<(), Fault> {
    let merge_options = Behaviour::of(tx).das_options_merge;
    let mode = if modify { Mode::Modify { merge_options } } else { Mode::Replace };
    let cluster = tx.get::<ClusterComputeResource>(id)?;
    let extended = spec::extended(asked);
    let mut config = spec::apply(&cluster.config, asked, extended.as_ref(), mode)?;
    let (ha_before, drs_before) = (cluster.ha_is_on(), cluster.drs_is_on());
    check_ft_overrides(tx, &config)?;
    rules::identify(tx, &mut config);
    let cluster = tx.edit::<ClusterComputeResource>(id)?;
    cluster.config = config;
    let (ha_after, drs_after) = (cluster.ha_is_on(), cluster.drs_is_on());
    about(tx, id, ClusterReconfiguredEvent::default(), "Reconfigured cluster");
    match (drs_before, drs_after) {
        (false, true) => about(tx, id, DrsEnabledEvent::default(), "Enabled DRS on"),
        (true, false) => about(tx, id, DrsDisabledEvent::default(), "Disabled DRS on"),
        _ => {}
    }
    match (ha_before, ha_after) {
        (false, true) => {
            about(tx, id, DasEnabledEvent::default(), "Enabled HA on");
            high_availability::configure_cluster(tx, id)
        }
        (true, false) => {
            about(tx, id, DasDisabledEvent::default(), "Disabled HA on");
            high_availability::unconfigure_cluster(tx, id)
        }
        _ => Ok(()),
    }
}

/// HA and DRS settings of a pair belong to its primary, and a pair must be restarted.
fn check_ft_overrides(
    tx: &Transaction<'_>,
    config: &vim25::types::ClusterConfigInfoEx,
) -> Result<(), Fault> {
    use vim25::types::{
        CannotChangeDrsBehaviorForFtSecondary, CannotChangeHaSettingsForFtSecondary,
        InvalidDasRestartPriorityForFtVm,
    };
    for entry in &config.das_vm_config {
        let Ok(vm) = tx.get::<VirtualMachine>(&entry.key) else { continue };
        if vm.is_secondary() {
            let mut detail = CannotChangeHaSettingsForFtSecondary::default();
            detail.vm = entry.key.clone();
            detail.vm_name = vm.entity.name.clone();
            return Err(Fault::new(detail, "HA settings of a secondary VM cannot be changed."));
        }
        let priority = entry.das_settings.as_ref().and_then(|das| das.restart_priority.as_deref());
        if vm.is_primary() && priority == Some("disabled") {
            let mut detail = InvalidDasRestartPriorityForFtVm::default();
            detail.vm = entry.key.clone();
            detail.vm_name = vm.entity.name.clone();
            return Err(Fault::new(detail, "HA must restart a VM with Fault Tolerance."));
        }
    }
    for entry in &config.drs_vm_config {
        let Ok(vm) = tx.get::<VirtualMachine>(&entry.key) else { continue };
        if vm.is_secondary() {
            let mut detail = CannotChangeDrsBehaviorForFtSecondary::default();
            detail.vm = entry.key.clone();
            detail.vm_name = vm.entity.name.clone();
            return Err(Fault::new(detail, "DRS behaviour of a secondary VM cannot be changed."));
        }
    }
    Ok(())
}

fn move_into(call: &Call, asked: MoveIntoTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    for host in &asked.host {
        call.snapshot().get::<HostSystem>(host).ok_or_else(|| Fault::object_not_found(host))?;
    }
    let task = TaskSpec::new("ClusterComputeResource.moveInto")
        .on(&id)
        .takes(Duration::from_secs(5))
        .finish(move |tx| {
            for host in &asked.host {
                move_host(tx, &id, host)?;
            }
            Ok(None)
        });
    call.start(task)
}

fn move_host(tx: &mut Transaction<'_>, cluster: &MoRef, id: &MoRef) -> Result<(), Fault> {
    let host = tx.get::<HostSystem>(id)?.clone();
    if host.entity.parent.as_ref() == Some(cluster) {
        return Ok(());
    }
    let vms = vms_on(tx.view(), id);
    let mut running = false;
    for vm in &vms {
        let vm = tx.get::<VirtualMachine>(vm)?;
        running |= vm.is_on();
        if vm.partner().is_some() {
            let detail = CannotMoveHostWithFaultToleranceVm::default();
            return Err(Fault::new(detail, "The host runs VMs with Fault Tolerance."));
        }
    }
    let from_cluster =
        host.entity.parent.as_ref().is_some_and(|parent| parent.kind == "ClusterComputeResource");
    if from_cluster && running && !host.in_maintenance {
        return Err(Fault::invalid_state("The host is not in maintenance mode."));
    }
    cluster_evc_manager::admit(tx.view(), cluster, &host, running)?;
    let pool = tx.get::<ClusterComputeResource>(cluster)?.pool.clone();
    tx.edit::<HostSystem>(id)?.entity.parent = Some(cluster.clone());
    for vm in &vms {
        let vm = tx.edit::<VirtualMachine>(vm)?;
        if vm.pool.is_some() {
            vm.pool = Some(pool.clone());
        }
    }
    if let Some(old) = host.entity.parent.filter(|old| old.kind == "ComputeResource") {
        remove_compute_resource(tx, &old);
    }
    high_availability::configure_host(tx, id)
}

/// Takes a compute resource away with what belongs to it.
pub fn remove_compute_resource(tx: &mut Transaction<'_>, id: &MoRef) {
    let parts = match tx.get::<ComputeResource>(id) {
        Ok(alone) => vec![alone.pool.clone(), alone.environment_browser.clone()],
        Err(_) => match tx.get::<ClusterComputeResource>(id) {
            Ok(cluster) => vec![
                cluster.pool.clone(),
                cluster.environment_browser.clone(),
                cluster.evc_manager.clone(),
            ],
            Err(_) => return,
        },
    };
    let below: Vec<MoRef> = ResourcePool::descendants(tx.view(), &parts[0]);
    below.iter().chain(&parts).for_each(|part| tx.remove(part));
    tx.remove(id);
}

/// Adds the compute resource of a host that stands alone.
pub fn add_compute_resource(tx: &mut Transaction<'_>, folder: &MoRef, name: &str) -> MoRef {
    let id = MoRef::new("ComputeResource", format!("domain-s{}", tx.new_number()));
    let pool = resource_pool::add_root(tx, &id);
    let environment_browser = tx.create("envbrowser", EnvironmentBrowser { owner: id.clone() });
    let alone = ComputeResource {
        entity: Entity::new(name, Some(folder)),
        vm_swap_placement: "vmDirectory".into(),
        pool,
        environment_browser,
    };
    tx.insert(id.clone(), alone);
    id
}

fn destroy(call: &Call, _: DestroyTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let description = format!("{}.destroy", id.kind);
    let task =
        TaskSpec::new(&description).on(&id).takes(Duration::from_secs(2)).finish(move |tx| {
            let members: Vec<MoRef> = hosts(&id, tx.view()).to_vec();
            if members.iter().any(|host| !vms_on(tx.view(), host).is_empty()) {
                return Err(Fault::new(ResourceInUse::default(), "The cluster still has VMs."));
            }
            about(tx, &id, ClusterDestroyedEvent::default(), "Removed cluster");
            for host in members {
                crate::behaviour::host_system::remove(tx, &host)?;
            }
            remove_compute_resource(tx, &id);
            Ok(None)
        });
    call.start(task)
}

fn rename(call: &Call, asked: RenameTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let description = format!("{}.rename", id.kind);
    let task = TaskSpec::new(&description).on(&id).finish(move |tx| {
        let parent = crate::inventory::ancestors(tx.view(), &id).into_iter().next();
        if let Some(parent) = parent {
            check_new_name(tx, &parent, &asked.new_name)?;
        }
        let name = escaped_name(&asked.new_name);
        if id.kind == "ComputeResource" {
            tx.edit::<ComputeResource>(&id)?.entity.name = name;
        } else {
            tx.edit::<ClusterComputeResource>(&id)?.entity.name = name;
        }
        Ok(None)
    });
    call.start(task)
}
