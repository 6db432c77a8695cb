//! Writing one file piece by piece: [`Upload`].
//!
//! The next piece is taken from the network while the last one goes to disk. At no time is more than two
//! pieces in memory.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::area::{Storage, StorageError};
use super::path::DatastorePath;

/// Bytes that go to disk at once.
const PIECE: usize = 256 * 1024;
/// What may come beyond that with the last bytes, so that they need no larger buffer: a TLS record at most.
const BEYOND: usize = 16 * 1024;

/// How many of the first bytes are remembered.
const HEAD: usize = 8;

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The datastore is full.
    #[error("no space left for `{0}`")]
    NoSpace(DatastorePath),
    /// The place cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The system refused.
    #[error("cannot write `{path}`")]
    System {
        /// The file.
        path: DatastorePath,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
}

/// A file on its way to a datastore. Dropped before it is complete, it leaves nothing behind.
pub struct Upload {
    storage: Arc<Storage>,
    target: DatastorePath,
    part: PathBuf,
    file: Arc<File>,
    piece: Vec<u8>,
    writing: Option<JoinHandle<io::Result<()>>>,
    written: u64,
    /// The first bytes, by which files are told apart.
    head: Vec<u8>,
    free: u64,
    complete: bool,
}

impl Upload {
    /// Begins a file at `target`, on a datastore with `free` bytes left.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn begin(
        storage: &Arc<Storage>,
        target: DatastorePath,
        free: u64,
    ) -> Result<Self, UploadError> {
        let failed = |cause| UploadError::System { path: target.clone(), cause };
        let part = storage.new_part().map_err(failed)?;
        let file = File::create(&part).map_err(failed)?;
        Ok(Self {
            storage: storage.clone(),
            part,
            file: Arc::new(file),
            piece: Vec::with_capacity(PIECE + BEYOND),
            writing: None,
            written: 0,
            head: Vec::new(),
            free,
            complete: false,
            target,
        })
    }

    /// Bytes so far.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// True when these, at most eight, are the first bytes.
    #[must_use]
    pub fn begins_with(&self, bytes: &[u8]) -> bool {
        self.head.starts_with(bytes)
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// When the datastore or the machine's disk is full.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        let length = bytes.len() as u64;
        let in_flight = {
            let mut flying = self.storage.flying();
            let total = flying.entry(self.target.datastore.clone()).or_default();
            *total += length;
            *total
        };
        self.written += length;
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        if in_flight > self.free {
            return Err(UploadError::NoSpace(self.target.clone()));
        }
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), UploadError> {
        self.wait().await?;
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE + BEYOND));
        let file = self.file.clone();
        self.writing = Some(tokio::task::spawn_blocking(move || (&*file).write_all(&piece)));
        Ok(())
    }

    async fn wait(&mut self) -> Result<(), UploadError> {
        let Some(writing) = self.writing.take() else { return Ok(()) };
        let written = writing.await.map_err(io::Error::other).flatten();
        written.map_err(|cause| match cause.kind() {
            io::ErrorKind::StorageFull => UploadError::NoSpace(self.target.clone()),
            _ => UploadError::System { path: self.target.clone(), cause },
        })
    }

    /// Puts the file into place. Returns its size.
    ///
    /// # Errors
    /// When the last bytes cannot be written or the place cannot be used.
    pub async fn finish(mut self) -> Result<u64, UploadError> {
        self.flush().await?;
        self.wait().await?;
        let place = self.storage.locate(&self.target)?;
        if place.is_dir() {
            return Err(StorageError::WrongKind(self.target.clone()).into());
        }
        fs::rename(&self.part, &place)
            .map_err(|cause| UploadError::System { path: self.target.clone(), cause })?;
        self.complete = true;
        Ok(self.written)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut flying = self.storage.flying();
        if let Some(total) = flying.get_mut(&self.target.datastore) {
            *total = total.saturating_sub(self.written);
        }
        if !self.complete {
            // What is left over is in a folder that nobody looks into.
            let _ = fs::remove_file(&self.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_appears_when_it_is_complete_and_not_before() {
        let storage = Arc::new(Storage::default());
        let target = DatastorePath::parse("[ds1] a.iso").unwrap();
        let mut upload = Upload::begin(&storage, target.clone(), 10_000_000).unwrap();
        for _ in 0..5 {
            upload.write(&[7; 700_000]).await.unwrap();
        }
        assert!(storage.look(&target).unwrap().is_none());
        assert_eq!(storage.in_flight("ds1"), 3_500_000);
        assert_eq!(upload.finish().await.unwrap(), 3_500_000);
        assert_eq!(storage.look(&target).unwrap().unwrap().size, Some(3_500_000));
        assert_eq!(storage.in_flight("ds1"), 0);
    }

    #[tokio::test]
    async fn a_full_datastore_ends_an_upload_that_leaves_nothing() {
        let storage = Arc::new(Storage::default());
        let target = DatastorePath::parse("[ds1] a.iso").unwrap();
        let mut upload = Upload::begin(&storage, target, 1000).unwrap();
        upload.write(&[7; 900]).await.unwrap();
        assert!(matches!(upload.write(&[7; 200]).await, Err(UploadError::NoSpace(_))));
        let part = upload.part.clone();
        assert!(part.exists());
        drop(upload);
        assert!(!part.exists());
    }
}
