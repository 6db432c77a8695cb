//! The appliance as its shell shows it, and the way from `ft-install` to both halves in step.

use vim25::MoRef;

use super::machine::Machine;
use super::settings::{ApplianceSettings, InstallPrompt, Takes};
use super::shell::Shell;
use super::state::present;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::{VirtualMachine, power_on};
use crate::guest;
use crate::mock::Mock;
use crate::testing::Rig;

struct Scene {
    rig: Rig,
    machine: Machine,
}

/// A host with `vm1` as its appliance, running.
fn scene(settings: ApplianceSettings) -> Scene {
    let behaviour = Behaviour { appliance: settings, ..Behaviour::default() };
    let rig = Rig::of(Mock::builder().model("esxi").behaviour(behaviour));
    let vm = vm1(&rig);
    rig.commit(|tx| {
        if !tx.get::<VirtualMachine>(&vm)?.is_on() {
            power_on(tx, &vm)?;
        }
        guest::ensure(tx, &vm)
    });
    let machine = Machine { core: rig.core.clone(), vm, user: "root".to_owned() };
    Scene { rig, machine }
}

fn vm1(rig: &Rig) -> MoRef {
    let snapshot = rig.core.store.snapshot();
    let named = |id: &&MoRef| {
        snapshot.get::<VirtualMachine>(id).is_some_and(|vm| &*vm.entity.name == "vm1")
    };
    snapshot.of_kind("VirtualMachine").iter().find(named).cloned().unwrap()
}

impl Scene {
    fn run(&self, command: &str) -> (u32, String) {
        let (shell, text) = Shell::command(self.machine.clone(), command);
        (shell.exit().expect("it asks nothing"), text)
    }

    /// Runs a command that asks, and types these lines; `None` while it has not ended.
    fn talk(&self, command: &str, lines: &[&str]) -> (Option<u32>, String) {
        let (mut shell, mut text) = Shell::command(self.machine.clone(), command);
        for line in lines {
            text.push_str(&shell.line(line));
        }
        (shell.exit(), text)
    }

    fn reachable(&self) -> bool {
        present(&self.rig.core.store.snapshot()).as_ref() == Some(&self.machine.vm)
    }
}

const INSTALL: &str = "/opt/ft/sbin/ft-install /dev/cdrom";
const ANSWERS: [&str; 7] = ["192.168.8.11", "root", "VMware1!", "Y", "y", "Y", "Y"];

#[test]
fn a_password_is_set_by_dialogue_by_pipe_and_by_input() {
    let scene = scene(ApplianceSettings::at_once("vm1"));
    assert!(scene.machine.admits("root", "ftServer"));
    let (status, text) = scene.talk("passwd", &["one", "two"]);
    assert!(status == Some(10) && text.contains("do not match"), "{text}");
    assert!(scene.machine.admits("root", "ftServer"));
    assert_eq!(scene.talk("passwd root", &["one", "one"]).0, Some(0));
    assert!(scene.machine.admits("root", "one"));
    assert_eq!(scene.run("sh -c 'echo \"root:two\" | chpasswd' && whoami").1, "root\n");
    assert!(scene.machine.admits("root", "two"));
    let (mut shell, _) = Shell::command(scene.machine.clone(), "chpasswd");
    shell.line("root:three");
    shell.end_of_input();
    assert_eq!((shell.exit(), scene.machine.admits("root", "three")), (Some(0), true));
    assert_eq!(scene.run("passwd nobody").0, 1);
}

#[test]
fn ssh_answers_once_the_network_is_set_by_command_or_menu() {
    let settings =
        || ApplianceSettings { needs_address: true, ..ApplianceSettings::at_once("vm1") };
    let network = "/opt/vmware/share/vami/vami_set_network eth0 STATICV4";
    let by_command = scene(settings());
    by_command.rig.commit(|tx| {
        guest::Guest::edit(tx, &by_command.machine.vm)?.network.address = None;
        Ok(())
    });
    assert!(!by_command.reachable());
    assert_eq!(by_command.run(&format!("{network} 10.0.0.300 255.0.0.0 10.0.0.1")).0, 1);
    assert_eq!(by_command.run(&format!("{network} 10.0.0.3 255.0.0.0 10.0.0.1")).0, 0);
    assert!(by_command.reachable());
    assert!(by_command.run("ip addr show eth0").1.contains("10.0.0.3/8"));
    let by_menu = scene(settings());
    let lines = ["6", "n", "n", "nonsense", "10.0.0.4", "255.255.255.0", "y", "1"];
    let (status, text) = by_menu.talk("vami_config_net", &lines);
    assert!(status == Some(0) && text.contains("not an IPv4 address"), "{text}");
    assert!(by_menu.run("ifconfig").1.contains("10.0.0.4/24"));
}

