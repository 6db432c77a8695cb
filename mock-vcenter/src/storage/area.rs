//! The folder with all datastores: [`Storage`].

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use tempfile::TempDir;

use super::path::DatastorePath;

/// Why a file cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Nothing is there.
    #[error("`{0}` does not exist")]
    NotFound(DatastorePath),
    /// Something is there already.
    #[error("`{0}` exists")]
    Exists(DatastorePath),
    /// A directory stands where a file is wanted, or the other way round.
    #[error("`{0}` is of the wrong kind")]
    WrongKind(DatastorePath),
    /// The system refused.
    #[error("cannot work with `{path}`")]
    System {
        /// The file.
        path: DatastorePath,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

/// A file or directory as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its size in bytes; `None` for a directory.
    pub size: Option<u64>,
    /// When it was written.
    pub modified: SystemTime,
}

/// The folder with all datastores. A temporary one is made at first use and removed at the end.
#[derive(Debug, Default)]
pub struct Storage {
    given: Option<PathBuf>,
    temporary: OnceLock<TempDir>,
    /// Bytes that uploads are writing, by datastore.
    in_flight: Mutex<BTreeMap<String, u64>>,
    parts: Mutex<u64>,
}

impl Storage {
    /// A folder that stays.
    #[must_use]
    pub fn at(folder: PathBuf) -> Self {
        Self { given: Some(folder), ..Self::default() }
    }

    fn root(&self) -> io::Result<&Path> {
        if let Some(given) = &self.given {
            return Ok(given);
        }
        if let Some(made) = self.temporary.get() {
            return Ok(made.path());
        }
        let made = tempfile::Builder::new().prefix("mock-vcenter-").tempdir()?;
        Ok(self.temporary.get_or_init(|| made).path())
    }

    /// Where a file of a datastore is on this machine. The datastore's own directory exists afterwards.
    ///
    /// # Errors
    /// When the directory cannot be made, or when the way to the file leads out of it over a link.
    pub fn locate(&self, at: &DatastorePath) -> Result<PathBuf, StorageError> {
        let failed = |cause| StorageError::System { path: at.clone(), cause };
        let volume = self.root().map_err(failed)?.join(directory_name(&at.datastore));
        fs::create_dir_all(&volume).map_err(failed)?;
        let mut place = volume;
        for part in at.path.parts() {
            place.push(part);
            let is_link = place.symlink_metadata().is_ok_and(|found| found.is_symlink());
            if is_link {
                return Err(StorageError::NotFound(at.clone()));
            }
        }
        Ok(place)
    }

