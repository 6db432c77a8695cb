//! The methods of `HostVirtualNicManager`, `HostVMotionSystem` and `HostNetworkSystem`.

use vim25::methods::{
    AddPortGroup, AddVirtualNic, AddVirtualSwitch, DeselectVnic, DeselectVnicForNicType,
    QueryNetConfig, RefreshNetworkSystem, RemovePortGroup, RemoveVirtualNic, RemoveVirtualSwitch,
    SelectVnic, SelectVnicForNicType, UpdatePortGroup, UpdateVirtualNic, UpdateVirtualSwitch,
};
use vim25::types::NotFound;

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::dispatch::Dispatch;
use crate::fault::Fault;

use super::adapters::{add_vnic, deselect, net_config, remove_vnic, select, update_vnic};
use super::port_groups::{self, add_port_group, remove_port_group};
use super::{config, switches};

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<SelectVnicForNicType>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| select(tx, &host, &asked.nic_type, &asked.device))
    });
    dispatch.add::<DeselectVnicForNicType>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| deselect(tx, &host, &asked.nic_type, Some(&asked.device)))
    });
    dispatch.add::<QueryNetConfig>(net_config);
    dispatch.add::<SelectVnic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| {
            tx.edit::<HostSystem>(&host)?.server.network.selected.remove("vmotion");
            select(tx, &host, "vmotion", &asked.device)
        })
    });
    dispatch.add::<DeselectVnic>(|call, _| {
        let host = host_of(call)?;
        call.commit(|tx| deselect(tx, &host, "vmotion", None))
    });
    dispatch.add::<AddVirtualNic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| add_vnic(tx, &host, &asked.portgroup, asked.nic))
    });
    dispatch.add::<UpdateVirtualNic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| update_vnic(tx, &host, &asked.device, &asked.nic))
    });
    dispatch.add::<RemoveVirtualNic>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| remove_vnic(tx, &host, &asked.device))
    });
    dispatch.add::<AddPortGroup>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| add_port_group(tx, &host, asked.portgrp))
    });
    dispatch.add::<RemovePortGroup>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| remove_port_group(tx, &host, &asked.pg_name))
    });
    dispatch.add::<UpdatePortGroup>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| port_groups::update(tx, &host, &asked.pg_name, asked.portgrp))
    });
    dispatch.add::<AddVirtualSwitch>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| switches::add(tx, &host, &asked.vswitch_name, asked.spec.as_deref()))
    });
    dispatch.add::<UpdateVirtualSwitch>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| switches::update(tx, &host, &asked.vswitch_name, &asked.spec))
    });
    dispatch.add::<RemoveVirtualSwitch>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| switches::remove(tx, &host, &asked.vswitch_name))
    });
    config::register(dispatch);
    dispatch.add::<RefreshNetworkSystem>(|_, _| Ok(()));
}

/// The host has nothing of this name.
pub(super) fn not_found(what: &str) -> Fault {
    Fault::new(NotFound::default(), format!("'{what}' was not found."))
}
