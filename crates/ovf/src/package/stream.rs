//! A package that comes in one pass, such as a download: [`PackageStream`].

use std::collections::HashSet;
use std::io::Read;
use std::sync::{Arc, Mutex};

use super::error::PackageError;
use super::file::largest;
use super::front::{Front, check_descriptor_size, check_voucher_size, vouchers};
use super::layout::{Role, part_name, stem};
use super::opened::no_descriptor;
use super::recognise::recognise;
use super::tape::{SharedTape, Tape, TapeReader, with};
use crate::archive::{ArchiveError, BLOCK, Member};
use crate::content::{ContentError, FileReader, Inflation, NextPart, Part, Promise};
use crate::descriptor::{Compression, Descriptor, FileReference};
use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::names;
use crate::signature::Signature;

/// An archive (`.ova`) read from its beginning to its end, with nothing kept but what stands in front of its files.
///
/// Take one [`StreamedFile`] after the other and read each to its end; then [`PackageStream::finish`] judges what could
/// only be judged at the end. What was passed on must be thrown away when that is an error.
pub struct PackageStream {
    name: String,
    front: Front,
    tape: SharedTape,
    manifest: Option<Manifest>,
    signature: Signature,
    /// Found behind the files.
    late: Vouchers,
    seen: HashSet<usize>,
}

/// A file of a package that comes in one pass.
#[derive(Debug)]
pub struct StreamedFile {
    /// The file as the descriptor tells it.
    pub reference: FileReference,
    /// Its content, decompressed.
    pub reader: FileReader,
}

#[derive(Default)]
struct Vouchers {
    manifest: Option<(String, Vec<u8>)>,
    certificate: Option<(String, Vec<u8>)>,
}

/// What vouches for a package that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The digests that all files were held against.
    pub manifest: Option<Manifest>,
    /// Who signed them.
    pub signature: Signature,
}

impl PackageStream {
    /// Reads descriptor, manifest and certificate, as far as they stand in front. `name` is for messages.
    ///
    /// # Errors
    /// Why the package is refused.
    pub fn begin(name: &str, mut source: impl Read + Send + 'static) -> Result<Self, PackageError> {
        let wrong = |cause| PackageError::Archive { name: name.to_owned(), cause };
        let mut head = Vec::new();
        let first = (&mut source).take(BLOCK).read_to_end(&mut head);
        first.map_err(|cause| PackageError::Read { name: name.to_owned(), cause })?;
        recognise(&head).expect_archive(name)?;
        let mut tape = Tape::new(Box::new(std::io::Cursor::new(head).chain(source)));
        let first = tape.advance().map_err(wrong)?;
        let Some(first) = first.as_ref().filter(|first| stem(&first.name).is_some()) else {
            return Err(no_descriptor(name, first.as_ref().map(|first| first.name.as_str())));
        };
        check_descriptor_size(&first.name, first.size)?;
        let front = Front::read(&first.name, tape.read_all(&first.name).map_err(wrong)?)?;
        let mut stream = PackageStream {
            name: name.to_owned(),
            front,
            tape: Arc::new(Mutex::new(tape)),
            manifest: None,
            signature: Signature::Absent,
            late: Vouchers::default(),
            seen: HashSet::new(),
        };
        stream.read_vouchers()?;
        if stream.late.manifest.is_some() {
            stream.take_vouchers()?;
        }
        Ok(stream)
    }

    /// What the package says about itself.
    pub fn descriptor(&self) -> &Descriptor {
        &self.front.descriptor
    }

    /// The descriptor as it stands in the package, for a server to read.
    pub fn descriptor_text(&self) -> &str {
        &self.front.text
    }

    /// The manifest, if it stands in front of the files. Then every file is judged as it is read.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// Who vouches for a manifest in front of the files.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The next file, in the order of the archive; nothing behind the last.
    ///
    /// # Errors
    /// [`PackageError::Unread`] when the file before was not read to its end; else why the package is refused.
    pub fn next_file(&mut self) -> Result<Option<StreamedFile>, PackageError> {
        self.expect_read()?;
        self.read_vouchers()?;
        let Some(member) = self.advance()? else { return Ok(None) };
        let index = match self.front.layout.role(&member.name) {
            Some(Role::Whole(index) | Role::Part(index, 0)) if self.seen.insert(index) => index,
            Some(Role::Part(index, _)) => return Err(self.out_of_order(index)),
            _ => return Err(PackageError::Unreferenced { name: member.name }),
        };
        let reference = self.front.descriptor.files[index].clone();
        let is_part = names::plain(&reference.href) != member.name
            && matches!(self.front.layout.role(&member.name), Some(Role::Part(..)));
        let reader = match is_part {
            true => self.parts_reader(&reference, index, member)?,
            false => self.whole_reader(&reference, member)?,
        };
        Ok(Some(StreamedFile { reference, reader }))
    }

