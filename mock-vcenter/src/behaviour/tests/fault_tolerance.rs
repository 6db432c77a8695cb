//! Turning Fault Tolerance on: what is seen in which order, and what a pair looks like.

use vim25::methods::{CreateSecondaryVMExTask, PowerOffVMTask, PowerOnVMTask};
use vim25::types::{
    FaultToleranceConfigSpec, FaultToleranceMetaSpec, FaultTolerancePrimaryConfigInfo,
    FaultToleranceSecondaryConfigInfo, FaultToleranceSecondaryOpResult, FaultToleranceVMConfigSpec,
    VirtualMachineConfigInfo,
};

use crate::behaviour::virtual_machine::VirtualMachine;
use crate::task::VimTask;

use super::scene::{Scene, failure};

#[tokio::test]
async fn a_running_vm_is_protected_step_by_step() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let result = scene.turn_on(&vm).await.unwrap().unwrap();
    let result = result.as_object::<FaultToleranceSecondaryOpResult>().unwrap();
    assert!(result.power_on_attempted);
    assert_eq!(scene.state(&vm), "needSecondary");
    assert_eq!(scene.state(&result.vm), "enabled");
    let reason = scene.rig.fetch(&vm, "runtime.needSecondaryReason").await.unwrap();
    assert_eq!(reason.as_str(), Some("initializing"));
    let power_on = result.power_on_result.as_ref().unwrap();
    let follow_up = power_on.attempted[0].task.clone().unwrap();
    let task: VimTask = scene.get(&follow_up);
    assert_eq!(task.info.description_id, "FaultTolerance.PowerOnSecondaryLRO");
    assert_eq!((task.info.name, task.info.entity), (None, Some(result.vm.clone())));

    scene.rig.advance(6);
    assert_eq!(
        (scene.state(&vm).as_str(), scene.state(&result.vm).as_str()),
        ("starting", "starting")
    );
    scene.end(&follow_up).unwrap();
    assert_eq!(
        (scene.state(&vm).as_str(), scene.state(&result.vm).as_str()),
        ("running", "running")
    );
    assert!(!scene.get::<VirtualMachine>(&vm).das_protected, "not at once");
    scene.rig.advance(6);
    assert!(scene.get::<VirtualMachine>(&vm).das_protected);
    assert_ne!(scene.host_name_of(&vm), scene.host_name_of(&result.vm));

    let events = scene.events().await;
    let order = [
        "VmSecondaryAddedEvent",
        "VmFaultToleranceStateChangedEvent",
        "VmStartingSecondaryEvent",
        "VmSecondaryStartedEvent",
    ];
    let places = order.map(|wanted| events.iter().position(|event| event == wanted).unwrap());
    assert!(places.is_sorted(), "{events:?}");
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

#[tokio::test]
async fn the_halves_of_a_pair_know_each_other_and_differ_in_their_instance_uuid() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.turn_on(&vm).await.unwrap();
    let secondary = scene.secondary_of(&vm);
    let config = |value: vim25::Value| value.into_object::<VirtualMachineConfigInfo>().unwrap();
    let first = config(scene.rig.fetch(&vm, "config").await.unwrap());
    let second = config(scene.rig.fetch(&secondary, "config").await.unwrap());
    assert_eq!((&first.name, &first.uuid), (&second.name, &second.uuid));
    assert_ne!(first.instance_uuid, second.instance_uuid);
    let primary_info = first.ft_info.as_ref().unwrap();
    let primary_info = primary_info.downcast_ref::<FaultTolerancePrimaryConfigInfo>().unwrap();
    assert_eq!(primary_info.secondaries, std::slice::from_ref(&secondary));
    assert_eq!((primary_info.role, primary_info.instance_uuids.len()), (1, 2));
    let secondary_info = second.ft_info.as_ref().unwrap();
    let secondary_info =
        secondary_info.downcast_ref::<FaultToleranceSecondaryConfigInfo>().unwrap();
    assert_eq!((secondary_info.primary_vm.clone(), secondary_info.role), (vm.clone(), 2));
    assert_eq!(secondary_info.instance_uuids, primary_info.instance_uuids);
    assert_eq!(first.flags.fault_tolerance_type.as_deref(), Some("checkpointing"));
    assert_eq!(first.memory_allocation.unwrap().reservation, Some(4096));
    assert_eq!(first.memory_reservation_locked_to_max, Some(true));
    let disabled = scene.rig.fetch(&vm, "disabledMethod").await.unwrap();
    let names: Vec<_> = disabled.items().iter().filter_map(vim25::Value::as_str).collect();
    assert!(names.contains(&"CreateSnapshot_Task") && names.contains(&"CreateSecondaryVMEx_Task"));
}

