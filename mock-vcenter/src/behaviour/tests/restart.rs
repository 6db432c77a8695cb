//! Hosts that are restarted: what vCenter shows of it, and what who talks to the host itself sees.

use vim25::enums::HostSystemConnectionState as Connection;
use vim25::methods::{EnterMaintenanceModeTask, RebootHostTask, ShutdownHostTask, StartService};
use vim25::{MoRef, Value};

use crate::behaviour::host_system::HostSystem;
use crate::task::VimTask;
use crate::testing::fault_type;

use super::scene::Scene;

fn reboot(host: &MoRef, force: bool) -> RebootHostTask {
    RebootHostTask { this: host.clone(), force, ..Default::default() }
}

#[tokio::test]
async fn through_vcenter_a_host_in_maintenance_goes_and_returns() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.host("esx1.lab.local");
    assert_eq!(fault_type(scene.rig.call(reboot(&host, false)).await), "InvalidState");
    for vm in scene.rig.fetch(&host, "vm").await.unwrap().items() {
        let off = vim25::methods::PowerOffVMTask {
            this: vm.as_moref().unwrap().clone(),
            ..Default::default()
        };
        scene.run(off).await.unwrap();
    }
    let enter = EnterMaintenanceModeTask { this: host.clone(), ..Default::default() };
    scene.run(enter).await.unwrap();
    let before: HostSystem = scene.get(&host);
    scene.run(reboot(&host, false)).await.unwrap();
    assert_eq!(scene.get::<HostSystem>(&host).connection, Connection::Connected, "not yet");
    scene.rig.advance(60);
    assert_eq!(scene.get::<HostSystem>(&host).connection, Connection::NotResponding);
    scene.rig.advance(300);
    let after: HostSystem = scene.get(&host);
    assert_eq!((after.connection, after.in_maintenance), (Connection::Connected, true));
    assert_ne!(after.boot_time, before.boot_time);
}

#[tokio::test]
async fn a_host_by_itself_answers_nobody_until_it_is_back_and_forgets_sessions_and_tasks() {
    let scene = Scene::of("esxi").await;
    let host = scene.rig.first("HostSystem");
    let services = MoRef::new("HostServiceSystem", "serviceSystem");
    let start = StartService { this: services, id: "TSM-SSH".into(), ..Default::default() };
    scene.rig.call(start).await.unwrap();
    let boot_time = async || match scene.rig.fetch(&host, "runtime").await.unwrap() {
        Value::Object(_) => scene.get::<HostSystem>(&host).boot_time,
        other => panic!("{other:?}"),
    };
    let before = boot_time().await;
    let task = scene.rig.call(reboot(&host, true)).await.unwrap();
    scene.rig.advance(10);
    assert!(scene.get::<VimTask>(&task).is_open(), "it never sees its end");
    scene.rig.advance(50);
    assert!(scene.rig.core.is_away());
    scene.rig.advance(300);
    assert!(!scene.rig.core.is_away());
    assert!(!scene.snapshot().contains(&task));
    scene.rig.login("user", "pass").await.unwrap();
    assert_ne!(boot_time().await, before);
    let server = scene.get::<HostSystem>(&host).server;
    assert!(!server.services.runs("TSM-SSH"), "its policy was off");
}

#[tokio::test]
async fn a_host_that_is_shut_down_stays_off() {
    let scene = Scene::of("ft-ready").await;
    let host = scene.host("esx1.lab.local");
    let off = ShutdownHostTask { this: host.clone(), force: true, ..Default::default() };
    scene.run(off).await.unwrap();
    scene.rig.advance(3600);
    assert_eq!(scene.get::<HostSystem>(&host).connection, Connection::NotResponding);
}
