//! An archive that comes in one pass, such as a download: [`Tape`] goes from member to member and never back.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::{ArchiveError, Headers, MAX_MEMBERS, Member, padding};
use crate::content::ContentError;
use crate::digest::Digest;

/// Where an archive is being read, shared with the reader of the current member.
pub(super) struct Tape {
    read: Box<dyn Read + Send>,
    offset: u64,
    /// Bytes of the current member that were not read, and those that fill up its last block.
    left: u64,
    padding: u64,
    /// Counts members, so that a reader of an earlier one notices.
    pub(super) number: usize,
    /// The header of the member after the current one, when it was looked at.
    ahead: Option<Option<Member>>,
    seen: HashSet<String>,
    before: Option<String>,
    /// The file that is being read and did not come to its end.
    pub(super) unfinished: Option<String>,
    /// Digests of files read so far.
    pub(super) digests: HashMap<String, Vec<Digest>>,
}

/// A tape and those who read from it.
pub(super) type SharedTape = Arc<Mutex<Tape>>;

/// Reads the member with this number.
pub(super) struct TapeReader {
    tape: SharedTape,
    number: usize,
    name: String,
}

/// Does something with the tape. No reader leaves it half moved, so a panic elsewhere does no harm.
pub(super) fn with<T>(tape: &SharedTape, action: impl FnOnce(&mut Tape) -> T) -> T {
    action(&mut tape.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Tape {
    pub(super) fn new(read: Box<dyn Read + Send>) -> Self {
        Tape {
            read,
            offset: 0,
            left: 0,
            padding: 0,
            number: 0,
            ahead: None,
            seen: HashSet::new(),
            before: None,
            unfinished: None,
            digests: HashMap::new(),
        }
    }

    /// The member that comes next, without going there; nothing at the end. The current one must have been read.
    pub(super) fn peek(&mut self) -> Result<Option<&Member>, ArchiveError> {
        if self.ahead.is_none() {
            self.skip_padding()?;
            let mut headers = Headers::new(&mut self.read, self.offset, self.before.clone());
            let member = headers.next()?;
            self.offset = headers.offset;
            self.ahead = Some(member);
        }
        Ok(self.ahead.as_ref().and_then(Option::as_ref))
    }

    /// Goes to the next member.
    pub(super) fn advance(&mut self) -> Result<Option<Member>, ArchiveError> {
        if self.peek()?.is_none() {
            return Ok(None);
        }
        let Some(member) = self.ahead.take().flatten() else { return Ok(None) };
        if !self.seen.insert(member.name.clone()) {
            return Err(ArchiveError::Duplicate { name: member.name });
        }
        if self.seen.len() > MAX_MEMBERS {
            return Err(ArchiveError::TooMany { limit: MAX_MEMBERS });
        }
        self.number += 1;
        (self.left, self.padding) = (member.size, padding(member.size));
        self.before = Some(member.name.clone());
        Ok(Some(member))
    }

    /// All of the current member, whose size was found acceptable.
    pub(super) fn read_all(&mut self, name: &str) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = Vec::new();
        (&mut self.read).take(self.left).read_to_end(&mut bytes).map_err(ArchiveError::Read)?;
        let found = bytes.len() as u64;
        self.offset += found;
        self.left -= found;
        match self.left {
            0 => Ok(bytes),
            _ => Err(ArchiveError::Truncated { after: Some(name.to_owned()) }),
        }
    }

    /// Bytes of the current member that were not read.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    fn skip_padding(&mut self) -> Result<(), ArchiveError> {
        let mut fill = (&mut self.read).take(self.padding);
        let skipped = io::copy(&mut fill, &mut io::sink()).map_err(ArchiveError::Read)?;
        if skipped != self.padding {
            return Err(ArchiveError::Truncated { after: self.before.clone() });
        }
        self.offset += skipped;
        self.padding = 0;
        Ok(())
    }
}

impl TapeReader {
    /// Reads the member that the tape has just gone to.
    pub(super) fn new(tape: &SharedTape, number: usize, name: String) -> Self {
        TapeReader { tape: Arc::clone(tape), number, name }
    }
}

impl Read for TapeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        with(&self.tape, |tape| {
            if tape.number != self.number {
                return Err(ContentError::Gone { name: self.name.clone() }.into());
            }
            let room = usize::try_from(tape.left).unwrap_or(usize::MAX).min(buffer.len());
            let count = tape.read.read(&mut buffer[..room])?;
            tape.left -= count as u64;
            tape.offset += count as u64;
            Ok(count)
        })
    }
}
