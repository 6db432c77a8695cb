//! DRS rules: which can be kept, what the server notes on them, and whether the VMs are where they say.

use std::collections::BTreeSet;

use vim25::enums::{ArrayUpdateOperation, ManagedEntityStatus};
use vim25::types::{
    ClusterAffinityRuleSpec, ClusterAntiAffinityRuleSpec, ClusterConfigInfoEx, ClusterConfigSpecEx,
    ClusterGroupInfo, ClusterHostGroup, ClusterRuleInfo, ClusterVmGroup, ClusterVmHostRuleInfo,
};
use vim25::{DataObject, MoRef, Poly, Value};

use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;
use crate::store::{At, Transaction};

use super::spec;

/// Changes the rules as a specification says, after the groups that they name.
///
/// # Errors
/// `InvalidArgument` for a rule that cannot be kept, is added twice, or is not there.
pub(super) fn update(
    config: &mut ClusterConfigInfoEx,
    spec: &ClusterConfigSpecEx,
) -> Result<(), Fault> {
    for change in &spec.rules_spec {
        let next = config.rule.iter().filter_map(|rule| rule.key).max().unwrap_or(0) + 1;
        let adding = change.operation == ArrayUpdateOperation::Add;
        let info = change.info.clone().map(|mut info| {
            if adding {
                info.key = Some(next);
            }
            let known = config.rule.iter().find(|rule| rule.key == info.key);
            note(&mut info, known.filter(|_| !adding));
            (info.key, info)
        });
        let is_kept = change.operation != ArrayUpdateOperation::Remove;
        if let Some((_, info)) = info.as_ref().filter(|_| is_kept) {
            check(config, info)?;
        }
        let removed = change.remove_key.as_ref().and_then(Value::as_i64);
        let removed = removed.map(|key| i32::try_from(key).ok());
        spec::update(&mut config.rule, &change.operation, info, removed, |info| info.key)?;
    }
    Ok(())
}

/// What the server knows better than the client who adds or edits a rule.
fn note(info: &mut ClusterRuleInfo, before: Option<&Poly<ClusterRuleInfo>>) {
    info.rule_uuid = before.and_then(|rule| rule.rule_uuid.clone());
    info.user_created = before.map_or(Some(true), |rule| rule.user_created);
    info.mandatory.get_or_insert(false);
    info.in_compliance = None;
    info.status = None;
}

fn check(config: &ClusterConfigInfoEx, info: &Poly<ClusterRuleInfo>) -> Result<(), Fault> {
    let bad = |name: &str| Err(Fault::invalid_argument(&format!("spec.rulesSpec.info.{name}")));
    if let Some(apart) = info.downcast_ref::<ClusterAntiAffinityRuleSpec>() {
        let vms: BTreeSet<&MoRef> = apart.vm.iter().collect();
        if vms.len() < 2 {
            return bad("vm");
        }
    }
    let Some(rule) = info.downcast_ref::<ClusterVmHostRuleInfo>() else { return Ok(()) };
    if group::<ClusterVmGroup>(config, rule.vm_group_name.as_deref()).is_none() {
        return bad("vmGroupName");
    }
    let is_known = |name: &Option<vim25::Str>| {
        name.is_none() || group::<ClusterHostGroup>(config, name.as_deref()).is_some()
    };
    if !is_known(&rule.affine_host_group_name) {
        return bad("affineHostGroupName");
    }
    if !is_known(&rule.anti_affine_host_group_name) {
        return bad("antiAffineHostGroupName");
    }
    Ok(())
}

/// The group of this name, if it is one of this kind.
fn group<'a, G: DataObject>(config: &'a ClusterConfigInfoEx, name: Option<&str>) -> Option<&'a G> {
    let is_it = |group: &&Poly<ClusterGroupInfo>| Some(group.name.as_str()) == name;
    config.group.iter().find(is_it)?.downcast_ref()
}

/// Gives every rule that is new its UUID.
pub(super) fn identify(tx: &mut Transaction<'_>, config: &mut ClusterConfigInfoEx) {
    for rule in &mut config.rule {
        rule.rule_uuid.get_or_insert_with(|| tx.new_uuid());
    }
}

/// The rules with how far they are kept at present.
pub(super) fn shown(config: &ClusterConfigInfoEx, at: &At<'_>) -> Vec<Poly<ClusterRuleInfo>> {
    let judged = config.rule.iter().cloned().map(|mut rule| {
        let is_kept = is_kept(config, &rule, at);
        rule.in_compliance = Some(is_kept);
        rule.status = Some(match is_kept || rule.enabled == Some(false) {
            true => ManagedEntityStatus::Green,
            false => ManagedEntityStatus::Red,
        });
        rule
    });
    judged.collect()
}

/// Whether the VMs that run are where a rule wants them.
fn is_kept(config: &ClusterConfigInfoEx, rule: &Poly<ClusterRuleInfo>, at: &At<'_>) -> bool {
    let hosts_of = |vms: &[MoRef]| -> Vec<MoRef> {
        let vms = vms.iter().filter_map(|vm| at.get::<VirtualMachine>(vm));
        vms.filter(|vm| vm.is_on()).filter_map(|vm| vm.host.clone()).collect()
    };
    if let Some(together) = rule.downcast_ref::<ClusterAffinityRuleSpec>() {
        let hosts = hosts_of(&together.vm);
        return hosts.iter().all(|host| *host == hosts[0]);
    }
    if let Some(apart) = rule.downcast_ref::<ClusterAntiAffinityRuleSpec>() {
        let hosts = hosts_of(&apart.vm);
        return hosts.iter().collect::<BTreeSet<_>>().len() == hosts.len();
    }
    let Some(placed) = rule.downcast_ref::<ClusterVmHostRuleInfo>() else { return true };
    let vms = group::<ClusterVmGroup>(config, placed.vm_group_name.as_deref());
    let hosts = hosts_of(vms.map_or(&[], |group| group.vm.as_slice()));
    let members = |name: &Option<vim25::Str>| {
        group::<ClusterHostGroup>(config, name.as_deref()).map(|group| group.host.as_slice())
    };
    let wanted = members(&placed.affine_host_group_name);
    let unwanted = members(&placed.anti_affine_host_group_name);
    hosts.iter().all(|host| {
        wanted.is_none_or(|wanted| wanted.contains(host))
            && unwanted.is_none_or(|unwanted| !unwanted.contains(host))
    })
}
