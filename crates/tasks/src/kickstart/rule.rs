//! Which fields of `kickstart` do not go together, and which values ESXi's installer would not take.
//!
//! What ends up in a script is checked letter by letter: a value must not bring a line or an option of its own.

use std::net::{Ipv4Addr, SocketAddr};

use playbook::{Args, Mistake, Value};

use super::release::{SINCE, is_since};

pub(super) fn rule(args: &Args) -> Vec<Mistake> {
    let mut found = Vec::new();
    if !args.boolean("accept_eula") {
        let what = "ESXi cannot be installed without accepting its licence agreement";
        found.push(Mistake::new("accept_eula", what, "read it, then write `accept_eula: true`"));
    }
    too_new(args, &mut found);
    disk(args.record("disk"), &mut found);
    network(args.record("network"), &mut found);
    boot(args.record("boot"), &mut found);
    first_boot(args, &mut found);
    serving(args, &mut found);
    found
}

/// Options that the release does not know yet.
fn too_new(args: &Args, found: &mut Vec<Mistake>) {
    let release = args.text("release");
    for one in SINCE {
        let asked = args.record(one.block).value(one.option).is_some_and(is_asked);
        if asked && !is_since(release, one.first) {
            let what = format!("ESXi {release} does not know `{}`", one.option);
            let hint = format!("remove it; it came with {}", one.first);
            found.push(Mistake::new(one.block, what, hint));
        }
    }
}

fn is_asked(value: &Value) -> bool {
    let listed = value.as_list().is_some_and(|list| !list.is_empty());
    listed || value.as_boolean() == Some(true) || value.as_text().is_some()
}

fn disk(disk: &Args, found: &mut Vec<Mistake>) {
    let mut wrong = |what: &str, hint: &str| found.push(Mistake::new("disk", what, hint));
    match (disk.given("device"), disk.given("first")) {
        (false, false) => {
            wrong("no disk is named", "write `first: [local]`, or `device:` with its name");
        }
        (true, true) => wrong("`device` and `first` both choose a disk", "remove one of them"),
        _ => {}
    }
    if disk.boolean("overwrite_vmfs") && disk.boolean("preserve_vmfs") {
        wrong("a datastore cannot be erased and kept", "remove one of the two");
    }
    let names = disk.opt_text("device").into_iter().chain(disk.texts("first"));
    if names.chain(disk.texts("dpu_pci_slots")).any(|name| !is_word(name) || name.contains(',')) {
        wrong("the name of a disk holds a character that a script cannot", "check the spelling");
    }
}

fn network(network: &Args, found: &mut Vec<Mistake>) {
    let mut wrong = |what: String, hint: &str| found.push(Mistake::new("network", what, hint));
    if !is_device(network.text("device")) {
        let what = format!("`{}` is neither an adapter nor a MAC address", network.text("device"));
        wrong(what, "write `vmnic0`, or six pairs of digits such as `00:50:56:01:02:03`");
    }
    for (field, text) in ["address", "netmask", "gateway"]
        .into_iter()
        .filter_map(|field| Some((field, network.opt_text(field)?)))
        .chain(network.texts("nameservers").into_iter().map(|text| ("nameservers", text)))
    {
        if text.parse::<Ipv4Addr>().is_err() {
            wrong(format!("`{field}`: `{text}` is no IPv4 address"), "write it as `192.168.8.11`");
        }
    }
    if let Some(name) = network.opt_text("hostname").filter(|name| !is_host_name(name)) {
        wrong(format!("`{name}` is no name for a host"), "use letters, digits, `-` and `.`");
    }
    if network.texts("nameservers").len() > 2 {
        wrong("more than two DNS servers are named".into(), "name one or two");
    }
    let fixed = ["address", "netmask"].map(|field| network.given(field));
    match network.text("protocol") {
        "dhcp" if fixed.contains(&true) || network.given("gateway") => {
            wrong("with `dhcp` the address is not declared".into(), "remove it, or use `static`");
        }
        "static" if fixed.contains(&false) => {
            wrong("`address` or `netmask` is missing".into(), "give both, or use `dhcp`");
        }
        _ => subnet(network, wrong),
    }
}

