//! Reads `ks.cfg` as the installer of ESXi does: [`Script`].
//!
//! Commands and options are those of VMware's documentation. Everything else is refused, as the installer stops
//! at what it does not understand.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A script that can be carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Hash or plain text of the password of `root`.
    pub root_password: RootPassword,
    /// Name of the host.
    pub hostname: Option<String>,
    /// Address and mask; `None` when DHCP gives them.
    pub address: Option<(Ipv4Addr, Ipv4Addr)>,
    /// Default gateway.
    pub gateway: Option<Ipv4Addr>,
    /// The adapter, by name or hardware address.
    pub device: Option<String>,
    /// VLAN of the management network.
    pub vlan: u16,
    /// Whether the machine restarts by itself.
    pub reboots: bool,
    /// Commands of the first boot.
    pub first_boot: Vec<String>,
}

/// The password as a script gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RootPassword {
    /// None was given.
    #[default]
    Missing,
    /// Plain.
    Plain(String),
    /// SHA-512 crypt.
    Hashed(String),
}

/// Why the installer stops.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// A line it does not take.
    #[error("line {line}: {what}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Something that has to be there is not.
    #[error("the script has no `{0}`")]
    Missing(&'static str),
}

/// Commands and the options each takes.
const COMMANDS: &[(&str, &[&str])] = &[
    ("vmaccepteula", &[]),
    ("accepteula", &[]),
    ("paranoid", &[]),
    ("dryrun", &[]),
    (
        "install",
        &[
            "disk",
            "firstdisk",
            "ignoressd",
            "overwritevmfs",
            "preservevmfs",
            "overwritevsan",
            "novmfsondisk",
        ],
    ),
    ("clearpart", &["drives", "alldrives", "ignoredrives", "firstdisk", "overwritevmfs"]),
    ("keyboard", &[]),
    ("rootpw", &["iscrypted"]),
    (
        "network",
        &[
            "bootproto",
            "device",
            "ip",
            "netmask",
            "gateway",
            "nameserver",
            "hostname",
            "vlanid",
            "addvmportgroup",
        ],
    ),
    ("serialnum", &["esx"]),
    ("vmserialnum", &["esx"]),
    ("reboot", &["noeject"]),
];

/// Options of `install` that came with 8.0.
const SINCE_8: &[&str] = &["dpuPciSlots", "ignoreprereqwarnings", "forceunsupportedinstall"];

const SECTIONS: &[&str] = &["%pre", "%post", "%firstboot"];

/// A command in parts.
struct Command {
    name: String,
    words: Vec<String>,
    options: BTreeMap<String, Option<String>>,
}

