//! Installations that differ: each setting of [`Behaviour`] and what it makes of the world.

use vim25::methods::{
    ApplyRecommendation, QueryFaultToleranceCompatibilityEx, ReconfigureComputeResourceTask,
};
use vim25::types::{
    ClusterConfigSpecEx, ClusterDrsConfigInfo, FaultToleranceSecondaryOpResult,
    VmFaultToleranceOpIssuesList,
};
use vim25::{MoRef, Poly};

use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;

use super::scene::{Ended, Scene, failure};

fn result(ended: Ended) -> FaultToleranceSecondaryOpResult {
    ended.unwrap().unwrap().into_object().unwrap()
}

fn attempted(result: &FaultToleranceSecondaryOpResult) -> MoRef {
    result.power_on_result.as_ref().unwrap().attempted[0].task.clone().unwrap()
}

#[tokio::test]
async fn refusals_and_warnings_come_as_told() {
    let scene = Scene::ready(|behaviour| {
        let ft = &mut behaviour.fault_tolerance;
        ft.refuse.insert("vm1".into(), "InsufficientFailoverResourcesFault".into());
        ft.refuse.insert("vm2".into(), "somethingNew".into());
        ft.warnings.push("insufficientBandwidth".into());
    })
    .await;
    assert_eq!(
        failure(scene.turn_on(&scene.vm("vm1")).await),
        "InsufficientFailoverResourcesFault"
    );
    assert_eq!(
        failure(scene.turn_on(&scene.vm("vm2")).await),
        "VmFaultToleranceOpIssuesList/somethingNew"
    );
    let query = QueryFaultToleranceCompatibilityEx { this: scene.vm("vm3"), ..Default::default() };
    let told = scene.rig.call(query).await.unwrap();
    let list = told[0].fault.downcast_ref::<VmFaultToleranceOpIssuesList>().unwrap();
    assert!(list.errors.is_empty() && list.warnings.len() == 1);
    scene.turn_on(&scene.vm("vm3")).await.unwrap();
    let bare = Scene::ready(|behaviour| {
        behaviour.fault_tolerance.issues_in_list = false;
        behaviour.fault_tolerance.refuse.insert("vm1".into(), "hasSnapshots".into());
    })
    .await;
    assert_eq!(failure(bare.turn_on(&bare.vm("vm1")).await), "hasSnapshots");
}

#[tokio::test]
async fn warnings_are_told_beside_errors() {
    let scene = Scene::ready(|behaviour| {
        behaviour.fault_tolerance.warnings.push("insufficientBandwidth".into());
    })
    .await;
    let vm = scene.vm("vm1");
    scene.rig.commit(|tx| {
        tx.edit::<VirtualMachine>(&vm)?.cpus = 64;
        Ok(())
    });
    let fault = scene.turn_on(&vm).await.unwrap_err();
    let list = fault.fault.downcast_ref::<VmFaultToleranceOpIssuesList>().unwrap();
    assert_eq!((list.errors.len(), list.warnings.len()), (1, 1));
}

#[tokio::test]
async fn a_secondary_that_does_not_power_on_leaves_the_pair_waiting() {
    let scene = Scene::ready(|behaviour| {
        let ft = &mut behaviour.fault_tolerance;
        ft.power_on_fails.insert("vm1".into(), "InsufficientMemoryResourcesFault".into());
        ft.times_out.push("vm2".into());
        ft.power_on_not_attempted.push("vm3".into());
    })
    .await;
    let (vm1, vm2, vm3) = (scene.vm("vm1"), scene.vm("vm2"), scene.vm("vm3"));
    let failed = result(scene.turn_on(&vm1).await);
    assert_eq!(failure(scene.end(&attempted(&failed))), "PowerOnFtSecondaryFailed");
    let late = result(scene.turn_on(&vm2).await);
    assert_eq!(failure(scene.end(&attempted(&late))), "PowerOnFtSecondaryTimedout");
    let idle = result(scene.turn_on(&vm3).await).power_on_result.unwrap();
    assert!(idle.attempted.is_empty());
    assert_eq!(
        idle.not_attempted[0].fault.fault.type_name(),
        "FaultTolerancePrimaryPowerOnNotAttempted"
    );
    scene.rig.advance(600);
    for vm in [vm1, vm2, vm3] {
        assert_eq!(scene.state(&vm), "needSecondary");
    }
    let events = scene.events().await;
    for event in ["VmFailedStartingSecondaryEvent", "VmTimedoutStartingSecondaryEvent"] {
        assert!(events.contains(&event.to_owned()), "{event}");
    }
}

