//! Files that only their owner can read, put into place whole or not at all.

use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use orchestrator::TaskError;

/// Larger files are not ours.
const LARGEST: u64 = 4 << 20;
/// Only the owner reads and writes.
const MODE: u32 = 0o600;

/// A file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    /// Whether nobody but its owner can read it.
    pub(super) is_private: bool,
}

impl Found {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }
}

/// Reads a file; `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Found>, TaskError> {
    let failed = |cause| {
        TaskError::new("kickstart-file", "cannot read file", path.display().to_string())
            .caused_by(cause)
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(Found { bytes, is_private: mode & 0o777 == MODE }))
}

/// Writes a file beside its place and moves it there.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), TaskError> {
    let failed = |cause: std::io::Error| {
        TaskError::new("kickstart-file", "cannot write file", path.display().to_string())
            .caused_by(cause)
            .hint("check `folder`: it must be a folder you can write to")
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    // A temporary file is made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/ks.cfg");
        assert_eq!(read(&path).unwrap(), None);
        write(&path, b"one").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert!(!read(&path).unwrap().unwrap().is_private);
        write(&path, b"two").unwrap();
        let found = read(&path).unwrap().unwrap();
        assert_eq!((found.text(), found.is_private), (Some("two"), true));
        let left = std::fs::read_dir(folder.path().join("new")).unwrap().count();
        assert_eq!(left, 1, "no temporary file is left");
        assert!(write(&path.join("below"), b"x").is_err());
    }
}