    /// A file or directory; `None` when nothing is there.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn look(&self, at: &DatastorePath) -> Result<Option<Entry>, StorageError> {
        let place = self.locate(at)?;
        match place.symlink_metadata() {
            Ok(found) => Ok(Some(entry(at.path.name().to_owned(), &found))),
            Err(cause) if is_absent(&cause) => Ok(None),
            Err(cause) => Err(StorageError::System { path: at.clone(), cause }),
        }
    }

    /// What is in a directory, by name; nothing when there is no such directory.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self, at: &DatastorePath) -> Result<Vec<Entry>, StorageError> {
        let failed = |cause| StorageError::System { path: at.clone(), cause };
        let listed = match fs::read_dir(self.locate(at)?) {
            Ok(listed) => listed,
            Err(cause) if is_absent(&cause) => return Ok(Vec::new()),
            Err(cause) => return Err(failed(cause)),
        };
        let mut entries = Vec::new();
        for found in listed {
            let found = found.map_err(failed)?;
            let metadata = found.metadata().map_err(failed)?;
            if let (Ok(name), false) = (found.file_name().into_string(), metadata.is_symlink()) {
                entries.push(entry(name, &metadata));
            }
        }
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// All files below a directory with their sizes.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files_below(
        &self,
        at: &DatastorePath,
    ) -> Result<Vec<(DatastorePath, u64)>, StorageError> {
        let mut found = Vec::new();
        let mut open = vec![at.clone()];
        while let Some(directory) = open.pop() {
            for entry in self.list(&directory)? {
                let path = directory.path.join(&entry.name);
                let place = DatastorePath { path, ..directory.clone() };
                match entry.size {
                    Some(size) => found.push((place, size)),
                    None => open.push(place),
                }
            }
        }
        Ok(found)
    }

    /// Makes a directory with those above it. One that exists is as good.
    ///
    /// # Errors
    /// When a file is in the way.
    pub fn make_directory(&self, at: &DatastorePath) -> Result<(), StorageError> {
        let place = self.locate(at)?;
        fs::create_dir_all(&place).map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                StorageError::Exists(at.clone())
            }
            _ => StorageError::System { path: at.clone(), cause },
        })
    }

    /// Removes a file, or a directory with all that is in it.
    ///
    /// # Errors
    /// When nothing is there.
    pub fn remove(&self, at: &DatastorePath) -> Result<(), StorageError> {
        let place = self.locate(at)?;
        let Some(found) = self.look(at)? else { return Err(StorageError::NotFound(at.clone())) };
        if at.path.is_root() {
            return Err(StorageError::WrongKind(at.clone()));
        }
        let removed = match found.size {
            Some(_) => fs::remove_file(place),
            None => fs::remove_dir_all(place),
        };
        removed.map_err(|cause| StorageError::System { path: at.clone(), cause })
    }

    /// Moves a file or directory.
    ///
    /// # Errors
    /// When there is nothing to move, or something is at the new place.
    pub fn rename(&self, from: &DatastorePath, to: &DatastorePath) -> Result<(), StorageError> {
        if self.look(from)?.is_none() {
            return Err(StorageError::NotFound(from.clone()));
        }
        if self.look(to)?.is_some() {
            return Err(StorageError::Exists(to.clone()));
        }
        let (old, new) = (self.locate(from)?, self.locate(to)?);
        fs::rename(old, new).map_err(|cause| StorageError::System { path: to.clone(), cause })
    }

    /// A place for a file that is not complete, where no client sees it.
    pub(super) fn new_part(&self) -> io::Result<PathBuf> {
        let parts = self.root()?.join(".incomplete");
        fs::create_dir_all(&parts)?;
        let mut number = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        *number += 1;
        Ok(parts.join(number.to_string()))
    }

    /// Bytes that uploads to a datastore have written but not put into place.
    #[must_use]
    pub fn in_flight(&self, datastore: &str) -> u64 {
        self.flying().get(datastore).copied().unwrap_or(0)
    }

    pub(super) fn flying(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(name: String, found: &fs::Metadata) -> Entry {
    Entry {
        name,
        size: found.is_file().then_some(found.len()),
        modified: found.modified().unwrap_or(SystemTime::UNIX_EPOCH),
    }
}

fn is_absent(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A datastore's name as the name of a directory.
fn directory_name(datastore: &str) -> String {
    let mut name = String::new();
    for (at, letter) in datastore.char_indices() {
        match letter {
            '/' | '\\' | '%' | '\0' => name.push_str(&format!("%{:02x}", u32::from(letter))),
            '.' if at == 0 => name.push_str("%2e"),
            other => name.push(other),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> DatastorePath {
        DatastorePath::parse(text).unwrap()
    }

    #[test]
    fn a_link_does_not_lead_out_of_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let storage = Storage::default();
        let volume = storage.locate(&path("[ds1]")).unwrap();
        std::os::unix::fs::symlink(outside.path(), volume.join("way")).unwrap();
        assert!(storage.locate(&path("[ds1] way/secret")).is_err());
        assert_eq!(storage.list(&path("[ds1]")).unwrap(), []);
    }

    #[test]
    fn datastores_of_any_name_are_directories_of_their_own() {
        assert_eq!(directory_name("../x"), "%2e.%2fx");
        assert_eq!(directory_name("datastore1 (1)"), "datastore1 (1)");
    }

    #[test]
    fn a_temporary_folder_is_gone_with_its_storage() {
        let storage = Storage::default();
        storage.make_directory(&path("[ds1] a/b")).unwrap();
        let place = storage.locate(&path("[ds1] a")).unwrap();
        assert!(place.is_dir());
        drop(storage);
        assert!(!place.exists());
    }
}
