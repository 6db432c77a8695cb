//! Making, changing, emptying and removing resource pools, and moving VMs and pools between them.

use std::time::Duration;

use vim25::MoRef;
use vim25::methods::{
    CreateResourcePool, DestroyChildren, DestroyTask, MoveIntoResourcePool, RenameTask,
    UpdateChildResourceConfiguration, UpdateConfig,
};
use vim25::types::{ResourceConfigSpec, VirtualMachineConfigSpec};

use crate::behaviour::virtual_machine::{IN_POOL, VirtualMachine, is_allocation, share_out};
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::{CHILD_OF, Entity, ancestors, check_new_name, escaped_name};
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::object::ResourcePool;

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateResourcePool>(|call, asked| {
        call.commit(|tx| create(tx, call.this(), &asked.name, &asked.spec))
    });
    dispatch.add::<UpdateConfig>(|call, asked| call.commit(|tx| update(tx, call.this(), &asked)));
    dispatch.add::<UpdateChildResourceConfiguration>(|call, asked| {
        call.commit(|tx| {
            for spec in &asked.spec {
                let child = spec.entity.as_ref();
                let child = child.ok_or_else(|| Fault::invalid_argument("spec.entity"))?;
                share(tx, child, spec)?;
            }
            Ok(())
        })
    });
    dispatch.add::<MoveIntoResourcePool>(|call, asked| {
        call.commit(|tx| {
            tx.get::<ResourcePool>(call.this())?;
            asked.list.iter().try_for_each(|entity| move_into(tx, entity, call.this()))
        })
    });
    dispatch.add::<DestroyChildren>(|call, _| {
        call.commit(|tx| {
            for pool in ResourcePool::descendants(tx.view(), call.this()).iter().rev() {
                dissolve(tx, pool, call.this())?;
            }
            Ok(())
        })
    });
    dispatch.add_for::<DestroyTask>("ResourcePool", destroy);
    dispatch.add_for::<RenameTask>("ResourcePool", |call, asked| {
        let id = call.this().clone();
        let task = TaskSpec::new("ResourcePool.rename").on(&id);
        call.start(task.finish(move |tx| rename(tx, &id, &asked.new_name).map(|()| None)))
    });
}

fn check_spec(spec: &ResourceConfigSpec) -> Result<(), Fault> {
    for (member, asked) in
        [("cpuAllocation", &spec.cpu_allocation), ("memoryAllocation", &spec.memory_allocation)]
    {
        if !is_allocation(asked) {
            return Err(Fault::invalid_argument(&format!("spec.{member}")));
        }
    }
    Ok(())
}

fn create(
    tx: &mut Transaction<'_>,
    parent: &MoRef,
    name: &str,
    spec: &ResourceConfigSpec,
) -> Result<MoRef, Fault> {
    let owner = tx.get::<ResourcePool>(parent)?.owner.clone();
    check_new_name(tx, parent, name)?;
    check_spec(spec)?;
    let mut pool = ResourcePool::new(Entity::new(name, Some(parent)), &owner);
    pool.put(&spec.cpu_allocation, &spec.memory_allocation);
    Ok(tx.create("resgroup", pool))
}

fn update(tx: &mut Transaction<'_>, id: &MoRef, asked: &UpdateConfig) -> Result<(), Fault> {
    if let Some(name) = &asked.name {
        rename(tx, id, name)?;
    }
    if let Some(spec) = &asked.config {
        check_spec(spec)?;
        tx.edit::<ResourcePool>(id)?.put(&spec.cpu_allocation, &spec.memory_allocation);
    }
    Ok(())
}

fn rename(tx: &mut Transaction<'_>, id: &MoRef, name: &str) -> Result<(), Fault> {
    let entity = tx.get::<ResourcePool>(id)?.entity.clone();
    if escaped_name(name) != entity.name {
        let root = || Fault::not_supported("The root resource pool is not renamed.");
        check_new_name(tx, &entity.parent.ok_or_else(root)?, name)?;
        tx.edit::<ResourcePool>(id)?.entity.name = escaped_name(name);
    }
    Ok(())
}

/// Changes what a pool or a VM in a pool gets.
fn share(tx: &mut Transaction<'_>, child: &MoRef, spec: &ResourceConfigSpec) -> Result<(), Fault> {
    check_spec(spec)?;
    if child.kind == "ResourcePool" {
        tx.edit::<ResourcePool>(child)?.put(&spec.cpu_allocation, &spec.memory_allocation);
        return Ok(());
    }
    let change = VirtualMachineConfigSpec {
        cpu_allocation: Some(Box::new(spec.cpu_allocation.clone())),
        memory_allocation: Some(Box::new(spec.memory_allocation.clone())),
        ..Default::default()
    };
    share_out(tx, child, &change)
}

/// Moves a VM or a pool into a pool of the same cluster or compute resource.
pub(in crate::behaviour) fn move_into(
    tx: &mut Transaction<'_>,
    entity: &MoRef,
    to: &MoRef,
) -> Result<(), Fault> {
    let owner = tx.get::<ResourcePool>(to)?.owner.clone();
    let other = || Fault::not_supported("The resource pool belongs to another cluster.");
    if entity.kind == "VirtualMachine" {
        let pool = tx.get::<VirtualMachine>(entity)?.pool.clone().ok_or_else(other)?;
        if tx.get::<ResourcePool>(&pool)?.owner != owner {
            return Err(other());
        }
        tx.edit::<VirtualMachine>(entity)?.pool = Some(to.clone());
        return Ok(());
    }
    let is_below = to == entity || ancestors(tx.view(), to).contains(entity);
    let pool = tx.get::<ResourcePool>(entity)?.clone();
    if pool.entity.parent.is_none() || is_below || pool.owner != owner {
        return Err(other());
    }
    if pool.entity.parent.as_ref() != Some(to) {
        check_new_name(tx, to, &pool.entity.name)?;
        tx.edit::<ResourcePool>(entity)?.entity.parent = Some(to.clone());
    }
    Ok(())
}

/// Removes a pool; what is in it goes to `heir`.
fn dissolve(tx: &mut Transaction<'_>, pool: &MoRef, heir: &MoRef) -> Result<(), Fault> {
    for child in tx.view().referrers(pool, CHILD_OF).to_vec() {
        tx.edit::<ResourcePool>(&child)?.entity.parent = Some(heir.clone());
    }
    for vm in tx.view().referrers(pool, IN_POOL).to_vec() {
        tx.edit::<VirtualMachine>(&vm)?.pool = Some(heir.clone());
    }
    tx.remove(pool);
    Ok(())
}

fn destroy(call: &Call, _: DestroyTask) -> Result<MoRef, Fault> {
    let id = call.this().clone();
    let task = TaskSpec::new("ResourcePool.destroy").on(&id).takes(Duration::from_millis(200));
    call.start(task.finish(move |tx| {
        let root = || Fault::not_supported("The root resource pool belongs to its cluster.");
        let heir = tx.get::<ResourcePool>(&id)?.entity.parent.clone().ok_or_else(root)?;
        dissolve(tx, &id, &heir)?;
        Ok(None)
    }))
}
