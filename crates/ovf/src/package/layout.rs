//! Which file of a package is what: descriptor, manifest, certificate, or a file that the descriptor refers to.

use std::collections::HashMap;

use super::error::PackageError;
use crate::archive::MAX_MEMBERS;
use crate::descriptor::{Compression, Descriptor, FileReference};
use crate::names;

/// Digits of the ending that numbers a part.
const PART_DIGITS: usize = 9;

/// What a file of the package is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Manifest,
    Certificate,
    /// The whole of the file with this place in `References`.
    Whole(usize),
    /// A part of it, counted from 0.
    Part(usize, u64),
}

/// Names and what they mean.
#[derive(Debug)]
pub(crate) struct Layout {
    manifest: String,
    certificate: String,
    files: HashMap<String, usize>,
    parts: Vec<Option<u64>>,
}

impl Layout {
    /// The layout that the descriptor called `name` describes.
    pub(crate) fn of(name: &str, descriptor: &Descriptor) -> Result<Self, PackageError> {
        let stem = stem(name).unwrap_or(name);
        let mut files = HashMap::new();
        for (index, file) in descriptor.files.iter().enumerate() {
            if let Compression::Other(method) = &file.compression {
                let (name, method) = (file.href.clone(), method.clone());
                return Err(PackageError::Compression { name, method });
            }
            let href = names::plain(&file.href);
            files.insert(href.to_owned(), index);
            // Some writers spell names as URIs, others do not; the name as it stands goes first.
            if let Some(decoded) = names::decoded(href) {
                files.entry(names::plain(&decoded).to_owned()).or_insert(index);
            }
        }
        let (manifest, certificate) = (format!("{stem}.mf"), format!("{stem}.cert"));
        let parts = descriptor.files.iter().map(part_count).collect();
        Ok(Layout { manifest, certificate, files, parts })
    }

    /// The manifest's name.
    pub(crate) fn manifest(&self) -> &str {
        &self.manifest
    }

    /// The certificate's name.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// What a file of the package is; nothing when the descriptor does not refer to it.
    pub(crate) fn role(&self, name: &str) -> Option<Role> {
        if let Some(index) = self.files.get(name) {
            return Some(Role::Whole(*index));
        }
        if name == self.manifest {
            return Some(Role::Manifest);
        }
        if name == self.certificate {
            return Some(Role::Certificate);
        }
        let (whole, number) = name.rsplit_once('.')?;
        let index = *self.files.get(whole)?;
        let count = self.parts[index]?;
        let number = Some(number).filter(|number| number.len() == PART_DIGITS)?.parse().ok()?;
        (number < count).then_some(Role::Part(index, number))
    }

    /// In how many parts the file may be cut; nothing when it is not.
    pub(crate) fn parts(&self, index: usize) -> Option<u64> {
        self.parts[index]
    }
}

/// The name of a part.
pub(crate) fn part_name(href: &str, number: u64) -> String {
    format!("{href}.{number:09}")
}

/// The name of a descriptor without its ending.
pub(crate) fn stem(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(4)?;
    let ending = name.get(at..)?;
    ending.eq_ignore_ascii_case(".ovf").then(|| &name[..at])
}

fn part_count(file: &FileReference) -> Option<u64> {
    let (size, chunk) = (file.size?, file.chunk_size?);
    Some(size.div_ceil(chunk).max(1)).filter(|count| *count <= MAX_MEMBERS as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_what_the_descriptor_says_and_nothing_else() {
        let text = "<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1'><References>\
                    <File id='a' href='a%20b.vmdk'/><File id='c' href='./c' size='25' chunkSize='10'/>\
                    </References><VirtualSystem id='v'/></Envelope>";
        let descriptor = Descriptor::read(text.as_bytes()).unwrap();
        let layout = Layout::of("box.OVF", &descriptor).unwrap();
        let cases = [
            ("box.mf", Some(Role::Manifest)),
            ("box.cert", Some(Role::Certificate)),
            ("a b.vmdk", Some(Role::Whole(0))),
            ("a%20b.vmdk", Some(Role::Whole(0))),
            ("c", Some(Role::Whole(1))),
            ("c.000000000", Some(Role::Part(1, 0))),
            ("c.000000002", Some(Role::Part(1, 2))),
            ("c.000000003", None),
            ("c.00000000", None),
            ("a%20b.vmdk.000000000", None),
            ("other.mf", None),
            ("box.OVF", None),
        ];
        for (name, role) in cases {
            assert_eq!(layout.role(name), role, "{name}");
        }
    }
}
