//! Settings of VMs that `ReconfigVM_Task` changes: what is kept and told, and what is refused.

use vim25::enums::SharesLevel;
use vim25::methods::{PowerOffVMTask, ReconfigVMTask};
use vim25::types::{
    ManagedByInfo, ResourceAllocationInfo, SharesInfo, ToolsConfigInfo, VirtualMachineBootOptions,
    VirtualMachineConfigInfo, VirtualMachineConfigSpec as Spec, VirtualMachineDefaultPowerOpInfo,
    VirtualMachineFlagInfo,
};
use vim25::{MoRef, Value};

use super::scene::{Ended, Scene, failure};

async fn change(scene: &Scene, spec: Spec) -> Ended {
    let this = scene.vm("vm1");
    scene.run(ReconfigVMTask { this, spec, ..Default::default() }).await
}

async fn config(scene: &Scene) -> VirtualMachineConfigInfo {
    let value: Value = scene.rig.fetch(&scene.vm("vm1"), "config").await.unwrap();
    value.as_object::<VirtualMachineConfigInfo>().unwrap().clone()
}

async fn power_off(scene: &Scene) -> MoRef {
    let this = scene.vm("vm1");
    scene.run(PowerOffVMTask { this: this.clone(), ..Default::default() }).await.unwrap();
    this
}

/// Shares of this level; the number counts only for the level `custom`.
fn shares(level: SharesLevel, shares: i32) -> Box<ResourceAllocationInfo> {
    Box::new(ResourceAllocationInfo {
        shares: Some(Box::new(SharesInfo { shares, level, ..Default::default() })),
        ..Default::default()
    })
}

#[tokio::test]
async fn what_was_set_is_told_and_the_rest_stays() {
    let scene = Scene::of("ft-ready").await;
    power_off(&scene).await;
    let before = config(&scene).await;
    let spec = Spec {
        guest_id: Some("ubuntu64Guest".into()),
        alternate_guest_name: Some("another".into()),
        uuid: Some("4210cafe-0000-0000-0000-000000000001".into()),
        num_cp_us: Some(4),
        num_cores_per_socket: Some(2),
        firmware: Some("efi".into()),
        memory_hot_add_enabled: Some(true),
        swap_placement: Some("hostLocal".into()),
        tools: Some(Box::new(ToolsConfigInfo {
            sync_time_with_host: Some(true),
            ..Default::default()
        })),
        flags: Some(Box::new(VirtualMachineFlagInfo {
            disk_uuid_enabled: Some(true),
            ..Default::default()
        })),
        boot_options: Some(Box::new(VirtualMachineBootOptions {
            boot_delay: Some(5000),
            ..Default::default()
        })),
        power_op_info: Some(Box::new(VirtualMachineDefaultPowerOpInfo {
            default_power_off_type: Some("hard".into()),
            ..Default::default()
        })),
        managed_by: Some(Box::new(ManagedByInfo {
            extension_key: "org.example".into(),
            type_: "vm".into(),
            ..Default::default()
        })),
        ..Default::default()
    };
    change(&scene, spec).await.unwrap();
    let told = config(&scene).await;
    assert_eq!(told.guest_id, "ubuntu64Guest");
    assert_eq!(told.alternate_guest_name, "another");
    assert_eq!(told.uuid, "4210cafe-0000-0000-0000-000000000001");
    assert_eq!((told.hardware.num_cpu, told.hardware.num_cores_per_socket), (4, Some(2)));
    assert_eq!(told.firmware.as_deref(), Some("efi"));
    assert_eq!(told.memory_hot_add_enabled, Some(true));
    assert_eq!(told.cpu_hot_add_enabled, before.cpu_hot_add_enabled);
    assert_eq!(told.swap_placement.as_deref(), Some("hostLocal"));
    let (tools, old) = (told.tools.unwrap(), before.tools.unwrap());
    assert_eq!(tools.sync_time_with_host, Some(true));
    assert_eq!(tools.tools_upgrade_policy, old.tools_upgrade_policy);
    assert_eq!(told.flags.disk_uuid_enabled, Some(true));
    assert_eq!(told.flags.enable_logging, before.flags.enable_logging);
    assert_eq!(told.boot_options.unwrap().boot_delay, Some(5000));
    assert_eq!(told.default_power_ops.default_power_off_type.as_deref(), Some("hard"));
    assert_eq!(told.managed_by.unwrap().extension_key, "org.example");
    // A second change does not undo the first.
    change(&scene, Spec { annotation: Some("note".into()), ..Default::default() }).await.unwrap();
    let told = config(&scene).await;
    assert_eq!(told.annotation.as_deref(), Some("note"));
    assert_eq!(told.boot_options.unwrap().boot_delay, Some(5000));
}

