//! Suspend, resume, test fail-over, test restart and turning off.

use vim25::MoRef;
use vim25::methods::{
    DisableSecondaryVMTask, EnableSecondaryVMTask, MakePrimaryVMTask, TerminateFaultTolerantVMTask,
    TurnOffFaultToleranceForVMTask,
};
use vim25::types::FaultToleranceSecondaryOpResult;

use crate::behaviour::virtual_machine::VirtualMachine;
use crate::testing::fault_type;

use super::scene::{Scene, failure};

async fn protected() -> (Scene, MoRef, MoRef) {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.turn_on(&vm).await.unwrap();
    scene.rig.advance(120);
    assert_eq!(scene.state(&vm), "running");
    let secondary = scene.secondary_of(&vm);
    (scene, vm, secondary)
}

fn states(scene: &Scene, vm: &MoRef, secondary: &MoRef) -> (String, String) {
    (scene.state(vm), scene.state(secondary))
}

fn both(state: &str) -> (String, String) {
    (state.to_owned(), state.to_owned())
}

#[tokio::test]
async fn a_pair_is_suspended_and_resumed() {
    let (scene, vm, secondary) = protected().await;
    let disable =
        || DisableSecondaryVMTask { this: vm.clone(), vm: secondary.clone(), ..Default::default() };
    let enable =
        || EnableSecondaryVMTask { this: vm.clone(), vm: secondary.clone(), ..Default::default() };
    assert_eq!(failure(scene.run(enable()).await), "SecondaryVmAlreadyEnabled");
    scene.run(disable()).await.unwrap();
    assert_eq!(states(&scene, &vm, &secondary), both("disabled"));
    assert!(!scene.get::<VirtualMachine>(&secondary).is_on());
    assert_eq!(failure(scene.run(disable()).await), "SecondaryVmAlreadyDisabled");
    let result = scene.run(enable()).await.unwrap().unwrap();
    assert!(result.as_object::<FaultToleranceSecondaryOpResult>().unwrap().power_on_attempted);
    assert_eq!(scene.state(&vm), "needSecondary");
    scene.rig.advance(120);
    assert_eq!(states(&scene, &vm, &secondary), both("running"));
    let wrong = DisableSecondaryVMTask { this: vm, vm: scene.vm("vm2"), ..Default::default() };
    assert_eq!(failure(scene.run(wrong).await), "SecondaryVmNotRegistered");
}

#[tokio::test]
async fn a_test_failover_changes_the_roles_and_ends_protected() {
    let (scene, vm, secondary) = protected().await;
    let (host, other) = (scene.host_name_of(&vm), scene.host_name_of(&secondary));
    let asked =
        || MakePrimaryVMTask { this: vm.clone(), vm: secondary.clone(), ..Default::default() };
    scene.run(asked()).await.unwrap();
    assert!(scene.get::<VirtualMachine>(&secondary).is_primary());
    assert!(scene.get::<VirtualMachine>(&vm).is_secondary());
    assert_eq!(scene.state(&secondary), "needSecondary");
    let role = scene.rig.fetch(&secondary, "config.ftInfo.role").await.unwrap();
    assert_eq!(role.as_i64(), Some(1));
    scene.rig.advance(120);
    assert_eq!(states(&scene, &secondary, &vm), both("running"));
    assert_eq!((scene.host_name_of(&secondary), scene.host_name_of(&vm)), (other, host));
    assert_eq!(failure(scene.run(asked()).await), "InvalidOperationOnSecondaryVm");
    assert!(scene.events().await.contains(&"VmPrimaryFailoverEvent".to_owned()));
}

#[tokio::test]
async fn a_terminated_secondary_is_started_again() {
    let (scene, vm, secondary) = protected().await;
    let asked = |secondary: Option<MoRef>| TerminateFaultTolerantVMTask {
        this: vm.clone(),
        vm: secondary,
        ..Default::default()
    };
    assert_eq!(fault_type(scene.rig.call(asked(Some(vm.clone()))).await), "InvalidArgument");
    scene.run(asked(None)).await.unwrap();
    let found: VirtualMachine = scene.get(&vm);
    assert_eq!(found.ft.need_secondary, Some("userAction".into()));
    assert_eq!(failure(scene.run(asked(None)).await), "InvalidState");
    scene.rig.advance(120);
    assert_eq!(states(&scene, &vm, &secondary), both("running"));
}

#[tokio::test]
async fn turning_off_leaves_the_reservation_and_nothing_else() {
    let (scene, vm, secondary) = protected().await;
    let asked = || TurnOffFaultToleranceForVMTask { this: vm.clone(), ..Default::default() };
    scene.run(asked()).await.unwrap();
    assert!(!scene.snapshot().contains(&secondary));
    assert_eq!(scene.state(&vm), "notConfigured");
    assert!(scene.rig.fetch(&vm, "config.ftInfo").await.is_none());
    assert_eq!(scene.get::<VirtualMachine>(&vm).memory_reservation, 4096);
    assert_eq!(failure(scene.run(asked()).await), "InvalidState");
    assert_eq!(scene.dangling(), Vec::<String>::new());
    scene.turn_on(&vm).await.unwrap();
}

#[tokio::test]
async fn turning_off_in_the_middle_of_synchronisation_ends_the_follow_up() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let result = scene.turn_on(&vm).await.unwrap().unwrap();
    let result = result.as_object::<FaultToleranceSecondaryOpResult>().unwrap();
    let follow_up = result.power_on_result.as_ref().unwrap().attempted[0].task.clone().unwrap();
    scene.rig.advance(10);
    let off = TurnOffFaultToleranceForVMTask { this: vm.clone(), ..Default::default() };
    scene.run(off).await.unwrap();
    assert_eq!(failure(scene.end(&follow_up)), "RequestCanceled");
    scene.rig.advance(600);
    assert_eq!(scene.state(&vm), "notConfigured");
}
