//! Reads the headers of a tar archive: the next member's name and size.
//!
//! Members are plain files with a name that every reader of the archive sees in the same way. The extended headers
//! of POSIX (pax) and GNU are read as far as sizes and long names need them; all others are refused.

use std::io::Read;

use tar::{EntryType, Header};

use super::error::ArchiveError;
use crate::names;

/// Bytes of a block.
pub(crate) const BLOCK: u64 = 512;
/// Most bytes of an extended header.
const MAX_EXTENDED: u64 = 64 << 10;
/// Largest size that fits into a plain header: eleven octal digits.
const MAX_PLAIN_SIZE: u64 = (8 << 30) - 1;
/// Bytes of a name that fit into a plain header.
const SHORT_NAME: usize = 100;

/// A member, whose content comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Checked, without a leading `./`.
    pub(crate) name: String,
    /// Bytes of its content.
    pub(crate) size: u64,
}

/// Reads headers from a place on.
pub(crate) struct Headers<R> {
    read: R,
    /// Where the next block begins.
    pub(crate) offset: u64,
    /// The member before, for messages.
    pub(crate) before: Option<String>,
}

/// What extended headers say of the member that follows.
#[derive(Default)]
struct Extended {
    size: Option<u64>,
    name: Option<Vec<u8>>,
}

/// The bytes that fill up the last block of `size` bytes.
pub(crate) fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK
}

impl<R: Read> Headers<R> {
    /// Headers from `offset` on, where `read` stands.
    pub(crate) fn new(read: R, offset: u64, before: Option<String>) -> Self {
        Headers { read, offset, before }
    }

    /// The next member; nothing at the end of the archive.
    pub(crate) fn next(&mut self) -> Result<Option<Member>, ArchiveError> {
        let mut extended = Extended::default();
        loop {
            let start = self.offset;
            let block = self.block()?;
            if block.iter().all(|byte| *byte == 0) {
                let dangling = extended.size.is_some() || extended.name.is_some();
                return match dangling {
                    true => Err(damaged(start, "an extended header has no member")),
                    false => self.end(start).map(|()| None),
                };
            }
            let header = Header::from_byte_slice(&block);
            if !is_sound(header) {
                return Err(match start {
                    0 => ArchiveError::NotTar,
                    _ => ArchiveError::Damaged { offset: start, what: "its checksum is wrong" },
                });
            }
            let kind = header.entry_type();
            let size = header.entry_size().map_err(|_| damaged(start, "its size is no number"))?;
            match kind {
                EntryType::XHeader => self.pax(start, size, &mut extended)?,
                EntryType::GNULongName => {
                    let name = self.extended(start, size)?;
                    extended.name =
                        Some(name.split(|byte| *byte == 0).next().unwrap_or(&[]).into());
                }
                _ => return member(header, size, extended, start).map(Some),
            }
        }
    }

    /// The second block of zeros that ends an archive.
    fn end(&mut self, start: u64) -> Result<(), ArchiveError> {
        if start == 0 {
            return Err(ArchiveError::NotTar);
        }
        match self.block()?.iter().all(|byte| *byte == 0) {
            true => Ok(()),
            false => Err(damaged(start, "it has a gap")),
        }
    }

    fn block(&mut self) -> Result<[u8; BLOCK as usize], ArchiveError> {
        let mut block = [0; BLOCK as usize];
        self.fill(&mut block)?;
        Ok(block)
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        self.read.read_exact(buffer).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                ArchiveError::Truncated { after: self.before.clone() }
            }
            _ => ArchiveError::Read(error),
        })?;
        self.offset += buffer.len() as u64;
        Ok(())
    }

    /// The content of an extended header.
    fn extended(&mut self, start: u64, size: u64) -> Result<Vec<u8>, ArchiveError> {
        if size > MAX_EXTENDED {
            return Err(damaged(start, "an extended header is too large"));
        }
        let length = usize::try_from(size + padding(size)).unwrap_or_default();
        let mut content = vec![0; length];
        self.fill(&mut content)?;
        content.truncate(usize::try_from(size).unwrap_or_default());
        Ok(content)
    }

    fn pax(&mut self, start: u64, size: u64, into: &mut Extended) -> Result<(), ArchiveError> {
        let content = self.extended(start, size)?;
        let mut rest = &content[..];
        while !rest.is_empty() {
            let no_list = || damaged(start, "an extended header is no list");
            let (key, value, behind) = record(rest).ok_or_else(no_list)?;
            rest = behind;
            match key {
                "size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                    into.size = Some(size.ok_or_else(no_list)?);
                }
                "path" => into.name = Some(value.to_vec()),
                _ if is_harmless(key) => {}
                _ => {
                    let name = self.before.clone().unwrap_or_default();
                    let name = format!("the member after `{name}`");
                    return Err(ArchiveError::Extension { name, key: key.to_owned() });
                }
            }
        }
        Ok(())
    }
}