#[tokio::test]
async fn shares_follow_their_level_and_the_size_of_the_vm() {
    let scene = Scene::of("ft-ready").await;
    power_off(&scene).await;
    for (level, number, wanted) in [
        (SharesLevel::High, 0, 4000),
        (SharesLevel::Low, 7, 1000),
        (SharesLevel::Custom, 777, 777),
        (SharesLevel::Normal, 0, 2000),
    ] {
        let mut asked = shares(level.clone(), number);
        asked.reservation = Some(500);
        let spec = Spec { num_cp_us: Some(2), cpu_allocation: Some(asked), ..Default::default() };
        change(&scene, spec).await.unwrap();
        let told = config(&scene).await.cpu_allocation.unwrap();
        assert_eq!(told.shares.unwrap().shares, wanted, "{level:?}");
        assert_eq!((told.reservation, told.limit), (Some(500), Some(-1)));
    }
    let summary = scene.rig.fetch(&scene.vm("vm1"), "summary.config.cpuReservation").await;
    assert_eq!(summary.unwrap().as_i64(), Some(500));
    let mut memory = shares(SharesLevel::High, 0);
    memory.limit = Some(8192);
    let spec =
        Spec { memory_mb: Some(1024), memory_allocation: Some(memory), ..Default::default() };
    change(&scene, spec).await.unwrap();
    let told = config(&scene).await.memory_allocation.unwrap();
    assert_eq!((told.shares.unwrap().shares, told.limit), (20_480, Some(8192)));
}

#[tokio::test]
async fn values_that_no_vm_can_have_are_refused_and_nothing_changes() {
    let scene = Scene::of("ft-ready").await;
    power_off(&scene).await;
    let before = config(&scene).await;
    let wrong = [
        Spec { num_cp_us: Some(0), ..Default::default() },
        Spec { memory_mb: Some(-4), ..Default::default() },
        Spec { memory_mb: Some(1023), ..Default::default() },
        Spec { memory_mb: Some(1 << 40), ..Default::default() },
        Spec { guest_id: Some("templeOsGuest".into()), ..Default::default() },
        Spec { firmware: Some("coreboot".into()), ..Default::default() },
    ];
    for spec in wrong {
        let spec = Spec { annotation: Some("changed".into()), ..spec };
        assert_eq!(failure(change(&scene, spec.clone()).await), "InvalidArgument", "{spec:?}");
    }
    let overtaken = Spec { change_version: Some("1970".into()), ..Default::default() };
    assert_eq!(failure(change(&scene, overtaken).await), "ConcurrentAccess");
    assert_eq!(config(&scene).await, before);
    let known = Spec { change_version: Some(before.change_version), ..Default::default() };
    change(&scene, known).await.unwrap();
}

#[tokio::test]
async fn a_vm_that_runs_takes_what_hot_plug_allows_and_nothing_that_needs_it_off() {
    let scene = Scene::of("ft-ready").await;
    let spec = |cpus, memory| Spec { num_cp_us: cpus, memory_mb: memory, ..Default::default() };
    let before = config(&scene).await.hardware;
    let more = (before.num_cpu + 1, i64::from(before.memory_mb) * 2);
    let fault = failure(change(&scene, spec(Some(more.0), None)).await);
    assert_eq!(fault, "CpuHotPlugNotSupported");
    let fault = failure(change(&scene, spec(None, Some(more.1))).await);
    assert_eq!(fault, "MemoryHotPlugNotSupported");
    for needs_off in [
        Spec { cpu_hot_add_enabled: Some(true), ..Default::default() },
        Spec { num_cores_per_socket: Some(2), ..Default::default() },
        Spec { guest_id: Some("ubuntu64Guest".into()), ..Default::default() },
        Spec { firmware: Some("efi".into()), ..Default::default() },
    ] {
        assert_eq!(failure(change(&scene, needs_off).await), "InvalidPowerState");
    }
    // The same values as before are no change.
    let same = spec(Some(before.num_cpu), Some(i64::from(before.memory_mb)));
    change(&scene, Spec { cpu_hot_add_enabled: Some(false), ..same }).await.unwrap();
    let vm = power_off(&scene).await;
    let plug = Spec {
        cpu_hot_add_enabled: Some(true),
        memory_hot_add_enabled: Some(true),
        ..Default::default()
    };
    change(&scene, plug).await.unwrap();
    let on = vim25::methods::PowerOnVMTask { this: vm, ..Default::default() };
    scene.run(on).await.unwrap();
    change(&scene, spec(Some(more.0), Some(more.1))).await.unwrap();
    let hardware = config(&scene).await.hardware;
    assert_eq!((hardware.num_cpu, i64::from(hardware.memory_mb)), more);
    let fault = failure(change(&scene, spec(Some(before.num_cpu), None)).await);
    assert_eq!(fault, "CpuHotPlugNotSupported");
}
