//! A file of a package and the pieces it lies in: [`PackageFile`].

use std::collections::VecDeque;
use std::sync::Arc;

use super::error::PackageError;
use crate::content::{Content, FileReader, Inflation, NextPart, Part, Promise};
use crate::descriptor::{Capacity, Compression, Descriptor, FileReference};
use crate::digest::Digest;

/// Most bytes that a file without a disk decompresses to.
const MAX_OTHER: u64 = 64 << 30;

/// A file of the package, with the place where it lies.
#[derive(Clone, Debug)]
pub struct PackageFile {
    reference: FileReference,
    pieces: Vec<Piece>,
    size: Option<u64>,
    inflated: Option<Inflated>,
}

/// What is known of a compressed file before it is read.
#[derive(Clone, Copy, Debug)]
struct Inflated {
    limit: u64,
    exactly: Option<u64>,
}

/// A whole file, or a part of one.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) name: String,
    pub(crate) content: Arc<dyn Content>,
    pub(crate) offset: u64,
    pub(crate) size: Option<u64>,
    pub(crate) ends_source: bool,
    pub(crate) digest: Option<Digest>,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Piece");
        shown.field("name", &self.name).field("offset", &self.offset).field("size", &self.size);
        shown.finish_non_exhaustive()
    }
}

impl PackageFile {
    /// The file that lies in `pieces`, held against what the descriptor says of its size.
    pub(crate) fn new(
        reference: &FileReference,
        mut pieces: Vec<Piece>,
        descriptor: &Descriptor,
    ) -> Result<Self, PackageError> {
        check_part_sizes(reference, &mut pieces)?;
        let mut size = pieces.iter().try_fold(0_u64, |sum, piece| sum.checked_add(piece.size?));
        let mut inflated = None;
        if reference.compression == Compression::Gzip {
            // Writers disagree whether the size is that of the file or of what is in it.
            let exactly =
                reference.size.filter(|declared| size.is_some_and(|size| size != *declared));
            inflated = Some(Inflated { limit: largest(reference, descriptor), exactly });
        } else if let (Some(declared), Some(found)) = (reference.size, size)
            && declared != found
        {
            let name = reference.href.clone();
            return Err(PackageError::Size { name, declared, found });
        } else if size.is_none() && pieces.len() == 1 {
            // The place does not tell, so the descriptor is believed, and judged while reading.
            pieces[0].size = reference.size;
            size = reference.size;
        }
        Ok(PackageFile { reference: reference.clone(), pieces, size, inflated })
    }

    /// The file as the descriptor tells it.
    pub fn reference(&self) -> &FileReference {
        &self.reference
    }

    /// Its bytes as it lies in the package, if that is known before reading.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Reads it from its beginning, decompressed.
    pub fn reader(&self) -> FileReader {
        let name = &self.reference.href;
        let parts = next_part(self.pieces.iter().cloned().collect());
        match self.inflated {
            Some(Inflated { limit, exactly }) => {
                FileReader::inflated(name, Inflation { limit, exactly }, parts)
            }
            None => FileReader::plain(name, self.size, parts),
        }
    }

    pub(crate) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter()
    }

    pub(crate) fn pieces_mut(&mut self) -> impl Iterator<Item = &mut Piece> {
        self.pieces.iter_mut()
    }
}

/// All parts have the declared size, and the last one what is left.
fn check_part_sizes(reference: &FileReference, pieces: &mut [Piece]) -> Result<(), PackageError> {
    let (Some(whole), Some(chunk)) = (reference.size, reference.chunk_size) else { return Ok(()) };
    if pieces.len() < 2 {
        return Ok(());
    }
    let mut left = whole;
    for piece in pieces {
        let declared = left.min(chunk);
        left -= declared;
        let found = *piece.size.get_or_insert(declared);
        if found != declared {
            return Err(PackageError::Size { name: piece.name.clone(), declared, found });
        }
    }
    Ok(())
}

/// A disk's file holds no more than the disk, and something to find it by.
pub(crate) fn largest(reference: &FileReference, descriptor: &Descriptor) -> u64 {
    let disks = descriptor.disks_in(reference);
    let capacities = disks.filter_map(|disk| match disk.capacity {
        Capacity::Bytes(bytes) => Some(bytes.saturating_add(bytes / 16)),
        Capacity::Property { .. } => None,
    });
    capacities.max().map_or(MAX_OTHER, |capacity| capacity.saturating_add(16 << 20))
}

fn next_part(mut pieces: VecDeque<Piece>) -> NextPart {
    Box::new(move || {
        let Some(piece) = pieces.pop_front() else { return Ok(None) };
        let Piece { name, content, offset, size, ends_source, digest } = piece;
        let read = content.read_at(offset)?;
        Ok(Some(Part::new(read, Promise { name, size, ends_source, expected: digest })))
    })
}
