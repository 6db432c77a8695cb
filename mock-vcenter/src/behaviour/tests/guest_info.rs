//! What VMware Tools tell of a guest: its network, its file system, and whether they are there at all.

use vim25::enums::VirtualDeviceConfigSpecOperation as Operation;
use vim25::enums::VirtualMachineToolsStatus as Status;
use vim25::methods::{PowerOffVMTask, PowerOnVMTask, ReconfigVMTask};
use vim25::types::{
    GuestInfo, NetIpConfigInfo, ToolsConfigInfo, VirtualDeviceConfigSpec,
    VirtualEthernetCardNetworkBackingInfo, VirtualMachineConfigSpec as Spec, VirtualVmxnet3,
};
use vim25::{MoRef, Poly};

use super::scene::Scene;

async fn guest(scene: &Scene, vm: &MoRef) -> GuestInfo {
    scene.object(vm, "guest").await
}

/// Addresses with the length of their networks, and what state they are in.
fn addresses(config: Option<&NetIpConfigInfo>) -> Vec<(String, i32, String)> {
    let all = config.into_iter().flat_map(|config| &config.ip_address);
    let shown = all.map(|address| {
        let state = address.state.as_deref().unwrap_or_default();
        (address.ip_address.to_string(), address.prefix_length, state.to_owned())
    });
    shown.collect()
}

#[tokio::test]
async fn a_guest_has_its_address_on_its_first_card_only() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let network = scene.rig.fetch(&vm, "network").await.unwrap().morefs().next().unwrap().clone();
    let name = scene.rig.fetch(&network, "name").await.unwrap().as_str().unwrap().to_owned();
    let mut backing = VirtualEthernetCardNetworkBackingInfo::default();
    backing.device_name = name.as_str().into();
    let mut card = VirtualVmxnet3::default();
    (card.key, card.backing) = (-1, Some(Poly::new(backing)));
    let change = VirtualDeviceConfigSpec {
        operation: Some(Operation::Add),
        device: Poly::new(card),
        ..Default::default()
    };
    let before = guest(&scene, &vm).await.net.len();
    let spec = Spec { device_change: vec![Poly::new(change)], ..Default::default() };
    scene.run(ReconfigVMTask { this: vm.clone(), spec, ..Default::default() }).await.unwrap();
    let told = guest(&scene, &vm).await;
    let address = told.ip_address.unwrap();
    assert_eq!(told.net.len(), before + 1);
    assert!(told.net.iter().all(|card| card.network.as_deref() == Some(name.as_str())));
    assert!(told.net.iter().all(|card| card.connected));
    assert_eq!(told.net[0].ip_address, std::slice::from_ref(&address));
    let config = addresses(told.net[0].ip_config.as_deref());
    assert_eq!(config, [(address.to_string(), 16, "preferred".to_owned())]);
    for other in &told.net[1..] {
        assert_eq!((other.ip_address.len(), other.ip_config.as_ref()), (0, None));
    }
}

#[tokio::test]
async fn a_guest_that_runs_tells_of_its_file_system_screen_and_routes() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    let told = guest(&scene, &vm).await;
    let [disk] = &told.disk[..] else { panic!("{:?}", told.disk) };
    assert_eq!(disk.disk_path.as_deref(), Some("/"));
    assert_eq!((disk.capacity, disk.free_space), (Some(16 << 30), Some(8 << 30)));
    assert_eq!(disk.mappings.iter().map(|mapping| mapping.key).collect::<Vec<_>>(), [2000]);
    let screen = told.screen.unwrap();
    assert_eq!((screen.width, screen.height), (1024, 768));
    let [stack] = &told.ip_stack[..] else { panic!("{:?}", told.ip_stack) };
    assert_eq!(stack.dns_config.as_ref().unwrap().host_name, "vm1");
    let routes = &stack.ip_route_config.as_ref().unwrap().ip_route;
    let routes: Vec<_> =
        routes.iter().map(|route| (route.network.as_str(), route.prefix_length)).collect();
    assert_eq!(routes, [("10.20.0.0", 16)]);
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    let told = guest(&scene, &vm).await;
    assert_eq!((told.disk.len(), told.ip_stack.len(), told.net.len()), (0, 0, 0));
    assert_eq!(told.tools_status, Some(Status::ToolsNotRunning));
    assert_eq!(told.tools_version_status2.as_deref(), Some("guestToolsUnmanaged"));
}

#[tokio::test]
async fn vmware_tools_are_not_installed_until_they_have_run() {
    let scene = Scene::of("ft-ready").await;
    let made = scene.create(Spec { name: Some("new".into()), ..Default::default() }).await;
    let vm = made.unwrap().unwrap().as_moref().unwrap().clone();
    let told = guest(&scene, &vm).await;
    assert_eq!(told.tools_status, Some(Status::ToolsNotInstalled));
    assert_eq!(told.tools_version_status.as_deref(), Some("guestToolsNotInstalled"));
    assert_eq!(told.tools_version_status2.as_deref(), Some("guestToolsNotInstalled"));
    assert_eq!(told.tools_running_status.as_deref(), Some("guestToolsNotRunning"));
    let tools: ToolsConfigInfo = scene.object(&vm, "config.tools").await;
    assert_eq!(tools.tools_version, Some(0));
    assert_eq!(tools.last_install_info.unwrap().counter, 0);
    scene.run(PowerOnVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    scene.rig.advance(600);
    let told = guest(&scene, &vm).await;
    assert_eq!(told.tools_status, Some(Status::ToolsOk));
    assert_eq!(told.tools_version_status2.as_deref(), Some("guestToolsUnmanaged"));
    let tools: ToolsConfigInfo = scene.object(&vm, "config.tools").await;
    assert_eq!(tools.tools_version, Some(12_389));
    scene.run(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(guest(&scene, &vm).await.tools_status, Some(Status::ToolsNotRunning));
}
