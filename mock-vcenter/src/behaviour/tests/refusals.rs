//! Every check of Fault Tolerance and the fault it gives.

use vim25::enums::ClusterDasFdmAvailabilityState as Agent;
use vim25::methods::{
    CreateSecondaryVMExTask, CreateSnapshotTask, DisconnectHostTask, PowerOffVMTask,
    QueryFaultToleranceCompatibility, QueryFaultToleranceCompatibilityEx, ReconfigVMTask,
    ReconnectHostTask, RevertToSnapshotTask, TurnOffFaultToleranceForVMTask,
};
use vim25::types::{
    OptionValue, VirtualMachineConfigSpec, VmFaultToleranceTooManyFtVcpusOnHost,
    VmSmpFaultToleranceTooManyVMsOnHost,
};
use vim25::{MoRef, Poly};

use crate::behaviour::cluster_compute_resource::ClusterComputeResource;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::testing::fault_type;

use super::scene::{Scene, failure, shown};

#[tokio::test]
async fn each_flaw_of_a_vm_is_refused_and_told_by_the_query_beforehand() {
    let scene = Scene::of("flawed").await;
    for (name, issue) in [
        ("has-snapshot", "hasSnapshots"),
        ("too-many-cpus", "tooManyVCPUs"),
        ("too-much-memory", "tooMuchMemory"),
        ("physical-rdm", "hasUnsupportedDisk"),
        ("huge-disk", "hasUnsupportedDisk"),
        ("linked-clone", "hasLinkedCloneDisk"),
        ("client-cdrom", "VmFaultToleranceInvalidFileBacking"),
        ("host-floppy", "VmFaultToleranceInvalidFileBacking"),
        ("serial-port", "VmFaultToleranceInvalidFileBacking"),
        ("usb-device", "VmConfigIncompatibleForFaultTolerance/DeviceNotSupported"),
        ("sound-card", "VmConfigIncompatibleForFaultTolerance/DeviceNotSupported"),
        ("passthrough", "VmConfigIncompatibleForFaultTolerance/DeviceNotSupported"),
        ("video-3d", "video3dEnabled"),
        ("nested-hv", "hasNestedHVConfiguration"),
        ("replicated", "ReplicationIncompatibleWithFT"),
        ("flash-cache", "hasVFlashConfiguration"),
        ("storage-policy", "unsupportedSPBM"),
        ("vCLS-1", "esxAgentVm"),
    ] {
        let vm = scene.vm(name);
        let query = QueryFaultToleranceCompatibilityEx { this: vm.clone(), ..Default::default() };
        let issues = scene.rig.call(query).await.unwrap();
        let told: Vec<_> = issues.iter().map(|issue| shown(&issue.fault)).collect();
        assert_eq!(told, [issue], "{name}");
        let fault = failure(scene.turn_on(&vm).await);
        assert_eq!(fault, format!("VmFaultToleranceOpIssuesList/{issue}"), "{name}");
        assert_eq!(scene.get::<VirtualMachine>(&vm).partner(), None, "{name}");
    }
    for (name, fault) in [
        ("a-template", "NotSupported"),
        ("is-suspended", "InvalidPowerState"),
        ("local-disk", "NoHostSuitableForFtSecondary"),
    ] {
        assert_eq!(failure(scene.turn_on(&scene.vm(name)).await), fault, "{name}");
    }
    for name in ["hot-plug", "efi-firmware", "encrypted", "is-off", "vm1"] {
        scene.turn_on(&scene.vm(name)).await.unwrap();
    }
    let legacy = QueryFaultToleranceCompatibility { this: scene.vm("vm1"), ..Default::default() };
    let issues = scene.rig.call(legacy).await.unwrap();
    assert!(issues.iter().any(|issue| shown(&issue.fault) == "multipleVCPU"));
}

type Change = fn(&Scene, &mut HostSystem);

