//! Virtual hardware versions: what environment browsers offer, what new VMs get, what is refused, and upgrades.

use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::methods::{
    EnterMaintenanceModeTask, PowerOffVMTask, QueryConfigOptionDescriptor, ReconfigVMTask,
    UpgradeVMTask,
};
use vim25::types::{
    ParaVirtualSCSIController, VirtualDeviceConfigSpec, VirtualDisk,
    VirtualDiskFlatVer2BackingInfo, VirtualHardwareVersionNotSupported,
    VirtualMachineConfigSpec as Spec,
};
use vim25::{MoRef, Poly};

use crate::mock::Mock;
use crate::testing::Rig;

use super::scene::{Ended, Scene, failure};

async fn version(scene: &Scene, vm: &MoRef) -> String {
    let found = scene.rig.fetch(vm, "config.version").await.unwrap();
    found.as_str().unwrap().to_owned()
}

async fn create(scene: &Scene, name: &str, version: Option<&str>) -> Ended {
    let disk = |operation, device| {
        Poly::new(VirtualDeviceConfigSpec {
            operation: Some(operation),
            device,
            ..Default::default()
        })
    };
    let mut controller = ParaVirtualSCSIController::default();
    controller.key = -1;
    let backing =
        VirtualDiskFlatVer2BackingInfo { disk_mode: "persistent".into(), ..Default::default() };
    let mut made = VirtualDisk { capacity_in_kb: 1 << 20, ..Default::default() };
    (made.key, made.controller_key) = (-2, Some(-1));
    made.backing = Some(Poly::new(backing));
    let spec = Spec {
        name: Some(name.into()),
        version: version.map(Into::into),
        device_change: vec![
            disk(Operation::Add, Poly::new(controller)),
            disk(Operation::Add, Poly::new(made)),
        ],
        ..Default::default()
    };
    scene.create(spec).await
}

async fn upgrade(scene: &Scene, vm: &MoRef, version: Option<&str>) -> String {
    let version = version.map(Into::into);
    failure(scene.run(UpgradeVMTask { this: vm.clone(), version, ..Default::default() }).await)
}

#[tokio::test]
async fn a_new_vm_has_the_hardware_that_its_environment_browser_calls_usual() {
    for (release, newest) in
        [("6.5", "vmx-13"), ("6.7", "vmx-15"), ("7.0.3", "vmx-19"), ("8.0.3", "vmx-21")]
    {
        let rig = Rig::of(Mock::builder().model("ft-ready").release(release));
        rig.login("user", "pass").await.unwrap();
        let scene = Scene { rig: rig.into() };
        let made = create(&scene, "new", None).await.unwrap().unwrap();
        let vm = made.as_moref().unwrap().clone();
        let browser = scene.rig.fetch(&vm, "environmentBrowser").await.unwrap();
        let this = browser.as_moref().unwrap().clone();
        let asked = QueryConfigOptionDescriptor { this, ..Default::default() };
        let offered = scene.rig.call(asked).await.unwrap();
        let keys: Vec<_> = offered.iter().map(|offer| offer.key.as_str()).collect();
        assert_eq!((keys.first(), keys.last()), (Some(&"vmx-04"), Some(&newest)));
        let usual: Vec<_> = offered.iter().filter(|offer| offer.default_config_option).collect();
        assert_eq!(usual.len(), 1, "{release}");
        assert_eq!(usual[0].key, newest);
        assert!(usual[0].create_supported && !usual[0].host.is_empty());
        assert_eq!(version(&scene, &vm).await, newest);
    }
}

#[tokio::test]
async fn hardware_that_the_host_does_not_run_is_refused() {
    let scene = Scene::of("ft-ready").await;
    let fault = create(&scene, "new", Some("vmx-99")).await.unwrap_err();
    let detail: &VirtualHardwareVersionNotSupported = fault.fault.downcast_ref().unwrap();
    let name = scene.rig.fetch(&detail.host, "name").await.unwrap();
    assert_eq!(name.as_str(), Some(detail.host_name.as_str()));
    assert_eq!(failure(create(&scene, "new", Some("newest")).await), "InvalidArgument");
    let made = create(&scene, "new", Some("vmx-14")).await.unwrap().unwrap();
    let vm = made.as_moref().unwrap().clone();
    assert_eq!(version(&scene, &vm).await, "vmx-14");
    let change = |version: &str| ReconfigVMTask {
        this: vm.clone(),
        spec: Spec {
            version: Some(version.into()),
            annotation: Some("changed".into()),
            ..Default::default()
        },
        ..Default::default()
    };
    let fault = failure(scene.run(change("vmx-99")).await);
    assert_eq!(fault, "VirtualHardwareVersionNotSupported");
    let note = scene.rig.fetch(&vm, "config.annotation").await.unwrap();
    assert_eq!(note.as_str(), Some(""), "nothing of the change was made");
    // A reconfiguration does not upgrade.
    scene.run(change("vmx-19")).await.unwrap();
    assert_eq!(version(&scene, &vm).await, "vmx-14");
}

#[tokio::test]
async fn a_vm_is_upgraded_to_a_version_or_the_newest_and_not_twice() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    assert_eq!(version(&scene, &vm).await, "vmx-11");
    assert_eq!(upgrade(&scene, &vm, None).await, "InvalidPowerState");
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    for wrong in ["vmx-99", "vmx-12", "newest"] {
        assert_eq!(upgrade(&scene, &vm, Some(wrong)).await, "InvalidState", "{wrong}");
    }
    assert_eq!(upgrade(&scene, &vm, Some("vmx-10")).await, "AlreadyUpgraded");
    assert_eq!(upgrade(&scene, &vm, Some("vmx-17")).await, "no fault");
    assert_eq!(version(&scene, &vm).await, "vmx-17");
    assert_eq!(upgrade(&scene, &vm, Some("vmx-17")).await, "AlreadyUpgraded");
    assert_eq!(upgrade(&scene, &vm, None).await, "no fault");
    assert_eq!(version(&scene, &vm).await, "vmx-21");
    assert_eq!(upgrade(&scene, &vm, None).await, "AlreadyUpgraded");
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|event| *event == "VmUpgradeCompleteEvent").count(), 2);
    let bare =
        Spec { name: Some("bare".into()), version: Some("vmx-14".into()), ..Default::default() };
    let bare = scene.create(bare).await.unwrap().unwrap().as_moref().unwrap().clone();
    assert_eq!(upgrade(&scene, &bare, None).await, "NoDiskFound");
    let host = scene.rig.fetch(&bare, "runtime.host").await.unwrap().as_moref().unwrap().clone();
    let rest = EnterMaintenanceModeTask { this: host, timeout: 0, ..Default::default() };
    for name in ["vm1", "vm2", "vm3", "vm4"] {
        let this = scene.vm(name);
        let _ = scene.run(PowerOffVMTask { this, ..Default::default() }).await;
    }
    scene.run(rest).await.unwrap();
    assert_eq!(upgrade(&scene, &bare, None).await, "InvalidState");
}
