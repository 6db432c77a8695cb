//! The file of servers whose certificates were seen before.
//!
//! One line per server: `host:port sha256:HEX first-seen`. Lines that begin with `#` are comments. The
//! file is made with mode 0600; one that others can write is refused, since it decides whom we trust.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Fingerprint;

/// Why a known-hosts file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownHostsError {
    /// Reading or writing failed.
    #[error("cannot access known-hosts file `{}`", .file.display())]
    Access {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// Others could put their own certificates into it.
    #[error("known-hosts file `{}` can be written by others, set its mode to 0600", .0.display())]
    Writable(PathBuf),
    /// A line is not understood; nothing of the file is used.
    #[error("line {line} of known-hosts file `{}` is not `host:port sha256:HEX first-seen`", .file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// Its number, from 1.
        line: usize,
    },
}

/// What is known about one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its certificate.
    pub fingerprint: Fingerprint,
    /// When it was first seen (RFC 3339).
    pub first_seen: String,
}

/// The content of a known-hosts file.
#[derive(Debug)]
pub struct KnownHosts {
    file: PathBuf,
    servers: HashMap<String, Known>,
}

impl KnownHosts {
    /// Reads `file`; one that does not exist is empty.
    ///
    /// # Errors
    /// When it cannot be read, is not understood, or is writable by others.
    pub fn read(file: &Path) -> Result<Self, KnownHostsError> {
        let fail = |cause| KnownHostsError::Access { file: file.to_owned(), cause };
        let mut servers = HashMap::new();
        match File::open(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(fail(error)),
            Ok(mut open) => {
                check_mode(&open, file)?;
                let mut text = String::new();
                open.read_to_string(&mut text).map_err(fail)?;
                servers = parse(&text)
                    .map_err(|line| KnownHostsError::Line { file: file.to_owned(), line })?;
            }
        }
        Ok(Self { file: file.to_owned(), servers })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What is known about `server` (`host:port`).
    #[must_use]
    pub fn get(&self, server: &str) -> Option<&Known> {
        self.servers.get(server)
    }

    /// Remembers `server` and appends it to the file.
    ///
    /// # Errors
    /// When the file cannot be written, or others can write it; then nothing is remembered.
    pub fn add(
        &mut self,
        server: &str,
        fingerprint: Fingerprint,
        seen: SystemTime,
    ) -> Result<(), KnownHostsError> {
        let fail = |cause| KnownHostsError::Access { file: self.file.clone(), cause };
        let first_seen = OffsetDateTime::from(seen)
            .replace_nanosecond(0)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok())
            .unwrap_or_else(|| "unknown".to_owned());
        let mut open = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.file)
            .map_err(fail)?;
        check_mode(&open, &self.file)?;
        let hex = fingerprint.to_string().replace(':', "");
        let line = format!("{server} sha256:{hex} {first_seen}\n");
        open.write_all(line.as_bytes()).and_then(|()| open.sync_all()).map_err(fail)?;
        self.servers.insert(server.to_owned(), Known { fingerprint, first_seen });
        Ok(())
    }
}

fn check_mode(open: &File, file: &Path) -> Result<(), KnownHostsError> {
    let mode = open
        .metadata()
        .map_err(|cause| KnownHostsError::Access { file: file.to_owned(), cause })?
        .permissions()
        .mode();
    if mode & 0o022 == 0 { Ok(()) } else { Err(KnownHostsError::Writable(file.to_owned())) }
}

fn parse(text: &str) -> Result<HashMap<String, Known>, usize> {
    let mut servers = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let (Some(server), Some(digest), Some(first_seen), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(at + 1);
        };
        let fingerprint = digest.parse().map_err(|_| at + 1)?;
        servers.insert(server.to_owned(), Known { fingerprint, first_seen: first_seen.to_owned() });
    }
    Ok(servers)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_server_that_was_added_is_known_to_the_next_reader() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        let seen = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
        let mut known = KnownHosts::read(&file).unwrap();
        assert_eq!(known.get("vc:443"), None);
        known.add("vc:443", Fingerprint::of(b"one"), seen).unwrap();
        known.add("esx:443", Fingerprint::of(b"two"), seen).unwrap();

        let again = KnownHosts::read(&file).unwrap();
        let first_seen = "1970-01-02T00:00:00Z".to_owned();
        let fingerprint = Fingerprint::of(b"one");
        assert_eq!(again.get("vc:443"), Some(&Known { fingerprint, first_seen }));
        assert!(again.get("esx:443").is_some());
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_write_or_nobody_understands_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("known_hosts");
        std::fs::write(&file, "# mine\n\nvc:443 sha256:00 now\n").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        let error = KnownHosts::read(&file).unwrap_err();
        assert!(matches!(error, KnownHostsError::Line { line: 3, .. }), "{error}");

        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o666)).unwrap();
        assert!(matches!(KnownHosts::read(&file).unwrap_err(), KnownHostsError::Writable(_)));
    }
}