#[tokio::test]
async fn each_flaw_of_a_host_is_refused() {
    let cases: &[(&str, Change)] = &[
        ("missingVMotionNic", |_, host| {
            host.server.network.selected.remove("vmotion");
        }),
        ("missingFTLoggingNic", |_, host| {
            host.server.network.selected.remove("faultToleranceLogging");
        }),
        ("haAgentIssue", |_, host| host.das_state = Some(Agent::InitializationError)),
        ("hostInactive", |_, host| host.in_maintenance = true),
        ("FaultToleranceNotLicensed", |_, host| {
            host.server.license = "V1111-22222-33333-44444-55555".into();
        }),
        ("cpuHvDisabled", |_, host| {
            host.server = host.server.clone().with_hardware(|hardware| hardware.hv_enabled = false);
        }),
        ("HostIncompatibleForFaultTolerance", |_, host| {
            host.server = host.server.clone().with_hardware(|hardware| {
                hardware.cpu = &crate::behaviour::server::XEON_X5670;
            });
        }),
    ];
    for (issue, change) in cases {
        for (name, wrapper) in [
            ("esx1.lab.local", "VmFaultToleranceOpIssuesList"),
            ("esx2.lab.local", "IncompatibleHostForFtSecondary"),
        ] {
            let scene = Scene::of("ft-ready").await;
            let id = scene.host(name);
            let mut host: HostSystem = scene.get(&id);
            change(&scene, &mut host);
            scene.rig.commit(|tx| {
                *tx.edit::<HostSystem>(&id)? = host;
                Ok(())
            });
            let asked = CreateSecondaryVMExTask {
                this: scene.vm("vm1"),
                host: Some(scene.host("esx2.lab.local")),
                ..Default::default()
            };
            let fault = failure(scene.run(asked).await);
            let expected = if *issue == "FaultToleranceNotLicensed" {
                // Without the licence for vMotion, that is said first.
                format!("{wrapper}/vMotionNotLicensed")
            } else {
                format!("{wrapper}/{issue}")
            };
            assert_eq!(fault, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn the_cluster_must_have_ha_and_restart_the_vm() {
    let scene = Scene::of("ft-ready").await;
    let (cluster, vm) = (scene.cluster(), scene.vm("vm1"));
    scene.rig.commit(|tx| {
        tx.edit::<ClusterComputeResource>(&cluster)?.config.das_config.enabled = Some(false);
        Ok(())
    });
    assert_eq!(failure(scene.turn_on(&vm).await), "VmFaultToleranceOpIssuesList/haNotEnabled");
    scene.rig.commit(|tx| {
        let config = &mut tx.edit::<ClusterComputeResource>(&cluster)?.config;
        config.das_config.enabled = Some(true);
        let settings = vim25::types::ClusterDasVmSettings {
            restart_priority: Some("disabled".into()),
            ..Default::default()
        };
        config.das_vm_config.push(vim25::types::ClusterDasVmConfigInfo {
            key: vm.clone(),
            das_settings: Some(Box::new(settings)),
            ..Default::default()
        });
        Ok(())
    });
    let fault = failure(scene.turn_on(&vm).await);
    assert_eq!(fault, "VmFaultToleranceOpIssuesList/FaultToleranceVmNotDasProtected");
}

fn set_caps(scene: &Scene, vms: &str, vcpus: &str) {
    let option = |key: &str, value: &str| {
        let value = Some(value.into());
        Poly::new(OptionValue { key: key.into(), value, ..Default::default() })
    };
    let options = vec![option("das.maxftvmsperhost", vms), option("das.maxftvcpusperhost", vcpus)];
    let cluster = scene.cluster();
    scene.rig.commit(|tx| {
        tx.edit::<ClusterComputeResource>(&cluster)?.config.das_config.option = options;
        Ok(())
    });
}

#[tokio::test]
async fn caps_count_primaries_and_secondaries_of_each_host() {
    let scene = Scene::of("ft-ready").await;
    let vms: Vec<MoRef> = (1..=8).map(|number| scene.vm(&format!("vm{number}"))).collect();
    let cluster = scene.cluster();
    scene.rig.commit(|tx| {
        tx.edit::<ClusterComputeResource>(&cluster)?.config.das_config.option.clear();
        Ok(())
    });
    // Two vCPUs each: the default of eight vCPUs is full with four pairs, wherever their primaries are.
    for vm in [&vms[0], &vms[1], &vms[4], &vms[5]] {
        scene.turn_on(vm).await.unwrap();
    }
    let fault = scene.turn_on(&vms[2]).await.unwrap_err();
    let cap = fault.fault.downcast_ref::<VmSmpFaultToleranceTooManyVMsOnHost>().unwrap();
    assert_eq!(cap.max_num_smp_ft_vms, 4);
    set_caps(&scene, "0", "8");
    let fault = scene.turn_on(&vms[2]).await.unwrap_err();
    let cap = fault.fault.downcast_ref::<VmFaultToleranceTooManyFtVcpusOnHost>().unwrap();
    assert_eq!(cap.max_num_ft_vcpus, 8);
    set_caps(&scene, "0", "0");
    for vm in [&vms[2], &vms[3], &vms[6], &vms[7]] {
        scene.turn_on(vm).await.unwrap();
    }
    let none = scene.turn_on(&vms[0]).await;
    assert_eq!(failure(none), "VmFaultToleranceOpIssuesList/moreThanOneSecondary");
}

#[tokio::test]
async fn memory_that_cannot_be_reserved_is_refused() {
    let scene = Scene::of("ft-ready").await;
    let (vm, host) = (scene.vm("vm1"), scene.host("esx1.lab.local"));
    scene.rig.commit(|tx| {
        let server = tx.get::<HostSystem>(&host)?.server.clone();
        tx.edit::<HostSystem>(&host)?.server =
            server.with_hardware(|hardware| hardware.memory = 8 << 30);
        Ok(())
    });
    assert_eq!(failure(scene.turn_on(&vm).await), "InsufficientHostMemoryCapacityFault");
}

#[tokio::test]
async fn a_secondary_needs_another_host_of_the_same_cluster() {
    let scene = Scene::of("flawed").await;
    let on = |host: MoRef| CreateSecondaryVMExTask {
        this: scene.vm("vm1"),
        host: Some(host),
        ..Default::default()
    };
    let own = scene.run(on(scene.host("esx1.lab.local"))).await;
    assert_eq!(failure(own), "IncompatibleHostForFtSecondary/FaultToleranceAntiAffinityViolated");
    let alone = scene.run(on(scene.host("esx3.lab.local"))).await;
    assert_eq!(failure(alone), "IncompatibleHostForFtSecondary/InvalidArgument");
    let unknown = scene.run(on(MoRef::new("HostSystem", "host-9999"))).await;
    assert_eq!(failure(unknown), "ManagedObjectNotFound");
    let id = scene.host("esx2.lab.local");
    scene.rig.commit(|tx| {
        tx.edit::<HostSystem>(&id)?.in_maintenance = true;
        Ok(())
    });
    assert_eq!(failure(scene.turn_on(&scene.vm("vm1")).await), "NoHostSuitableForFtSecondary");
}

#[tokio::test]
async fn a_pair_refuses_what_fault_tolerance_does_not_allow() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.turn_on(&vm).await.unwrap();
    let secondary = scene.secondary_of(&vm);
    let snapshot = CreateSnapshotTask { this: vm.clone(), name: "x".into(), ..Default::default() };
    assert_eq!(failure(scene.run(snapshot).await), "NotSupported");
    let memory = VirtualMachineConfigSpec { memory_mb: Some(8192), ..Default::default() };
    let reconfigure = ReconfigVMTask { this: vm.clone(), spec: memory, ..Default::default() };
    assert_eq!(failure(scene.run(reconfigure).await), "FaultToleranceCannotEditMem");
    let off = TurnOffFaultToleranceForVMTask { this: secondary.clone(), ..Default::default() };
    assert_eq!(failure(scene.run(off).await), "InvalidOperationOnSecondaryVm");
    assert_eq!(failure(scene.turn_on(&secondary).await), "InvalidOperationOnSecondaryVm");
    let disconnect =
        DisconnectHostTask { this: scene.host("esx1.lab.local"), ..Default::default() };
    assert_eq!(failure(scene.run(disconnect).await), "CannotDisconnectHostWithFaultToleranceVm");
    let unregister = vim25::methods::UnregisterVM { this: vm.clone(), ..Default::default() };
    assert_eq!(fault_type(scene.rig.call(unregister).await), "NotSupported");
}

#[tokio::test]
async fn nothing_is_done_to_a_vm_whose_host_cannot_be_talked_to() {
    let scene = Scene::of("ft-ready").await;
    let this = scene.vm("vm1");
    let host = scene.get::<VirtualMachine>(&this).host.unwrap();
    let snapshot =
        CreateSnapshotTask { this: this.clone(), name: "x".into(), ..Default::default() };
    let kept = scene.run(snapshot).await.unwrap().unwrap().as_moref().unwrap().clone();
    scene.run(DisconnectHostTask { this: host.clone(), ..Default::default() }).await.unwrap();
    let off = || PowerOffVMTask { this: this.clone(), ..Default::default() };
    let config = VirtualMachineConfigSpec { memory_mb: Some(8192), ..Default::default() };
    let reconfigure = ReconfigVMTask { this: this.clone(), spec: config, ..Default::default() };
    let revert = RevertToSnapshotTask { this: kept, ..Default::default() };
    for ended in [scene.run(off()).await, scene.run(reconfigure).await, scene.run(revert).await] {
        assert_eq!(failure(ended), "HostNotConnected");
    }
    assert!(scene.get::<VirtualMachine>(&this).is_on());
    let back = ReconnectHostTask { this: host, ..Default::default() };
    scene.run(back).await.unwrap();
    scene.run(off()).await.unwrap();
}

#[tokio::test]
async fn a_second_operation_on_the_same_vm_waits_for_nobody() {
    let scene = Scene::of("ft-ready").await;
    let asked = || CreateSecondaryVMExTask { this: scene.vm("vm1"), ..Default::default() };
    let first = scene.rig.call(asked()).await.unwrap();
    let second = scene.rig.call(asked()).await.unwrap();
    assert_eq!(failure(scene.end(&second)), "TaskInProgress");
    scene.end(&first).unwrap();
    let pairs = scene.snapshot().of_kind("VirtualMachine").len();
    assert_eq!(pairs, 9);
}
