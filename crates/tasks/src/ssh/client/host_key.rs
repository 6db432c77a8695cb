//! Whether a host key is trusted: [`HostKeyPolicy`], and files of known hosts as OpenSSH keeps them.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use russh::keys::known_hosts::known_host_keys_path;
use russh::keys::{HashAlg, PublicKey};

use super::error::SshError;

/// Files of known hosts are not larger than this.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// Which host keys are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HostKeyPolicy {
    /// Those with one of these SHA-256 fingerprints.
    Pinned(Vec<String>),
    /// Those of a file; with `learn`, also that of a machine the file does not know.
    Known { file: PathBuf, learn: bool },
    /// The first one that is seen; shown, and not remembered.
    FirstUse,
    /// Any.
    Insecure,
}

/// Why a key is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trusted {
    Declared,
    /// Nobody vouched for it.
    OnFirstUse,
    Unchecked,
}

/// The fingerprint as OpenSSH writes it: `SHA256:` and base64.
pub(super) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

impl HostKeyPolicy {
    pub(super) fn check(
        &self,
        host: &str,
        port: u16,
        key: &PublicKey,
    ) -> Result<Trusted, SshError> {
        let found = fingerprint(key);
        let address = format!("{host}:{port}");
        match self {
            Self::Insecure => Ok(Trusted::Unchecked),
            Self::FirstUse => Ok(Trusted::OnFirstUse),
            Self::Pinned(pins) if pins.iter().any(|pin| is_same(pin, &found)) => {
                Ok(Trusted::Declared)
            }
            Self::Pinned(pins) => {
                Err(SshError::WrongHostKey { address, found, expected: pins.join("` or `") })
            }
            Self::Known { file, learn } => {
                let known = read(file, host, port)?;
                if known.contains(key) {
                    return Ok(Trusted::Declared);
                }
                match known.first() {
                    Some(other) => {
                        let expected = fingerprint(other);
                        Err(SshError::WrongHostKey { address, found, expected })
                    }
                    None if *learn => Ok(Trusted::OnFirstUse),
                    None => Err(SshError::UnknownHostKey { address, found }),
                }
            }
        }
    }
}

/// Pins may be written with or without `SHA256:` and the padding.
fn is_same(pin: &str, found: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim();
        let rest = text.get(..7).filter(|head| head.eq_ignore_ascii_case("SHA256:"));
        text[rest.map_or(0, str::len)..].trim_end_matches('=').to_owned()
    };
    bare(pin) == bare(found)
}

fn read(file: &Path, host: &str, port: u16) -> Result<Vec<PublicKey>, SshError> {
    let failed = |cause| SshError::KnownHosts { path: file.to_owned(), cause };
    match std::fs::metadata(file) {
        Ok(found) if found.len() > MAX_FILE => {
            return Err(failed(std::io::Error::other("it is too large")));
        }
        Ok(_) => {}
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(failed(cause)),
    }
    let keys = known_host_keys_path(host, port, file);
    let keys = keys.map_err(|cause| failed(std::io::Error::other(cause)))?;
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// Adds a key to a file of known hosts.
pub(crate) fn remember(
    file: &Path,
    host: &str,
    port: u16,
    key: &PublicKey,
) -> Result<(), SshError> {
    let failed = |cause| SshError::KnownHosts { path: file.to_owned(), cause };
    if read(file, host, port)?.contains(key) {
        return Ok(());
    }
    let key = key.to_openssh().map_err(|cause| failed(std::io::Error::other(cause)))?;
    let key = key.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let name = if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") };
    let mut open = OpenOptions::new().create(true).append(true).open(file).map_err(failed)?;
    writeln!(open, "{name} {key}").map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const OTHER: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X";

    fn key(text: &str) -> PublicKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_pin_is_compared_without_its_decoration() {
        let found = fingerprint(&key(KEY));
        let bare = found.trim_start_matches("SHA256:");
        for pin in [found.clone(), bare.to_owned(), format!("sha256:{bare}=")] {
            let policy = HostKeyPolicy::Pinned(vec![pin]);
            assert_eq!(policy.check("a", 22, &key(KEY)).unwrap(), Trusted::Declared);
            assert!(matches!(
                policy.check("a", 22, &key(OTHER)),
                Err(SshError::WrongHostKey { .. })
            ));
        }
    }

    #[test]
    fn a_known_host_keeps_its_key_and_an_unknown_one_is_learnt_only_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let strict = HostKeyPolicy::Known { file: file.clone(), learn: false };
        let learning = HostKeyPolicy::Known { file: file.clone(), learn: true };
        assert!(matches!(strict.check("a", 2222, &key(KEY)), Err(SshError::UnknownHostKey { .. })));
        assert_eq!(learning.check("a", 2222, &key(KEY)).unwrap(), Trusted::OnFirstUse);
        remember(&file, "a", 2222, &key(KEY)).unwrap();
        remember(&file, "a", 2222, &key(KEY)).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!((text.lines().count(), text.starts_with("[a]:2222 ssh-ed25519 ")), (1, true));
        assert_eq!(strict.check("a", 2222, &key(KEY)).unwrap(), Trusted::Declared);
        let changed = learning.check("a", 2222, &key(OTHER));
        assert!(matches!(changed, Err(SshError::WrongHostKey { .. })));
    }
}
