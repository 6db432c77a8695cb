//! What datastore browsers tell of files: disks with their details, extents only to who asks for all files.

use vim25::methods::{
    PowerOffVMTask, SearchDatastoreSubFoldersTask, SearchDatastoreTask, UnregisterVM,
};
use vim25::types::{
    FileInfo, FileQuery, FileQueryFlags, HostDatastoreBrowserSearchResults,
    HostDatastoreBrowserSearchSpec, VmConfigFileQuery, VmDiskFileInfo, VmDiskFileQuery,
    VmDiskFileQueryFilter, VmDiskFileQueryFlags,
};
use vim25::{Poly, Value};

use crate::behaviour::datastore::browser_id;
use crate::behaviour::virtual_machine::VirtualMachine;

use super::scene::Scene;

/// What a search in the directory of `vm1` finds.
async fn search(scene: &Scene, query: Vec<Poly<FileQuery>>) -> Vec<Poly<FileInfo>> {
    search_of(scene, &scene.get(&scene.vm("vm1")), query).await
}

/// What a search in the directory of a VM finds.
async fn search_of(
    scene: &Scene,
    vm: &VirtualMachine,
    query: Vec<Poly<FileQuery>>,
) -> Vec<Poly<FileInfo>> {
    let details = FileQueryFlags { file_size: true, modification: true, ..Default::default() };
    let spec = HostDatastoreBrowserSearchSpec {
        query,
        details: Some(Box::new(details)),
        ..Default::default()
    };
    let search = SearchDatastoreTask {
        this: browser_id(&vm.home),
        datastore_path: vm.directory().into(),
        search_spec: Some(Box::new(spec)),
        ..Default::default()
    };
    let found = scene.run(search).await.unwrap().unwrap();
    found.as_object::<HostDatastoreBrowserSearchResults>().unwrap().file.clone()
}

fn names(found: &[Poly<FileInfo>]) -> Vec<&str> {
    found.iter().map(|file| &*file.path).collect()
}

