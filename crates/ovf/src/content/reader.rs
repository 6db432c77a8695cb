//! A file of the package as it is read: [`FileReader`].
//!
//! ```text
//! Part, Part .. ──► Parts (one after the other) ──► Inflate (if compressed) ──► LastByte ──► reader
//! ```

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::error::ContentError;
use super::part::Part;

/// How much larger than its source a decompressed file may get, besides what every file may have.
const MAX_RATIO: u64 = 512;
/// What every decompressed file may have.
const ALLOWANCE: u64 = 16 << 20;

/// Reads a file of the package.
///
/// Size and digest are judged while reading, and the last byte comes only when they are right. Whoever passes the
/// bytes on never passes on a complete file that is wrong. A file that ends with an error must be thrown away.
///
/// In an archive read in one pass whose manifest comes last, digests are judged by
/// [`PackageStream::finish`](crate::PackageStream::finish) instead.
pub struct FileReader {
    name: String,
    size: Option<u64>,
    read: LastByte<Box<dyn Read + Send>>,
}

/// Gives the next part, as long as there is one.
pub(crate) type NextPart = Box<dyn FnMut() -> io::Result<Option<Part>> + Send>;

/// How a file's content must be decompressed.
pub(crate) struct Inflation {
    /// Most bytes that may come out.
    pub(crate) limit: u64,
    /// Bytes that must come out, if that is known.
    pub(crate) exactly: Option<u64>,
}

impl FileReader {
    /// A file as it lies in the package.
    pub(crate) fn plain(name: &str, size: Option<u64>, parts: NextPart) -> Self {
        let parts = Parts { next: parts, current: None, ended: false, found: 0 };
        FileReader { name: name.to_owned(), size, read: LastByte::new(Box::new(parts)) }
    }

    /// A compressed file.
    pub(crate) fn inflated(name: &str, inflation: Inflation, parts: NextPart) -> Self {
        let parts = Parts { next: parts, current: None, ended: false, found: 0 };
        let inflate = Inflate {
            name: name.to_owned(),
            decoder: MultiGzDecoder::new(parts),
            found: 0,
            ended: false,
            size: inflation.exactly,
            limit: inflation.limit,
        };
        let size = inflation.exactly;
        FileReader { name: name.to_owned(), size, read: LastByte::new(Box::new(inflate)) }
    }

    /// The file's name in the package.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes that will come, if that is known. It is not when the file is compressed, or comes from a server that
    /// does not tell.
    pub fn size(&self) -> Option<u64> {
        self.size
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read.read(buffer)
    }
}

impl std::fmt::Debug for FileReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("FileReader");
        shown.field("name", &self.name).field("size", &self.size).finish_non_exhaustive()
    }
}

/// Keeps the last byte back until the source has said that its end is good. After an error nothing comes any more.
struct LastByte<R> {
    read: R,
    kept: Option<u8>,
    failed: Option<Failure>,
}

/// Why reading failed, to be told again.
enum Failure {
    Content(ContentError),
    Other(io::ErrorKind),
}

impl Failure {
    fn of(error: &io::Error) -> Self {
        match ContentError::of(error) {
            Some(content) => Failure::Content(content.clone()),
            None => Failure::Other(error.kind()),
        }
    }

    fn again(&self) -> io::Error {
        match self {
            Failure::Content(content) => content.clone().into(),
            Failure::Other(kind) => (*kind).into(),
        }
    }
}

impl<R: Read> LastByte<R> {
    fn new(read: R) -> Self {
        LastByte { read, kept: None, failed: None }
    }

    fn first(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok((self.read.read(&mut byte)? > 0).then_some(byte[0]))
    }
}

impl<R: Read> Read for LastByte<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(failure) = &self.failed {
            return Err(failure.again());
        }
        let result = self.read_on(buffer);
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failed = Some(Failure::of(error));
        }
        result
    }
}

impl<R: Read> LastByte<R> {
    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let kept = match self.kept {
            Some(kept) => kept,
            None => match self.first()? {
                Some(first) => *self.kept.insert(first),
                None => return Ok(0),
            },
        };
        if buffer.len() == 1 {
            self.kept = self.first()?;
            buffer[0] = kept;
            return Ok(1);
        }
        let count = self.read.read(&mut buffer[1..])?;
        buffer[0] = kept;
        self.kept = (count > 0).then(|| buffer[count]);
        Ok(count.max(1))
    }
}

/// One part after the other.
struct Parts {
    next: NextPart,
    current: Option<Part>,
    ended: bool,
    /// Bytes that came.
    found: u64,
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !buffer.is_empty() {
            let Some(part) = &mut self.current else {
                self.current = (self.next)()?;
                self.ended = self.current.is_none();
                continue;
            };
            let count = part.read(buffer)?;
            if count > 0 {
                self.found += count as u64;
                return Ok(count);
            }
            self.current = None;
        }
        Ok(0)
    }
}

/// Decompresses, and stops when more comes out than can be honest.
struct Inflate {
    name: String,
    decoder: MultiGzDecoder<Parts>,
    found: u64,
    ended: bool,
    size: Option<u64>,
    limit: u64,
}

impl Inflate {
    fn end(&mut self) -> io::Result<usize> {
        // The decoder may be content before its source has judged itself.
        io::copy(self.decoder.get_mut(), &mut io::sink())?;
        if let Some(expected) = self.size.filter(|size| *size != self.found) {
            let (name, found) = (self.name.clone(), self.found);
            return Err(ContentError::Truncated { name, expected, found }.into());
        }
        self.ended = true;
        Ok(0)
    }

    fn explained(&self, error: io::Error) -> io::Error {
        let ours = ContentError::of(&error).is_some();
        match error.kind() {
            io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof
                if !ours =>
            {
                let (name, what) = (self.name.clone(), error.to_string());
                ContentError::NotCompressed { name, what }.into()
            }
            _ => error,
        }
    }
}

impl Read for Inflate {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let count = self.decoder.read(buffer).map_err(|error| self.explained(error))?;
        if count == 0 {
            return self.end();
        }
        self.found += count as u64;
        let source = self.decoder.get_ref().found;
        let limit = self.limit.min(source.saturating_mul(MAX_RATIO).saturating_add(ALLOWANCE));
        if self.found > limit {
            return Err(ContentError::Bomb { name: self.name.clone(), limit }.into());
        }
        if let Some(expected) = self.size.filter(|size| self.found > *size) {
            return Err(ContentError::Longer { name: self.name.clone(), expected }.into());
        }
        Ok(count)
    }
}
