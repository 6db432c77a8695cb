//! What ending a program changes in its guest.

use std::collections::BTreeMap;

use vim25::MoRef;

use crate::fault::Fault;
use crate::store::Transaction;

use super::boot;
use super::program::Effect;
use super::state::Guest;

/// How a program ended, after its effect.
pub(super) struct Effected {
    pub(super) exit_code: i32,
    pub(super) output: String,
}

/// Carries out the effect of a program that ends with `exit_code` after printing `output`.
pub(super) fn carry_out(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    effect: &Effect,
    words: &BTreeMap<String, String>,
    mut ended: Effected,
) -> Result<Effected, Fault> {
    let word = |name: &str| words.get(name).map(String::as_str).unwrap_or_default();
    let now = tx.timestamp();
    match effect {
        Effect::Reboot => return boot::reboot(tx, vm).map(|()| ended),
        Effect::PowerOff => return boot::shut_down(tx, vm).map(|()| ended),
        _ => {}
    }
    let guest = Guest::edit(tx, vm)?;
    match effect {
        Effect::SetPassword => guest.set_password(word("user"), word("password")),
        Effect::SetPasswordsFrom => {
            let text = guest.read_file(word("file")).cloned();
            let Some(text) = text else { return Ok(no_such_file(word("file"))) };
            for line in String::from_utf8_lossy(&text).lines() {
                if let Some((user, password)) = line.split_once(':') {
                    guest.set_password(user, password);
                }
            }
        }
        Effect::SetNetwork => {
            guest.network.address = Some(word("address").into());
            guest.network.netmask = word("netmask").into();
            guest.network.gateway = word("gateway").into();
        }
        Effect::SetHostName => guest.host_name = word("name").into(),
        Effect::WriteFile { path, content } => {
            guest.write_file(path, content.clone().into_bytes(), "root", now);
        }
        Effect::PrintFile => match guest.read_file(word("file")) {
            Some(text) => ended.output = String::from_utf8_lossy(text).into_owned(),
            None => return Ok(no_such_file(word("file"))),
        },
        Effect::RemoveFile => {
            guest.files.remove(word("file"));
        }
        Effect::InstallFtSoftware => guest.ft.installed = true,
        Effect::None | Effect::Reboot | Effect::PowerOff => {}
    }
    Ok(ended)
}

fn no_such_file(path: &str) -> Effected {
    Effected { exit_code: 1, output: format!("{path}: No such file or directory\n") }
}
