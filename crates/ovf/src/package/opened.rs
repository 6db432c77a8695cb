//! A package whose files can be read in any order, also several at once: [`Package`].

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::error::PackageError;
use super::file::{PackageFile, Piece};
use super::front::{Front, check_descriptor_size, check_voucher_size, vouchers};
use super::layout::{Role, part_name, stem};
use super::recognise::{Recognised, recognise};
use crate::archive::{self, ArchiveError, Placed};
use crate::content::{Content, FileReader, Folder, LocalFile, LocalFolder};
use crate::descriptor::{Descriptor, MAX_DESCRIPTOR};
use crate::manifest::{MAX_BYTES, Manifest};
use crate::names;
use crate::signature::Signature;

/// An OVF package, opened: descriptor, manifest and signature were read and hold against each other, and every file
/// is there with the size that it should have. Contents are judged when they are read.
#[derive(Debug)]
pub struct Package {
    front: Front,
    manifest: Option<Manifest>,
    signature: Signature,
    files: Vec<PackageFile>,
}

impl Package {
    /// Opens an archive (`.ova`), or a descriptor (`.ovf`) with its files beside it. What it is, is seen from its
    /// content.
    ///
    /// # Errors
    /// Why the package is refused.
    pub fn open(path: &Path) -> Result<Self, PackageError> {
        let shown = path.display().to_string();
        let read = |cause| PackageError::Read { name: shown.clone(), cause };
        let file = LocalFile::open(path).map_err(read)?;
        if head(&file).map(|head| recognise(&head)).map_err(read)? != Recognised::Descriptor {
            return Package::from_archive(&shown, Arc::new(file));
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let folder = LocalFolder::new(path.parent().unwrap_or(Path::new(".")));
        Package::from_folder(&folder, &name.unwrap_or_default())
    }

    /// Opens an archive that lies anywhere. `name` is for messages.
    ///
    /// # Errors
    /// Why the package is refused.
    pub fn from_archive(name: &str, content: Arc<dyn Content>) -> Result<Self, PackageError> {
        let wrong = |cause| PackageError::Archive { name: name.to_owned(), cause };
        let head = head(&*content);
        let head = head.map_err(|cause| PackageError::Read { name: name.to_owned(), cause })?;
        recognise(&head).expect_archive(name)?;
        let members = archive::index(&*content).map_err(wrong)?;
        let text = |member: &Placed| {
            let read = content.read_at(member.offset).map_err(|e| wrong(ArchiveError::Read(e)))?;
            exactly(&member.name, read, member.size)
        };
        let Some(first) = members.first().filter(|first| stem(&first.name).is_some()) else {
            return Err(no_descriptor(name, members.first().map(|first| first.name.as_str())));
        };
        check_descriptor_size(&first.name, first.size)?;
        let front = Front::read(&first.name, text(first)?)?;
        let (mut manifest, mut certificate) = (None, None);
        for member in &members[1..] {
            let voucher = match front.layout.role(&member.name) {
                None => {
                    return Err(PackageError::Unreferenced { name: member.name.clone() });
                }
                Some(Role::Manifest) => &mut manifest,
                Some(Role::Certificate) => &mut certificate,
                Some(Role::Whole(_) | Role::Part(..)) => continue,
            };
            check_voucher_size(&member.name, member.size)?;
            *voucher = Some((member.name.clone(), text(member)?));
        }
        let (manifest, signature) = vouchers(manifest, certificate)?;
        let find = |wanted: &str| {
            let member = members.iter().find(|member| member.name == wanted);
            Ok(member.map(|member| Piece {
                name: member.name.clone(),
                content: Arc::clone(&content),
                offset: member.offset,
                size: Some(member.size),
                ends_source: false,
                digest: None,
            }))
        };
        Package::assemble(front, manifest, signature, find)
    }

    /// Opens a descriptor called `name` with its files beside it in `folder`.
    ///
    /// # Errors
    /// Why the package is refused.
    pub fn from_folder(folder: &dyn Folder, name: &str) -> Result<Self, PackageError> {
        let open = |name: &str| {
            let wrong = |cause| PackageError::Read { name: name.to_owned(), cause };
            folder.open(name).map_err(wrong)
        };
        let whole = |name: &str, limit: u64| -> Result<Option<Vec<u8>>, PackageError> {
            let Some(content) = open(name)? else { return Ok(None) };
            let wrong = |cause| PackageError::Read { name: name.to_owned(), cause };
            let mut bytes = Vec::new();
            let read = content.read_at(0).map_err(wrong)?;
            read.take(limit + 1).read_to_end(&mut bytes).map_err(wrong)?;
            Ok(Some(bytes))
        };
        let missing = || PackageError::Missing { name: name.to_owned() };
        let bytes = whole(name, MAX_DESCRIPTOR)?.ok_or_else(missing)?;
        check_descriptor_size(name, bytes.len() as u64)?;
        let front = Front::read(name, bytes)?;
        let voucher = |name: &str| -> Result<Option<(String, Vec<u8>)>, PackageError> {
            let Some(text) = whole(name, MAX_BYTES)? else { return Ok(None) };
            check_voucher_size(name, text.len() as u64)?;
            Ok(Some((name.to_owned(), text)))
        };
        let (manifest, signature) =
            vouchers(voucher(front.layout.manifest())?, voucher(front.layout.certificate())?)?;
        Package::assemble(front, manifest, signature, |name| {
            let Some(content) = open(name)? else { return Ok(None) };
            let wrong = |cause| PackageError::Read { name: name.to_owned(), cause };
            let size = content.size().map_err(wrong)?;
            let name = name.to_owned();
            Ok(Some(Piece { name, content, offset: 0, size, ends_source: true, digest: None }))
        })
    }

    fn assemble(
        front: Front,
        manifest: Option<Manifest>,
        signature: Signature,
        find: impl Fn(&str) -> Result<Option<Piece>, PackageError>,
    ) -> Result<Self, PackageError> {
        let mut files = Vec::new();
        for (index, reference) in front.descriptor.files.iter().enumerate() {
            let pieces = pieces(&reference.href, front.layout.parts(index), &find)?;
            let file = PackageFile::new(reference, pieces, &front.descriptor)?;
            files.push(file);
        }
        if let Some(manifest) = &manifest {
            front.check(manifest)?;
            for piece in files.iter_mut().flat_map(PackageFile::pieces_mut) {
                piece.digest = Some(manifest.required(&piece.name)?.clone());
            }
            let is_there = |name: &str| {
                let mut pieces = files.iter().flat_map(PackageFile::pieces);
                name == front.name || pieces.any(|piece| piece.name == name)
            };
            manifest.check_extra(is_there)?;
        }
        Ok(Package { front, manifest, signature, files })
    }

    /// What the package says about itself.
    pub fn descriptor(&self) -> &Descriptor {
        &self.front.descriptor
    }

    /// The descriptor as it stands in the package, for a server to read.
    pub fn descriptor_text(&self) -> &str {
        &self.front.text
    }

    /// The descriptor's name.
    pub fn descriptor_name(&self) -> &str {
        &self.front.name
    }

    /// The digests of its files; without any, nobody can tell whether they are as the vendor made them.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// Who vouches for the manifest.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The files that the descriptor refers to, in its order.
    pub fn files(&self) -> &[PackageFile] {
        &self.files
    }

    /// The file that the descriptor refers to by this name (`href`).
    pub fn file_by_href(&self, href: &str) -> Option<&PackageFile> {
        let href = names::plain(href);
        self.files.iter().find(|file| names::plain(&file.reference().href) == href)
    }

    /// Reads the file with this id from its beginning. Several files may be read at once.
    ///
    /// # Errors
    /// [`PackageError::NoSuchFile`].
    pub fn reader(&self, id: &str) -> Result<FileReader, PackageError> {
        let file = self.files.iter().find(|file| file.reference().id == id);
        file.map(PackageFile::reader).ok_or_else(|| PackageError::NoSuchFile(id.to_owned()))
    }

    /// Reads every file to its end and judges it. `progress` is told how many bytes were read in all.
    ///
    /// # Errors
    /// The first file that is not as it should be.
    pub fn verify(&self, mut progress: impl FnMut(u64)) -> Result<(), PackageError> {
        let mut buffer = vec![0; 1 << 20];
        let mut total = 0;
        for file in &self.files {
            let mut reader = file.reader();
            loop {
                let name = file.reference().href.as_str();
                match reader.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => total += count as u64,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(PackageError::reading(name, error)),
                }
                progress(total);
            }
        }
        Ok(())
    }
}

