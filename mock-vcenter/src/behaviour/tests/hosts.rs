//! Hosts: taking them in, what comes with them, what is refused, and letting them go.

use std::sync::Arc;

use vim25::enums::HostLockdownMode;
use vim25::methods::{
    AddHostTask, AddStandaloneHostTask, ChangeLockdownMode, CreateClusterEx,
    DeselectVnicForNicType, DestroyTask, EnterMaintenanceModeTask, QueryAssignedLicenses,
    QueryConnectionInfoViaSpec, QueryNetConfig, RemoveVirtualNic, SelectVnicForNicType,
    UpdateAssignedLicense,
};
use vim25::types::{
    ClusterConfigSpecEx, ClusterDasConfigInfo, HostConnectSpec, HostListSummary, SSLVerifyFault,
};
use vim25::{MoRef, Poly};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::mock::Mock;
use crate::testing::{Rig, fault_type};

use super::scene::{Scene, contact, failure};

async fn with_cluster(model: &str) -> (Scene, MoRef) {
    let scene = Scene::of(model).await;
    let snapshot = scene.snapshot();
    let folder =
        snapshot.of_kind("Folder").iter().find(|id| id.value.starts_with("group-h")).cloned();
    let das = ClusterDasConfigInfo { enabled: Some(true), ..Default::default() };
    let asked = CreateClusterEx {
        this: folder.unwrap(),
        name: "New".into(),
        spec: ClusterConfigSpecEx { das_config: Some(Box::new(das)), ..Default::default() },
        ..Default::default()
    };
    let cluster = scene.rig.call(asked).await.unwrap();
    (scene, cluster)
}

fn add(cluster: &MoRef, spec: HostConnectSpec) -> AddHostTask {
    AddHostTask { this: cluster.clone(), spec, as_connected: true, ..Default::default() }
}

