//! OVF packages (`.ova`, and `.ovf` with its files): what they say about themselves, and their contents, judged while
//! they are read. Nothing is unpacked, and nothing is sent.
//!
//! ```text
//! path, bytes elsewhere ──► Package ──────► descriptor, manifest, signature
//! download in one pass ──► PackageStream       │ files, each a FileReader: size and digest judged on the way
//! ```
//!
//! A package comes from strangers, so everything in it is bounded and doubted: names that lead elsewhere, links,
//! sizes that lie, digests that do not match, and files that nobody asked for are errors, each with its own words.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("box.ovf");
//! # std::fs::write(&path, "<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1'><References>\
//! #     <File id='file1' href='disk.vmdk'/></References><VirtualSystem id='box'/></Envelope>")?;
//! # std::fs::write(folder.path().join("disk.vmdk"), "content")?;
//! use std::io::Read;
//!
//! let package = ovf::Package::open(&path)?;
//! assert_eq!(package.descriptor().systems[0].id, "box");
//! for file in package.files() {
//!     let mut content = Vec::new();
//!     // The last byte comes only when size and digest are right.
//!     file.reader().read_to_end(&mut content)?;
//!     assert_eq!(content, b"content");
//! }
//! # Ok(())
//! # }
//! ```

mod archive;
mod choices;
mod content;
mod descriptor;
mod digest;
mod manifest;
mod names;
mod package;
mod signature;

pub use archive::ArchiveError;
pub use choices::{
    NetworkProblem, Platform, PropertyProblem, UnknownOption, UnwritableValue, environment_document,
};
pub use content::{Content, ContentError, FileReader, Folder};
pub use descriptor::{
    Capacity, Compression, DeploymentOption, Descriptor, DescriptorError, Device, Disk, Edition,
    Eula, FileReference, Network, Product, Property, PropertyKind, Qualifier, VirtualSystem,
};
pub use digest::{Algorithm, Digest};
pub use manifest::{Manifest, ManifestError};
pub use names::NameError;
pub use package::{Package, PackageError, PackageFile, PackageStream, StreamedFile, Vouched};
pub use signature::{Signature, SignatureError, Signer, SignerDoubt};