    /// Reads on to the end of the archive and judges what could not be judged before.
    ///
    /// # Errors
    /// Why the package is refused, also when files were not read.
    pub fn finish(mut self) -> Result<Vouched, PackageError> {
        self.expect_read()?;
        self.read_vouchers()?;
        if let Some(member) = self.advance()? {
            return Err(match self.front.layout.role(&member.name) {
                Some(_) => PackageError::Unread { name: member.name },
                None => PackageError::Unreferenced { name: member.name },
            });
        }
        let missing = (0..self.front.descriptor.files.len()).find(|one| !self.seen.contains(one));
        if let Some(index) = missing {
            let name = self.front.descriptor.files[index].href.clone();
            return Err(PackageError::Missing { name });
        }
        self.take_vouchers()?;
        if let Some(manifest) = &self.manifest {
            with(&self.tape, |tape| judge(manifest, &self.front, &tape.digests))?;
        }
        Ok(Vouched { manifest: self.manifest, signature: self.signature })
    }

    /// Takes manifest and certificate where the archive holds them next.
    fn read_vouchers(&mut self) -> Result<(), PackageError> {
        loop {
            let next = with(&self.tape, |tape| tape.peek().map(|member| member.cloned()));
            let Some(member) = next.map_err(|cause| self.wrong(cause))? else { return Ok(()) };
            let voucher = match self.front.layout.role(&member.name) {
                Some(Role::Manifest) => &mut self.late.manifest,
                Some(Role::Certificate) => &mut self.late.certificate,
                _ => return Ok(()),
            };
            check_voucher_size(&member.name, member.size)?;
            let text = with(&self.tape, |tape| {
                tape.advance()?;
                tape.read_all(&member.name)
            });
            let wrong = |cause| PackageError::Archive { name: self.name.clone(), cause };
            *voucher = Some((member.name, text.map_err(wrong)?));
        }
    }

    /// Reads manifest and certificate once both are there, or cannot come any more.
    fn take_vouchers(&mut self) -> Result<(), PackageError> {
        let late = std::mem::take(&mut self.late);
        if let (None, Some((name, text))) = (&late.manifest, &late.certificate) {
            self.signature = Signature::read(name, text, self.manifest.as_ref())?;
            return Ok(());
        }
        if late.manifest.is_some() {
            (self.manifest, self.signature) = vouchers(late.manifest, late.certificate)?;
        }
        match &self.manifest {
            Some(manifest) => self.front.check(manifest),
            None => Ok(()),
        }
    }

    fn advance(&self) -> Result<Option<Member>, PackageError> {
        with(&self.tape, Tape::advance).map_err(|cause| self.wrong(cause))
    }

    fn wrong(&self, cause: ArchiveError) -> PackageError {
        PackageError::Archive { name: self.name.clone(), cause }
    }

    fn expect_read(&self) -> Result<(), PackageError> {
        with(&self.tape, |tape| match tape.unfinished.clone() {
            Some(name) => Err(PackageError::Unread { name }),
            None if tape.left() > 0 => Err(PackageError::Unread { name: self.name.clone() }),
            None => Ok(()),
        })
    }

    fn out_of_order(&self, index: usize) -> PackageError {
        let href = names::plain(&self.front.descriptor.files[index].href);
        PackageError::Missing { name: part_name(href, 0) }
    }

    fn whole_reader(
        &self,
        reference: &FileReference,
        member: Member,
    ) -> Result<FileReader, PackageError> {
        let size = member.size;
        let mut exactly = None;
        match (&reference.compression, reference.size.filter(|declared| *declared != size)) {
            (Compression::Gzip, other) => exactly = other,
            (_, None) => {}
            (_, Some(declared)) => {
                return Err(PackageError::Size { name: member.name, declared, found: size });
            }
        }
        let expected = self.expected(&member.name)?;
        let mut first = Some(self.part(member, expected, true));
        let parts: NextPart = Box::new(move || Ok(first.take()));
        Ok(self.reader(reference, Some(size), exactly, parts))
    }

