//! `SearchIndex`: finding VMs and hosts without walking the tree.

use vim25::methods::{
    FindAllByDnsName, FindAllByIp, FindAllByUuid, FindByDatastorePath, FindByDnsName,
    FindByInventoryPath, FindByIp, FindByUuid, FindChild,
};
use vim25::types::HostVirtualNic;
use vim25::{MoRef, Value, mo};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::property::value_at;
use crate::store::{At, ManagedObject, Property, Reading, Snapshot};

use super::entity::escaped_name;
use super::folder::root_folder_id;
use super::tree::{child_named, datacenter_of};

/// The search index; it has no state.
#[derive(Clone)]
pub struct SearchIndex;

impl ManagedObject for SearchIndex {
    fn kind(&self) -> &'static str {
        "SearchIndex"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

const VM_DNS: &[&str] = &["guest.hostName"];
const HOST_DNS: &[&str] = &["name"];
const VM_IP: &[&str] = &["guest.ipAddress"];
const HOST_IP: &[&str] = &["name", VNICS];
/// What of a host has its addresses.
const VNICS: &str = "config.network.vnic";
const VM_BIOS_UUID: &[&str] = &["config.uuid"];
const VM_INSTANCE_UUID: &[&str] = &["config.instanceUuid"];
const HOST_UUID: &[&str] = &["summary.hardware.uuid"];

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<FindByInventoryPath>(|call, asked| Ok(by_path(call, &asked.inventory_path)));
    dispatch.add::<FindChild>(|call, asked| {
        let snapshot = call.snapshot();
        if !snapshot.contains(&asked.entity) {
            return Err(Fault::object_not_found(&asked.entity));
        }
        Ok(child_named(&snapshot, &asked.entity, &asked.name))
    });
    dispatch.add::<FindByUuid>(|call, asked| {
        let paths = uuid_paths(asked.vm_search, asked.instance_uuid);
        Ok(find(call, asked.datacenter, asked.vm_search, paths, &asked.uuid)?.into_iter().next())
    });
    dispatch.add::<FindAllByUuid>(|call, asked| {
        let paths = uuid_paths(asked.vm_search, asked.instance_uuid);
        find(call, asked.datacenter, asked.vm_search, paths, &asked.uuid)
    });
    dispatch.add::<FindByDnsName>(|call, asked| {
        let paths = if asked.vm_search { VM_DNS } else { HOST_DNS };
        let found = find(call, asked.datacenter, asked.vm_search, paths, &asked.dns_name)?;
        Ok(found.into_iter().next())
    });
    dispatch.add::<FindAllByDnsName>(|call, asked| {
        let paths = if asked.vm_search { VM_DNS } else { HOST_DNS };
        find(call, asked.datacenter, asked.vm_search, paths, &asked.dns_name)
    });
    dispatch.add::<FindByIp>(|call, asked| {
        let paths = if asked.vm_search { VM_IP } else { HOST_IP };
        Ok(find(call, asked.datacenter, asked.vm_search, paths, &asked.ip)?.into_iter().next())
    });
    dispatch.add::<FindAllByIp>(|call, asked| {
        let paths = if asked.vm_search { VM_IP } else { HOST_IP };
        find(call, asked.datacenter, asked.vm_search, paths, &asked.ip)
    });
    dispatch.add::<FindByDatastorePath>(|call, asked| {
        let paths = &["config.files.vmPathName"];
        Ok(find(call, Some(asked.datacenter), true, paths, &asked.path)?.into_iter().next())
    });
}

fn uuid_paths(vm_search: bool, instance_uuid: Option<bool>) -> &'static [&'static str] {
    match (vm_search, instance_uuid.unwrap_or(false)) {
        (true, true) => VM_INSTANCE_UUID,
        (true, false) => VM_BIOS_UUID,
        (false, _) => HOST_UUID,
    }
}

fn by_path(call: &Call, path: &str) -> Option<MoRef> {
    let snapshot = call.snapshot();
    let mut at = root_folder_id(&call.core().product);
    for name in path.split('/').filter(|name| !name.is_empty()) {
        at = below(&snapshot, &at, name)?;
    }
    Some(at)
}

/// What is called so below an object: a child, or the root pool of a cluster or host, which is no child of it.
fn below(snapshot: &Snapshot, at: &MoRef, name: &str) -> Option<MoRef> {
    let named = |one: &MoRef| {
        let own = value_at(&Reading::of(snapshot), one, "name");
        own.is_some_and(|own| own.as_str() == Some(&escaped_name(name)))
    };
    child_named(snapshot, at, name).or_else(|| {
        let is_owner = mo::is_a(&at.kind, "ComputeResource");
        let pool = is_owner.then(|| value_at(&Reading::of(snapshot), at, "resourcePool"))??;
        pool.as_moref().cloned().filter(named)
    })
}

/// VMs or hosts in `datacenter` whose value at one of `paths` is `wanted`.
fn find(
    call: &Call,
    datacenter: Option<MoRef>,
    vm_search: bool,
    paths: &[&str],
    wanted: &str,
) -> Result<Vec<MoRef>, Fault> {
    let snapshot = call.snapshot();
    if let Some(datacenter) = &datacenter
        && !snapshot.contains(datacenter)
    {
        return Err(Fault::object_not_found(datacenter));
    }
    let kind = if vm_search { "VirtualMachine" } else { "HostSystem" };
    let candidates = snapshot.of_kind(kind).iter();
    let found = candidates.filter(|id| {
        let hit = paths.iter().any(|path| has_value(&snapshot, id, path, wanted));
        hit && (datacenter.is_none() || datacenter == datacenter_of(&snapshot, id))
    });
    Ok(found.cloned().collect())
}

fn has_value(snapshot: &Snapshot, id: &MoRef, path: &str, wanted: &str) -> bool {
    let value: Option<Value> = value_at(&Reading::of(snapshot), id, path);
    let is_wanted = |text: &str| text.eq_ignore_ascii_case(wanted);
    value.is_some_and(|value| match path {
        VNICS => value.objects::<HostVirtualNic>().any(|nic| {
            let ip = nic.spec.ip.as_ref().and_then(|ip| ip.ip_address.as_deref());
            ip.is_some_and(is_wanted)
        }),
        _ => value.as_str().is_some_and(is_wanted),
    })
}
