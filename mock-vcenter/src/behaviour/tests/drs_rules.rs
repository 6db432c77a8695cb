//! DRS rules and settings of HA: what a server refuses, and what it notes on what it keeps.

use vim25::enums::{ArrayUpdateOperation, ManagedEntityStatus};
use vim25::methods::{ReconfigureComputeResourceTask, RelocateVMTask};
use vim25::types::{
    ClusterAntiAffinityRuleSpec, ClusterConfigInfoEx, ClusterConfigSpecEx, ClusterDasConfigInfo,
    ClusterDasVmSettings, ClusterGroupInfo, ClusterGroupSpec, ClusterHostGroup, ClusterRuleInfo,
    ClusterRuleSpec, ClusterVmGroup, ClusterVmHostRuleInfo, VirtualMachineRelocateSpec,
};
use vim25::{MoRef, Poly};

use super::scene::{Scene, failure};

fn with_rule(operation: ArrayUpdateOperation, info: Poly<ClusterRuleInfo>) -> ClusterConfigSpecEx {
    let mut change = ClusterRuleSpec { info: Some(info), ..Default::default() };
    change.operation = operation;
    ClusterConfigSpecEx { rules_spec: vec![change], ..Default::default() }
}

fn apart(vms: &[MoRef]) -> ClusterAntiAffinityRuleSpec {
    let base_ =
        ClusterRuleInfo { name: Some("apart".into()), enabled: Some(true), ..Default::default() };
    ClusterAntiAffinityRuleSpec { base_, vm: vms.to_vec() }
}

async fn reconfigure(scene: &Scene, spec: ClusterConfigSpecEx) -> String {
    let asked = ReconfigureComputeResourceTask {
        this: scene.cluster(),
        spec: Poly::new(spec),
        modify: true,
        ..Default::default()
    };
    failure(scene.run(asked).await)
}

async fn rules(scene: &Scene) -> Vec<Poly<ClusterRuleInfo>> {
    let value = scene.rig.fetch(&scene.cluster(), "configurationEx").await.unwrap();
    value.into_object::<ClusterConfigInfoEx>().unwrap().rule
}

/// Two VMs that run, on different hosts.
async fn two_apart(scene: &Scene) -> [MoRef; 2] {
    let snapshot = scene.snapshot();
    let on = |id: &&MoRef| {
        let vm = snapshot.get::<crate::behaviour::virtual_machine::VirtualMachine>(id);
        vm.is_some_and(|vm| vm.is_on())
    };
    let running: Vec<MoRef> =
        snapshot.of_kind("VirtualMachine").iter().filter(on).cloned().collect();
    let first = running[0].clone();
    let name = scene.host_name_of(&first);
    let other = running.iter().find(|vm| scene.host_name_of(vm) != name);
    [first, other.unwrap().clone()]
}

#[tokio::test]
async fn a_rule_that_is_kept_says_who_made_it_and_whether_vms_comply() {
    let scene = Scene::ready(|_| ()).await;
    let vms = two_apart(&scene).await;
    let add = with_rule(ArrayUpdateOperation::Add, Poly::new(apart(&vms)));
    assert_eq!(reconfigure(&scene, add).await, "no fault");
    let before = rules(&scene).await.remove(0);
    assert_eq!((before.key, before.user_created), (Some(1), Some(true)));
    assert_eq!((before.mandatory, before.in_compliance), (Some(false), Some(true)));
    assert_eq!(before.status, Some(ManagedEntityStatus::Green));
    let uuid = before.rule_uuid.clone().unwrap();
    assert_eq!(uuid.len(), 36);

    let host = scene.get::<crate::behaviour::virtual_machine::VirtualMachine>(&vms[0]).host;
    let spec = VirtualMachineRelocateSpec { host, ..Default::default() };
    let here = RelocateVMTask { this: vms[1].clone(), spec, ..Default::default() };
    assert_eq!(failure(scene.run(here).await), "no fault");
    let after = rules(&scene).await.remove(0);
    assert_eq!(after.in_compliance, Some(false));
    assert_eq!(after.status, Some(ManagedEntityStatus::Red));

    let mut edited = apart(&vms);
    edited.base_.key = before.key;
    edited.base_.enabled = Some(false);
    let edit = with_rule(ArrayUpdateOperation::Edit, Poly::new(edited));
    assert_eq!(reconfigure(&scene, edit).await, "no fault");
    let edited = rules(&scene).await.remove(0);
    assert_eq!((edited.rule_uuid.clone(), edited.user_created), (Some(uuid), Some(true)));
    assert_eq!(edited.status, Some(ManagedEntityStatus::Green), "it is not in force");
}

