//! The programs of the appliance that print and end.

use std::net::Ipv4Addr;

use crate::dispatch::Nature;
use crate::guest::Duplex;

use super::dialogue::{Dialogue, Reply, start_menu, start_passwd};
use super::install;
use super::machine::Machine;

/// Whether a program only looks.
pub(super) fn nature(words: &[String]) -> Nature {
    const LOOKING: [&str; 17] = [
        "cat", "date", "df", "echo", "false", "grep", "hostname", "id", "ifconfig", "ip", "ls",
        "pwd", "test", "[", "true", "uname", "whoami",
    ];
    let reads = match name(words) {
        "mount" => words.len() == 1,
        "ftsmaint" => matches!(argument(words, 1), "ls" | "") || argument(words, 2) == "list",
        other => LOOKING.contains(&other),
    };
    if reads { Nature::Read } else { Nature::Mutating }
}

/// The program without its folder.
pub(super) fn name(words: &[String]) -> &str {
    let path = words.first().map_or("", String::as_str);
    path.rsplit('/').next().unwrap_or(path)
}

fn argument(words: &[String], at: usize) -> &str {
    words.get(at).map_or("", String::as_str)
}

/// Runs a program; `input` is what a pipe gives it.
pub(super) fn run(words: &[String], input: Option<&str>, machine: &Machine) -> Reply {
    let rest = words.get(1..).unwrap_or(&[]);
    match name(words) {
        "true" | ":" | "export" | "cd" | "sync" | "sleep" => Reply::end("", 0),
        "false" => Reply::end("", 1),
        "echo" | "printf" => Reply::end(format!("{}\n", rest.join(" ")), 0),
        "whoami" => Reply::end(format!("{}\n", machine.user), 0),
        "id" => Reply::end(format!("uid=0({0}) gid=0({0})\n", machine.user), 0),
        "hostname" => {
            Reply::end(format!("{}\n", machine.guest(|guest| guest.host_name.clone())), 0)
        }
        "uname" => Reply::end("Linux\n", 0),
        "pwd" => Reply::end(format!("/{}\n", machine.user), 0),
        "cat" => cat(rest, input, machine),
        "test" | "[" => test(rest, machine),
        "grep" => grep(rest, input.unwrap_or("")),
        "ip" | "ifconfig" => addresses(machine),
        "ls" => list(rest, machine),
        "mount" => mount(rest, machine),
        "umount" => {
            machine.change(|appliance| appliance.mounted = None);
            Reply::end("", 0)
        }
        "passwd" => start_passwd(rest.first().unwrap_or(&machine.user), machine),
        "chpasswd" => chpasswd(input, machine),
        "vami_set_network" => set_network(rest, machine),
        "vami_config_net" => start_menu(machine),
        "ft-install" => install::start(rest, machine),
        "ftsmaint" => ftsmaint(rest, machine),
        other => Reply::end(format!("-bash: {other}: command not found\n"), 127),
    }
}

fn cat(paths: &[String], input: Option<&str>, machine: &Machine) -> Reply {
    let mut shown = String::new();
    if paths.is_empty() {
        return Reply::end(input.unwrap_or(""), 0);
    }
    for path in paths {
        let text = machine.guest(|guest| {
            guest.read_file(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        });
        match text {
            Some(text) => shown.push_str(&text),
            None => return Reply::end(format!("cat: {path}: No such file or directory\n"), 1),
        }
    }
    Reply::end(shown, 0)
}

fn exists(path: &str, machine: &Machine) -> bool {
    matches!(
        path,
        "/opt/ft/bin/ftsmaint" | "/opt/ft/sbin/ft-install" | "/dev/cdrom" | "/" | "/root"
    ) || machine.guest(|guest| guest.files.contains_key(path))
}

/// `test -e FILE`, `test WORD = WORD`, each with `!` before it.
fn test(words: &[String], machine: &Machine) -> Reply {
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "]").collect();
    let (negated, words) = match words.as_slice() {
        ["!", rest @ ..] => (true, rest),
        all => (false, all),
    };
    let holds = match words {
        ["-e" | "-f" | "-x" | "-d", path] => exists(path, machine),
        ["-n", word] => !word.is_empty(),
        ["-z"] | ["-z", ""] => true,
        [left, "=" | "==", right] => left == right,
        [left, "!=", right] => left != right,
        _ => false,
    };
    Reply::end("", u32::from(holds == negated))
}

/// `grep [-q] [-v] [-i] TEXT` on what a pipe gives it; alternatives with `|`.
fn grep(words: &[String], input: &str) -> Reply {
    let flags: String = words.iter().filter(|word| word.starts_with('-')).cloned().collect();
    let pattern = words.iter().find(|word| !word.starts_with('-')).map_or("", String::as_str);
    let pattern = pattern.replace("\\|", "|");
    let fold = |text: &str| {
        if flags.contains('i') { text.to_lowercase() } else { text.to_owned() }
    };
    let wanted: Vec<String> = pattern.split('|').map(fold).collect();
    let fits = |line: &&str| {
        wanted.iter().any(|part| fold(line).contains(part.as_str())) != flags.contains('v')
    };
    let found: Vec<&str> = input.lines().filter(fits).collect();
    let status = u32::from(found.is_empty());
    let mut text = found.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    Reply::end(if flags.contains('q') { String::new() } else { text }, status)
}

fn addresses(machine: &Machine) -> Reply {
    let network = machine.guest(|guest| guest.network.clone());
    let address = network.address.as_deref().map_or(String::new(), |address| {
        let ones =
            network.netmask.parse::<Ipv4Addr>().map_or(32, |mask| mask.to_bits().count_ones());
        format!("    inet {address}/{ones} scope global eth0\n")
    });
    Reply::end(format!("2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500 state UP\n{address}"), 0)
}

