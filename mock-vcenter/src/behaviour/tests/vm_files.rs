//! Files of VMs that nobody wrote: what they hold, and that they stay when a VM leaves the inventory.

use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderMap};
use vim25::methods::{PowerOffVMTask, UnregisterVM};

use crate::behaviour::datastore::free_in;
use crate::behaviour::datastore_files::list;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::storage::DatastorePath;
use crate::transport::Answer;

use super::scene::Scene;

/// A file as a client reads it.
async fn read(scene: &Scene, file: &str) -> (StatusCode, String) {
    let at = DatastorePath::parse(file).unwrap();
    let path = format!("/folder/{}?dcPath=Datacenter&dsName={}", at.path, at.datastore);
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, "Basic dXNlcjpwYXNz".parse().unwrap());
    match scene.rig.send(hyper::Method::GET, &path, headers, Vec::new()).await {
        Answer::Reply(reply) => (reply.status(), String::from_utf8(reply.body().clone()).unwrap()),
        Answer::File(reply) => (reply.status(), String::new()),
        Answer::Cut => panic!("an answer is expected"),
    }
}

#[tokio::test]
async fn a_configuration_file_says_what_the_vm_is() {
    let scene = Scene::of("ft-ready").await;
    let vm: VirtualMachine = scene.get(&scene.vm("vm1"));
    let (status, text) = read(&scene, &vm.vmx).await;
    assert_eq!(status, StatusCode::OK);
    let value = |key: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(" = "));
        let found = lines.find(|(name, _)| *name == key);
        found.map(|(_, value)| value.trim_matches('"').to_owned()).unwrap_or_default()
    };
    for (key, expected) in [
        ("config.version", "8"),
        ("virtualHW.version", vm.version.trim_start_matches("vmx-")),
        ("displayName", "vm1"),
        ("guestOS", "centos7-64"),
        ("memSize", &vm.memory.to_string()),
        ("numvcpus", &vm.cpus.to_string()),
        ("scsi0.present", "TRUE"),
        ("scsi0.virtualDev", "pvscsi"),
        ("scsi0:0.fileName", "vm1.vmdk"),
        ("scsi0:0.deviceType", "scsi-hardDisk"),
        ("ide0:0.deviceType", "cdrom-image"),
        ("ethernet0.virtualDev", "vmxnet3"),
        ("ethernet0.addressType", "vpx"),
    ] {
        assert_eq!(value(key), expected, "{key} in {text}");
    }
    let bios = value("uuid.bios").replace([' ', '-'], "");
    assert_eq!(bios, vm.uuid.replace('-', ""));
    assert!(value("ethernet0.generatedAddress").starts_with("00:50:56:"));
    assert!(!value("ethernet0.networkName").is_empty());
}

#[tokio::test]
async fn a_descriptor_says_how_big_its_disk_is() {
    let scene = Scene::of("ft-ready").await;
    let vm: VirtualMachine = scene.get(&scene.vm("vm1"));
    let (status, text) = read(&scene, &format!("{}/vm1.vmdk", vm.directory())).await;
    assert_eq!(status, StatusCode::OK);
    let disk = crate::behaviour::virtual_machine::disks(&vm.devices).next().unwrap();
    let extent = format!("RW {} VMFS \"vm1-flat.vmdk\"", disk.capacity_in_kb * 2);
    assert!(text.contains(&extent), "{text}");
    assert_eq!(
        read(&scene, &format!("{}/none.vmx", vm.directory())).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_files_of_a_vm_stay_when_it_leaves_the_inventory() {
    let scene = Scene::of("ft-ready").await;
    let id = scene.vm("vm1");
    if scene.get::<VirtualMachine>(&id).is_on() {
        scene.run(PowerOffVMTask { this: id.clone(), ..Default::default() }).await.unwrap();
    }
    let vm: VirtualMachine = scene.get(&id);
    let listed = || {
        let at = DatastorePath::parse(vm.directory()).unwrap();
        list(&scene.snapshot(), &scene.rig.core.storage, &vm.home, &at).unwrap()
    };
    let (before, names) = (read(&scene, &vm.vmx).await, listed());
    let free = free_in(&scene.snapshot(), &vm.home);
    let unregister = UnregisterVM { this: id.clone(), ..Default::default() };
    scene.rig.call(unregister).await.unwrap();
    assert!(!scene.snapshot().contains(&id));
    assert_eq!(before.0, StatusCode::OK);
    assert_eq!(read(&scene, &vm.vmx).await, before);
    assert!(names.as_ref().is_some_and(|names| names.len() >= 3) && listed() == names);
    assert_eq!(free_in(&scene.snapshot(), &vm.home), free, "nothing became free");
}
