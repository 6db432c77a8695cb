//! Whether a file lies on another machine: SQLite's write-ahead log needs memory that all its users share, which
//! network drives do not give, and their locks are not to be relied on.

use std::path::{Path, PathBuf};

/// Kinds of file systems, as the kernel calls them, that lie on another machine.
const NETWORK: [&str; 10] =
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "fuse.sshfs", "glusterfs", "lustre"];

/// The kind of network drive that `path` lies on; `None` when it is a disk of this machine.
pub(crate) fn kind_of(path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    kind_in(&mounts, &path).filter(|kind| NETWORK.contains(&kind.as_str()))
}

/// The kind of the file system that is mounted closest above `path`; the last of several in one place is seen.
fn kind_in(mounts: &str, path: &Path) -> Option<String> {
    let mut best: Option<(PathBuf, String)> = None;
    for line in mounts.lines() {
        let (before, after) = line.split_once(" - ")?;
        let place = PathBuf::from(plain(before.split(' ').nth(4)?));
        let is_closer = |(best, _): &(PathBuf, String)| place.starts_with(best);
        if path.starts_with(&place) && best.as_ref().is_none_or(is_closer) {
            best = Some((place, after.split(' ').next()?.to_owned()));
        }
    }
    best.map(|(_, kind)| kind)
}

/// The kernel writes blanks and the like as three octal digits.
fn plain(text: &str) -> String {
    let table = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    table.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:40 / /srv rw shared:20 - nfs4 filer:/srv rw,vers=4.2
41 40 8:2 / /srv/anna/fast\\040disk rw shared:21 - xfs /dev/sdb1 rw
";

    #[test]
    fn the_closest_mount_tells_the_kind() {
        let table = [
            ("/var/lib/lockstep/journal.db", "ext4"),
            ("/srv/anna/.local/state/lockstep/journal.db", "nfs4"),
            ("/srv/anna/fast disk/journal.db", "xfs"),
            ("/srvwork/journal.db", "ext4"),
        ];
        for (path, kind) in table {
            assert_eq!(kind_in(MOUNTS, Path::new(path)).as_deref(), Some(kind), "{path}");
        }
        assert!(NETWORK.contains(&"nfs4"));
        assert_eq!(kind_of(&std::env::temp_dir()), None, "tests run on a disk of this machine");
    }
}
