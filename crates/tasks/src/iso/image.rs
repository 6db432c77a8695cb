//! The image on both sides: as a local file, and on its datastore with the note of its digest.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use vsphere::Reader;
use vsphere::transfer::{DatastorePath, FileError};

/// Longest note.
const NOTE: u64 = 1 << 10;
/// Bytes hashed at a time.
const PIECE: usize = 256 << 10;

/// The local file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Local {
    /// None is declared.
    None,
    There(u64),
    Unreadable(String),
}

/// The file on the datastore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remote {
    None,
    /// It is the local one, as far as can be told.
    Same(u64),
    /// What differs.
    Other(&'static str),
}

pub(super) fn local(path: Option<&Path>) -> Local {
    let Some(path) = path else { return Local::None };
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() => Local::There(file.len()),
        Ok(_) => Local::Unreadable("it is no plain file".to_owned()),
        Err(error) => Local::Unreadable(error.to_string()),
    }
}

/// Compares sizes first, and digests only where one is noted: hashing takes seconds per GiB.
pub(super) async fn remote(
    reader: &Reader,
    at: &DatastorePath,
    local: &Local,
    path: Option<PathBuf>,
) -> Result<Remote, FileError> {
    let Some(size) = reader.datastore_file_size(at).await? else { return Ok(Remote::None) };
    let (Local::There(own), Some(path)) = (local, path) else { return Ok(Remote::Same(size)) };
    if *own != size {
        return Ok(Remote::Other("its size"));
    }
    let note = reader.read_datastore_file(&note_of(at), NOTE).await.ok().flatten();
    let Some(noted) = note.as_deref().and_then(digest_in) else { return Ok(Remote::Same(size)) };
    let computed = tokio::task::spawn_blocking(move || digest_of(&path)).await;
    match computed {
        Ok(Ok(own)) if own != noted => Ok(Remote::Other("its content")),
        _ => Ok(Remote::Same(size)),
    }
}

/// The file beside an image that holds its digest, in the form that `sha256sum --check` reads.
pub(super) fn note_of(at: &DatastorePath) -> DatastorePath {
    DatastorePath { path: format!("{}.sha256", at.path), ..at.clone() }
}

/// What is written into that file.
pub(super) fn note(digest: &str, at: &DatastorePath) -> String {
    let name = at.path.rsplit('/').next().unwrap_or(&at.path);
    format!("{digest}  {name}\n")
}

fn digest_in(note: &[u8]) -> Option<String> {
    let word = std::str::from_utf8(note).ok()?.split_whitespace().next()?;
    let is_digest = word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    is_digest.then(|| word.to_ascii_lowercase())
}

fn digest_of(path: &Path) -> io::Result<String> {
    let mut reader = Hashed::new(Box::new(File::open(path)?));
    let digest = reader.digest();
    let mut piece = vec![0; PIECE];
    while reader.read(&mut piece)? > 0 {}
    Ok(digest.hex())
}

/// Hashes what is read through it.
pub(super) struct Hashed {
    read: Box<dyn Read + Send>,
    state: Arc<Mutex<Sha256>>,
}

/// The digest of what was read so far.
pub(super) struct ReadDigest(Arc<Mutex<Sha256>>);

impl Hashed {
    pub(super) fn new(read: Box<dyn Read + Send>) -> Self {
        Self { read, state: Arc::default() }
    }

    pub(super) fn digest(&self) -> ReadDigest {
        ReadDigest(Arc::clone(&self.state))
    }
}

impl ReadDigest {
    pub(super) fn hex(&self) -> String {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        state.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Read for Hashed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.read.read(into)?;
        self.state.lock().unwrap_or_else(PoisonError::into_inner).update(&into[..bytes]);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_others_write_it() {
        let at = DatastorePath {
            datacenter: "Lab".to_owned(),
            datastore: "d".to_owned(),
            path: "iso/a.iso".to_owned(),
        };
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest_in(note(digest, &at).as_bytes()).as_deref(), Some(digest));
        assert_eq!(digest_in(digest.to_uppercase().as_bytes()).as_deref(), Some(digest));
        for other in ["", "abc", "zz", &digest[1..]] {
            assert_eq!(digest_in(other.as_bytes()), None, "{other}");
        }
        assert_eq!(note_of(&at).path, "iso/a.iso.sha256");
        let mut read = Hashed::new(Box::new(io::Cursor::new(b"abc")));
        let hex = read.digest();
        io::copy(&mut read, &mut io::sink()).unwrap();
        assert_eq!(hex.hex(), digest);
    }
}
