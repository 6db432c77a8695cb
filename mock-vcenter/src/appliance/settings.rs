//! How the appliance behaves where nobody knows, or where builds differ: [`ApplianceSettings`].

use serde::{Deserialize, Serialize};

/// What an answer to a prompt is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Takes {
    /// The address of the host.
    Host,
    /// A user of the host.
    User,
    /// The password of that user; typed without echo.
    Password,
    /// `Y` goes on, `N` ends the program, anything else is asked again.
    Yes,
    /// `Y` reboots the host, `N` ends the program.
    Reboot,
    /// Anything.
    Anything,
}

/// A prompt of `ft-install`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstallPrompt {
    /// The text before the cursor.
    pub text: String,
    /// What the answer is taken for.
    pub takes: Takes,
}

/// A prompt of the network menu when an address is given to `eth0`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MenuPrompt {
    /// The text before the cursor.
    pub text: String,
    /// `ipv6`, `dhcp`, `address`, `netmask`, `confirm`; anything else is asked and forgotten.
    pub takes: String,
}

/// All settings. Times are seconds on the mock's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ApplianceSettings {
    /// VMs whose name begins with one of these are appliances.
    pub names: Vec<String>,
    /// SSH answers only once `eth0` has an address.
    pub needs_address: bool,
    /// Plain password authentication is refused; keyboard-interactive goes on.
    pub keyboard_interactive_only: bool,
    /// The SSH host key is another one after `ft-install`.
    pub host_key_changes: bool,
    /// Only algorithms that are out of use today are offered.
    pub legacy_algorithms: bool,
    /// What the shell shows when it waits.
    pub prompt: String,
    /// What is shown after login.
    pub greeting: String,
    /// The prompts of `passwd`: the first, and the second.
    pub passwd: [String; 2],
    /// The prompt of the network menu itself.
    pub menu: String,
    /// The prompts when an address is given to `eth0` in the menu.
    pub menu_prompts: Vec<MenuPrompt>,
    /// The prompts of `ft-install`.
    pub install_prompts: Vec<InstallPrompt>,
    /// `ft-install` needs a medium in the CD-ROM drive.
    pub needs_medium: bool,
    /// The only host address that `ft-install` takes; any when absent.
    pub host_address: Option<String>,
    /// From the last answer to `ft-install` until the host goes down.
    pub shutdown_seconds: u64,
    /// How often the host reboots.
    pub reboots: u32,
    /// How long each reboot takes.
    pub reboot_seconds: u64,
    /// How long the host is up between two reboots.
    pub between_seconds: u64,
    /// From the last reboot until both halves are in step.
    pub synchronise_seconds: u64,
    /// The disk in slot 0 of node 1 is still out.
    pub disk_missing: bool,
}

impl Default for ApplianceSettings {
    fn default() -> Self {
        Self {
            names: vec!["ftSys".to_owned()],
            needs_address: true,
            keyboard_interactive_only: false,
            host_key_changes: false,
            legacy_algorithms: false,
            prompt: "ftsysmgt:~ # ".to_owned(),
            greeting: "Management appliance. All changes are recorded.\n".to_owned(),
            passwd: ["New password: ".to_owned(), "Retype new password: ".to_owned()],
            menu: "Enter a menu number [0]: ".to_owned(),
            menu_prompts: menu_prompts(),
            install_prompts: install_prompts(),
            needs_medium: true,
            host_address: None,
            shutdown_seconds: 5,
            reboots: 3,
            reboot_seconds: 300,
            between_seconds: 240,
            synchronise_seconds: 90 * 60,
            disk_missing: false,
        }
    }
}

impl ApplianceSettings {
    /// An appliance that can be logged in to at once: no network, no medium needed; played by VMs whose name
    /// begins with `name`.
    #[must_use]
    pub fn at_once(name: &str) -> Self {
        Self {
            names: vec![name.to_owned()],
            needs_address: false,
            needs_medium: false,
            ..Self::default()
        }
    }
}

fn menu_prompts() -> Vec<MenuPrompt> {
    let prompts = [
        ("Set an IPv6 address for eth0? y/n [n]: ", "ipv6"),
        ("Use DHCP for IPv4 instead of a fixed address? y/n [n]: ", "dhcp"),
        ("IPv4 Address [%address%]: ", "address"),
        ("Netmask [%netmask%]: ", "netmask"),
        ("Is this correct? y/n [y]: ", "confirm"),
    ];
    let prompt =
        |(text, takes): (&str, &str)| MenuPrompt { text: text.to_owned(), takes: takes.to_owned() };
    prompts.map(prompt).into()
}

fn install_prompts() -> Vec<InstallPrompt> {
    let prompts = [
        ("IP address of the ESXi host: ", Takes::Host),
        ("User name on the ESXi host: ", Takes::User),
        ("Password: ", Takes::Password),
        ("Have you reviewed the documentation? (Y/N): ", Takes::Yes),
        ("Install the ft control software on this host? (Y/N): ", Takes::Yes),
        ("The host will be configured for fault tolerance. Continue? (Y/N): ", Takes::Yes),
        ("The host must be rebooted. Reboot now? (Y/N): ", Takes::Reboot),
    ];
    prompts.map(|(text, takes)| InstallPrompt { text: text.to_owned(), takes }).into()
}
