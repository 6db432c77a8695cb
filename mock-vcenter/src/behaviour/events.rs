//! Posting events about VMs, hosts and clusters with all that they point to.

use vim25::types::{
    ComputeResourceEventArgument, DatacenterEventArgument, Event, HostEventArgument,
    VmEventArgument,
};
use vim25::{DataObject, IsA, MoRef, Str};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::inventory::datacenter_of;
use crate::store::Transaction;

/// Posts an event about a VM, its host, cluster and datacenter. `verb` goes into its text.
pub fn about_vm<E: DataObject + IsA<Event>>(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    mut event: E,
    verb: &str,
) {
    let host = tx.get::<VirtualMachine>(vm).ok().and_then(|vm| vm.host.clone());
    let mut argument = VmEventArgument { vm: vm.clone(), ..Default::default() };
    argument.name = tx.name_of(vm).unwrap_or_default();
    let text = format!("{verb} {}", argument.name);
    let place = host.as_ref().map(|host| Surroundings::of(tx, host)).unwrap_or_default();
    fill(&mut event, |base| {
        base.vm = Some(Box::new(argument));
        place.fill(base, text);
    });
    tx.post_event(event);
}

/// Posts an event about a host, its cluster and datacenter. `verb` goes into its text.
pub fn about_host<E: DataObject + IsA<Event>>(
    tx: &mut Transaction<'_>,
    host: &MoRef,
    mut event: E,
    verb: &str,
) {
    let place = Surroundings::of(tx, host);
    let text = format!("{verb} {}", tx.name_of(host).unwrap_or_default());
    fill(&mut event, |base| place.fill(base, text));
    tx.post_event(event);
}

/// Posts an event about a cluster or compute resource and its datacenter. `verb` goes into its text.
pub fn about_cluster<E: DataObject + IsA<Event>>(
    tx: &mut Transaction<'_>,
    cluster: &MoRef,
    mut event: E,
    verb: &str,
) {
    let place = Surroundings::of_compute_resource(tx, cluster);
    let text = format!("{verb} {}", tx.name_of(cluster).unwrap_or_default());
    fill(&mut event, |base| place.fill(base, text));
    tx.post_event(event);
}

#[derive(Default)]
struct Surroundings {
    host: Option<HostEventArgument>,
    compute_resource: Option<ComputeResourceEventArgument>,
    datacenter: Option<DatacenterEventArgument>,
}

impl Surroundings {
    fn of(tx: &mut Transaction<'_>, host: &MoRef) -> Self {
        let parent = tx.get::<HostSystem>(host).ok().and_then(|host| host.entity.parent.clone());
        let mut argument = HostEventArgument { host: host.clone(), ..Default::default() };
        argument.name = tx.name_of(host).unwrap_or_default();
        let around =
            parent.map(|parent| Self::of_compute_resource(tx, &parent)).unwrap_or_default();
        Self { host: Some(argument), ..around }
    }

    fn of_compute_resource(tx: &mut Transaction<'_>, id: &MoRef) -> Self {
        let mut argument =
            ComputeResourceEventArgument { compute_resource: id.clone(), ..Default::default() };
        argument.name = tx.name_of(id).unwrap_or_default();
        let datacenter = datacenter_of(tx.view(), id).map(|datacenter| {
            let name = tx.name_of(&datacenter).unwrap_or_default();
            let mut argument = DatacenterEventArgument { datacenter, ..Default::default() };
            argument.name = name;
            argument
        });
        Self { host: None, compute_resource: Some(argument), datacenter }
    }

    fn fill(self, base: &mut Event, text: String) {
        base.host = self.host.map(Box::new);
        base.compute_resource = self.compute_resource.map(Box::new);
        base.datacenter = self.datacenter.map(Box::new);
        base.full_formatted_message = Some(Str::from(text));
    }
}

fn fill<E: DataObject>(event: &mut E, change: impl FnOnce(&mut Event)) {
    let event: &mut dyn DataObject = event;
    if let Some(base) = event.as_type_mut::<Event>() {
        change(base);
    }
}