    fn parts_reader(
        &self,
        reference: &FileReference,
        index: usize,
        first: Member,
    ) -> Result<FileReader, PackageError> {
        let count = self.front.layout.parts(index).unwrap_or(1);
        let (whole, chunk) = (reference.size.unwrap_or(0), reference.chunk_size.unwrap_or(1));
        let href = names::plain(&reference.href).to_owned();
        let stem = first.name.rsplit_once('.').map_or(href, |(stem, _)| stem.to_owned());
        let sizes = (0..count).map(|number| (whole - number * chunk).min(chunk));
        let mut promises = Vec::new();
        for (number, size) in (0..count).zip(sizes) {
            let name = part_name(&stem, number);
            let expected = self.expected(&name)?;
            promises.push((name, size, expected));
        }
        let tape = Arc::clone(&self.tape);
        let mut promises = promises.into_iter().enumerate();
        let mut current = Some(first);
        let parts: NextPart = Box::new(move || {
            let Some((number, (name, size, expected))) = promises.next() else { return Ok(None) };
            let member = match current.take() {
                Some(first) => first,
                None => next_part(&tape, &name)?,
            };
            if member.size < size {
                let (expected, found) = (size, member.size);
                return Err(ContentError::Truncated { name, expected, found }.into());
            }
            if member.size > size {
                return Err(ContentError::Longer { name, expected: size }.into());
            }
            let is_last = number as u64 + 1 == count;
            Ok(Some(part(&tape, member, expected, is_last)))
        });
        with(&self.tape, |tape| tape.unfinished = Some(reference.href.clone()));
        Ok(self.reader(reference, Some(whole), None, parts))
    }

    fn part(&self, member: Member, expected: Option<Digest>, is_last: bool) -> Part {
        part(&self.tape, member, expected, is_last)
    }

    fn reader(
        &self,
        reference: &FileReference,
        size: Option<u64>,
        exactly: Option<u64>,
        parts: NextPart,
    ) -> FileReader {
        match reference.compression {
            Compression::Gzip => {
                let limit = largest(reference, &self.front.descriptor);
                FileReader::inflated(&reference.href, Inflation { limit, exactly }, parts)
            }
            _ => FileReader::plain(&reference.href, size, parts),
        }
    }

    fn expected(&self, name: &str) -> Result<Option<Digest>, PackageError> {
        let digest = self.manifest.as_ref().map(|manifest| manifest.required(name).cloned());
        Ok(digest.transpose()?)
    }
}

impl std::fmt::Debug for PackageStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageStream").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The part that must come next.
fn next_part(tape: &SharedTape, name: &str) -> std::io::Result<Member> {
    let next = with(tape, Tape::advance).map_err(std::io::Error::other)?;
    let missing = || {
        let name = name.to_owned();
        std::io::Error::other(PackageError::Missing { name })
    };
    next.filter(|member| member.name == name).ok_or_else(missing)
}

/// The member that the tape has just gone to. Its digests are kept for the end.
fn part(tape: &SharedTape, member: Member, expected: Option<Digest>, is_last: bool) -> Part {
    let number = with(tape, |tape| {
        tape.unfinished.get_or_insert_with(|| member.name.clone());
        tape.number
    });
    let read = Box::new(TapeReader::new(tape, number, member.name.clone()));
    let name = member.name.clone();
    let promise =
        Promise { name: member.name, size: Some(member.size), ends_source: false, expected };
    let kept = Arc::clone(tape);
    Part::new(read, promise).and_then(Box::new(move |digests| {
        with(&kept, |tape| {
            tape.digests.insert(name, digests);
            if is_last {
                tape.unfinished = None;
            }
        });
    }))
}

/// Holds every file that was read against the manifest.
fn judge(
    manifest: &Manifest,
    front: &Front,
    digests: &std::collections::HashMap<String, Vec<Digest>>,
) -> Result<(), PackageError> {
    manifest.check_extra(|name| name == front.name || digests.contains_key(name))?;
    let mut names: Vec<&String> = digests.keys().collect();
    names.sort();
    for name in names {
        let expected = manifest.required(name)?;
        let found = digests[name].iter().find(|one| one.algorithm == expected.algorithm);
        if let Some(found) = found.filter(|found| *found != expected) {
            let (name, expected, found) = (name.clone(), expected.clone(), found.clone());
            return Err(ContentError::Digest { name, expected, found }.into());
        }
    }
    Ok(())
}
