//! The text of `boot.cfg`: which script the installer takes, and how it gets there.
//!
//! With the media's own `boot.cfg` the whole file is written, changed only in its `kernelopt`; without it one
//! line is, to be put into `/boot.cfg` and `/efi/boot/boot.cfg` of the media.

use super::spec::{Network, Spec};

/// What the media of all releases start the installer with.
const USUAL: &str = "runweasel";
/// The name of the served file; before it comes the token.
const SERVED: &str = "ks.cfg";
const TOKEN_LENGTH: usize = 32;

/// The file's name: a whole `boot.cfg`, or the one line for it.
pub(super) fn file_name(spec: &Spec) -> &'static str {
    if spec.boot.original.is_some() { "boot.cfg" } else { "boot.cfg.lines" }
}

/// The path under which `ks.cfg` is served.
pub(super) fn served_path(token: &str) -> String {
    format!("/{token}/{SERVED}")
}

/// The text, made from the media's if there is one.
pub(super) fn boot_cfg(spec: &Spec, token: &str, original: Option<&str>) -> String {
    let Some(original) = original else {
        return format!("kernelopt={}\n", options(spec, token, USUAL));
    };
    let mut found = false;
    let mut lines: Vec<String> = Vec::new();
    for line in original.lines() {
        match line.trim_end().strip_prefix("kernelopt=") {
            Some(_) if found => {}
            Some(before) => {
                found = true;
                lines.push(format!("kernelopt={}", options(spec, token, before)));
            }
            None => lines.push(line.trim_end().to_owned()),
        }
    }
    if !found {
        lines.push(format!("kernelopt={}", options(spec, token, USUAL)));
    }
    lines.join("\n") + "\n"
}

/// The token in an earlier `boot.cfg`, so that a host that was told an address finds it again.
pub(super) fn token_in(text: &str) -> Option<&str> {
    let source = text.lines().find_map(|line| line.strip_prefix("kernelopt="))?;
    let source = source.split_whitespace().find_map(|word| word.strip_prefix("ks=http://"))?;
    let token = source.strip_suffix(SERVED)?.strip_suffix('/')?.rsplit('/').next()?;
    let hexadecimal = token.bytes().all(|byte| byte.is_ascii_hexdigit());
    (token.len() == TOKEN_LENGTH && hexadecimal).then_some(token)
}

fn options(spec: &Spec, token: &str, before: &str) -> String {
    let source = match &spec.serve {
        Some(serve) => format!("http://{}{}", serve.authority, served_path(token)),
        None => spec.boot.source.clone(),
    };
    let mut added = vec![format!("ks={source}")];
    // A script from the network is fetched before the host is configured, so the installer is told its own.
    if source.contains("://") {
        added.extend(way_to_network(&spec.network));
    }
    added.extend(spec.boot.options.iter().cloned());
    let name = |option: &str| option.split('=').next().unwrap_or(option).to_owned();
    let replaced: Vec<String> = added.iter().map(|option| name(option)).collect();
    let kept = before.split_whitespace().filter(|option| !replaced.contains(&name(option)));
    kept.map(str::to_owned).chain(added).collect::<Vec<_>>().join(" ")
}

fn way_to_network(network: &Network) -> Vec<String> {
    let mut words = vec![format!("netdevice={}", network.device)];
    if let Some((address, mask)) = &network.address {
        words.push(format!("ip={address}"));
        words.push(format!("netmask={mask}"));
        words.extend(network.gateway.iter().map(|gateway| format!("gateway={gateway}")));
        words.extend(network.nameservers.first().map(|server| format!("nameserver={server}")));
    }
    words.extend(network.vlan.map(|vlan| format!("vlanid={vlan}")));
    words
}
