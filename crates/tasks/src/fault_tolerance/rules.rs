//! Rules of a cluster about VMs: which ones stay apart, and which hosts they keep to.

use std::collections::BTreeSet;

use vim25::types::{
    ClusterAntiAffinityRuleSpec, ClusterConfigInfoEx, ClusterHostGroup, ClusterRuleInfo,
    ClusterVmGroup, ClusterVmHostRuleInfo,
};
use vim25::{MoRef, Poly, Str};

/// The rules of a cluster that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) apart: Vec<Apart>,
    pub(super) to_hosts: Vec<ToHosts>,
}

/// VMs that do not share a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Apart {
    pub(super) name: String,
    pub(super) vms: BTreeSet<MoRef>,
    /// Never to be broken.
    pub(super) mandatory: bool,
}

/// VMs that must be on these hosts, or must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ToHosts {
    pub(super) name: String,
    pub(super) vms: BTreeSet<MoRef>,
    pub(super) hosts: BTreeSet<MoRef>,
    /// On them; otherwise off them.
    pub(super) on: bool,
}

impl Rules {
    /// As the cluster has them. What is switched off does not count; of the rules about hosts only the
    /// mandatory ones do, since vSphere keeps a secondary from no other.
    pub(super) fn of(info: &ClusterConfigInfoEx) -> Self {
        let in_force = || info.rule.iter().filter(|rule| rule.enabled != Some(false));
        Self {
            apart: in_force().filter_map(apart).collect(),
            to_hosts: in_force().filter_map(|rule| to_hosts(rule, info)).collect(),
        }
    }

    /// The name of the rule that keeps a VM off a host.
    pub(super) fn keeping_off(&self, vm: &MoRef, host: &MoRef) -> Option<&str> {
        let against =
            |rule: &&ToHosts| rule.vms.contains(vm) && rule.hosts.contains(host) != rule.on;
        self.to_hosts.iter().find(against).map(|rule| rule.name.as_str())
    }
}

fn name(rule: &ClusterRuleInfo) -> String {
    rule.name.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn apart(rule: &Poly<ClusterRuleInfo>) -> Option<Apart> {
    let spec = rule.downcast_ref::<ClusterAntiAffinityRuleSpec>()?;
    Some(Apart {
        name: name(rule),
        vms: spec.vm.iter().cloned().collect(),
        mandatory: rule.mandatory == Some(true),
    })
}

fn to_hosts(rule: &Poly<ClusterRuleInfo>, info: &ClusterConfigInfoEx) -> Option<ToHosts> {
    let spec = rule.downcast_ref::<ClusterVmHostRuleInfo>()?;
    let on = spec.affine_host_group_name.is_some();
    let group = spec.affine_host_group_name.as_ref().or(spec.anti_affine_host_group_name.as_ref());
    let vms = vms_of(info, spec.vm_group_name.as_ref()?)?;
    let hosts = hosts_of(info, group?)?;
    (rule.mandatory == Some(true)).then(|| ToHosts { name: name(rule), vms, hosts, on })
}

fn vms_of(info: &ClusterConfigInfoEx, name: &Str) -> Option<BTreeSet<MoRef>> {
    let mut groups = info.group.iter().filter_map(|one| one.downcast_ref::<ClusterVmGroup>());
    groups.find(|group| group.name == *name).map(|group| group.vm.iter().cloned().collect())
}

fn hosts_of(info: &ClusterConfigInfoEx, name: &Str) -> Option<BTreeSet<MoRef>> {
    let mut groups = info.group.iter().filter_map(|one| one.downcast_ref::<ClusterHostGroup>());
    groups.find(|group| group.name == *name).map(|group| group.host.iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use vim25::types::ClusterGroupInfo;

    use super::*;

    fn vm(id: &str) -> MoRef {
        MoRef::new("VirtualMachine", id)
    }

    fn host(id: &str) -> MoRef {
        MoRef::new("HostSystem", id)
    }

    fn rule(name: &str, mandatory: bool) -> ClusterRuleInfo {
        ClusterRuleInfo {
            name: Some(name.into()),
            mandatory: Some(mandatory),
            enabled: Some(true),
            ..Default::default()
        }
    }

    fn to_hosts_rule(name: &str, mandatory: bool, on: bool) -> Poly<ClusterRuleInfo> {
        let hosts = Some(Str::from("hosts"));
        Poly::new(ClusterVmHostRuleInfo {
            base_: rule(name, mandatory),
            vm_group_name: Some("vms".into()),
            affine_host_group_name: hosts.clone().filter(|_| on),
            anti_affine_host_group_name: hosts.filter(|_| !on),
        })
    }

    #[test]
    fn only_what_is_in_force_and_mandatory_keeps_a_vm_off_a_host() {
        let table = [(true, true, "h2"), (true, false, "h1"), (false, true, "")];
        for (mandatory, on, refused) in table {
            let group = |name: &str| ClusterGroupInfo { name: name.into(), ..Default::default() };
            let info = ClusterConfigInfoEx {
                rule: vec![to_hosts_rule("r", mandatory, on)],
                group: vec![
                    Poly::new(ClusterVmGroup { base_: group("vms"), vm: vec![vm("v1")] }),
                    Poly::new(ClusterHostGroup { base_: group("hosts"), host: vec![host("h1")] }),
                ],
                ..Default::default()
            };
            let rules = Rules::of(&info);
            for id in ["h1", "h2"] {
                let kept_off = rules.keeping_off(&vm("v1"), &host(id)).is_some();
                assert_eq!(kept_off, id == refused, "{mandatory} {on} {id}");
                assert_eq!(rules.keeping_off(&vm("v2"), &host(id)), None);
            }
        }
    }

    #[test]
    fn vms_that_stay_apart_are_known_unless_the_rule_is_switched_off() {
        for enabled in [true, false] {
            let base_ = ClusterRuleInfo { enabled: Some(enabled), ..rule("apart", false) };
            let spec = ClusterAntiAffinityRuleSpec { base_, vm: vec![vm("v1"), vm("v2")] };
            let info = ClusterConfigInfoEx { rule: vec![Poly::new(spec)], ..Default::default() };
            assert_eq!(Rules::of(&info).apart.len(), usize::from(enabled));
        }
    }
}
