//! What a VM does at the moment, and for how long, as time passes and its power changes.

use std::time::Duration;

use vim25::enums::VirtualMachinePowerState;
use vim25::methods::{
    PowerOffVMTask, PowerOnVMTask, QueryPerf, ReconfigVMTask, ResetVMTask, SuspendVMTask,
};
use vim25::types::{
    InvalidPowerState, PerfEntityMetric, PerfMetricId, PerfMetricIntSeries, PerfQuerySpec,
    ResourceAllocationInfo, VirtualMachineConfigSpec, VirtualMachineQuickStats,
    VirtualMachineRuntimeInfo,
};
use vim25::{DateTime, MoRef};

use super::scene::Scene;

async fn stats(scene: &Scene, vm: &MoRef) -> VirtualMachineQuickStats {
    scene.object(vm, "summary.quickStats").await
}

async fn uptime(scene: &Scene, vm: &MoRef) -> i32 {
    stats(scene, vm).await.uptime_seconds.unwrap()
}

async fn runtime(scene: &Scene, vm: &MoRef) -> VirtualMachineRuntimeInfo {
    scene.object(vm, "runtime").await
}

/// Whole seconds from a moment until now.
fn age(scene: &Scene, since: &DateTime) -> i32 {
    let passed = scene.rig.clock().now().duration_since(since.to_system_time().unwrap());
    i32::try_from(passed.unwrap().as_secs()).unwrap()
}

#[tokio::test]
async fn a_vm_is_up_since_it_was_powered_on_or_reset() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let before = uptime(&scene, &vm).await;
    assert!((86_400..86_460).contains(&before), "{before}: it has run for a day");
    scene.rig.advance(100);
    assert_eq!(uptime(&scene, &vm).await, before + 100);
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(uptime(&scene, &vm).await, 0);
    scene.rig.advance(50);
    scene.run(PowerOnVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    scene.rig.advance(1200);
    let booted = runtime(&scene, &vm).await.boot_time.unwrap();
    assert_eq!(uptime(&scene, &vm).await, age(&scene, &booted));
    assert_eq!(age(&scene, &booted), 1200);
    scene.run(ResetVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    scene.rig.advance(7);
    assert_eq!(uptime(&scene, &vm).await, 7);
}

#[tokio::test]
async fn time_in_suspension_is_told_and_does_not_count() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    assert_eq!(runtime(&scene, &vm).await.suspend_time, None);
    scene.run(SuspendVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    let ran = {
        let booted = runtime(&scene, &vm).await.boot_time.unwrap();
        age(&scene, &booted)
    };
    let suspended = runtime(&scene, &vm).await.suspend_time.unwrap();
    assert_eq!(age(&scene, &suspended), 0);
    scene.rig.advance(500);
    assert_eq!(age(&scene, &suspended), 500);
    assert_eq!(uptime(&scene, &vm).await, 0);
    let told = runtime(&scene, &vm).await;
    assert_eq!((told.suspend_interval, told.suspend_time.as_ref()), (Some(0), Some(&suspended)));
    scene.run(PowerOnVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    let away = age(&scene, &suspended);
    scene.rig.advance(10);
    let now = runtime(&scene, &vm).await;
    assert_eq!(now.boot_time, told.boot_time, "it goes on");
    assert_eq!(now.suspend_interval, Some(i64::from(away)));
    assert!((ran + 10..=ran + 11).contains(&uptime(&scene, &vm).await));
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(runtime(&scene, &vm).await.suspend_interval, Some(0));
}

#[tokio::test]
async fn entitlements_follow_from_size_limit_and_drs() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let told = stats(&scene, &vm).await;
    let most = runtime(&scene, &vm).await;
    let memory = most.max_memory_usage;
    assert_eq!((told.granted_memory, told.static_memory_entitlement), (memory, memory));
    assert_eq!(told.active_memory, told.guest_memory_usage);
    assert_eq!(told.static_cpu_entitlement, most.max_cpu_usage);
    let cluster = scene.cluster();
    let drs = scene.rig.fetch(&cluster, "configuration.drsConfig.enabled").await;
    let by_drs = drs.and_then(|drs| drs.as_bool()) == Some(true);
    let shared = |value: Option<i32>| if by_drs { value } else { Some(0) };
    assert_eq!(told.distributed_cpu_entitlement, shared(told.overall_cpu_demand));
    assert_eq!(told.distributed_memory_entitlement, shared(told.guest_memory_usage));
    let limit =
        |limit| Some(Box::new(ResourceAllocationInfo { limit: Some(limit), ..Default::default() }));
    let spec = VirtualMachineConfigSpec {
        cpu_allocation: limit(500),
        memory_allocation: limit(64),
        ..Default::default()
    };
    scene.run(ReconfigVMTask { this: vm.clone(), spec, ..Default::default() }).await.unwrap();
    let told = stats(&scene, &vm).await;
    assert_eq!(told.static_cpu_entitlement, Some(500));
    assert_eq!(told.static_memory_entitlement, Some(64));
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    let told = stats(&scene, &vm).await;
    assert_eq!((told.granted_memory, told.static_cpu_entitlement), (Some(0), Some(0)));
}

#[tokio::test]
async fn the_statistics_know_how_long_a_vm_has_run() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    scene.run(PowerOnVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    scene.rig.clock().advance(Duration::from_secs(90));
    let uptime_counter = PerfMetricId { counter_id: 155, ..Default::default() };
    let spec = PerfQuerySpec {
        entity: vm.clone(),
        metric_id: vec![uptime_counter],
        interval_id: Some(20),
        ..Default::default()
    };
    let this = scene.rig.first("PerformanceManager");
    let asked = QueryPerf { this, query_spec: vec![spec], ..Default::default() };
    let answer = scene.rig.call(asked).await.unwrap();
    let metric = answer[0].downcast_ref::<PerfEntityMetric>().unwrap();
    let series = metric.value[0].downcast_ref::<PerfMetricIntSeries>().unwrap();
    let newest = *series.value.last().unwrap();
    assert!((70..=90).contains(&newest), "{newest}");
    assert_eq!(series.value[0], 0, "an hour ago it had not been powered on");
}

#[tokio::test]
async fn what_the_power_state_does_not_allow_is_refused_in_its_words() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let text = |state: &str| {
        format!("The attempted operation cannot be performed in the current state ({state}).")
    };
    let on = || PowerOnVMTask { this: vm.clone(), ..Default::default() };
    let off = || PowerOffVMTask { this: vm.clone(), ..Default::default() };
    let suspend = || SuspendVMTask { this: vm.clone(), ..Default::default() };
    let fault = scene.run(on()).await.unwrap_err();
    assert_eq!(fault.localized_message.as_deref(), Some(&*text("Powered on")));
    let detail: &InvalidPowerState = fault.fault.downcast_ref().unwrap();
    assert_eq!(detail.requested_state, Some(VirtualMachinePowerState::PoweredOn));
    assert_eq!(detail.existing_state, VirtualMachinePowerState::PoweredOn);
    scene.run(suspend()).await.unwrap();
    let fault = scene.run(suspend()).await.unwrap_err();
    assert_eq!(fault.localized_message.as_deref(), Some(&*text("Suspended")));
    scene.run(off()).await.unwrap();
    let fault = scene.run(off()).await.unwrap_err();
    assert_eq!(fault.localized_message.as_deref(), Some(&*text("Powered off")));
}
