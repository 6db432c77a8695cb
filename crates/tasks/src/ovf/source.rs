//! Where the package is, and what it says about itself.

use std::error::Error;
use std::path::PathBuf;

use ovf::{
    Algorithm, Descriptor, Digest, Manifest, Package, PackageError, PackageStream, Signature,
};
use vsphere::tls::{TlsOptions, Trust};
use vsphere::transfer::{RemoteError, RemoteFile, open_remote};
use vsphere::transport::Limits;

use super::beside::{Beside, descriptor_at};
use super::spec::Spec;
use crate::world::VsphereReader;

/// A place to read the package from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    File(PathBuf),
    Url(String, TlsOptions),
}

/// What the package says.
#[derive(Debug, Clone)]
pub(super) struct PackageSeen {
    /// SHA-256 of its descriptor.
    pub(super) id: String,
    pub(super) descriptor: Descriptor,
    /// The kinds of digests in its manifest, if that was seen.
    pub(super) manifest: Manifested,
    pub(super) signature: String,
    /// Bytes to send.
    pub(super) bytes: u64,
}

/// Whether the content can be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Manifested {
    By(String),
    /// It may still come behind the files.
    MayFollow,
    No,
}

/// Why a package cannot be used, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unusable(pub(super) String);

/// Why a package cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error("the thread that read the package ended")]
    Thread,
}

impl Source {
    pub(super) fn of(spec: &Spec, reader: &VsphereReader) -> Self {
        if !spec.source.starts_with("https://") {
            return Self::File(reader.file(&spec.source));
        }
        let trust = match &spec.source_ca_file {
            Some(file) => Trust::CaFile(reader.file(file)),
            None => Trust::System,
        };
        Self::Url(spec.source.clone(), trust.into())
    }

    /// What the package says about itself.
    pub(super) async fn look(&self) -> Result<PackageSeen, Unusable> {
        let seen = match self {
            Self::File(path) => local(path.clone()).await.map(|package| of_package(&package)),
            Self::Url(url, tls) => match remote(url, tls).await {
                Ok(Remote::Beside(package)) => Ok(of_package(&package)),
                Ok(Remote::Stream(stream)) => Ok(of_stream(&stream)),
                Err(error) => Err(error),
            },
        };
        seen.map_err(|error| Unusable(chain(&error)))
    }
}

/// A package whose files can be read in any order.
pub(super) async fn local(path: PathBuf) -> Result<Package, OpenError> {
    let opened = tokio::task::spawn_blocking(move || Package::open(&path)).await;
    Ok(opened.map_err(|_| OpenError::Thread)??)
}

/// A package on a server.
pub(super) enum Remote {
    /// A descriptor with its files beside it, which can be read in any order.
    Beside(Box<Package>),
    /// An archive that is read in one pass.
    Stream(Box<PackageStream>),
}

/// Opens what the URL leads to.
pub(super) async fn remote(url: &str, tls: &TlsOptions) -> Result<Remote, OpenError> {
    let Some((folder, name)) = descriptor_at(url) else {
        return Ok(Remote::Stream(Box::new(stream(url, tls).await?)));
    };
    let folder = Beside::new(folder, tls);
    let opened = tokio::task::spawn_blocking(move || Package::from_folder(&folder, &name)).await;
    Ok(Remote::Beside(Box::new(opened.map_err(|_| OpenError::Thread)??)))
}

/// An archive that is read in one pass.
pub(super) async fn stream(url: &str, tls: &TlsOptions) -> Result<PackageStream, OpenError> {
    let file: RemoteFile = open_remote(url, tls, Limits::default()).await?;
    let name = url.to_owned();
    let begun = tokio::task::spawn_blocking(move || PackageStream::begin(&name, file)).await;
    Ok(begun.map_err(|_| OpenError::Thread)??)
}

/// What a package goes by.
pub(super) fn id_of(descriptor: &str) -> String {
    Digest::of(Algorithm::Sha256, descriptor.as_bytes()).hex()
}

fn of_package(package: &Package) -> PackageSeen {
    let sizes = package.files().iter().filter_map(ovf::PackageFile::size);
    PackageSeen {
        id: id_of(package.descriptor_text()),
        descriptor: package.descriptor().clone(),
        manifest: package.manifest().map_or(Manifested::No, by),
        signature: signed(package.signature()),
        bytes: sizes.sum(),
    }
}

fn of_stream(stream: &PackageStream) -> PackageSeen {
    let descriptor = stream.descriptor().clone();
    PackageSeen {
        id: id_of(stream.descriptor_text()),
        manifest: stream.manifest().map_or(Manifested::MayFollow, by),
        signature: signed(stream.signature()),
        bytes: descriptor.files.iter().filter_map(|file| file.size).sum(),
        descriptor,
    }
}

fn by(manifest: &Manifest) -> Manifested {
    let kinds: Vec<String> = manifest.algorithms().iter().map(ToString::to_string).collect();
    Manifested::By(kinds.join(", "))
}

fn signed(signature: &Signature) -> String {
    match signature {
        Signature::Absent => "not signed",
        Signature::Valid(_) => "signed; who signed it is not judged",
        Signature::NotChecked(_) => "signed in a way that cannot be checked",
    }
    .to_owned()
}

/// An error and its causes on one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |cause| (**cause).source());
    let mut words: Vec<String> = causes.map(ToString::to_string).collect();
    words.dedup();
    words.join(": ")
}