#[tokio::test]
async fn a_host_comes_in_with_its_vms_once_its_certificate_is_accepted() {
    let (scene, cluster) = with_cluster("seed-lab").await;
    let mut spec = HostConnectSpec { ssl_thumbprint: None, ..contact("esx1.lab.local") };
    let refused = scene.run(add(&cluster, spec.clone())).await.unwrap_err();
    let fault = refused.fault.downcast_ref::<SSLVerifyFault>().unwrap();
    assert!(fault.self_signed);
    spec.ssl_thumbprint.clone_from(&fault.thumbprint);
    assert!(scene.snapshot().of_kind("HostSystem").is_empty(), "a failed addition leaves nothing");

    let host = scene.run(add(&cluster, spec)).await.unwrap().unwrap();
    let host = host.as_moref().unwrap().clone();
    let vms = scene.rig.fetch(&host, "vm").await.unwrap();
    assert_eq!(vms.items().len(), 4);
    let summary = scene.rig.fetch(&host, "summary").await.unwrap();
    let summary = summary.as_object::<HostListSummary>().unwrap();
    assert_eq!(summary.max_evc_mode_key.as_deref(), Some("intel-ivybridge"));
    assert!(!summary.config.vmotion_enabled && !summary.config.fault_tolerance_enabled);
    let hardware = summary.hardware.as_ref().unwrap();
    assert_eq!((hardware.num_cpu_cores, hardware.num_cpu_threads), (20, 40));
    let issues = |scene: &Scene| {
        let host = scene.get::<HostSystem>(&host);
        crate::behaviour::host_system::ft_issues(&host, &*scene.snapshot()).len()
    };
    assert_eq!(issues(&scene), 3, "neither adapter nor HA agent");
    scene.rig.advance(60);
    assert_eq!(issues(&scene), 2, "the agent is up");
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

#[tokio::test]
async fn hosts_are_refused_for_what_is_wrong_with_them() {
    let (scene, cluster) = with_cluster("flawed").await;
    let existing = scene.snapshot().of_kind("ClusterComputeResource")[0].clone();
    let password =
        HostConnectSpec { password: Some("wrong".into()), ..contact("managed.lab.local") };
    for (what, parent, spec, fault) in [
        ("unknown", &cluster, contact("nobody.lab.local"), "NoHost"),
        ("password", &cluster, password, "InvalidLogin"),
        ("foreign", &cluster, contact("managed.lab.local"), "AlreadyBeingManaged"),
        ("old", &cluster, contact("ancient.lab.local"), "NotSupportedHost"),
        ("locked", &cluster, contact("locked.lab.local"), "NoPermissionOnHost"),
        ("there", &existing, contact("esx1.lab.local"), "DuplicateName"),
        ("elsewhere", &cluster, contact("esx1.lab.local"), "AlreadyConnected"),
        ("vendor", &existing, contact("amd.lab.local"), "EVCAdmissionFailedCPUVendor"),
        ("model", &existing, contact("westmere.lab.local"), "EVCAdmissionFailedCPUModelForMode"),
        ("bios", &existing, contact("no-hv.lab.local"), "EVCAdmissionFailedCPUFeaturesForMode"),
    ] {
        assert_eq!(failure(scene.run(add(parent, spec)).await), fault, "{what}");
    }
    let forced = HostConnectSpec { force: true, ..contact("managed.lab.local") };
    scene.run(add(&cluster, forced)).await.unwrap();
}

#[tokio::test]
async fn newer_servers_take_certificates_instead_of_thumbprints() {
    let rig = Rig::of(Mock::builder().model("seed-lab").release("9.1"));
    rig.login("user", "pass").await.unwrap();
    let scene = Scene { rig: Arc::new(rig) };
    let asked = |spec: HostConnectSpec| QueryConnectionInfoViaSpec {
        this: scene.rig.first("Datacenter"),
        spec,
        ..Default::default()
    };
    let old = scene.rig.call(asked(contact("esx1.lab.local"))).await;
    assert_eq!(fault_type(old), "InvalidArgument");
    let spec = HostConnectSpec { ssl_thumbprint: None, ..contact("esx1.lab.local") };
    let refused = scene.rig.call(asked(spec.clone())).await.unwrap_err();
    let fault = refused.detail.unwrap();
    let fault = fault.downcast_ref::<SSLVerifyFault>().unwrap();
    assert_eq!(fault.thumbprint, None);
    let spec = HostConnectSpec { ssl_certificate: fault.certificate.clone(), ..spec };
    scene.rig.call(asked(spec)).await.unwrap();
}

#[tokio::test]
async fn a_preview_shows_the_machine_and_who_manages_it() {
    let (scene, _) = with_cluster("flawed").await;
    let datacenter = scene.rig.first("Datacenter");
    let asked = |name: &str| QueryConnectionInfoViaSpec {
        this: datacenter.clone(),
        spec: contact(name),
        ..Default::default()
    };
    let info = scene.rig.call(asked("managed.lab.local")).await.unwrap();
    assert_eq!(info.host.management_server_ip.as_deref(), Some("192.168.8.99"));
    assert_eq!(info.datastore.len(), 2);
    assert_eq!(info.license.unwrap().license.edition_key, "eval");
    assert_eq!(fault_type(scene.rig.call(asked("nobody")).await), "NoHost");
    let (scene, _) = with_cluster("seed-lab").await;
    let asked = QueryConnectionInfoViaSpec {
        this: scene.rig.first("Datacenter"),
        spec: contact("esx2.lab.local"),
        ..Default::default()
    };
    let info = scene.rig.call(asked).await.unwrap();
    let names: Vec<_> = info.vm.iter().map(|vm| vm.config.name.as_str()).collect();
    assert_eq!(names, ["vm5", "vm6", "vm7", "vm8"]);
}

#[tokio::test]
async fn a_removed_host_takes_its_vms_along_and_can_come_back() {
    let scene = Scene::of("seed-lab").await;
    let snapshot = scene.snapshot();
    let folder =
        snapshot.of_kind("Folder").iter().find(|id| id.value.starts_with("group-h")).cloned();
    let asked = || AddStandaloneHostTask {
        this: folder.clone().unwrap(),
        spec: HostConnectSpec {
            lockdown_mode: Some(HostLockdownMode::LockdownNormal),
            ..contact("esx1.lab.local")
        },
        add_connected: true,
        license: Some("S1111-22222-33333-44444-55555".into()),
        ..Default::default()
    };
    let added = scene.run(asked()).await.unwrap().unwrap();
    assert_eq!(added.as_moref().unwrap().kind, "ComputeResource");
    let host = scene.host("esx1.lab.local");
    assert!(scene.get::<HostSystem>(&host).is_locked_down());
    assert_eq!(scene.get::<HostSystem>(&host).server.license, "S1111-22222-33333-44444-55555");
    let before = scene.snapshot().len();
    scene.run(DestroyTask { this: host, ..Default::default() }).await.unwrap();
    assert!(scene.snapshot().of_kind("VirtualMachine").is_empty());
    assert!(scene.snapshot().of_kind("Datastore").is_empty());
    assert_eq!(scene.dangling(), Vec::<String>::new());
    assert_eq!(failure(scene.run(asked()).await), "NoPermissionOnHost", "it is still locked down");
    assert!(scene.snapshot().len() < before);
}

#[tokio::test]
async fn a_selected_adapter_shows_everywhere_at_once() {
    let scene = Scene::of("seed-lab").await;
    let snapshot = scene.snapshot();
    let folder =
        snapshot.of_kind("Folder").iter().find(|id| id.value.starts_with("group-h")).cloned();
    let asked = AddStandaloneHostTask {
        this: folder.unwrap(),
        spec: contact("esx1.lab.local"),
        add_connected: true,
        ..Default::default()
    };
    scene.run(asked).await.unwrap();
    let host = scene.host("esx1.lab.local");
    let number = host.value.trim_start_matches("host-");
    let manager = MoRef::new("HostVirtualNicManager", format!("virtualNicManager-{number}"));
    let select = |nic_type: &str, device: &str| SelectVnicForNicType {
        this: manager.clone(),
        nic_type: nic_type.into(),
        device: device.into(),
        ..Default::default()
    };
    for (nic_type, device) in [("vmotion", "vmk7"), ("teleport", "vmk0")] {
        let fault = fault_type(scene.rig.call(select(nic_type, device)).await);
        assert_eq!(fault, "InvalidArgument", "{nic_type} {device}");
    }
    scene.rig.call(select("vmotion", "vmk0")).await.unwrap();
    scene.rig.call(select("vmotion", "vmk0")).await.unwrap();
    let query =
        QueryNetConfig { this: manager.clone(), nic_type: "vmotion".into(), ..Default::default() };
    let config = scene.rig.call(query).await.unwrap().unwrap();
    assert_eq!(config.selected_vnic, ["vmotion.key-vim.host.VirtualNic-vmk0"]);
    assert_eq!(config.candidate_vnic[0].key, config.selected_vnic[0]);
    let enabled = scene.rig.fetch(&host, "summary.config.vmotionEnabled").await;
    assert_eq!(enabled.and_then(|value| value.as_bool()), Some(true));
    let remove = RemoveVirtualNic {
        this: MoRef::new("HostNetworkSystem", format!("networkSystem-{number}")),
        device: "vmk0".into(),
        ..Default::default()
    };
    assert_eq!(fault_type(scene.rig.call(remove).await), "ResourceInUse");
    let deselect = || DeselectVnicForNicType {
        this: manager.clone(),
        nic_type: "vmotion".into(),
        device: "vmk0".into(),
        ..Default::default()
    };
    scene.rig.call(deselect()).await.unwrap();
    assert_eq!(fault_type(scene.rig.call(deselect()).await), "InvalidArgument");
}

#[tokio::test]
async fn licences_and_lockdown_are_the_hosts_own() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.host("esx1.lab.local");
    let manager = MoRef::new("LicenseAssignmentManager", "LicenseAssignmentManager");
    let assign = |entity: &str, key: &str| UpdateAssignedLicense {
        this: manager.clone(),
        entity: entity.into(),
        license_key: key.into(),
        ..Default::default()
    };
    let key = "N1111-22222-33333-44444-55555";
    assert_eq!(fault_type(scene.rig.call(assign("host-999", key)).await), "LicenseEntityNotFound");
    assert_eq!(fault_type(scene.rig.call(assign(&host.value, "short")).await), "InvalidArgument");
    scene.rig.call(assign(&host.value, key)).await.unwrap();
    let query = QueryAssignedLicenses {
        this: manager.clone(),
        entity_id: Some(host.value.clone()),
        ..Default::default()
    };
    let assigned = scene.rig.call(query).await.unwrap();
    assert_eq!(assigned[0].assigned_license.name, "vSphere Essentials");
    let number = host.value.trim_start_matches("host-");
    let lock = ChangeLockdownMode {
        this: MoRef::new("HostAccessManager", format!("hostAccessManager-{number}")),
        mode: HostLockdownMode::LockdownStrict,
        ..Default::default()
    };
    scene.rig.call(lock).await.unwrap();
    let disabled = scene.rig.fetch(&host, "config.adminDisabled").await;
    assert_eq!(disabled.and_then(|value| value.as_bool()), Some(true));
    assert!(!scene.get::<HostSystem>(&scene.host("esx2.lab.local")).is_locked_down());
}

