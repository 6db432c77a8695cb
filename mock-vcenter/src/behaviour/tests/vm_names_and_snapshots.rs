//! Renaming a VM, and removing some of its snapshots.

use vim25::methods::{CreateSnapshotTask, RemoveSnapshotTask, RenameTask};

use crate::behaviour::virtual_machine::VirtualMachine;

use super::scene::{Scene, failure};

#[tokio::test]
async fn a_vm_takes_no_name_that_another_in_its_folder_has() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.turn_on(&vm).await.unwrap();
    let rename =
        |name: &str| RenameTask { this: vm.clone(), new_name: name.into(), ..Default::default() };
    assert_eq!(failure(scene.run(rename("vm2")).await), "DuplicateName");
    assert_eq!(failure(scene.run(rename("")).await), "InvalidName");
    assert_eq!(scene.vm("vm1"), vm);
    scene.run(rename("vm1")).await.unwrap();
    scene.run(rename("front")).await.unwrap();
    let secondary = scene.secondary_of(&vm);
    for half in [&vm, &secondary] {
        assert_eq!(scene.get::<VirtualMachine>(half).entity.name, "front");
    }
}

#[tokio::test]
async fn a_snapshot_goes_alone_or_with_those_after_it() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    for name in ["a", "b", "c", "d"] {
        let create =
            CreateSnapshotTask { this: vm.clone(), name: name.into(), ..Default::default() };
        scene.run(create).await.unwrap();
    }
    let remove = async |place: usize, children: bool| {
        let this = scene.get::<VirtualMachine>(&vm).snapshots[place].id.clone();
        let asked = RemoveSnapshotTask { this, remove_children: children, ..Default::default() };
        scene.run(asked).await.unwrap();
        let left = scene.get::<VirtualMachine>(&vm).snapshots;
        left.iter().map(|facts| facts.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(remove(0, false).await, ["b", "c", "d"]);
    assert_eq!(remove(1, true).await, ["b"]);
    assert_eq!(scene.snapshot().of_kind("VirtualMachineSnapshot").len(), 1);
    assert!(remove(0, true).await.is_empty());
    assert_eq!(scene.dangling(), [""; 0]);
}
