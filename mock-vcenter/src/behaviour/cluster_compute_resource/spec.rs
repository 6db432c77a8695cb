//! How a specification changes the configuration of a cluster.

use vim25::enums::ArrayUpdateOperation;
use vim25::object::overlaid;
use vim25::types::{
    ClusterConfigInfoEx, ClusterConfigSpec, ClusterConfigSpecEx, ClusterDasConfigInfo,
    ClusterDasVmConfigInfo, ComputeResourceConfigSpec, OptionValue,
};
use vim25::{MoRef, Poly, Value};

use crate::fault::Fault;

use super::{defaults, ha_constants, rules};

/// Whether a specification adds to what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Unset fields stay as they are.
    Modify {
        /// Options of HA are merged by key.
        merge_options: bool,
    },
    /// Unset fields go back to their defaults.
    Replace,
}

/// The configuration after `spec`.
///
/// # Errors
/// `InvalidArgument` for entries that are added twice or edited and removed without being there, for rules that
/// cannot be kept, and for settings of HA that are none of the documented constants.
pub(super) fn apply(
    before: &ClusterConfigInfoEx,
    spec: &ComputeResourceConfigSpec,
    extended: Option<&ClusterConfigSpecEx>,
    mode: Mode,
) -> Result<ClusterConfigInfoEx, Fault> {
    let mut config = before.clone();
    if mode == Mode::Replace {
        config = defaults::configuration();
        config.vsan_config_info.clone_from(&before.vsan_config_info);
    }
    if let Some(placement) = &spec.vm_swap_placement {
        config.vm_swap_placement = placement.clone();
    }
    if spec.spbm_enabled.is_some() {
        config.spbm_enabled = spec.spbm_enabled;
    }
    if spec.default_hardware_version_key.is_some() {
        config.default_hardware_version_key.clone_from(&spec.default_hardware_version_key);
    }
    if spec.maximum_hardware_version_key.is_some() {
        config.maximum_hardware_version_key.clone_from(&spec.maximum_hardware_version_key);
    }
    if let Some(spec) = extended {
        apply_extended(&mut config, spec, mode)?;
    }
    Ok(config)
}

/// The newer form of a specification, whichever one was sent.
pub(super) fn extended(spec: &Poly<ComputeResourceConfigSpec>) -> Option<ClusterConfigSpecEx> {
    if let Some(spec) = spec.downcast_ref::<ClusterConfigSpecEx>() {
        return Some(spec.clone());
    }
    // The old form stands beside the hierarchy, so a client can only send it to `ReconfigureCluster_Task`.
    None
}

/// The newer form of the old specification.
pub(super) fn from_old(old: ClusterConfigSpec) -> ClusterConfigSpecEx {
    ClusterConfigSpecEx {
        das_config: old.das_config,
        das_vm_config_spec: old.das_vm_config_spec,
        drs_config: old.drs_config,
        drs_vm_config_spec: old.drs_vm_config_spec,
        rules_spec: old.rules_spec,
        ..Default::default()
    }
}

fn apply_extended(
    config: &mut ClusterConfigInfoEx,
    spec: &ClusterConfigSpecEx,
    mode: Mode,
) -> Result<(), Fault> {
    if let Some(das) = &spec.das_config {
        ha_constants::check(das)?;
        config.das_config = high_availability(&config.das_config, das, mode);
    }
    if let Some(drs) = &spec.drs_config {
        config.drs_config = overlaid(&config.drs_config, &**drs);
    }
    overlay_box(&mut config.orchestration, spec.orchestration.as_deref());
    overlay_box(&mut config.dpm_config_info, spec.dpm_config.as_deref());
    overlay_box(&mut config.infra_update_ha_config, spec.infra_update_ha_config.as_deref());
    overlay_box(&mut config.proactive_drs_config, spec.proactive_drs_config.as_deref());
    for change in &spec.das_vm_config_spec {
        let settings = change.info.as_deref().and_then(|info| info.das_settings.as_deref());
        settings.map_or(Ok(()), ha_constants::check_vm)?;
        let info = change.info.as_deref().cloned().map(|info| (info.key.clone(), info));
        let removed = change.remove_key.as_ref().and_then(Value::as_moref).cloned();
        update(
            &mut config.das_vm_config,
            &change.operation,
            info,
            removed,
            |info: &ClusterDasVmConfigInfo| info.key.clone(),
        )?;
    }
    for change in &spec.drs_vm_config_spec {
        let info = change.info.as_deref().cloned().map(|info| (info.key.clone(), info));
        let removed: Option<MoRef> = change.remove_key.as_ref().and_then(Value::as_moref).cloned();
        update(&mut config.drs_vm_config, &change.operation, info, removed, |info| {
            info.key.clone()
        })?;
    }
    for change in &spec.group_spec {
        let info = change.info.clone().map(|info| (info.name.clone(), info));
        let removed = change.remove_key.as_ref().and_then(Value::as_str).map(Into::into);
        update(&mut config.group, &change.operation, info, removed, |info| info.name.clone())?;
    }
    rules::update(config, spec)
}

fn overlay_box<T: vim25::Typed + Clone>(under: &mut Option<Box<T>>, over: Option<&T>) {
    if let Some(over) = over {
        let merged = under.as_deref().map_or_else(|| over.clone(), |under| overlaid(under, over));
        *under = Some(Box::new(merged));
    }
}

/// Adds, changes or removes one entry of a list whose entries have keys.
pub(super) fn update<T, K: PartialEq>(
    list: &mut Vec<T>,
    operation: &ArrayUpdateOperation,
    info: Option<(K, T)>,
    removed: Option<K>,
    key_of: impl Fn(&T) -> K,
) -> Result<(), Fault> {
    let bad = || Fault::invalid_argument("spec");
    match operation {
        ArrayUpdateOperation::Remove => {
            let key = removed.ok_or_else(|| Fault::invalid_argument("removeKey"))?;
            let place = list.iter().position(|entry| key_of(entry) == key).ok_or_else(bad)?;
            list.remove(place);
        }
        operation => {
            let (key, info) = info.ok_or_else(|| Fault::invalid_argument("info"))?;
            let place = list.iter().position(|entry| key_of(entry) == key);
            match (operation, place) {
                (ArrayUpdateOperation::Add, None) => list.push(info),
                (ArrayUpdateOperation::Edit, Some(place)) => list[place] = info,
                _ => return Err(bad()),
            }
        }
    }
    Ok(())
}

fn high_availability(
    before: &ClusterDasConfigInfo,
    change: &ClusterDasConfigInfo,
    mode: Mode,
) -> ClusterDasConfigInfo {
    let mut after = overlaid(before, change);
    let merge = matches!(mode, Mode::Modify { merge_options: true });
    if merge && !change.option.is_empty() {
        after.option.clone_from(&before.option);
        for option in &change.option {
            merge_option(&mut after.option, option);
        }
    }
    after.option.retain(|option| option.value.as_ref().and_then(Value::as_str) != Some(""));
    after
}

fn merge_option(options: &mut Vec<Poly<OptionValue>>, change: &Poly<OptionValue>) {
    match options.iter_mut().find(|option| option.key == change.key) {
        Some(option) => *option = change.clone(),
        None => options.push(change.clone()),
    }
}