#[test]
fn ft_install_reboots_the_host_and_both_halves_come_into_step() {
    let scene = scene(ApplianceSettings::at_once("vm1"));
    assert!(scene.run("ftsmaint ls 1").1.contains("SIMPLEX"));
    let (status, text) = scene.talk(INSTALL, &ANSWERS);
    assert!(status.is_none() && text.ends_with("goes down for reboot.\n"), "{text}");
    assert!(scene.reachable());
    scene.rig.advance(6);
    assert!(scene.rig.core.is_away(), "the host is down");
    // Away for 300 s and up for 240 s in between, three times; a guest boots for 20 s.
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(scene.reachable());
        scene.rig.advance(330);
        seen.push(scene.reachable());
        scene.rig.advance(210);
    }
    assert_eq!(seen, [false, true, false, true, false, true]);
    assert!(!scene.rig.core.is_away());
    assert!(scene.run("ftsmaint ls 11").1.contains("SYNCING"));
    assert!(scene.run("ftsmaint ls 10").1.contains("SIMPLEX"));
    scene.rig.advance(90 * 60);
    let (_, text) = scene.run("/opt/ft/bin/ftsmaint ls");
    assert_eq!(text.matches("DUPLEX").count(), 6, "{text}");
    assert_eq!(scene.run("ftsmaint ls 0 | grep -q DUPLEX && echo in step").1, "in step\n");
    assert_eq!(scene.talk(INSTALL, &[]).0, Some(0));
    assert_eq!(scene.run("ftsmaint bringupPolicy list").1, "CPU bringup policy is enabled\n");
}

#[test]
fn ft_install_refuses_what_is_wrong_and_can_ask_what_nobody_expects() {
    let mut settings = ApplianceSettings::at_once("vm1");
    settings.host_address = Some("192.168.8.11".to_owned());
    let unexpected = InstallPrompt {
        text: "Accept risk (type yes in full)? ".to_owned(),
        takes: Takes::Anything,
    };
    settings.install_prompts.insert(6, unexpected);
    let scene = scene(settings.clone());
    for (lines, says) in [
        (&["192.168.8.99"][..], "does not run on host"),
        (&["192.168.8.11", "root", "wrong"], "wrong user name or password"),
        (&["192.168.8.11", "root", "VMware1!", "what", "N"], "cancelled"),
    ] {
        let (status, text) = scene.talk(INSTALL, lines);
        assert!(status == Some(1) && text.contains(says), "{text}");
    }
    let (status, text) = scene.talk(INSTALL, &ANSWERS[..6]);
    assert!(status.is_none() && text.ends_with("in full)? "), "{text}");
    settings.needs_medium = true;
    let scene = self::scene(settings);
    assert_eq!(scene.run(INSTALL).0, 32);
    assert_eq!(scene.run("mount /dev/cdrom /mnt").0, 32);
}

#[test]
fn commands_are_logged_by_what_they_do_and_without_what_they_print() {
    let scene = scene(ApplianceSettings::at_once("vm1"));
    for command in [
        "ftsmaint ls 0",
        "test -e /none || cat /none",
        "echo root:secret | chpasswd",
        "mount",
        "vami_set_network nonsense",
        "ftsmaint bringupPolicy defer",
    ] {
        scene.run(command);
    }
    let calls = scene.rig.core.calls.list();
    let changed: Vec<&str> =
        calls.iter().filter(|call| call.changed()).map(|call| call.method.as_str()).collect();
    assert_eq!(changed, ["ssh: chpasswd", "ssh: ftsmaint bringupPolicy defer"]);
    assert!(!format!("{calls:?}").contains("secret"));
}
