//! Hosts that die and come back.

use vim25::MoRef;
use vim25::methods::MigrateVMTask;

use crate::behaviour::host_system::{self, HostSystem};
use crate::behaviour::virtual_machine::VirtualMachine;

use super::scene::{Scene, failure};

fn fail(scene: &Scene, host: &MoRef) {
    scene.rig.commit(|tx| host_system::fail(tx, host));
}

#[tokio::test]
async fn with_two_hosts_a_pair_waits_for_the_failed_one() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.turn_on(&vm).await.unwrap();
    scene.rig.advance(120);
    let (secondary, host) = (scene.secondary_of(&vm), scene.host("esx1.lab.local"));
    fail(&scene, &host);
    let survivor: VirtualMachine = scene.get(&secondary);
    assert!(survivor.is_primary() && survivor.is_on());
    assert_eq!(scene.state(&secondary), "needSecondary");
    assert!(!scene.get::<VirtualMachine>(&vm).is_on());
    scene.rig.advance(600);
    assert_eq!(scene.state(&secondary), "needSecondary", "there is no other host");
    assert_eq!(
        scene.get::<HostSystem>(&scene.host("esx2.lab.local")).das_state,
        Some("master".into())
    );
    scene.rig.commit(|tx| host_system::recover(tx, &host));
    scene.rig.advance(200);
    assert_eq!((scene.state(&secondary), scene.state(&vm)), ("running".into(), "running".into()));
    assert!(scene.get::<VirtualMachine>(&secondary).das_protected);
    assert!(scene.get::<HostSystem>(&host).ha_is_healthy());
    assert_eq!(scene.dangling(), Vec::<String>::new());
}

#[tokio::test]
async fn with_more_hosts_a_new_secondary_starts_elsewhere() {
    let scene = Scene::of("estate:vms=6,hosts=3,clusters=1").await;
    let vm = scene.vm("vm-00001");
    scene.turn_on(&vm).await.unwrap();
    scene.rig.advance(600);
    assert_eq!(scene.state(&vm), "running");
    let secondary = scene.secondary_of(&vm);
    let lost = scene.get::<VirtualMachine>(&secondary).host.unwrap();
    fail(&scene, &lost);
    assert_eq!(scene.state(&vm), "needSecondary");
    let found: VirtualMachine = scene.get(&vm);
    assert_eq!(found.ft.need_secondary, Some("lostConnection".into()));
    scene.rig.advance(600);
    assert_eq!(scene.state(&vm), "running");
    let moved = scene.get::<VirtualMachine>(&secondary).host.unwrap();
    assert!(moved != lost && Some(&moved) != found.host.as_ref());
}

#[tokio::test]
async fn ha_restarts_what_it_protected_on_another_host() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm2");
    fail(&scene, &scene.host("esx1.lab.local"));
    assert!(!scene.get::<VirtualMachine>(&vm).is_on());
    scene.rig.advance(60);
    assert!(scene.get::<VirtualMachine>(&vm).is_on());
    assert_eq!(scene.host_name_of(&vm), "esx2.lab.local");
}

#[tokio::test]
async fn a_half_of_a_pair_moves_but_not_to_its_other_half() {
    let scene = Scene::of("estate:vms=6,hosts=3,clusters=1").await;
    let vm = scene.vm("vm-00001");
    scene.turn_on(&vm).await.unwrap();
    scene.rig.advance(600);
    let other = scene.get::<VirtualMachine>(&scene.secondary_of(&vm)).host.unwrap();
    let own = scene.get::<VirtualMachine>(&vm).host.unwrap();
    let hosts = scene.snapshot().of_kind("HostSystem").to_vec();
    let third = hosts.iter().find(|host| **host != own && **host != other).unwrap();
    let migrate = |host: &MoRef| MigrateVMTask {
        this: vm.clone(),
        host: Some(host.clone()),
        ..Default::default()
    };
    let refused = failure(scene.run(migrate(&other)).await);
    assert_eq!(refused, "FaultToleranceAntiAffinityViolated");
    scene.run(migrate(third)).await.unwrap();
    assert_eq!(scene.get::<VirtualMachine>(&vm).host.as_ref(), Some(third));
    assert_eq!(scene.state(&vm), "running");
}
