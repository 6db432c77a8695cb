//! What tools ask of a host and its cluster that says the same as something else, in another form.

use vim25::enums::HostSystemConnectionState;
use vim25::methods::{AddVirtualNic, CreateClusterEx, GetResourceUsage};
use vim25::types::{
    ClusterConfigInfoEx, DatastoreSummary, HostAutoStartManagerConfig, HostConfigInfo,
    HostHardwareInfo, HostListSummary, HostNetworkConfig, HostNetworkInfo, HostRuntimeInfo,
    HostVirtualNicSpec, HostVmfsVolume,
};
use vim25::{DataObject, MoRef};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_system::HostSystem;

use super::scene::Scene;

async fn read<T: DataObject>(scene: &Scene, of: &MoRef, name: &str) -> T {
    scene.rig.fetch(of, name).await.unwrap().into_object().unwrap()
}

#[tokio::test]
async fn the_configuration_of_a_network_says_what_its_information_says() {
    let scene = Scene::of("ft-ready").await;
    let system = scene.rig.first("HostNetworkSystem");
    let config: HostNetworkConfig = read(&scene, &system, "networkConfig").await;
    let info: HostNetworkInfo = read(&scene, &system, "networkInfo").await;
    assert_eq!(config.pnic[0].device, "vmnic0");
    assert_eq!(config.pnic.len(), info.pnic.len());
    assert_eq!(config.vswitch[0].name, "vSwitch0");
    assert_eq!(config.vswitch[0].spec.as_deref(), Some(&info.vswitch[0].spec));
    let groups = config.portgroup.iter().map(|group| group.spec.as_deref().unwrap());
    let told: Vec<_> = info.portgroup.iter().map(|group| &group.spec).collect();
    assert_eq!(groups.collect::<Vec<_>>(), told);
    assert_eq!(config.vnic[0].device.as_deref(), Some("vmk0"));
    assert_eq!(config.vnic[0].portgroup, info.vnic[0].portgroup);
    assert_eq!(config.vnic[0].spec.as_deref(), Some(&info.vnic[0].spec));
    assert_eq!(config.net_stack_spec.len(), info.net_stack_instance.len());
}

async fn stacks(scene: &Scene, host: &MoRef) -> Vec<(String, String, Vec<String>)> {
    let runtime: HostRuntimeInfo = read(scene, host, "runtime").await;
    let network = runtime.network_runtime_info.unwrap();
    let shown = network.net_stack_instance_runtime_info.into_iter().map(|stack| {
        let keys = stack.vmknic_keys.iter().map(ToString::to_string).collect();
        (stack.net_stack_instance_key.to_string(), stack.state.unwrap().to_string(), keys)
    });
    shown.filter(|(key, ..)| key == "vmotion" || key == "defaultTcpipStack").collect()
}

#[tokio::test]
async fn a_stack_is_active_once_an_adapter_uses_it() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.rig.first("HostSystem");
    let before = stacks(&scene, &host).await;
    assert_eq!(before[0], ("vmotion".to_owned(), "inactive".to_owned(), Vec::new()));
    assert_eq!((&*before[1].0, &*before[1].1), ("defaultTcpipStack", "active"));
    assert_eq!(before[1].2[0], "key-vim.host.VirtualNic-vmk0");
    let host_networks = scene.snapshot().get::<HostSystem>(&host).unwrap().server.clone().network;
    let used = host_networks.vnics.iter().filter_map(|(_, spec)| spec.portgroup.clone());
    let used: Vec<_> = used.collect();
    let free = host_networks.port_groups.iter().find(|group| !used.contains(&group.name));
    let add = AddVirtualNic {
        this: scene.rig.first("HostNetworkSystem"),
        portgroup: free.unwrap().name.clone(),
        nic: HostVirtualNicSpec {
            net_stack_instance_key: Some("vmotion".into()),
            ..Default::default()
        },
        ..Default::default()
    };
    let device = scene.rig.call(add).await.unwrap();
    let after = stacks(&scene, &host).await;
    assert_eq!((&*after[0].1, after[0].2.len()), ("active", 1));
    assert_eq!(after[0].2[0], format!("key-vim.host.VirtualNic-{device}"));
    assert_eq!(after[1], before[1]);
}

