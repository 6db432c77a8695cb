//! Whatever changes, who waits for it wakes: one row for each kind of change.

use std::time::Duration;

use vim25::enums::HostLockdownMode;
use vim25::methods::{
    CreateFilter, CreateSnapshotTask, DisableRuleset, PowerOffVMTask, ReconfigVMTask,
    ReconfigureComputeResourceTask, RenameTask, StartService, UpdateOptions, WaitForUpdatesEx,
};
use vim25::types::{
    ClusterConfigSpecEx, HostDateTimeConfig, ObjectSpec, OptionValue, PropertyFilterSpec,
    PropertySpec, VirtualMachineConfigSpec, WaitOptions,
};
use vim25::{Method, MoRef, Poly, Str, methods};

use super::scene::Scene;

/// Waits for `path` of `object` while `asked` is called, until it has changed. False when time is up first.
async fn wakes<M: Method>(scene: &Scene, object: &MoRef, path: &str, asked: M) -> bool {
    let watcher = std::sync::Arc::new(scene.rig.another().await);
    let set = PropertySpec {
        type_: object.kind.clone(),
        path_set: vec![Str::from(path)],
        ..Default::default()
    };
    let start = ObjectSpec { obj: object.clone(), ..Default::default() };
    let spec =
        PropertyFilterSpec { prop_set: vec![set], object_set: vec![start], ..Default::default() };
    let filter = CreateFilter { this: watcher.collector(), spec, ..Default::default() };
    watcher.call(filter).await.unwrap();
    let wait = |version: Str| WaitForUpdatesEx {
        this: scene.rig.collector(),
        version: Some(version),
        options: Some(Box::new(WaitOptions { max_wait_seconds: Some(900), ..Default::default() })),
        ..Default::default()
    };
    let version = watcher.call(wait(Str::default())).await.unwrap().unwrap().version;
    let parked = tokio::spawn({
        let (watcher, wait) = (watcher.clone(), wait(version));
        async move { watcher.call(wait).await.unwrap() }
    });
    scene.rig.settle().await;
    assert!(!parked.is_finished(), "{path} changed by itself");
    scene.rig.call(asked).await.unwrap_or_else(|fault| panic!("{path}: {fault:?}"));
    for _ in 0..800 {
        scene.rig.settle().await;
        if parked.is_finished() {
            return parked.await.unwrap().is_some();
        }
        scene.rig.clock().advance(Duration::from_secs(1));
    }
    false
}

fn cluster_change() -> ClusterConfigSpecEx {
    let mut spec = ClusterConfigSpecEx::default();
    spec.vm_swap_placement = Some("hostLocal".into());
    spec
}

macro_rules! table {
    ($scene:ident; $($object:expr, $path:literal <- $asked:expr;)*) => {
        $(assert!(wakes(&$scene, &$object, $path, $asked).await, "nobody woke for {}", $path);)*
    };
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table of changes")]
async fn changes_of_hosts_wake_who_waits_for_them() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.host("esx1.lab.local");
    let number = host.value.trim_start_matches("host-").to_owned();
    let part = |kind: &str, id: &str| MoRef::new(kind, format!("{id}-{number}"));
    let nics = part("HostVirtualNicManager", "virtualNicManager");
    let network = part("HostNetworkSystem", "networkSystem");
    let access = part("HostAccessManager", "hostAccessManager");
    let firewall = part("HostFirewallSystem", "firewallSystem");
    let services = part("HostServiceSystem", "serviceSystem");
    let options = part("OptionManager", "EsxHostAdvSettings");
    let time = part("HostDateTimeSystem", "dateTimeSystem");
    let datacenter = scene.rig.first("Datacenter");
    let option = OptionValue {
        key: "Syslog.global.logHost".into(),
        value: Some("udp://x".into()),
        ..Default::default()
    };
    let select = methods::SelectVnicForNicType {
        this: nics.clone(),
        nic_type: "vsan".into(),
        device: "vmk0".into(),
        ..Default::default()
    };
    let deselect = methods::DeselectVnicForNicType {
        this: nics.clone(),
        nic_type: "vmotion".into(),
        device: "vmk0".into(),
        ..Default::default()
    };
    let group = crate::behaviour::server::network::port_group("FT", "vSwitch0", 7);
    let spec = crate::behaviour::server::network::vnic_spec(
        "FT",
        "10.0.0.1",
        "255.0.0.0",
        "00:50:56:60:00:01",
    );
    table! { scene;
        nics, "info" <- select;
        host, "summary" <- deselect;
        host, "config.network" <- methods::AddPortGroup { this: network.clone(), portgrp: group, ..Default::default() };
        datacenter, "network" <- methods::AddPortGroup {
            this: network.clone(),
            portgrp: crate::behaviour::server::network::port_group("Other", "vSwitch0", 8),
            ..Default::default()
        };
        host, "config.virtualNicManagerInfo" <- methods::AddVirtualNic {
            this: network.clone(), portgroup: "FT".into(), nic: spec, ..Default::default()
        };
        network, "networkInfo" <- methods::RemoveVirtualNic { this: network.clone(), device: "vmk1".into(), ..Default::default() };
        host, "config.lockdownMode" <- methods::ChangeLockdownMode {
            this: access.clone(), mode: HostLockdownMode::LockdownNormal, ..Default::default()
        };
        network, "networkInfo" <- methods::UpdatePortGroup {
            this: network.clone(),
            pg_name: "Other".into(),
            portgrp: crate::behaviour::server::network::port_group("Another", "vSwitch0", 9),
            ..Default::default()
        };
        host, "config.network" <- methods::AddVirtualSwitch {
            this: network.clone(), vswitch_name: "vSwitch1".into(), ..Default::default()
        };
        network, "networkInfo" <- methods::RemoveVirtualSwitch {
            this: network.clone(), vswitch_name: "vSwitch1".into(), ..Default::default()
        };
        access, "lockdownMode" <- methods::ExitLockdownMode { this: host.clone(), ..Default::default() };
        host, "config.firewall" <- DisableRuleset { this: firewall, id: "dns".into(), ..Default::default() };
        host, "configIssue" <- StartService { this: services.clone(), id: "TSM-SSH".into(), ..Default::default() };
        host, "config.service" <- methods::UpdateServicePolicy {
            this: services, id: "TSM-SSH".into(), policy: "on".into(), ..Default::default()
        };
        time, "dateTimeInfo" <- methods::UpdateDateTimeConfig {
            this: time.clone(),
            config: HostDateTimeConfig { time_zone: Some("Europe/Berlin".into()), ..Default::default() },
            ..Default::default()
        };
        host, "config.option" <- UpdateOptions { this: options, changed_value: vec![Poly::new(option)], ..Default::default() };
    }
}