/// Keyword and value of the first record, and what comes behind it. A record is `LENGTH KEYWORD=VALUE` and a line
/// end, and the length counts all of it.
fn record(list: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let space = list.iter().take(8).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&list[..space]).ok()?.parse().ok()?;
    let (record, behind) = list.split_at_checked(length)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    let key = std::str::from_utf8(&record[..equals]).ok()?;
    Some((key, &record[equals + 1..], behind))
}

/// Keys that change neither name nor content.
fn is_harmless(key: &str) -> bool {
    let plain = ["mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment"];
    let families = ["SCHILY.", "LIBARCHIVE.", "RHT.security.", "TSK."];
    plain.contains(&key) || families.iter().any(|family| key.starts_with(family))
}

fn is_sound(header: &Header) -> bool {
    let bytes = header.as_bytes();
    let sum: u32 = bytes[..148].iter().chain(&bytes[156..]).map(|byte| u32::from(*byte)).sum();
    header.cksum().is_ok_and(|told| told == sum + 8 * u32::from(b' '))
}

fn member(
    header: &Header,
    size: u64,
    extended: Extended,
    start: u64,
) -> Result<Member, ArchiveError> {
    let short = header.path_bytes();
    let shown = String::from_utf8_lossy(&short).into_owned();
    if let Some(kind) = special(header.entry_type()) {
        return Err(ArchiveError::Special { name: shown, kind });
    }
    // Sizes are told twice only where the plain header has no room for them.
    if extended.size.is_some_and(|told| told != size && told <= MAX_PLAIN_SIZE) {
        return Err(ArchiveError::Extension { name: shown, key: "size".to_owned() });
    }
    let size = extended.size.unwrap_or(size);
    if size > u64::MAX / 2 {
        return Err(damaged(start, "its size is beyond all bounds"));
    }
    let name = match extended.name {
        // A reader that ignores the extension must see the same name, as far as it goes.
        Some(long) if *short != *long && long.get(..SHORT_NAME) != Some(&*short) => {
            return Err(ArchiveError::Extension { name: shown, key: "path".to_owned() });
        }
        Some(long) => long,
        None => short.into_owned(),
    };
    let name = String::from_utf8(name).map_err(|_| ArchiveError::Name {
        name: shown,
        problem: names::NameError::Odd("bytes that are not UTF-8"),
    })?;
    match names::check(&name) {
        Ok(()) => Ok(Member { name: names::plain(&name).to_owned(), size }),
        Err(problem) => Err(ArchiveError::Name { name, problem }),
    }
}

fn special(kind: EntryType) -> Option<&'static str> {
    match kind {
        EntryType::Regular => None,
        EntryType::Link => Some("a hard link"),
        EntryType::Symlink => Some("a symbolic link"),
        EntryType::Char | EntryType::Block => Some("a device"),
        EntryType::Directory => Some("a folder"),
        EntryType::Fifo => Some("a named pipe"),
        EntryType::GNUSparse => Some("a sparse file"),
        EntryType::XGlobalHeader => Some("a global extended header"),
        _ => Some("no plain file"),
    }
}

fn damaged(offset: u64, what: &'static str) -> ArchiveError {
    ArchiveError::Damaged { offset, what }
}
