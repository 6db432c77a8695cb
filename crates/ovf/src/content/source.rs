//! Where bytes of a package lie: [`Content`] and [`Folder`], and both on the local disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes that can be read from any place: a file, or what a server answers to requests for ranges.
pub trait Content: Send + Sync {
    /// How many bytes there are, if that is known.
    ///
    /// # Errors
    /// When it cannot be found out.
    fn size(&self) -> io::Result<Option<u64>>;

    /// Reads from `offset` to the end. Several readers may be at work at once.
    ///
    /// # Errors
    /// When reading cannot begin.
    fn read_at(&self, offset: u64) -> io::Result<Box<dyn Read + Send>>;
}

/// Files beside a descriptor: a folder, or a place on a server.
pub trait Folder: Send + Sync {
    /// The file called `name`, which is relative and was checked; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be opened, or is no plain file.
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn Content>>>;
}

/// A file on the local disk. All readers share one handle, so all read the same file, whatever becomes of its
/// name.
pub(crate) struct LocalFile {
    file: Arc<File>,
}

/// A folder on the local disk.
pub(crate) struct LocalFolder {
    path: PathBuf,
}

struct FileReader {
    file: Arc<File>,
    offset: u64,
}

impl LocalFile {
    /// Opens a plain file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file"));
        }
        Ok(LocalFile { file: Arc::new(file) })
    }
}

impl Content for LocalFile {
    fn size(&self) -> io::Result<Option<u64>> {
        self.file.metadata().map(|metadata| Some(metadata.len()))
    }

    fn read_at(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(FileReader { file: Arc::clone(&self.file), offset }))
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

impl LocalFolder {
    /// The folder at `path`.
    pub(crate) fn new(path: &Path) -> Self {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        LocalFolder { path: path.to_owned() }
    }
}

impl Folder for LocalFolder {
    /// A link is followed only if it stays in the folder: an unpacked archive may hold links to anywhere.
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn Content>>> {
        let path = match fs::canonicalize(self.path.join(name)) {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if !path.starts_with(fs::canonicalize(&self.path)?) {
            let told = "it is a link that leads out of the package's folder";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, told));
        }
        Ok(Some(Arc::new(LocalFile::open(&path)?)))
    }
}
