//! Clusters: what is stored, what is filled in, how changes are laid over it; EVC.

use vim25::methods::{
    CheckConfigureEvcModeTask, ConfigureEvcModeTask, CreateClusterEx, DestroyTask,
    DisableEvcModeTask, EvcManager, MoveIntoTask, ReconfigureComputeResourceTask,
};
use vim25::types::{
    ClusterConfigInfoEx, ClusterConfigSpecEx, ClusterDasConfigInfo, ClusterEVCManagerCheckResult,
    OptionValue,
};
use vim25::{MoRef, Poly};

use crate::behaviour::cluster_compute_resource::ClusterComputeResource;
use crate::behaviour::host_system::HostSystem;
use crate::testing::fault_type;

use super::scene::{Scene, failure};

fn das(change: impl FnOnce(&mut ClusterDasConfigInfo)) -> ClusterConfigSpecEx {
    let mut das = ClusterDasConfigInfo::default();
    change(&mut das);
    ClusterConfigSpecEx { das_config: Some(Box::new(das)), ..Default::default() }
}

fn options(pairs: &[(&str, &str)]) -> ClusterConfigSpecEx {
    let option = |(key, value): &(&str, &str)| {
        let value = Some((*value).into());
        Poly::new(OptionValue { key: (*key).into(), value, ..Default::default() })
    };
    das(|das| das.option = pairs.iter().map(option).collect())
}

async fn create(scene: &Scene, name: &str, spec: ClusterConfigSpecEx) -> Result<MoRef, String> {
    let folder = scene
        .snapshot()
        .of_kind("Folder")
        .iter()
        .find(|id| id.value.starts_with("group-h"))
        .cloned();
    let asked =
        CreateClusterEx { this: folder.unwrap(), name: name.into(), spec, ..Default::default() };
    match scene.rig.call(asked).await {
        Ok(id) => Ok(id),
        fault => Err(fault_type(fault)),
    }
}

async fn reconfigure(scene: &Scene, cluster: &MoRef, spec: ClusterConfigSpecEx, modify: bool) {
    let asked = ReconfigureComputeResourceTask {
        this: cluster.clone(),
        spec: Poly::new(spec),
        modify,
        ..Default::default()
    };
    scene.run(asked).await.unwrap();
}

async fn config(scene: &Scene, cluster: &MoRef) -> ClusterConfigInfoEx {
    let value = scene.rig.fetch(cluster, "configurationEx").await.unwrap();
    value.into_object().unwrap()
}

fn options_of(config: &ClusterConfigInfoEx) -> Vec<(String, String)> {
    let shown = |option: &Poly<OptionValue>| {
        let value = option.value.as_ref().and_then(vim25::Value::as_str).unwrap_or_default();
        (option.key.to_string(), value.to_owned())
    };
    config.das_config.option.iter().map(shown).collect()
}

