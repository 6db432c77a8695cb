//! Posting events about VMs, hosts and clusters with all that they point to.

use vim25::types::{
    ComputeResourceEventArgument, DatacenterEventArgument, DatastoreEventArgument, Event,
    HostEventArgument, VmEventArgument,
};
use vim25::{DataObject, IsA, MoRef, Str, mo};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::inventory::datacenter_of;
use crate::store::Transaction;

/// Posts an event about a VM, a host or a cluster, and what is around it. `verb` goes into its text.
pub fn about<E: DataObject + IsA<Event>>(
    tx: &mut Transaction<'_>,
    entity: &MoRef,
    mut event: E,
    verb: &str,
) {
    let text = format!("{verb} {}", tx.name_of(entity).unwrap_or_default());
    let whole: &mut dyn DataObject = &mut event;
    if let Some(base) = whole.as_type_mut::<Event>() {
        point_at(tx, entity, base);
        base.full_formatted_message = Some(Str::from(text));
    }
    tx.post_event(event);
}

/// Makes an event point to an entity and to what is around it: its host, cluster and datacenter.
pub fn point_at(tx: &mut Transaction<'_>, entity: &MoRef, event: &mut Event) {
    if !tx.view().contains(entity) {
        return;
    }
    let is_a = |kind: &str| mo::is_a(&entity.kind, kind);
    if is_a("VirtualMachine") {
        let mut argument = VmEventArgument { vm: entity.clone(), ..Default::default() };
        argument.name = tx.name_of(entity).unwrap_or_default();
        event.vm = Some(Box::new(argument));
        let host = tx.get::<VirtualMachine>(entity).ok().and_then(|vm| vm.host.clone());
        if let Some(host) = host {
            point_at_host(tx, &host, event);
        }
    } else if is_a("HostSystem") {
        point_at_host(tx, entity, event);
    } else if is_a("ComputeResource") {
        point_at_compute_resource(tx, entity, event);
    } else if is_a("Datastore") {
        let mut argument =
            DatastoreEventArgument { datastore: entity.clone(), ..Default::default() };
        argument.name = tx.name_of(entity).unwrap_or_default();
        event.ds = Some(Box::new(argument));
    }
    if let Some(datacenter) = datacenter_of(tx.view(), entity) {
        let name = tx.name_of(&datacenter).unwrap_or_default();
        let mut argument = DatacenterEventArgument { datacenter, ..Default::default() };
        argument.name = name;
        event.datacenter = Some(Box::new(argument));
    }
}

fn point_at_host(tx: &mut Transaction<'_>, host: &MoRef, event: &mut Event) {
    let mut argument = HostEventArgument { host: host.clone(), ..Default::default() };
    argument.name = tx.name_of(host).unwrap_or_default();
    event.host = Some(Box::new(argument));
    let parent = tx.get::<HostSystem>(host).ok().and_then(|host| host.entity.parent.clone());
    if let Some(parent) = parent {
        point_at_compute_resource(tx, &parent, event);
    }
}

fn point_at_compute_resource(tx: &mut Transaction<'_>, id: &MoRef, event: &mut Event) {
    let mut argument =
        ComputeResourceEventArgument { compute_resource: id.clone(), ..Default::default() };
    argument.name = tx.name_of(id).unwrap_or_default();
    event.compute_resource = Some(Box::new(argument));
}
