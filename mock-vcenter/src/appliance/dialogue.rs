//! Programs that ask: [`Dialogue`] takes one line at a time and says what to show and what comes next.

use crate::guest::GuestNetwork;

use super::install::{self, Install};
use super::machine::Machine;
use super::settings::MenuPrompt;

/// A program that waits for a line.
#[derive(Clone, Debug)]
pub(super) enum Dialogue {
    Passwd {
        user: String,
        first: Option<String>,
    },
    /// Lines `user:password` until the end of input.
    Chpasswd,
    Menu,
    MenuAddress {
        asked: usize,
        wanted: GuestNetwork,
    },
    Install(Install),
    /// Never answers again: the machine goes down.
    Hang,
}

/// What a program does with a line.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) next: Next,
}

/// What comes after.
#[derive(Debug)]
pub(super) enum Next {
    /// It asks again.
    Ask(Dialogue),
    /// It ended with this status.
    End(u32),
}

impl Reply {
    pub(super) fn ask(text: impl Into<String>, dialogue: Dialogue) -> Self {
        Self { text: text.into(), next: Next::Ask(dialogue) }
    }

    pub(super) fn end(text: impl Into<String>, status: u32) -> Self {
        Self { text: text.into(), next: Next::End(status) }
    }
}

impl Dialogue {
    /// Whether what is typed is shown.
    pub(super) fn echoes(&self, machine: &Machine) -> bool {
        match self {
            Self::Passwd { .. } | Self::Hang => false,
            Self::Install(install) => install.echoes(&machine.settings()),
            Self::Chpasswd | Self::Menu | Self::MenuAddress { .. } => true,
        }
    }

    pub(super) fn answer(self, line: &str, machine: &Machine) -> Reply {
        match self {
            Self::Passwd { user, first } => passwd(user, first, line, machine),
            Self::Chpasswd => {
                if let Some((user, password)) = line.split_once(':') {
                    machine.change_guest(|guest| guest.set_password(user, password));
                }
                Reply::ask("", Self::Chpasswd)
            }
            Self::Menu => menu(line, machine),
            Self::MenuAddress { asked, wanted } => menu_address(asked, wanted, line, machine),
            Self::Install(install) => install::answer(install, line, machine),
            Self::Hang => Reply::ask("", Self::Hang),
        }
    }

    /// The end of input.
    pub(super) fn ended(self) -> u32 {
        match self {
            Self::Chpasswd | Self::Menu => 0,
            _ => 1,
        }
    }
}

/// `passwd` for a user.
pub(super) fn start_passwd(user: &str, machine: &Machine) -> Reply {
    let known = machine.guest(|guest| guest.accounts.contains_key(user));
    if !known {
        return Reply::end(format!("passwd: Unknown user name '{user}'.\n"), 1);
    }
    let [prompt, _] = machine.settings().passwd;
    Reply::ask(
        format!("Changing password for {user}.\n{prompt}"),
        Dialogue::Passwd { user: user.to_owned(), first: None },
    )
}

fn passwd(user: String, first: Option<String>, line: &str, machine: &Machine) -> Reply {
    let [_, again] = machine.settings().passwd;
    match first {
        None if line.is_empty() => Reply::end(
            "No password supplied\npasswd: Authentication token manipulation error\n",
            10,
        ),
        None => Reply::ask(again, Dialogue::Passwd { user, first: Some(line.to_owned()) }),
        Some(first) if first == line => {
            machine.change_guest(|guest| guest.set_password(&user, line));
            Reply::end("passwd: password updated successfully\n", 0)
        }
        Some(_) => Reply::end(
            "Sorry, passwords do not match.\npasswd: Authentication token manipulation error\n",
            10,
        ),
    }
}

/// The network menu.
pub(super) fn start_menu(machine: &Machine) -> Reply {
    Reply::ask(menu_text(machine), Dialogue::Menu)
}

fn menu_text(machine: &Machine) -> String {
    let settings = machine.settings();
    format!(
        "\n Main Menu\n\n\
         0)\tShow Current Configuration\n\
         1)\tExit this program\n\
         2)\tDefault Gateway\n\
         3)\tHostname\n\
         4)\tDNS\n\
         5)\tProxy Server\n\
         6)\tIP Address Allocation for eth0\n\
         {}",
        settings.menu
    )
}

fn menu(line: &str, machine: &Machine) -> Reply {
    let shown = match line.trim() {
        "" | "0" => configuration(machine),
        "1" => return Reply::end("", 0),
        "6" => {
            let wanted = GuestNetwork::default();
            return ask_address(0, wanted, machine);
        }
        "2" | "3" | "4" | "5" => "This setting is left as it is.\n".to_owned(),
        _ => "Please enter a number from 0 to 6.\n".to_owned(),
    };
    Reply::ask(format!("{shown}{}", menu_text(machine)), Dialogue::Menu)
}

fn configuration(machine: &Machine) -> String {
    let network = machine.guest(|guest| guest.network.clone());
    let address = network.address.as_deref().unwrap_or("none").to_owned();
    format!(
        "\nNetwork Configuration for eth0\nIPv4 Address:   {address}\nNetmask:        {}\n\
         Gateway:        {}\n",
        network.netmask, network.gateway
    )
}

/// Shows the prompt at this place, or takes the address when there is none left.
fn ask_address(at: usize, wanted: GuestNetwork, machine: &Machine) -> Reply {
    let prompts = machine.settings().menu_prompts;
    match prompts.get(at) {
        Some(MenuPrompt { text, .. }) => {
            let now = machine.guest(|guest| guest.network.clone());
            let text = text
                .replace("%address%", now.address.as_deref().unwrap_or(""))
                .replace("%netmask%", &now.netmask);
            Reply::ask(text, Dialogue::MenuAddress { asked: at, wanted })
        }
        None => {
            machine.change_guest(|guest| {
                guest.network.address = wanted.address;
                guest.network.netmask = wanted.netmask;
            });
            let text = format!("Network parameters successfully changed.\n{}", menu_text(machine));
            Reply::ask(text, Dialogue::Menu)
        }
    }
}

fn menu_address(asked: usize, mut wanted: GuestNetwork, line: &str, machine: &Machine) -> Reply {
    let prompts = machine.settings().menu_prompts;
    let takes = prompts.get(asked).map_or("", |prompt| prompt.takes.as_str());
    let line = line.trim();
    let yes = line.eq_ignore_ascii_case("y");
    let again = |wanted, why: &str| {
        let reply = ask_address(asked, wanted, machine);
        Reply { text: format!("{why}\n{}", reply.text), ..reply }
    };
    match takes {
        "address" | "netmask" if line.parse::<std::net::Ipv4Addr>().is_err() => {
            return again(wanted, "This is not an IPv4 address.");
        }
        "address" => wanted.address = Some(line.into()),
        "netmask" => wanted.netmask = line.into(),
        "dhcp" | "ipv6" if yes => return again(wanted, "No server answers."),
        "confirm" if !yes && !line.is_empty() => return start_menu(machine),
        _ => {}
    }
    ask_address(asked + 1, wanted, machine)
}