/// Mask and gateway must fit the address.
fn subnet(network: &Args, mut wrong: impl FnMut(String, &str)) {
    let read = |field| network.opt_text(field).and_then(|text| text.parse::<Ipv4Addr>().ok());
    let (Some(address), Some(mask)) = (read("address"), read("netmask")) else { return };
    let (address, mask) = (u32::from(address), u32::from(mask));
    if mask.leading_ones() + mask.trailing_zeros() != 32 || mask == 0 {
        wrong(
            format!("`{}` is no mask of a subnet", network.text("netmask")),
            "such as 255.255.255.0",
        );
    } else if read("gateway").is_some_and(|gateway| u32::from(gateway) & mask != address & mask) {
        let what = format!("the gateway `{}` is in another subnet", network.text("gateway"));
        wrong(what, "check gateway and mask");
    }
}

fn boot(boot: &Args, found: &mut Vec<Mistake>) {
    const SCHEMES: [&str; 6] = ["cdrom:/", "usb:/", "http://", "https://", "nfs://", "ftp://"];
    let source = boot.opt_text("source").unwrap_or(SCHEMES[0]);
    if !is_word(source) || !SCHEMES.iter().any(|scheme| source.starts_with(scheme)) {
        let hint = "such as `cdrom:/KS.CFG` or `http://server/ks.cfg`";
        found.push(Mistake::new("boot", format!("`{source}` is no place of a script"), hint));
    }
    for option in boot.texts("options") {
        if !is_word(option) || option.starts_with("ks=") {
            let what = format!("`{option}` is no boot option of its own");
            found.push(Mistake::new("boot", what, "write one option per entry, without `ks=`"));
        }
    }
}

fn first_boot(args: &Args, found: &mut Vec<Mistake>) {
    let odd = |text: &&str| text.starts_with('%') || text.chars().any(char::is_control);
    if args.texts("first_boot").iter().any(odd) {
        let what = "a command for the first boot is one line that does not start with `%`";
        found.push(Mistake::new("first_boot", what, "write each command as an entry of its own"));
    }
}

fn serving(args: &Args, found: &mut Vec<Mistake>) {
    let waits = args.opt_record("wait_for");
    let needs_url = args.record("network").text("protocol") == "dhcp";
    if let Some(waits) = waits {
        let url = waits.opt_text("url");
        if needs_url && url.is_none() {
            let what = "with `dhcp` nobody knows where the host will answer";
            found.push(Mistake::new("wait_for", what, "give `url`"));
        }
        if url.is_some_and(|url| url.parse::<vsphere::Address>().is_err()) {
            found.push(Mistake::new(
                "wait_for",
                "`url` is no address",
                "such as `https://esx1.lab`",
            ));
        }
    }
    let Some(serve) = args.opt_record("serve") else { return };
    let mut wrong = |what: &str, hint: &str| found.push(Mistake::new("serve", what, hint));
    if waits.is_none() {
        wrong("nothing says how long to serve", "add `wait_for`, which ends when the host answers");
    }
    if args.record("boot").given("source") {
        wrong("`serve` and `boot.source` both say where the script is", "remove one of them");
    }
    match serve.text("listen").parse::<SocketAddr>() {
        Err(_) => wrong("`listen` is no address and port", "write it as `192.168.8.5:8099`"),
        Ok(listen) if listen.port() == 0 => {
            wrong("`listen` has port 0", "choose a port, as the host has to be told");
        }
        Ok(listen) if listen.ip().is_unspecified() && !serve.given("address") => {
            wrong("the host cannot be told which address to ask", "add `address`");
        }
        Ok(_) => {}
    }
    if serve.opt_text("address").is_some_and(|name| !is_host_name(name)) {
        wrong("`address` is no name or address of a machine", "write it without a port");
    }
}

/// A value that stays one word of a script, whatever is around it.
fn is_word(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-+=@,%()[]".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed) && !text.starts_with('-')
}

fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn is_device(text: &str) -> bool {
    let number = text.strip_prefix("vmnic");
    let by_name = number.is_some_and(|number| number.len() < 4 && number.parse::<u16>().is_ok());
    let pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    by_name || (text.split(':').count() == 6 && text.split(':').all(pair))
}

#[cfg(test)]
mod tests {
    use playbook::check_args;

    use crate::kickstart::CAPABILITY;

    const GOOD: &str = "release: '8.0'\nfolder: out\naccept_eula: true\ndisk: { first: [local] }\n\
                        root_password: { env: A }\nnetwork: { address: 10.0.0.2, netmask: 255.255.255.0 }\n";

    fn mistakes(yaml: &str) -> String {
        check_args(&CAPABILITY, yaml).err().map(|found| found.to_string()).unwrap_or_default()
    }

    #[test]
    fn each_mistake_is_told_with_a_way_out() {
        assert_eq!(mistakes(GOOD), "");
        let table = [
            ("accept_eula: true", "accept_eula: false", "licence agreement"),
            ("first: [local]", "overwrite_vmfs: true", "no disk is named"),
            ("first: [local]", "first: [local], device: mpx.vmhba1:C0:T0:L0", "both choose a disk"),
            ("first: [local]", "device: 'a b'", "a character that a script cannot"),
            ("first: [local]", "device: --x", "a character that a script cannot"),
            ("first: [local]", "first: [local], overwrite_vmfs: true, preserve_vmfs: true", "kept"),
            ("address: 10.0.0.2", "address: 10.0.0", "no IPv4 address"),
            ("255.255.255.0", "255.0.255.0", "no mask of a subnet"),
            ("255.255.255.0", "255.255.255.0, gateway: 10.0.1.1", "another subnet"),
            ("255.255.255.0", "255.255.255.0, device: eth0", "neither an adapter nor a MAC"),
            ("255.255.255.0", "255.255.255.0, hostname: 'a b'", "no name for a host"),
            ("255.255.255.0", "255.255.255.0, protocol: dhcp", "the address is not declared"),
            ("netmask: 255.255.255.0", "vlan: 3", "is missing"),
            ("folder: out", "folder: out\nboot: { source: 'floppy:/x' }", "no place of a script"),
            ("folder: out", "folder: out\nboot: { options: [ks=a] }", "no boot option"),
            ("folder: out", "folder: out\nfirst_boot: ['%post']", "does not start with `%`"),
            ("folder: out", "folder: out\nserve: { listen: '1.2.3.4:80' }", "how long to serve"),
            (
                "folder: out",
                "folder: out\nwait_for: {}\nserve: { listen: '0.0.0.0:80' }",
                "which address to ask",
            ),
            (
                "folder: out",
                "folder: out\nwait_for: {}\nserve: { listen: 'a' }",
                "address and port",
            ),
        ];
        for (good, bad, part) in table {
            let found = mistakes(&GOOD.replace(good, bad));
            assert!(found.contains(part), "{bad}: {found}");
        }
    }

    #[test]
    fn an_option_is_a_mistake_on_every_release_before_its_first() {
        let table = [
            ("disk: { first: [local], force_unsupported: true }", "8.0"),
            ("disk: { first: [local], dpu_pci_slots: [PciSlot1] }", "8.0"),
            ("disk: { first: [local], ignore_prereq_warnings: true }", "8.0"),
            ("disk: { first: [local] }\nboot: { system_media_size: min }", "7.0"),
            ("disk: { first: [local] }\nboot: { allow_legacy_cpu: true }", "7.0"),
        ];
        for (yaml, first) in table {
            for release in super::super::release::RELEASES {
                let text = GOOD.replace("disk: { first: [local] }", yaml);
                let found = mistakes(&text.replace("'8.0'", &format!("'{release}'")));
                let is_known = super::is_since(release, first);
                assert_eq!(found.is_empty(), is_known, "{release} {yaml}: {found}");
            }
        }
    }
}
