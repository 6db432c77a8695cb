//! The text of `ks.cfg`, and what an existing one says.
//!
//! The commands are those of VMware's documentation of scripted installation, in the order in which its
//! examples have them.

use super::spec::{Disk, Network, Spec};

const ROOT_PASSWORD: &str = "rootpw --iscrypted ";

/// The script with this hash of the password of `root`.
pub(super) fn script(spec: &Spec, hash: &str) -> String {
    let mut lines = vec![
        format!("# Installs {}. Written by Lockstep, which overwrites changes.", spec.subject()),
        "vmaccepteula".to_owned(),
        install(&spec.disk),
        format!("keyboard '{}'", spec.keyboard),
        format!("{ROOT_PASSWORD}{hash}"),
        network(&spec.network),
        "reboot".to_owned(),
    ];
    if !spec.first_boot.is_empty() {
        lines.push("%firstboot --interpreter=busybox".to_owned());
        lines.extend(spec.first_boot.iter().cloned());
    }
    lines.join("\n") + "\n"
}

/// The hash that a script sets for `root`.
pub(super) fn hash_in(script: &str) -> Option<&str> {
    script.lines().find_map(|line| line.strip_prefix(ROOT_PASSWORD))
}

/// The commands in which two scripts differ, by their first word; never what stands behind it.
pub(super) fn differing_commands(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let gone = old.iter().filter(|line| !new.contains(line));
    let come = new.iter().filter(|line| !old.contains(line));
    let mut words: Vec<String> = Vec::new();
    for line in come.chain(gone) {
        let word = line.split_whitespace().next().unwrap_or("an empty line");
        let known = script_word(word);
        if !words.iter().any(|seen| seen == known) {
            words.push(known.to_owned());
        }
    }
    words
}

/// Only words of ours are repeated: what else stands in a file is nobody's business.
fn script_word(word: &str) -> &str {
    const KNOWN: [&str; 7] =
        ["vmaccepteula", "install", "keyboard", "rootpw", "network", "reboot", "%firstboot"];
    KNOWN.into_iter().find(|known| *known == word).unwrap_or("other lines")
}

fn install(disk: &Disk) -> String {
    let place = match &disk.device {
        Some(device) => format!("--disk={device}"),
        None if disk.first.is_empty() => "--firstdisk".to_owned(),
        None => format!("--firstdisk={}", disk.first.join(",")),
    };
    let mut words = vec!["install".to_owned(), place];
    words.extend(disk.flags.iter().map(|flag| (*flag).to_owned()));
    if !disk.dpu_pci_slots.is_empty() {
        words.push(format!("--dpuPciSlots={}", disk.dpu_pci_slots.join(",")));
    }
    words.join(" ")
}

fn network(network: &Network) -> String {
    let protocol = if network.address.is_some() { "static" } else { "dhcp" };
    let mut words =
        vec![format!("network --bootproto={protocol}"), format!("--device={}", network.device)];
    let mut add = |option: &str, value: Option<String>| {
        words.extend(value.map(|value| format!("--{option}={value}")));
    };
    add("ip", network.address.as_ref().map(|(address, _)| address.clone()));
    add("netmask", network.address.as_ref().map(|(_, mask)| mask.clone()));
    add("gateway", network.gateway.clone());
    let servers = network.nameservers.join(",");
    add("nameserver", Some(servers).filter(|servers| !servers.is_empty()));
    add("hostname", network.hostname.clone());
    add("vlanid", network.vlan.map(|vlan| vlan.to_string()));
    add("addvmportgroup", Some(u8::from(network.vm_port_group).to_string()));
    words.join(" ")
}