#[tokio::test]
async fn a_host_with_running_vms_does_not_enter_maintenance() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.host("esx2.lab.local");
    let enter =
        |timeout| EnterMaintenanceModeTask { this: host.clone(), timeout, ..Default::default() };
    let began = scene.rig.clock().now();
    assert_eq!(failure(scene.run(enter(42)).await), "Timedout");
    let waited = scene.rig.clock().now().duration_since(began).unwrap();
    assert!((42..44).contains(&waited.as_secs()), "{waited:?}");
    // Without a timeout it waits until somebody stops the VMs.
    let task = scene.rig.call(enter(0)).await.unwrap();
    scene.rig.advance(600);
    assert!(!scene.get::<HostSystem>(&host).in_maintenance);
    for vm in crate::behaviour::host_system::vms_on(&scene.snapshot(), &host) {
        let off = vim25::methods::PowerOffVMTask { this: vm.clone(), ..Default::default() };
        scene.run(off).await.unwrap();
        assert!(!scene.get::<VirtualMachine>(&vm).is_on());
    }
    scene.end(&task).unwrap();
    let found = scene.get::<HostSystem>(&host);
    assert!(found.in_maintenance && found.runtime().das_host_state.is_none());
    scene.run(DestroyTask { this: host.clone(), ..Default::default() }).await.unwrap();
    assert!(!scene.snapshot().contains(&host));
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

