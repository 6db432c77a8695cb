//! The vApp options of a VM, and what a change makes of them.

use vim25::Typed;
use vim25::enums::ArrayUpdateOperation as Operation;
use vim25::object::overlaid;
use vim25::types::{VAppProductInfo, VAppPropertyInfo, VmConfigInfo, VmConfigSpec};

/// The options after a change; what it leaves out stays.
pub(super) fn changed(old: Option<&VmConfigInfo>, change: &VmConfigSpec) -> VmConfigInfo {
    let mut info = old.cloned().unwrap_or_default();
    for asked in &change.product {
        let named = asked.info.as_deref();
        let key = named.map(|info| info.key).or_else(|| key_of(asked.remove_key.as_ref()));
        put(&mut info.product, named, &asked.operation, key, |it: &VAppProductInfo| it.key);
    }
    for asked in &change.property {
        let named = asked.info.as_deref();
        let key = named.map(|info| info.key).or_else(|| key_of(asked.remove_key.as_ref()));
        put(&mut info.property, named, &asked.operation, key, |it: &VAppPropertyInfo| it.key);
    }
    if let Some(assignment) = change.ip_assignment.as_deref() {
        info.ip_assignment = assignment.clone();
    }
    if !change.eula.is_empty() {
        info.eula.clone_from(&change.eula);
    }
    if !change.ovf_environment_transport.is_empty() {
        info.ovf_environment_transport.clone_from(&change.ovf_environment_transport);
    }
    let put_flag = |to: &mut bool, asked: Option<bool>| *to = asked.unwrap_or(*to);
    put_flag(&mut info.install_boot_required, change.install_boot_required);
    info.install_boot_stop_delay =
        change.install_boot_stop_delay.unwrap_or(info.install_boot_stop_delay);
    info
}

fn key_of(value: Option<&vim25::Value>) -> Option<i32> {
    value?.as_i64().and_then(|key| i32::try_from(key).ok())
}

/// Adds, edits or removes what has this key.
fn put<T: Typed + Clone>(
    list: &mut Vec<T>,
    info: Option<&T>,
    operation: &Operation,
    key: Option<i32>,
    key_of: impl Fn(&T) -> i32,
) {
    let place = list.iter().position(|known| Some(key_of(known)) == key);
    match (operation, place, info) {
        (Operation::Remove, Some(place), _) => {
            list.remove(place);
        }
        (Operation::Remove, None, _) | (_, _, None) => {}
        (_, Some(place), Some(info)) => list[place] = overlaid(&list[place], info),
        (_, None, Some(info)) => list.push(info.clone()),
    }
}