#[tokio::test]
async fn what_a_specification_leaves_out_gets_the_servers_defaults() {
    let scene = Scene::of("seed-lab").await;
    let cluster = create(&scene, "a/b", das(|das| das.enabled = Some(true))).await.unwrap();
    let config = config(&scene, &cluster).await;
    let das = &config.das_config;
    assert_eq!(das.enabled, Some(true));
    assert_eq!(das.host_monitoring.as_deref(), Some("enabled"));
    let vm = das.default_vm_settings.as_ref().unwrap();
    assert_eq!(vm.isolation_response.as_deref(), Some("powerOff"));
    assert_eq!(vm.vm_tools_monitoring_settings.as_ref().unwrap().max_failure_window, Some(-1));
    assert_eq!(config.drs_config.enabled, Some(false));
    assert_eq!(config.vm_swap_placement, "vmDirectory");
    assert_eq!(scene.rig.fetch(&cluster, "name").await.unwrap().as_str(), Some("a%2fb"));
    assert_eq!(create(&scene, "a%2fb", das_off()).await, Err("DuplicateName".into()));
    assert_eq!(create(&scene, "", das_off()).await, Err("InvalidName".into()));
    let destroyed = DestroyTask { this: cluster.clone(), ..Default::default() };
    scene.run(destroyed).await.unwrap();
    assert!(!scene.snapshot().contains(&cluster));
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

fn das_off() -> ClusterConfigSpecEx {
    ClusterConfigSpecEx::default()
}

#[tokio::test]
async fn a_change_adds_to_what_is_there_and_a_replacement_forgets_it() {
    let scene = Scene::of("seed-lab").await;
    let mut first =
        options(&[("das.maxftvmsperhost", "8"), ("das.usedefaultisolationaddress", "no")]);
    first.das_config.as_mut().unwrap().vm_monitoring = Some("vmMonitoringOnly".into());
    let cluster = create(&scene, "Cluster", first).await.unwrap();

    let change = options(&[("das.maxftvmsperhost", "0"), ("das.usedefaultisolationaddress", "")]);
    reconfigure(&scene, &cluster, change, true).await;
    let after = config(&scene, &cluster).await;
    assert_eq!(options_of(&after), [("das.maxftvmsperhost".to_owned(), "0".to_owned())]);
    assert_eq!(after.das_config.vm_monitoring.as_deref(), Some("vmMonitoringOnly"));

    reconfigure(&scene, &cluster, das(|das| das.enabled = Some(true)), false).await;
    let after = config(&scene, &cluster).await;
    assert_eq!(after.das_config.enabled, Some(true));
    assert_eq!(options_of(&after), []);
    assert_eq!(after.das_config.vm_monitoring.as_deref(), Some("vmMonitoringDisabled"));
}

#[tokio::test]
async fn ha_comes_up_and_goes_down_with_its_cluster() {
    let scene = Scene::of("ft-ready").await;
    let cluster = scene.cluster();
    let states = || {
        let hosts = scene.snapshot().of_kind("HostSystem").to_vec();
        let state = |id: &MoRef| scene.get::<HostSystem>(id).runtime().das_host_state;
        hosts
            .iter()
            .map(state)
            .map(|state| state.map(|state| state.state.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(states(), [Some("master".into()), Some("connectedToMaster".into())]);
    reconfigure(&scene, &cluster, das(|das| das.enabled = Some(false)), true).await;
    assert_eq!(states(), [None, None]);
    reconfigure(&scene, &cluster, das(|das| das.enabled = Some(true)), true).await;
    assert_eq!(states(), [Some("uninitialized".into()), Some("uninitialized".into())]);
    scene.rig.advance(30);
    assert_eq!(states(), [Some("election".into()), Some("election".into())]);
    scene.rig.advance(60);
    assert_eq!(states(), [Some("master".into()), Some("connectedToMaster".into())]);
}

#[tokio::test]
async fn evc_takes_any_mode_while_empty_and_only_what_hosts_reach_later() {
    let scene = Scene::of("ft-ready").await;
    let asked = EvcManager { this: scene.cluster(), ..Default::default() };
    let manager = scene.rig.call(asked).await.unwrap().unwrap();
    let configure = |key: &str| ConfigureEvcModeTask {
        this: manager.clone(),
        evc_mode_key: key.into(),
        ..Default::default()
    };
    for (key, fault) in [
        ("intel-ivybridge", "no fault"),
        ("intel-haswell", "EVCModeUnsupportedByHosts"),
        ("intel-westmere", "ActiveVMsBlockingEVC"),
        ("amd-zen", "EVCModeIllegalByVendor"),
        ("intel-nonsense", "InvalidArgument"),
    ] {
        assert_eq!(failure(scene.run(configure(key)).await), fault, "{key}");
    }
    let check = CheckConfigureEvcModeTask {
        this: manager.clone(),
        evc_mode_key: "amd-zen".into(),
        ..Default::default()
    };
    let results = scene.run(check).await.unwrap().unwrap();
    let results: Vec<_> = results.objects::<ClusterEVCManagerCheckResult>().collect();
    assert_eq!(results.len(), 2);
    assert_eq!(results[0].host.len(), 2);
    scene.run(DisableEvcModeTask { this: manager, ..Default::default() }).await.unwrap();
    assert_eq!(scene.get::<ClusterComputeResource>(&scene.cluster()).evc_mode, None);
    let empty = create(&scene, "Empty", das_off()).await.unwrap();
    let asked = EvcManager { this: empty, ..Default::default() };
    let manager = scene.rig.call(asked).await.unwrap().unwrap();
    let asked = ConfigureEvcModeTask {
        this: manager,
        evc_mode_key: "amd-zen".into(),
        ..Default::default()
    };
    scene.run(asked).await.unwrap();
}

#[tokio::test]
async fn a_host_with_pairs_stays_in_its_cluster() {
    let scene = Scene::of("ft-ready").await;
    let other = create(&scene, "Other", das_off()).await.unwrap();
    let host = scene.host("esx1.lab.local");
    let into = |host: &MoRef| MoveIntoTask {
        this: other.clone(),
        host: vec![host.clone()],
        ..Default::default()
    };
    assert_eq!(failure(scene.run(into(&host)).await), "InvalidState");
    scene.turn_on(&scene.vm("vm1")).await.unwrap();
    assert_eq!(failure(scene.run(into(&host)).await), "CannotMoveHostWithFaultToleranceVm");
}
