//! Where the members of an archive lie, found by going from header to header.

use std::collections::HashSet;

use super::error::ArchiveError;
use super::header::{Headers, padding};
use crate::content::Content;

/// Most members of an archive.
pub(crate) const MAX_MEMBERS: usize = 16_384;

/// A member and its place.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) name: String,
    pub(crate) size: u64,
    /// Where its content begins.
    pub(crate) offset: u64,
}

/// All members in order. Contents are not read.
pub(crate) fn index(archive: &dyn Content) -> Result<Vec<Placed>, ArchiveError> {
    let length = archive.size().map_err(ArchiveError::Read)?;
    let mut members: Vec<Placed> = Vec::new();
    let mut seen = HashSet::new();
    let mut next = 0;
    loop {
        let before = members.last().map(|member| member.name.clone());
        let from = archive.read_at(next).map_err(ArchiveError::Read)?;
        let mut headers = Headers::new(from, next, before);
        let Some(member) = headers.next()? else { return Ok(members) };
        if members.len() >= MAX_MEMBERS {
            return Err(ArchiveError::TooMany { limit: MAX_MEMBERS });
        }
        if !seen.insert(member.name.clone()) {
            return Err(ArchiveError::Duplicate { name: member.name });
        }
        let offset = headers.offset;
        next = offset.saturating_add(member.size).saturating_add(padding(member.size));
        if length.is_some_and(|length| next > length) {
            return Err(ArchiveError::Truncated { after: Some(member.name) });
        }
        members.push(Placed { name: member.name, size: member.size, offset });
    }
}
