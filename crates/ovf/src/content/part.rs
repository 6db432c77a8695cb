//! A part of a file on its way: counted, hashed, and judged when it ends: [`Part`].

use std::io::{self, Read};

use super::error::ContentError;
use crate::digest::{Algorithm, Digest, Hasher};

/// A file of the package, or one piece of a file that is cut into pieces.
///
/// Its end (`Ok(0)`) is reached only if size and digest are right; otherwise reading ends with an error.
pub(crate) struct Part {
    name: String,
    read: Box<dyn Read + Send>,
    /// Bytes it must have.
    size: Option<u64>,
    found: u64,
    /// Nothing must follow, as it is a file of its own.
    ends_source: bool,
    expected: Option<Digest>,
    hashers: Vec<Hasher>,
    /// Told once, when all was right.
    at_end: Option<AtEnd>,
    verdict: Option<Result<(), ContentError>>,
}

/// What is done with a part's digests when it was read to its end.
pub(crate) type AtEnd = Box<dyn FnOnce(Vec<Digest>) + Send>;

/// What is known of a part before it is read.
pub(crate) struct Promise {
    pub(crate) name: String,
    pub(crate) size: Option<u64>,
    pub(crate) ends_source: bool,
    pub(crate) expected: Option<Digest>,
}

impl Part {
    /// A part read from `read`, held against `promise`.
    pub(crate) fn new(read: Box<dyn Read + Send>, promise: Promise) -> Self {
        let Promise { name, size, ends_source, expected } = promise;
        let hashers = expected.iter().map(|digest| Hasher::new(digest.algorithm)).collect();
        Part {
            name,
            read,
            size,
            found: 0,
            ends_source,
            expected,
            hashers,
            at_end: None,
            verdict: None,
        }
    }

    /// Hands the part's digests to `at_end` when it was read to its end. Without an expected digest all are
    /// computed, as it is not known yet which will be asked for.
    pub(crate) fn and_then(mut self, at_end: AtEnd) -> Self {
        if self.expected.is_none() {
            self.hashers = Algorithm::ALL.map(Hasher::new).into();
        }
        self.at_end = Some(at_end);
        self
    }

    /// Judges the whole once. Whoever reads on after an error gets it again.
    fn end(&mut self) -> io::Result<usize> {
        if self.verdict.is_none() {
            self.verdict = Some(self.judge()?);
        }
        match &self.verdict {
            Some(Err(wrong)) => Err(wrong.clone().into()),
            _ => Ok(0),
        }
    }

    fn judge(&mut self) -> io::Result<Result<(), ContentError>> {
        let name = self.name.clone();
        if let Some(expected) = self.size {
            if expected != self.found {
                let found = self.found;
                return Ok(Err(ContentError::Truncated { name, expected, found }));
            }
            if self.ends_source && self.goes_on()? {
                return Ok(Err(ContentError::Longer { name, expected }));
            }
        }
        let digests: Vec<Digest> = self.hashers.drain(..).map(Hasher::finish).collect();
        if let (Some(expected), Some(found)) = (self.expected.take(), digests.first())
            && expected != *found
        {
            let found = found.clone();
            return Ok(Err(ContentError::Digest { name, expected, found }));
        }
        if let Some(at_end) = self.at_end.take() {
            at_end(digests);
        }
        Ok(Ok(()))
    }

    fn goes_on(&mut self) -> io::Result<bool> {
        loop {
            match self.read.read(&mut [0]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other.map(|count| count > 0),
            }
        }
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.verdict.is_some() {
            return self.end();
        }
        let left = self.size.map_or(u64::MAX, |size| size - self.found);
        if left == 0 {
            return self.end();
        }
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.read.read(&mut buffer[..room])?;
        if count == 0 {
            return self.end();
        }
        self.found += count as u64;
        for hasher in &mut self.hashers {
            hasher.update(&buffer[..count]);
        }
        Ok(count)
    }
}