fn group(info: Poly<ClusterGroupInfo>) -> ClusterGroupSpec {
    let mut change = ClusterGroupSpec { info: Some(info), ..Default::default() };
    change.operation = ArrayUpdateOperation::Add;
    change
}

#[tokio::test]
async fn rules_that_make_no_sense_are_refused() {
    let scene = Scene::ready(|_| ()).await;
    let vms = two_apart(&scene).await;
    let add = |info| with_rule(ArrayUpdateOperation::Add, info);
    for few in [&vms[..1], &[vms[0].clone(), vms[0].clone()], &[]] {
        let refused = reconfigure(&scene, add(Poly::new(apart(few)))).await;
        assert_eq!(refused, "InvalidArgument", "{few:?}");
    }
    let bound = |vms: &str, hosts: &str| {
        Poly::new(ClusterVmHostRuleInfo {
            vm_group_name: Some(vms.into()),
            affine_host_group_name: Some(hosts.into()),
            ..Default::default()
        })
    };
    assert_eq!(reconfigure(&scene, add(bound("vms", "hosts"))).await, "InvalidArgument");
    assert_eq!(rules(&scene).await, []);

    let mut of_vms = ClusterVmGroup { vm: vms.to_vec(), ..Default::default() };
    of_vms.name = "vms".into();
    let mut of_hosts = ClusterHostGroup::default();
    of_hosts.name = "hosts".into();
    let mut all = add(bound("vms", "hosts"));
    all.group_spec = vec![group(Poly::new(of_vms)), group(Poly::new(of_hosts))];
    assert_eq!(reconfigure(&scene, all).await, "no fault");
    assert_eq!(rules(&scene).await[0].in_compliance, Some(false), "no host is in the group");
    for (vms, hosts) in [("hosts", "hosts"), ("vms", "vms"), ("vms", "others")] {
        let refused = reconfigure(&scene, add(bound(vms, hosts))).await;
        assert_eq!(refused, "InvalidArgument", "{vms} on {hosts}");
    }
    assert_eq!(rules(&scene).await.len(), 1);
    let mut gone = with_rule(ArrayUpdateOperation::Remove, bound("others", "others"));
    gone.rules_spec[0].remove_key = Some(1.into());
    assert_eq!(reconfigure(&scene, gone).await, "no fault", "it need not make sense any more");
    assert_eq!(rules(&scene).await, []);
}

#[tokio::test]
async fn settings_of_ha_have_only_documented_values() {
    let scene = Scene::ready(|_| ()).await;
    let das = |das: ClusterDasConfigInfo| ClusterConfigSpecEx {
        das_config: Some(Box::new(das)),
        ..Default::default()
    };
    let monitoring = |value: &str| ClusterDasConfigInfo {
        host_monitoring: Some(value.into()),
        ..Default::default()
    };
    assert_eq!(reconfigure(&scene, das(monitoring("on"))).await, "InvalidArgument");
    assert_eq!(reconfigure(&scene, das(monitoring("disabled"))).await, "no fault");
    let isolation = |value: &str| ClusterDasConfigInfo {
        default_vm_settings: Some(Box::new(ClusterDasVmSettings {
            isolation_response: Some(value.into()),
            ..Default::default()
        })),
        ..Default::default()
    };
    assert_eq!(reconfigure(&scene, das(isolation("leavePoweredOn"))).await, "InvalidArgument");
    assert_eq!(reconfigure(&scene, das(isolation("shutdown"))).await, "no fault");
    let value = scene.rig.fetch(&scene.cluster(), "configurationEx").await.unwrap();
    let config: ClusterConfigInfoEx = value.into_object().unwrap();
    assert_eq!(config.das_config.host_monitoring.as_deref(), Some("disabled"));
    let vm = config.das_config.default_vm_settings.unwrap();
    assert_eq!(vm.isolation_response.as_deref(), Some("shutdown"));
    assert_eq!(vm.restart_priority.as_deref(), Some("medium"));
}