#[tokio::test]
async fn a_host_says_that_it_starts_no_vms_by_itself() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.rig.first("HostSystem");
    let managers = scene.rig.fetch(&host, "configManager").await.unwrap();
    let managers = managers.as_object::<vim25::types::HostConfigManager>().unwrap();
    let manager = managers.auto_start_manager.clone().unwrap();
    let config = scene.rig.fetch(&manager, "config").await.unwrap();
    let config = config.as_object::<vim25::types::HostAutoStartManagerConfig>().unwrap();
    assert_eq!(config.defaults.as_ref().unwrap().enabled, Some(false));
    assert!(config.power_info.is_empty());
}

#[tokio::test]
async fn drs_moves_what_runs_on_a_host_that_enters_maintenance() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.host("esx2.lab.local");
    let mut drs = vim25::types::ClusterDrsConfigInfo::default();
    drs.enabled = Some(true);
    let mut spec = vim25::types::ClusterConfigSpecEx::default();
    spec.drs_config = Some(Box::new(drs));
    let configure = vim25::methods::ReconfigureComputeResourceTask {
        this: scene.cluster(),
        spec: Poly::new(spec),
        modify: true,
        ..Default::default()
    };
    scene.run(configure).await.unwrap();
    let vms = crate::behaviour::host_system::vms_on(&scene.snapshot(), &host);
    assert!(!vms.is_empty());
    let enter = EnterMaintenanceModeTask { this: host.clone(), ..Default::default() };
    scene.run(enter).await.unwrap();
    assert!(scene.get::<HostSystem>(&host).in_maintenance);
    for vm in vms {
        assert_eq!(scene.host_name_of(&vm), "esx1.lab.local");
        assert!(scene.get::<VirtualMachine>(&vm).is_on());
    }
}