#[tokio::test]
async fn adapters_are_devices_and_sensors_are_green() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.rig.first("HostSystem");
    let hardware: HostHardwareInfo = read(&scene, &host, "hardware").await;
    let config: HostConfigInfo = read(&scene, &host, "config").await;
    let network = config.network.unwrap();
    let places: Vec<_> = network.pnic.iter().map(|pnic| pnic.pci.as_str()).collect();
    let devices: Vec<_> = hardware.pci_device.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(devices, places);
    let second = &hardware.pci_device[1];
    assert_eq!((second.bus, second.slot, second.function), (5, 0, 1));
    assert_eq!((second.vendor_id, second.device_id, second.class_id), (-32634, 4347, 512));
    assert_eq!(second.vendor_name, "Intel Corporation");
    let runtime: HostRuntimeInfo = read(&scene, &host, "runtime").await;
    let health = runtime.health_system_runtime.unwrap();
    let sensors = health.system_health_info.unwrap().numeric_sensor_info;
    let states = sensors.iter().map(|sensor| sensor.health_state.as_ref().unwrap().key.as_str());
    assert_eq!(states.collect::<Vec<_>>(), ["green"; 3]);
    assert_eq!(health.hardware_status_info.unwrap().memory_status_info, []);
    assert_eq!(runtime.connection_state, HostSystemConnectionState::Connected);
}

#[tokio::test]
async fn a_host_tells_its_volumes_and_how_vms_start_with_it() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.rig.first("HostSystem");
    let config: HostConfigInfo = read(&scene, &host, "config").await;
    let start: HostAutoStartManagerConfig =
        read(&scene, &scene.rig.first("HostAutoStartManager"), "config").await;
    assert_eq!(config.auto_start.as_deref(), Some(&start));
    assert_eq!(start.defaults.unwrap().enabled, Some(false));
    let volumes = config.file_system_volume.unwrap();
    let datastores = scene.get::<HostSystem>(&host).datastores;
    assert_eq!(volumes.mount_info.len(), datastores.len());
    let first: Datastore = scene.get(&datastores[0]);
    let mount = &volumes.mount_info[0];
    let path = mount.mount_info.path.as_deref().unwrap();
    assert_eq!(format!("ds://{path}/"), first.url);
    let volume = mount.volume.downcast_ref::<HostVmfsVolume>().unwrap();
    assert_eq!((&volume.name, volume.capacity), (&first.entity.name, first.capacity));
    assert!(path.ends_with(volume.uuid.as_str()), "{path}");
    assert_eq!(volume.local, Some(false), "other hosts mount it too");
}

#[tokio::test]
async fn a_cluster_without_vsan_says_so() {
    let scene = Scene::of("ft-ready").await;
    let snapshot = scene.snapshot();
    let mut folders = snapshot.of_kind("Folder").iter();
    let folder = folders.find(|id| id.value.starts_with("group-h"));
    let folder = folder.unwrap().clone();
    let asked = CreateClusterEx { this: folder, name: "Second".into(), ..Default::default() };
    let second = scene.rig.call(asked).await.unwrap();
    let mut uuids = Vec::new();
    for cluster in [scene.cluster(), second] {
        let config: ClusterConfigInfoEx = read(&scene, &cluster, "configurationEx").await;
        let vsan = config.vsan_config_info.unwrap();
        let hosts = vsan.default_config.as_ref().unwrap();
        assert_eq!((vsan.enabled, hosts.auto_claim_storage), (Some(false), Some(false)));
        uuids.push(hosts.uuid.clone().unwrap());
    }
    assert_eq!(uuids[0].len(), 36);
    assert_ne!(uuids[0], uuids[1]);
}

#[tokio::test]
async fn a_cluster_counts_what_its_hosts_and_datastores_use() {
    let scene = Scene::of("ft-ready").await;
    let asked = GetResourceUsage { this: scene.cluster(), ..Default::default() };
    let usage = scene.rig.call(asked).await.unwrap();
    let (mut cpu, mut memory) = (0, 0);
    for host in scene.snapshot().of_kind("HostSystem") {
        let summary: HostListSummary = read(&scene, host, "summary").await;
        cpu += summary.quick_stats.overall_cpu_usage.unwrap();
        memory += summary.quick_stats.overall_memory_usage.unwrap();
    }
    assert_eq!((usage.cpu_used_m_hz, usage.mem_used_mb), (cpu, memory));
    assert_eq!((usage.cpu_capacity_m_hz, usage.mem_capacity_mb), (2 * 50_000, 2 * (192 << 10)));
    let (mut capacity, mut free) = (0, 0);
    for datastore in scene.snapshot().of_kind("Datastore") {
        let summary: DatastoreSummary = read(&scene, datastore, "summary").await;
        capacity += summary.capacity >> 20;
        free += summary.free_space >> 20;
    }
    assert_eq!(usage.storage_capacity_mb, capacity);
    assert!((capacity - free).abs_diff(usage.storage_used_mb) < 8, "{usage:?}");
    assert!(usage.storage_used_mb > 0);
}
