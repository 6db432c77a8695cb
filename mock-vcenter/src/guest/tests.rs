//! A guest boots with its VM, runs commands and keeps what they changed.

use vim25::MoRef;
use vim25::methods::{PowerOffVMTask, PowerOnVMTask, RebootGuest};

use crate::testing::{Rig, fault_type};

use super::{Guest, Tools, ensure, run_command};

async fn lab() -> (Rig, MoRef) {
    let rig = Rig::logged_in("esxi").await;
    let vm = rig.first("VirtualMachine");
    rig.commit(|tx| ensure(tx, &vm));
    (rig, vm)
}

fn guest(rig: &Rig, vm: &MoRef) -> Guest {
    Guest::seen(&rig.core.store.snapshot(), vm).cloned().unwrap()
}

async fn power(rig: &Rig, vm: &MoRef, on: bool) {
    let this = vm.clone();
    if on {
        rig.call(PowerOnVMTask { this, ..Default::default() }).await.unwrap();
    } else {
        rig.call(PowerOffVMTask { this, ..Default::default() }).await.unwrap();
    }
    rig.advance(4);
}

#[tokio::test]
async fn a_changed_password_and_address_outlive_a_power_cycle() {
    let (rig, vm) = lab().await;
    assert!(guest(&rig, &vm).accepts("root", "ftServer"));
    for command in [
        "/bin/sh -c 'echo root:Changed1 | /usr/sbin/chpasswd'",
        "/opt/vmware/share/vami/vami_set_network eth0 STATICV4 192.168.8.77 255.255.252.0 192.168.8.1",
    ] {
        assert_eq!(rig.commit(|tx| run_command(tx, &vm, "root", command)).0, 0, "{command}");
    }
    power(&rig, &vm, false).await;
    assert_eq!(guest(&rig, &vm).tools, Tools::NotRunning);
    let reboot = RebootGuest { this: vm.clone(), ..Default::default() };
    assert_eq!(fault_type(rig.call(reboot).await), "InvalidPowerState");
    power(&rig, &vm, true).await;
    let reboot = RebootGuest { this: vm.clone(), ..Default::default() };
    assert_eq!(fault_type(rig.call(reboot).await), "ToolsUnavailable");
    rig.advance(30);
    let up = guest(&rig, &vm);
    assert!(up.accepts("root", "Changed1") && !up.accepts("root", "ftServer"));
    assert_eq!((up.tools, up.boots), (Tools::Running, 2));
    let shown = rig.fetch(&vm, "guest").await.unwrap();
    let shown: vim25::types::GuestInfo = shown.into_object().unwrap();
    assert_eq!(shown.ip_address.as_deref(), Some("192.168.8.77"));
}

#[tokio::test]
async fn output_goes_where_the_command_line_says_and_unknown_programs_are_not_found() {
    let (rig, vm) = lab().await;
    let run = |command: &'static str| rig.commit(|tx| run_command(tx, &vm, "root", command));
    assert_eq!(run("/bin/sh -c \"whoami > /tmp/me 2>&1\"").0, 0);
    assert_eq!(guest(&rig, &vm).read_file("/tmp/me").unwrap().as_slice(), b"root\n");
    assert_eq!(run("cat /tmp/me"), (0, "root\n".to_owned()));
    assert_eq!(run("cat /tmp/missing").0, 1);
    assert_eq!(run("/usr/bin/emacs").0, 127);
}