impl Script {
    /// Reads a script for a release such as `8.0.3`.
    ///
    /// # Errors
    /// The first thing the installer would stop at.
    pub fn read(text: &str, release: &str) -> Result<Self, ScriptError> {
        let mut script = Self::default();
        let mut section: Option<String> = None;
        let mut seen: Vec<String> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let at = |what: String| ScriptError::Line { line: number, what };
            if line.starts_with('%') {
                section = Some(section_name(line).map_err(at)?);
                continue;
            }
            match section.as_deref() {
                Some("%firstboot") => script.first_boot.push(line.to_owned()),
                Some(_) => {}
                None if line.trim().is_empty() || line.starts_with('#') => {}
                None => {
                    let command = Command::read(line, release).map_err(at)?;
                    script.carry_out(&command).map_err(at)?;
                    seen.push(command.name);
                }
            }
        }
        script.complete(&seen)
    }

    fn complete(self, seen: &[String]) -> Result<Self, ScriptError> {
        let has = |name: &str| seen.iter().any(|one| one == name);
        if !has("vmaccepteula") && !has("accepteula") {
            return Err(ScriptError::Missing("vmaccepteula"));
        }
        if !has("install") {
            return Err(ScriptError::Missing("install"));
        }
        match self.root_password {
            RootPassword::Missing => Err(ScriptError::Missing("rootpw")),
            _ => Ok(self),
        }
    }

    fn carry_out(&mut self, command: &Command) -> Result<(), String> {
        match command.name.as_str() {
            "install" => command.one_of(&["disk", "firstdisk"]),
            "rootpw" => self.set_password(command),
            "network" => self.set_network(command),
            "keyboard" if command.words.len() != 1 => Err("`keyboard` names one layout".to_owned()),
            "reboot" => {
                self.reboots = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn set_password(&mut self, command: &Command) -> Result<(), String> {
        let [word] = command.words.as_slice() else {
            return Err("`rootpw` takes one password".to_owned());
        };
        let is_hash = word.starts_with("$6$") && word.split('$').count() >= 4;
        self.root_password = match (command.options.contains_key("iscrypted"), is_hash) {
            (true, true) => RootPassword::Hashed(word.clone()),
            (true, false) => return Err("the password is no hash".to_owned()),
            // The quality that ESXi asks for: seven characters at least.
            (false, _) if word.len() < 7 => return Err("the password is too weak".to_owned()),
            (false, _) => RootPassword::Plain(word.clone()),
        };
        Ok(())
    }

    fn set_network(&mut self, command: &Command) -> Result<(), String> {
        let text = |option: &str| command.options.get(option).cloned().flatten();
        let address = |option: &str| {
            let read = |text: String| text.parse().map_err(|_| format!("`{text}` is no address"));
            text(option).map(read).transpose()
        };
        self.address = match text("bootproto").as_deref() {
            Some("static") => {
                let both: (Option<Ipv4Addr>, Option<Ipv4Addr>) =
                    (address("ip")?, address("netmask")?);
                let (Some(ip), Some(mask)) = both else {
                    return Err("a static network needs `--ip` and `--netmask`".to_owned());
                };
                Some((ip, mask))
            }
            Some("dhcp") | None => None,
            Some(other) => return Err(format!("`{other}` is no way to an address")),
        };
        self.gateway = address("gateway")?;
        self.hostname = text("hostname");
        self.device = text("device");
        self.vlan = match text("vlanid") {
            Some(id) => id.parse().ok().filter(|id| *id < 4096).ok_or("no such VLAN")?,
            None => 0,
        };
        Ok(())
    }
}

impl Command {
    fn read(line: &str, release: &str) -> Result<Self, String> {
        let mut words = words(line)?.into_iter();
        let name = words.next().unwrap_or_default();
        let known = COMMANDS.iter().find(|(known, _)| *known == name);
        let Some((_, allowed)) = known else { return Err(format!("unknown command `{name}`")) };
        let newer = ["8.", "9."].iter().any(|line| release.starts_with(line));
        let mut command = Self { name, words: Vec::new(), options: BTreeMap::new() };
        for word in words {
            let Some(option) = word.strip_prefix("--") else {
                command.words.push(word);
                continue;
            };
            let (option, value) = match option.split_once('=') {
                Some((option, value)) => (option, Some(value.to_owned())),
                None => (option, None),
            };
            let is_newer = newer && command.name == "install" && SINCE_8.contains(&option);
            if !allowed.contains(&option) && !is_newer {
                return Err(format!("`{}` takes no `--{option}`", command.name));
            }
            command.options.insert(option.to_owned(), value);
        }
        let takes_words = ["keyboard", "rootpw"].contains(&command.name.as_str());
        match command.words.first() {
            Some(word) if !takes_words => Err(format!("`{}` takes no `{word}`", command.name)),
            _ => Ok(command),
        }
    }

    fn one_of(&self, options: &[&str]) -> Result<(), String> {
        match options.iter().filter(|option| self.options.contains_key(**option)).count() {
            1 => Ok(()),
            _ => Err(format!("`{}` needs one of {options:?}", self.name)),
        }
    }
}

fn section_name(line: &str) -> Result<String, String> {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap_or_default();
    if !SECTIONS.contains(&name) {
        return Err(format!("unknown section `{name}`"));
    }
    let interpreter = words.find_map(|word| word.strip_prefix("--interpreter="));
    match interpreter {
        None | Some("busybox" | "python") => Ok(name.to_owned()),
        Some(other) => Err(format!("unknown interpreter `{other}`")),
    }
}

/// Splits a line into words, of which some are in quotes.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    for one in line.chars() {
        match (quote, one) {
            (Some(open), _) if one == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(one);
                word.get_or_insert_default();
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(one),
        }
    }
    words.extend(word);
    if quote.is_some() { Err("a quote is not closed".to_owned()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# A comment\nvmaccepteula\ninstall --firstdisk=local --overwritevmfs\n\
        keyboard 'US Default'\nrootpw --iscrypted $6$abc$def\n\
        network --bootproto=static --device=vmnic0 --ip=10.0.0.2 --netmask=255.255.255.0 \
        --gateway=10.0.0.1 --hostname=ft1.lab.local --vlanid=4\nreboot\n\
        %firstboot --interpreter=busybox\nvim-cmd hostsvc/start_ssh\n";

    #[test]
    fn a_script_says_what_the_host_becomes() {
        let script = Script::read(GOOD, "5.5.0").unwrap();
        assert_eq!(script.hostname.as_deref(), Some("ft1.lab.local"));
        assert_eq!(script.root_password, RootPassword::Hashed("$6$abc$def".into()));
        assert_eq!(script.address.unwrap().0, Ipv4Addr::new(10, 0, 0, 2));
        assert_eq!((script.vlan, script.reboots), (4, true));
        assert_eq!(script.first_boot, ["vim-cmd hostsvc/start_ssh"]);
    }

    #[test]
    fn what_the_installer_does_not_know_stops_it() {
        let table = [
            ("vmaccepteula\n", "", "the script has no `vmaccepteula`"),
            ("install --firstdisk=local --overwritevmfs\n", "", "the script has no `install`"),
            ("rootpw --iscrypted $6$abc$def\n", "", "the script has no `rootpw`"),
            ("$6$abc$def", "secret", "line 5: the password is no hash"),
            ("--iscrypted $6$abc$def", "abc", "line 5: the password is too weak"),
            ("keyboard 'US Default'", "keybord x", "line 4: unknown command `keybord`"),
            ("'US Default'", "US Default", "line 4: `keyboard` names one layout"),
            ("'US Default'", "'US Default", "line 4: a quote is not closed"),
            ("--firstdisk=local", "--anydisk", "line 3: `install` takes no `--anydisk`"),
            ("--firstdisk=local ", "", "line 3: `install` needs one of [\"disk\", \"firstdisk\"]"),
            ("--ip=10.0.0.2", "--ip=10.0.0", "line 6: `10.0.0` is no address"),
            ("--ip=10.0.0.2 ", "", "line 6: a static network needs `--ip` and `--netmask`"),
            ("--vlanid=4", "--vlanid=5000", "line 6: no such VLAN"),
            ("reboot", "reboot now", "line 7: `reboot` takes no `now`"),
            ("%firstboot", "%lastboot", "line 8: unknown section `%lastboot`"),
            ("busybox", "perl", "line 8: unknown interpreter `perl`"),
        ];
        for (good, bad, expected) in table {
            assert!(GOOD.contains(good), "{good}");
            let error = Script::read(&GOOD.replacen(good, bad, 1), "5.5.0").unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        let newer = GOOD.replace("--overwritevmfs", "--forceunsupportedinstall");
        assert!(Script::read(&newer, "7.0.3").is_err() && Script::read(&newer, "8.0.3").is_ok());
    }
}