fn list(paths: &[String], machine: &Machine) -> Reply {
    let paths: Vec<&String> = paths.iter().filter(|path| !path.starts_with('-')).collect();
    match paths.iter().find(|path| !exists(path, machine)) {
        Some(path) => {
            let text = format!("ls: cannot access '{path}': No such file or directory\n");
            Reply::end(text, 2)
        }
        None => Reply::end(paths.iter().map(|path| format!("{path}\n")).collect::<String>(), 0),
    }
}

fn mount(words: &[String], machine: &Machine) -> Reply {
    let paths: Vec<&String> = words.iter().filter(|word| word.starts_with('/')).collect();
    let Some(device) = paths.first() else {
        let mounted = machine.seen().mounted;
        let cdrom = mounted.map(|at| format!("/dev/sr0 on {at} type iso9660 (ro)\n"));
        return Reply::end(
            format!("/dev/sda1 on / type ext3 (rw)\n{}", cdrom.unwrap_or_default()),
            0,
        );
    };
    if machine.settings().needs_medium && !machine.has_medium() {
        return Reply::end(format!("mount: no medium found on {device}\n"), 32);
    }
    let at = paths.get(1).map_or("/media/cdrom", |path| path.as_str()).to_owned();
    machine.change(|appliance| appliance.mounted = Some(at));
    Reply::end("mount: block device is write-protected, mounting read-only\n", 0)
}

fn chpasswd(input: Option<&str>, machine: &Machine) -> Reply {
    let Some(input) = input else { return Reply::ask("", Dialogue::Chpasswd) };
    let mut set = 0;
    for (user, password) in input.lines().filter_map(|line| line.split_once(':')) {
        machine.change_guest(|guest| guest.set_password(user, password));
        set += 1;
    }
    Reply::end("", u32::from(set == 0))
}

/// `vami_set_network eth0 STATICV4 ADDRESS NETMASK GATEWAY`.
fn set_network(words: &[String], machine: &Machine) -> Reply {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_address = |text: &&str| text.parse::<Ipv4Addr>().is_ok();
    match words.as_slice() {
        ["eth0", "STATICV4", address, netmask, gateway]
            if [address, netmask, gateway].into_iter().all(is_address) =>
        {
            machine.change_guest(|guest| {
                guest.network.address = Some((*address).into());
                guest.network.netmask = (*netmask).into();
                guest.network.gateway = (*gateway).into();
            });
            Reply::end("Network parameters successfully changed to requested values\n", 0)
        }
        _ => Reply::end("usage: vami_set_network INTERFACE STATICV4 ADDRESS NETMASK GATEWAY\n", 1),
    }
}

fn ftsmaint(words: &[String], machine: &Machine) -> Reply {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["ls"] => Reply::end(all_devices(machine), 0),
        ["ls", path] => one_device(path, machine),
        ["bringupPolicy", "list"] => {
            let deferred = machine.seen().bringup_deferred;
            let word = if deferred { "deferred" } else { "enabled" };
            Reply::end(format!("CPU bringup policy is {word}\n"), 0)
        }
        ["bringupPolicy", word @ ("enable" | "defer")] => {
            let deferred = *word == "defer";
            machine.change(|appliance| appliance.bringup_deferred = deferred);
            let done = if deferred { "deferred" } else { "enabled" };
            Reply::end(format!("Successfully {done} cpuBringupPolicy\n"), 0)
        }
        ["bringup" | "bringdown", path] if DEVICES.iter().any(|(known, _)| known == path) => {
            Reply::end(format!("Completed on {path}\n"), 0)
        }
        _ => Reply::end("usage: ftsmaint ls [PATH] | bringupPolicy list|enable|defer\n", 1),
    }
}

/// Paths and what is there: CPU modules, I/O modules, and the first disk of each.
const DEVICES: [(&str, &str); 6] = [
    ("0", "CPU module"),
    ("1", "CPU module"),
    ("10", "I/O module"),
    ("11", "I/O module"),
    ("10/40/1", "Disk"),
    ("11/40/1", "Disk"),
];

/// State and operational state of a device.
fn states(path: &str, machine: &Machine) -> (&'static str, &'static str) {
    let ft = machine.guest(|guest| guest.ft);
    let second = matches!(path, "1" | "11" | "11/40/1");
    if path == "11/40/1" && machine.settings().disk_missing {
        return ("REMOVED", "EMPTY");
    }
    match (ft.installed, ft.duplex) {
        (true, Duplex::Duplex) => ("ONLINE", "DUPLEX"),
        (true, Duplex::Syncing) if second => ("ONLINE", "SYNCING"),
        (false, _) if second => ("OFFLINE", "SIMPLEX"),
        _ => ("ONLINE", "SIMPLEX"),
    }
}

fn all_devices(machine: &Machine) -> String {
    let mut text = format!("{:<12}{:<16}{:<12}{}\n", "Path", "Description", "State", "Op State");
    for (path, what) in DEVICES {
        let (state, operational) = states(path, machine);
        text.push_str(&format!("{path:<12}{what:<16}{state:<12}{operational}\n"));
    }
    text
}

fn one_device(path: &str, machine: &Machine) -> Reply {
    let Some((_, what)) = DEVICES.iter().find(|(known, _)| *known == path) else {
        return Reply::end(format!("ftsmaint: no device at path {path}\n"), 1);
    };
    let (state, operational) = states(path, machine);
    let text = format!(
        "Path:        {path}\nDescription: {what}\nState:       {state}\nOp State:    {operational}\n"
    );
    Reply::end(text, 0)
}
