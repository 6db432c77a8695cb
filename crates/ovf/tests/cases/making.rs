//! Makes packages for tests, and reads them in both ways.

use std::error::Error;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use ovf::{Algorithm, Content, Digest, FileReader, Package, PackageError, PackageStream};
use tar::{Builder, EntryType, Header};

/// A descriptor's `File` elements, and what else belongs into its envelope.
pub(crate) fn envelope(files: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Envelope xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\" \
         xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1\">\n\
         <References>{files}</References>{more}<VirtualSystem ovf:id=\"box\"/>\n</Envelope>\n"
    )
}

/// Contents of two files, of sizes that fill no block.
pub(crate) fn contents() -> (Vec<u8>, Vec<u8>) {
    let content = |length: u32, seed: u32| {
        (0..length)
            .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8)
            .collect()
    };
    (content(1300, 1), content(700, 2))
}

/// The descriptor, and two files, as a good package has them.
pub(crate) fn members() -> Vec<(&'static str, Vec<u8>)> {
    let (one, other) = contents();
    let files =
        "<File ovf:id='a' ovf:href='a.vmdk' ovf:size='1300'/><File ovf:id='b' ovf:href='b.iso'/>";
    vec![("box.ovf", envelope(files, "").into_bytes()), ("a.vmdk", one), ("b.iso", other)]
}

/// The manifest of these files.
pub(crate) fn manifest(algorithm: Algorithm, members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let line = |(name, content): &(&str, Vec<u8>)| {
        format!("{algorithm}({name})= {}\n", Digest::of(algorithm, content).hex())
    };
    members.iter().map(line).collect::<String>().into_bytes()
}

/// A good package with its manifest right behind the descriptor.
pub(crate) fn vouched(algorithm: Algorithm) -> Vec<(&'static str, Vec<u8>)> {
    let mut members = members();
    let manifest = manifest(algorithm, &members);
    members.insert(1, ("box.mf", manifest));
    members
}

/// A header of any kind, with a name that is not looked at.
pub(crate) fn header(name: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    header
}

/// An archive of these members.
pub(crate) fn archive<N: AsRef<str>>(members: &[(N, Vec<u8>)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, content) in members {
        let header = header(name.as_ref(), EntryType::Regular, content.len() as u64);
        builder.append(&header, &content[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Bytes in memory.
pub(crate) struct Memory(pub(crate) Arc<Vec<u8>>);

impl Content for Memory {
    fn size(&self) -> io::Result<Option<u64>> {
        Ok(Some(self.0.len() as u64))
    }

    fn read_at(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let bytes = self.0[self.0.len().min(offset as usize)..].to_vec();
        Ok(Box::new(Cursor::new(bytes)))
    }
}

/// What came of reading a package: contents by name, or words; and files that were passed on but not to their end.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) whole: Vec<(String, Vec<u8>)>,
    pub(crate) partial: Vec<(String, Vec<u8>)>,
    pub(crate) refused: Option<String>,
}

impl Outcome {
    /// Reads on, and notes how far it came.
    fn read(&mut self, mut reader: FileReader) -> Result<(), PackageError> {
        let name = reader.name().to_owned();
        let mut content = Vec::new();
        match reader.read_to_end(&mut content) {
            Ok(_) => {
                self.whole.push((name, content));
                Ok(())
            }
            Err(error) => {
                // A receiver that goes on reading must not get the rest either.
                let before = content.len();
                assert!(
                    reader.read_to_end(&mut content).is_err(),
                    "{name} ends well after an error"
                );
                assert_eq!(content.len(), before, "{name} goes on after an error");
                self.partial.push((name.clone(), content));
                Err(match ovf::ContentError::of(&error) {
                    Some(cause) => PackageError::Content(cause.clone()),
                    None => PackageError::Read { name, cause: error },
                })
            }
        }
    }
}

/// Reads an archive file by file, as if it lay on a disk.
pub(crate) fn opened(bytes: &[u8]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut read = || {
        let content = Arc::new(Memory(Arc::new(bytes.to_vec())));
        let package = Package::from_archive("box.ova", content)?;
        package.files().iter().try_for_each(|file| outcome.read(file.reader()))
    };
    let result = read();
    outcome.refused = result.err().map(|error: PackageError| words(&error));
    outcome
}

/// Reads an archive in one pass.
pub(crate) fn streamed(bytes: &[u8]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut read = || {
        let mut stream = PackageStream::begin("box.ova", Cursor::new(bytes.to_vec()))?;
        while let Some(file) = stream.next_file()? {
            outcome.read(file.reader)?;
        }
        stream.finish().map(drop)
    };
    let result = read();
    outcome.refused = result.err().map(|error: PackageError| words(&error));
    outcome
}

/// An error with all its causes.
pub(crate) fn words(error: &dyn Error) -> String {
    let chain = std::iter::successors(Some(error), |one| (*one).source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
