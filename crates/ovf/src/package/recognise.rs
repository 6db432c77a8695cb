//! What a file is, by its first bytes.

use super::error::PackageError;

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recognised {
    /// A tar archive, at least as far as can be seen.
    Archive,
    /// XML.
    Descriptor,
    /// Something else; continues a sentence that begins with "it".
    Other(String),
}

impl Recognised {
    /// That it may be an archive. `name` is for messages.
    pub(crate) fn expect_archive(self, name: &str) -> Result<(), PackageError> {
        let what = match self {
            Recognised::Archive => return Ok(()),
            Recognised::Other(what) => what,
            Recognised::Descriptor => "is a descriptor alone; its files are not in it".to_owned(),
        };
        Err(PackageError::NotAPackage { name: name.to_owned(), what })
    }
}

/// Marks of files that people take for packages.
const OTHERS: [(&[u8], &str); 7] = [
    (b"PK\x03\x04", "is a zip archive; unpack it first"),
    (b"\x1f\x8b", "is compressed with gzip; decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it first"),
    (b"\xfd7zXZ\0", "is compressed with xz; decompress it first"),
    (b"KDMV", "is a disk (VMDK) without its descriptor"),
    (b"COWD", "is a disk (VMDK) without its descriptor"),
    (b"\xff\xfe<", "is not in UTF-8"),
];

/// Recognises a file by its first block.
pub(crate) fn recognise(head: &[u8]) -> Recognised {
    if head.is_empty() {
        return Recognised::Other("is empty".to_owned());
    }
    if let Some((_, what)) = OTHERS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Recognised::Other((*what).to_owned());
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if text.trim_ascii_start().starts_with(b"<") {
        return Recognised::Descriptor;
    }
    Recognised::Archive
}