/// The first block.
fn head(content: &dyn Content) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    content.read_at(0)?.take(archive::BLOCK).read_to_end(&mut head)?;
    Ok(head)
}

/// The file called `href` in its parts, or in one piece.
fn pieces(
    href: &str,
    parts: Option<u64>,
    find: &impl Fn(&str) -> Result<Option<Piece>, PackageError>,
) -> Result<Vec<Piece>, PackageError> {
    let href = names::plain(href);
    let decoded = names::decoded(href);
    let spellings = [Some(href), decoded.as_deref()];
    for name in spellings.into_iter().flatten() {
        let mut pieces = Vec::new();
        while (pieces.len() as u64) < parts.unwrap_or(0) {
            let name = part_name(name, pieces.len() as u64);
            match find(&name)? {
                Some(piece) => pieces.push(piece),
                None if pieces.is_empty() => break,
                None => return Err(PackageError::Missing { name }),
            }
        }
        if pieces.is_empty() {
            pieces.extend(find(names::plain(name))?);
        }
        if !pieces.is_empty() {
            return Ok(pieces);
        }
    }
    Err(PackageError::Missing { name: href.to_owned() })
}

/// The error of an archive that does not begin with a descriptor.
pub(super) fn no_descriptor(name: &str, first: Option<&str>) -> PackageError {
    let what = match first {
        Some(first) => format!("begins with `{first}`, not with a descriptor (`.ovf`)"),
        None => "is an empty archive".to_owned(),
    };
    PackageError::NotAPackage { name: name.to_owned(), what }
}

/// All of a small member.
fn exactly(name: &str, read: impl Read, size: u64) -> Result<Vec<u8>, PackageError> {
    let mut bytes = Vec::new();
    let wrong = |cause| PackageError::Read { name: name.to_owned(), cause };
    read.take(size).read_to_end(&mut bytes).map_err(wrong)?;
    let found = bytes.len() as u64;
    match found == size {
        true => Ok(bytes),
        false => {
            let (name, expected) = (name.to_owned(), size);
            Err(crate::content::ContentError::Truncated { name, expected, found }.into())
        }
    }
}
