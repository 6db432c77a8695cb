//! `ft-install`: its questions, and the reboots and the synchronisation that follow the last answer.

use std::time::Duration;

use vim25::MoRef;

use crate::behaviour::host_system;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::{self, VirtualMachine};
use crate::fault::Fault;
use crate::guest::{Duplex, Guest};
use crate::store::Transaction;

use super::dialogue::{Dialogue, Reply};
use super::machine::Machine;
use super::settings::{ApplianceSettings, Takes};
use super::state::Appliance;

/// `ft-install` while it asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Install {
    asked: usize,
    user: String,
}

impl Install {
    pub(super) fn echoes(&self, settings: &ApplianceSettings) -> bool {
        let prompt = settings.install_prompts.get(self.asked);
        prompt.is_none_or(|prompt| prompt.takes != Takes::Password)
    }
}

/// Starts it with its arguments.
pub(super) fn start(arguments: &[String], machine: &Machine) -> Reply {
    let settings = machine.settings();
    let [medium] = arguments else {
        return Reply::end("usage: ft-install MEDIUM\n", 2);
    };
    if settings.needs_medium && !machine.has_medium() {
        return Reply::end(format!("ft-install: {medium}: No medium found\n"), 32);
    }
    if machine.guest(|guest| guest.ft.installed) {
        return Reply::end("The ft control software is already installed.\n", 0);
    }
    let mut reply = ask(Install::default(), &settings, machine);
    reply.text.insert_str(0, "ft control software installation\n\n");
    reply
}

fn ask(install: Install, settings: &ApplianceSettings, machine: &Machine) -> Reply {
    match settings.install_prompts.get(install.asked) {
        Some(prompt) => Reply::ask(prompt.text.clone(), Dialogue::Install(install)),
        None => finish(settings, machine),
    }
}

pub(super) fn answer(mut install: Install, line: &str, machine: &Machine) -> Reply {
    let settings = machine.settings();
    let Some(prompt) = settings.install_prompts.get(install.asked) else {
        return Reply::end("", 0);
    };
    let line = line.trim();
    let yes = line.eq_ignore_ascii_case("y") || line.eq_ignore_ascii_case("yes");
    let no = line.eq_ignore_ascii_case("n") || line.eq_ignore_ascii_case("no");
    match prompt.takes {
        Takes::Host if settings.host_address.as_deref().is_some_and(|host| host != line) => {
            return Reply::end(format!("This appliance does not run on host {line}.\n"), 1);
        }
        Takes::Host if line.is_empty() => return ask(install, &settings, machine),
        Takes::User => install.user = line.to_owned(),
        Takes::Password if !machine.host_admits(&install.user, line) => {
            return Reply::end("Cannot log in to the host: wrong user name or password.\n", 1);
        }
        Takes::Yes | Takes::Reboot if no => {
            return Reply::end("The installation was cancelled.\n", 1);
        }
        Takes::Yes | Takes::Reboot if !yes => return ask(install, &settings, machine),
        Takes::Reboot => return finish(&settings, machine),
        _ => {}
    }
    install.asked += 1;
    ask(install, &settings, machine)
}

/// The software is there, and the host goes down soon.
fn finish(settings: &ApplianceSettings, machine: &Machine) -> Reply {
    let (wait, reboots) = (Duration::from_secs(settings.shutdown_seconds), settings.reboots);
    let new_key = settings.host_key_changes;
    machine.commit(|tx, vm| {
        let guest = Guest::edit(tx, vm)?;
        guest.ft.installed = true;
        guest.ft.duplex = Duplex::Simplex;
        if new_key {
            Appliance::edit(tx, vm)?.host_keys += 1;
        }
        let vm = vm.clone();
        tx.after(wait, move |tx| go_down(tx, &vm, reboots));
        Ok(())
    });
    Reply::ask("\nInstallation complete. The host goes down for reboot.\n", Dialogue::Hang)
}

fn go_down(tx: &mut Transaction<'_>, vm: &MoRef, reboots: u32) -> Result<(), Fault> {
    if reboots == 0 {
        return synchronise(tx, vm);
    }
    let Some(host) = tx.get::<VirtualMachine>(vm)?.host.clone() else { return Ok(()) };
    host_system::fail(tx, &host)?;
    let wait = Duration::from_secs(Behaviour::of(tx).appliance.reboot_seconds);
    let vm = vm.clone();
    tx.after(wait, move |tx| come_back(tx, &vm, &host, reboots - 1));
    Ok(())
}

/// The host is back; it starts the appliance by itself.
fn come_back(tx: &mut Transaction<'_>, vm: &MoRef, host: &MoRef, left: u32) -> Result<(), Fault> {
    host_system::recover(tx, host)?;
    if !tx.get::<VirtualMachine>(vm)?.is_on() {
        virtual_machine::power_on(tx, vm)?;
    }
    if left == 0 {
        return synchronise(tx, vm);
    }
    let wait = Duration::from_secs(Behaviour::of(tx).appliance.between_seconds);
    let vm = vm.clone();
    tx.after(wait, move |tx| go_down(tx, &vm, left));
    Ok(())
}

/// The second half catches up, unless it has no disk to catch up on.
fn synchronise(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<(), Fault> {
    let settings = Behaviour::of(tx).appliance;
    if settings.disk_missing {
        return Ok(());
    }
    Guest::edit(tx, vm)?.ft.duplex = Duplex::Syncing;
    let wait = Duration::from_secs(settings.synchronise_seconds);
    let vm = vm.clone();
    tx.after(wait, move |tx| {
        Guest::edit(tx, &vm)?.ft.duplex = Duplex::Duplex;
        Ok(())
    });
    Ok(())
}