#[tokio::test]
async fn the_system_gives_up_after_so_many_attempts() {
    let scene = Scene::ready(|behaviour| {
        let ft = &mut behaviour.fault_tolerance;
        ft.power_on_fails.insert("vm1".into(), "NoCompatibleHost".into());
        ft.restart_attempts = 2;
    })
    .await;
    let vm = scene.vm("vm1");
    scene.turn_on(&vm).await.unwrap();
    scene.rig.advance(300);
    assert_eq!(scene.state(&vm), "disabled");
    let events = scene.events().await;
    let failures = events.iter().filter(|event| *event == "VmFailedStartingSecondaryEvent").count();
    assert_eq!(failures, 3);
    assert!(events.contains(&"VmSecondaryDisabledBySystemEvent".to_owned()));
}

#[tokio::test]
async fn pairs_can_stay_where_they_should_not() {
    let scene = Scene::ready(|behaviour| {
        let ft = &mut behaviour.fault_tolerance;
        ft.stuck_at.insert("vm1".into(), "needSecondary".into());
        ft.stuck_at.insert("vm2".into(), "starting".into());
        ft.wrong_host.insert("vm3".into(), "esx1.lab.local".into());
        ft.same_bios_uuid = false;
        ft.secondary_suffix = " (secondary)".into();
        ft.disabled_methods.insert("vm4".into(), vec!["CreateSecondaryVMEx_Task".into()]);
    })
    .await;
    let (vm1, vm2, vm3) = (scene.vm("vm1"), scene.vm("vm2"), scene.vm("vm3"));
    let disabled = scene.rig.fetch(&scene.vm("vm4"), "disabledMethod").await.unwrap();
    assert!(disabled.items().iter().any(|name| name.as_str() == Some("CreateSecondaryVMEx_Task")));
    for vm in [&vm1, &vm2, &vm3] {
        scene.turn_on(vm).await.unwrap();
    }
    scene.rig.advance(86_400);
    assert_eq!(scene.state(&vm1), "needSecondary");
    assert_eq!(scene.state(&vm2), "starting");
    let secondary = scene.secondary_of(&vm3);
    assert_eq!(scene.host_name_of(&secondary), "esx1.lab.local", "both halves on one host");
    let (first, second): (VirtualMachine, VirtualMachine) =
        (scene.get(&vm3), scene.get(&secondary));
    assert_ne!(first.uuid, second.uuid);
    assert_eq!(second.entity.name, "vm3 (secondary)");
}

#[tokio::test]
async fn drs_that_asks_first_leaves_a_recommendation() {
    let scene = Scene::ready(|_| {}).await;
    let cluster = scene.cluster();
    let drs = ClusterDrsConfigInfo {
        enabled: Some(true),
        default_vm_behavior: Some(vim25::enums::DrsBehavior::Manual),
        ..Default::default()
    };
    let spec = ClusterConfigSpecEx { drs_config: Some(Box::new(drs)), ..Default::default() };
    let reconfigure = ReconfigureComputeResourceTask {
        this: cluster.clone(),
        spec: Poly::new(spec),
        modify: true,
        ..Default::default()
    };
    scene.run(reconfigure).await.unwrap();
    let vm = scene.vm("vm1");
    let made = result(scene.turn_on(&vm).await).power_on_result.unwrap();
    let key = made.recommendations[0].key.clone();
    scene.rig.advance(600);
    assert_eq!(scene.state(&vm), "needSecondary");
    let shown = scene.rig.fetch(&cluster, "recommendation").await.unwrap();
    assert_eq!(shown.items().len(), 1);
    let apply = ApplyRecommendation { this: cluster, key, ..Default::default() };
    scene.rig.call(apply).await.unwrap();
    scene.rig.advance(600);
    assert_eq!(scene.state(&vm), "running");
}

#[tokio::test]
async fn settings_change_through_the_control_endpoint() {
    use crate::behaviour::control;
    let scene = Scene::ready(|_| {}).await;
    let store = &scene.rig.core.store;
    let change = br#"{"haAgentSeconds": 3, "faultTolerance": {"refuse": {"vm1": "hasSnapshots"}}}"#;
    control::change_settings(store, change).unwrap();
    let now = Behaviour::seen(&scene.snapshot());
    assert_eq!((now.ha_agent_seconds, now.add_host_seconds), (3, 45));
    assert_eq!(
        failure(scene.turn_on(&scene.vm("vm1")).await),
        "VmFaultToleranceOpIssuesList/hasSnapshots"
    );
    control::change_settings(store, br#"{"faultTolerance": {"refuse": {}}}"#).unwrap();
    scene.turn_on(&scene.vm("vm1")).await.unwrap();
    assert!(control::change_settings(store, br#"{"nonsense": 1}"#).is_err());
    control::change_host(store, br#"{"host": "esx1.lab.local", "power": "fail"}"#).unwrap();
    assert!(control::hosts(store).to_string().contains("notResponding"));
    assert!(control::change_host(store, br#"{"host": "nobody", "power": "fail"}"#).is_err());
}
