//! Discs, questions and powering on through vCenter.

use vim25::methods::{AnswerVM, PowerOnMultiVMTask, ReconfigVMTask};
use vim25::types::{
    ClusterPowerOnVmResult, TaskInfo, VirtualCdrom, VirtualCdromIsoBackingInfo,
    VirtualDeviceConfigSpec, VirtualDeviceConnectInfo, VirtualMachineConfigSpec,
    VirtualMachineRuntimeInfo,
};
use vim25::{MoRef, Poly};

use crate::behaviour::settings::Behaviour;
use crate::storage::DatastorePath;
use crate::testing::Rig;

fn insert(image: &str) -> VirtualMachineConfigSpec {
    let mut backing = VirtualCdromIsoBackingInfo::default();
    backing.file_name = image.into();
    let mut drive = VirtualCdrom::default();
    drive.key = 3000;
    drive.controller_key = Some(200);
    drive.backing = Some(Poly::new(backing));
    drive.connectable = Some(Box::new(VirtualDeviceConnectInfo {
        start_connected: true,
        connected: true,
        allow_guest_control: true,
        ..Default::default()
    }));
    let change = VirtualDeviceConfigSpec {
        operation: Some(vim25::enums::VirtualDeviceConfigSpecOperation::Edit),
        device: Poly::new(drive),
        ..Default::default()
    };
    VirtualMachineConfigSpec { device_change: vec![Poly::new(change)], ..Default::default() }
}

async fn reconfigure(rig: &Rig, vm: &MoRef, image: &str) -> MoRef {
    let asked = ReconfigVMTask { this: vm.clone(), spec: insert(image), ..Default::default() };
    let task = rig.call(asked).await.unwrap();
    rig.advance(3);
    task
}

async fn info(rig: &Rig, task: &MoRef) -> TaskInfo {
    rig.fetch(task, "info").await.unwrap().into_object().unwrap()
}

async fn state(rig: &Rig, task: &MoRef) -> String {
    let info = info(rig, task).await;
    let fault = info.error.map(|error| error.fault.type_name().to_owned());
    fault.unwrap_or_else(|| vim25::WireEnum::as_str(&info.state).to_owned())
}

#[tokio::test]
async fn a_disc_must_exist_and_a_locked_tray_waits_for_an_answer() {
    let rig = Rig::logged_in("esxi").await;
    let vm = rig.first("VirtualMachine");
    let image = "[datastore1] iso/ft.iso";
    let task = reconfigure(&rig, &vm, image).await;
    assert_eq!(state(&rig, &task).await, "FileNotFound");
    let storage = &rig.core.storage;
    storage.make_directory(&DatastorePath::parse("[datastore1] iso").unwrap()).unwrap();
    let place = storage.locate(&DatastorePath::parse(image).unwrap()).unwrap();
    std::fs::write(place, "image").unwrap();
    let task = reconfigure(&rig, &vm, image).await;
    assert_eq!(state(&rig, &task).await, "success");
    let machine = rig.core.store.snapshot();
    let disc = crate::guest::inserted_disc(machine.get(&vm).unwrap());
    assert_eq!(disc.as_deref(), Some(image));
    rig.commit(|tx| {
        let mut behaviour = Behaviour::of(tx);
        behaviour.guest.tray_locked = true;
        behaviour.apply(tx);
        Ok(())
    });
    for (choice, expected) in [("1", "GenericVmConfigFault"), ("0", "success")] {
        let task = reconfigure(&rig, &vm, image).await;
        assert_eq!(state(&rig, &task).await, "running");
        let runtime = rig.fetch(&vm, "runtime").await.unwrap();
        let runtime: VirtualMachineRuntimeInfo = runtime.into_object().unwrap();
        let question = runtime.question.unwrap();
        let answer = AnswerVM {
            this: vm.clone(),
            question_id: question.id,
            answer_choice: choice.into(),
            ..Default::default()
        };
        rig.call(answer).await.unwrap();
        assert_eq!(state(&rig, &task).await, expected);
    }
}

#[tokio::test]
async fn powering_on_through_vcenter_says_which_vms_were_tried() {
    let rig = Rig::logged_in("flawed").await;
    let snapshot = rig.core.store.snapshot();
    let named = |name: &str| {
        let all = snapshot.of_kind("VirtualMachine").iter();
        let machine = |id: &&MoRef| {
            snapshot
                .get::<crate::behaviour::virtual_machine::VirtualMachine>(id)
                .is_some_and(|vm| vm.entity.name == name)
        };
        all.clone().find(machine).cloned().unwrap()
    };
    let (off, on) = (named("is-off"), named("vm1"));
    let this = rig.first("Datacenter");
    let vm = vec![off.clone(), on.clone()];
    let task = rig.call(PowerOnMultiVMTask { this, vm, ..Default::default() }).await.unwrap();
    rig.advance(2);
    let result = info(&rig, &task).await.result.unwrap();
    let result: ClusterPowerOnVmResult = result.into_object().unwrap();
    assert_eq!(result.attempted[0].vm, off);
    assert_eq!(result.not_attempted[0].vm, on);
    rig.advance(5);
    let own = result.attempted[0].task.clone().unwrap();
    assert_eq!(state(&rig, &own).await, "success");
}