#[tokio::test]
async fn a_new_licence_wakes_who_waits_for_it() {
    let scene = Scene::of("ft-ready").await;
    let manager = MoRef::new("LicenseManager", "LicenseManager");
    let add = methods::AddLicense {
        this: manager.clone(),
        license_key: "E1111-22222-33333-44444-55555".into(),
        ..Default::default()
    };
    assert!(wakes(&scene, &manager, "licenses", add).await);
}

#[tokio::test]
async fn changes_of_clusters_and_vms_wake_who_waits_for_them() {
    let scene = Scene::of("ft-ready").await;
    let (cluster, vm, vm2) = (scene.cluster(), scene.vm("vm1"), scene.vm("vm2"));
    let host = scene.host("esx2.lab.local");
    let snapshot = scene.snapshot();
    let folder = snapshot
        .of_kind("Folder")
        .iter()
        .find(|id| id.value.starts_with("group-h"))
        .cloned()
        .unwrap();
    let vm_folder = snapshot
        .get::<crate::behaviour::virtual_machine::VirtualMachine>(&vm)
        .unwrap()
        .entity
        .parent
        .clone()
        .unwrap();
    let datastore = scene.rig.first("Datastore");
    let annotate = VirtualMachineConfigSpec { annotation: Some("x".into()), ..Default::default() };
    let evc = scene
        .get::<crate::behaviour::cluster_compute_resource::ClusterComputeResource>(&cluster)
        .evc_manager;
    let create =
        |vm: &MoRef| methods::CreateSecondaryVMExTask { this: vm.clone(), ..Default::default() };
    table! { scene;
        folder, "childEntity" <- methods::CreateClusterEx { this: folder.clone(), name: "C2".into(), ..Default::default() };
        cluster, "configurationEx" <- ReconfigureComputeResourceTask {
            this: cluster.clone(), spec: Poly::new(cluster_change()), modify: true, ..Default::default()
        };
        cluster, "name" <- RenameTask { this: cluster.clone(), new_name: "Renamed".into(), ..Default::default() };
        evc, "evcState.currentEVCModeKey" <- methods::DisableEvcModeTask { this: evc.clone(), ..Default::default() };
        vm, "config.annotation" <- ReconfigVMTask { this: vm.clone(), spec: annotate, ..Default::default() };
        vm2, "snapshot" <- CreateSnapshotTask { this: vm2.clone(), name: "s".into(), ..Default::default() };
        host, "vm" <- create(&vm);
        datastore, "summary.freeSpace" <- create(&scene.vm("vm3"));
        vm, "runtime.dasVmProtection" <- methods::TurnOffFaultToleranceForVMTask { this: vm.clone(), ..Default::default() };
        vm_folder, "childEntity" <- create(&vm);
        vm, "config.ftInfo" <- methods::TurnOffFaultToleranceForVMTask { this: vm.clone(), ..Default::default() };
        vm, "runtime.faultToleranceState" <- create(&vm);
        vm2, "summary.runtime.powerState" <- PowerOffVMTask { this: vm2.clone(), ..Default::default() };
        vm2, "disabledMethod" <- methods::PowerOnVMTask { this: vm2.clone(), ..Default::default() };
    }
}

#[tokio::test]
async fn a_host_that_comes_or_goes_wakes_who_waits_for_it() {
    let scene = Scene::of("flawed").await;
    let cluster = scene.cluster();
    let host = scene.host("esx2.lab.local");
    let added = methods::AddHostTask {
        this: cluster.clone(),
        spec: vim25::types::HostConnectSpec {
            force: true,
            ..super::scene::contact("managed.lab.local")
        },
        as_connected: true,
        ..Default::default()
    };
    table! { scene;
        cluster, "host" <- added;
        cluster, "summary.numEffectiveHosts" <- methods::EnterMaintenanceModeTask {
            this: scene.host("managed.lab.local"), ..Default::default()
        };
        scene.host("managed.lab.local"), "runtime" <- methods::ExitMaintenanceModeTask {
            this: scene.host("managed.lab.local"), ..Default::default()
        };
        host, "runtime.connectionState" <- methods::DisconnectHostTask { this: host.clone(), ..Default::default() };
        scene.vm("vm5"), "runtime.connectionState" <- methods::ReconnectHostTask { this: host.clone(), ..Default::default() };
        host, "runtime.dasHostState" <- methods::ReconfigureHostForDASTask { this: host.clone(), ..Default::default() };
    }
}