fn all_details() -> VmDiskFileQueryFlags {
    VmDiskFileQueryFlags {
        disk_type: true,
        capacity_kb: true,
        hardware_version: true,
        controller_type: Some(true),
        disk_extents: Some(true),
        thin: Some(true),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_query_for_disks_tells_of_each_as_a_whole() {
    let scene = Scene::of("ft-ready").await;
    let query = VmDiskFileQuery { details: Some(Box::new(all_details())), ..Default::default() };
    let found = search(&scene, vec![Poly::new(query)]).await;
    assert_eq!(names(&found), ["vm1.vmdk"]);
    let info = found[0].downcast_ref::<VmDiskFileInfo>().unwrap();
    let snapshot = scene.snapshot();
    let vm = snapshot.get::<VirtualMachine>(&scene.vm("vm1")).unwrap();
    let disk = crate::behaviour::virtual_machine::disks(&vm.devices).next().unwrap();
    assert_eq!(info.capacity_kb, Some(disk.capacity_in_kb));
    assert_eq!(info.disk_type.as_deref(), Some("VirtualDiskFlatVer2BackingInfo"));
    assert_eq!(info.controller_type.as_deref(), Some("ParaVirtualSCSIController"));
    assert_eq!(info.hardware_version, vm.version.strip_prefix("vmx-").unwrap().parse().ok());
    assert!(info.thin.is_some());
    assert_eq!(info.disk_extents, [format!("{}/vm1-flat.vmdk", vm.directory())]);
    assert!(info.file_size.unwrap() > 1 << 30, "its extent counts as well");
}

#[tokio::test]
async fn only_what_is_asked_of_a_disk_is_told() {
    let scene = Scene::of("ft-ready").await;
    let found = search(&scene, vec![Poly::new(VmDiskFileQuery::default())]).await;
    let info = found[0].downcast_ref::<VmDiskFileInfo>().unwrap();
    assert_eq!((info.capacity_kb, info.thin, info.disk_extents.len()), (None, None, 0));
    let wanted = VmDiskFileQueryFlags { capacity_kb: true, ..Default::default() };
    let query = VmDiskFileQuery { details: Some(Box::new(wanted)), ..Default::default() };
    let found = search(&scene, vec![Poly::new(query)]).await;
    let info = found[0].downcast_ref::<VmDiskFileInfo>().unwrap();
    assert!(info.capacity_kb.is_some() && info.disk_type.is_none());
}

#[tokio::test]
async fn a_filter_for_disks_keeps_those_that_pass_it() {
    let scene = Scene::of("ft-ready").await;
    for (controller, count) in [("ParaVirtualSCSIController", 1), ("VirtualIDEController", 0)] {
        let filter = VmDiskFileQueryFilter {
            controller_type: vec![controller.into()],
            ..Default::default()
        };
        let query = VmDiskFileQuery { filter: Some(Box::new(filter)), ..Default::default() };
        let found = search(&scene, vec![Poly::new(query)]).await;
        assert_eq!(found.len(), count, "{controller}");
    }
}

#[tokio::test]
async fn extents_are_plain_files_to_who_asks_for_all_files() {
    let scene = Scene::of("ft-ready").await;
    for query in [Vec::new(), vec![Poly::new(FileQuery::default())]] {
        let found = search(&scene, query).await;
        let extent = found.iter().find(|file| file.path == "vm1-flat.vmdk").unwrap();
        assert_eq!(extent.type_name(), "FileInfo");
        let types: Vec<&str> = found.iter().map(|file| file.type_name()).collect();
        assert!(types.contains(&"VmDiskFileInfo") && types.contains(&"VmConfigFileInfo"));
    }
    let found = search(&scene, vec![Poly::new(VmConfigFileQuery::default())]).await;
    assert_eq!(names(&found), ["vm1.vmx"]);
}

#[tokio::test]
async fn a_disk_is_told_of_after_its_vm_has_left_the_inventory() {
    let scene = Scene::of("ft-ready").await;
    let id = scene.vm("vm1");
    if scene.get::<VirtualMachine>(&id).is_on() {
        scene.run(PowerOffVMTask { this: id.clone(), ..Default::default() }).await.unwrap();
    }
    let vm: VirtualMachine = scene.get(&id);
    let query = || VmDiskFileQuery { details: Some(Box::new(all_details())), ..Default::default() };
    let before = search_of(&scene, &vm, vec![Poly::new(query())]).await;
    scene.rig.call(UnregisterVM { this: id, ..Default::default() }).await.unwrap();
    assert_eq!(search_of(&scene, &vm, vec![Poly::new(query())]).await, before);
}

#[tokio::test]
async fn folders_are_searched_for_disks_at_any_depth() {
    let scene = Scene::of("ft-ready").await;
    let snapshot = scene.snapshot();
    let home = snapshot.get::<VirtualMachine>(&scene.vm("vm1")).unwrap().home.clone();
    let name = scene.rig.fetch(&home, "name").await.unwrap();
    let spec = HostDatastoreBrowserSearchSpec {
        query: vec![Poly::new(VmDiskFileQuery::default())],
        ..Default::default()
    };
    let search = SearchDatastoreSubFoldersTask {
        this: browser_id(&home),
        datastore_path: format!("[{}]", name.as_str().unwrap()).into(),
        search_spec: Some(Box::new(spec)),
        ..Default::default()
    };
    let found = scene.run(search).await.unwrap().unwrap();
    let results = found.items().iter().filter_map(Value::as_object);
    let files = results.flat_map(|one: &HostDatastoreBrowserSearchResults| &one.file);
    let files: Vec<&str> = files.map(|file| &*file.path).collect();
    assert!(files.contains(&"vm1.vmdk"));
    assert!(!files.iter().any(|name| name.ends_with("-flat.vmdk")), "{files:?}");
}
