//! The network menu on the appliance's own console, for keys that are typed there.
//!
//! It is the menu that `vami_config_net` shows: 6 asks for the address of `eth0`, prompt by prompt.

use vim25::MoRef;

use crate::behaviour::settings::Behaviour;
use crate::fault::Fault;
use crate::guest::Guest;
use crate::store::Transaction;

use super::state::{Appliance, is_appliance};

/// Takes notice of the lines that were typed on the console of `vm`; there are `lines` of them.
pub(crate) fn console(tx: &mut Transaction<'_>, vm: &MoRef, lines: usize) -> Result<(), Fault> {
    if !is_appliance(tx.view(), vm) {
        return Ok(());
    }
    let typed = tx.get::<Guest>(&Guest::id_of(vm))?.typed.clone();
    let from = Appliance::seen(tx.view(), vm).console_lines;
    for line in typed.split('\n').take(lines).skip(from) {
        take(tx, vm, line.trim())?;
    }
    Appliance::edit(tx, vm)?.console_lines = lines;
    Ok(())
}

fn take(tx: &mut Transaction<'_>, vm: &MoRef, line: &str) -> Result<(), Fault> {
    let prompts = Behaviour::of(tx).appliance.menu_prompts;
    let appliance = Appliance::edit(tx, vm)?;
    let Some(answers) = &mut appliance.console_answers else {
        if line == "6" {
            appliance.console_answers = Some(Vec::new());
        }
        return Ok(());
    };
    answers.push(line.to_owned());
    if answers.len() < prompts.len() {
        return Ok(());
    }
    let answers = appliance.console_answers.take().unwrap_or_default();
    let said = |takes: &str| {
        let place = prompts.iter().position(|prompt| prompt.takes == takes);
        place.and_then(|place| answers.get(place)).map_or("", String::as_str)
    };
    let is_address = |text: &str| text.parse::<std::net::Ipv4Addr>().is_ok();
    let confirmed = said("confirm").is_empty() || said("confirm").eq_ignore_ascii_case("y");
    if confirmed && is_address(said("address")) && is_address(said("netmask")) {
        let guest = Guest::edit(tx, vm)?;
        guest.network.address = Some(said("address").into());
        guest.network.netmask = said("netmask").into();
    }
    Ok(())
}