#[tokio::test]
async fn a_powered_off_vm_is_paired_and_synchronised_once_it_runs() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let off = || PowerOffVMTask { this: vm.clone(), ..Default::default() };
    scene.run(off()).await.unwrap();
    let result = scene.turn_on(&vm).await.unwrap().unwrap();
    let result = result.as_object::<FaultToleranceSecondaryOpResult>().unwrap();
    assert!(!result.power_on_attempted && result.power_on_result.is_none());
    assert_eq!(scene.state(&vm), "enabled");
    scene.run(PowerOnVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(scene.state(&vm), "needSecondary");
    scene.rig.advance(120);
    assert_eq!(scene.state(&vm), "running");
    scene.run(off()).await.unwrap();
    assert_eq!(scene.state(&vm), "enabled");
    assert!(!scene.get::<VirtualMachine>(&scene.secondary_of(&vm)).is_on());
}

#[tokio::test]
async fn bigger_vms_take_longer() {
    let scene = Scene::of("ft-ready").await;
    let (small, big) = (scene.vm("vm1"), scene.vm("vm2"));
    scene.rig.commit(|tx| {
        tx.edit::<VirtualMachine>(&big)?.memory = 65_536;
        Ok(())
    });
    scene.turn_on(&small).await.unwrap();
    scene.turn_on(&big).await.unwrap();
    scene.rig.advance(60);
    assert_eq!((scene.state(&small).as_str(), scene.state(&big).as_str()), ("running", "starting"));
    scene.rig.advance(200);
    assert_eq!(scene.state(&big), "running");
}

#[tokio::test]
async fn files_go_where_they_were_asked_to_and_take_space_there() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let machine: VirtualMachine = scene.get(&vm);
    let host = scene.snapshot();
    let host =
        host.get::<crate::behaviour::host_system::HostSystem>(machine.host.as_ref().unwrap());
    let (shared2, local) =
        (host.unwrap().datastores[1].clone(), host.unwrap().datastores[2].clone());
    let free = |id: &vim25::MoRef| {
        scene.rig.commit(|tx| Ok(crate::behaviour::datastore::free_bytes(tx, id)))
    };
    let before = free(&shared2);
    let disk = super::super::virtual_machine::disks(&machine.devices).next().unwrap().clone();
    let spec = |meta: &vim25::MoRef, store: &vim25::MoRef| {
        let mut asked =
            FaultToleranceVMConfigSpec { vm_config: Some(store.clone()), ..Default::default() };
        asked.disks.push(vim25::types::FaultToleranceDiskSpec {
            disk: vim25::Poly::new(disk.clone()),
            datastore: store.clone(),
            ..Default::default()
        });
        let meta =
            FaultToleranceMetaSpec { meta_data_datastore: meta.clone(), ..Default::default() };
        let spec = FaultToleranceConfigSpec {
            meta_data_path: Some(Box::new(meta)),
            secondary_vm_spec: Some(Box::new(asked)),
            ..Default::default()
        };
        CreateSecondaryVMExTask {
            this: vm.clone(),
            spec: Some(Box::new(spec)),
            ..Default::default()
        }
    };
    let ended = scene.run(spec(&local, &shared2)).await;
    assert_eq!(failure(ended), "InaccessibleFTMetadataDatastore");
    assert_eq!(failure(scene.run(spec(&shared2, &local)).await), "NoHostSuitableForFtSecondary");
    scene.rig.commit(|tx| {
        tx.edit::<crate::behaviour::datastore::Datastore>(&shared2)?.other_use = 4095 << 30;
        Ok(())
    });
    assert_eq!(failure(scene.run(spec(&shared2, &shared2)).await), "NoDiskSpace");
    scene.rig.commit(|tx| {
        tx.edit::<crate::behaviour::datastore::Datastore>(&shared2)?.other_use = 1200 << 20;
        Ok(())
    });
    scene.run(spec(&shared2, &shared2)).await.unwrap();
    assert_eq!(before - free(&shared2), 8 << 30);
    let secondary: VirtualMachine = scene.get(&scene.secondary_of(&vm));
    assert_eq!(secondary.vmx, "[shared2] vm1/vm1.vmx");
    assert_eq!(
        scene.get::<VirtualMachine>(&vm).ft.metadata_directory.as_deref(),
        Some("[shared2] vm1/")
    );
}
