//! Sends a package that comes in one pass, such as a download: file after file, as they arrive.
//!
//! A server wants to know how long a file is before it comes, and a compressed file does not tell. A package that
//! has one is therefore read through once before, for its sizes alone, and then again.

use std::collections::HashMap;
use std::io;

use ovf::{Compression, PackageError, PackageStream};
use tokio::sync::{mpsc, oneshot};
use vim25::types::OvfFileItem;
use vsphere::transfer::{Meter, Pumped, UploadBody};

use super::send::{SendError, Sender};

/// A file on its way from the archive to the server.
struct Coming {
    href: String,
    body: UploadBody,
}

/// Bytes of compressed files by their name, as they are when decompressed.
pub(super) type Sizes = HashMap<String, u64>;

/// Whether the package has to be read through for its sizes.
pub(super) fn hides_sizes(stream: &PackageStream) -> bool {
    stream.descriptor().files.iter().any(|file| file.compression == Compression::Gzip)
}

/// Reads the package to its end and judges it, for the sizes of what is compressed.
pub(super) async fn sizes_of(stream: PackageStream) -> Result<Sizes, SendError> {
    let measured = tokio::task::spawn_blocking(move || measure(stream)).await;
    measured.map_err(|_| SendError::Crashed)?
}

fn measure(mut stream: PackageStream) -> Result<Sizes, SendError> {
    let mut sizes = Sizes::new();
    while let Some(mut file) = stream.next_file()? {
        let name = file.reference.href.clone();
        let found = io::copy(&mut file.reader, &mut io::sink());
        let found = found.map_err(|cause| SendError::Read { name: name.clone(), cause })?;
        sizes.insert(name, found);
    }
    stream.finish()?;
    Ok(sizes)
}

impl Sender {
    /// Sends the files in the order of the archive, and judges at the end what could not be judged before.
    pub(super) async fn send_stream(
        &self,
        stream: PackageStream,
        sizes: Sizes,
        items: Vec<OvfFileItem>,
    ) -> Result<(), SendError> {
        let (sender, mut files) = mpsc::channel(1);
        let (done, verdict) = oneshot::channel();
        let meter = self.meter.clone();
        tokio::task::spawn_blocking(move || {
            // Nobody waits for the verdict of work that was given up.
            let _ = done.send(read_through(stream, &sizes, &sender, &meter));
        });
        let mut open = items;
        while let Some(Coming { href, body }) = files.recv().await {
            let at = open.iter().position(|item| plain(&item.path) == plain(&href));
            // A file that the server does not want, such as a bundle of messages, is read past.
            let Some(at) = at else { continue };
            let item = open.swap_remove(at);
            self.send(&item, body).await?;
        }
        verdict.await.map_err(|_| SendError::Crashed)??;
        match open.first() {
            Some(item) => Err(SendError::NotSent(item.path.to_string())),
            None => Ok(()),
        }
    }
}

/// Reads the archive to its end and hands each file over.
fn read_through(
    mut stream: PackageStream,
    sizes: &Sizes,
    files: &mpsc::Sender<Coming>,
    meter: &Meter,
) -> Result<(), SendError> {
    while let Some(file) = stream.next_file()? {
        let href = file.reference.href.clone();
        let mut reader = file.reader;
        let length = reader.size().or_else(|| sizes.get(&href).copied());
        let length = length.ok_or_else(|| SendError::SizeUnknown(href.clone()))?;
        let (sink, body) = UploadBody::channel(length, meter);
        if files.blocking_send(Coming { href: href.clone(), body }).is_err() {
            return Ok(());
        }
        match sink.pump(&mut reader) {
            Pumped::All => {}
            // Whoever sends the body has the error.
            Pumped::SourceFailed => return Ok(()),
            Pumped::NotWanted => {
                let rest = io::copy(&mut reader, &mut io::sink());
                rest.map_err(|cause| SendError::Read { name: href, cause })?;
            }
        }
    }
    stream.finish().map(drop).map_err(PackageError::into)
}

fn plain(href: &str) -> &str {
    href.strip_prefix("./").unwrap_or(href)
}
