//! Sends a package that comes in one pass, such as a download: file after file, as they arrive.

use ovf::{PackageError, PackageStream};
use tokio::sync::{mpsc, oneshot};
use vim25::types::OvfFileItem;
use vsphere::transfer::{Meter, Pumped, UploadBody};

use super::send::{SendError, Sender};

/// A file on its way from the archive to the server.
struct Coming {
    href: String,
    body: UploadBody,
}

impl Sender {
    /// Sends the files in the order of the archive, and judges at the end what could not be judged before.
    pub(super) async fn send_stream(
        &self,
        stream: PackageStream,
        items: Vec<OvfFileItem>,
    ) -> Result<(), SendError> {
        let (sender, mut files) = mpsc::channel(1);
        let (done, verdict) = oneshot::channel();
        let meter = self.meter.clone();
        tokio::task::spawn_blocking(move || {
            // Nobody waits for the verdict of work that was given up.
            let _ = done.send(read_through(stream, &sender, &meter));
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
    files: &mpsc::Sender<Coming>,
    meter: &Meter,
) -> Result<(), SendError> {
    while let Some(file) = stream.next_file()? {
        let href = file.reference.href.clone();
        let mut reader = file.reader;
        let length = reader.size().ok_or_else(|| SendError::SizeUnknown(href.clone()))?;
        let (sink, body) = UploadBody::channel(length, meter);
        if files.blocking_send(Coming { href: href.clone(), body }).is_err() {
            return Ok(());
        }
        match sink.pump(&mut reader) {
            Pumped::All => {}
            // Whoever sends the body has the error.
            Pumped::SourceFailed => return Ok(()),
            Pumped::NotWanted => {
                let rest = std::io::copy(&mut reader, &mut std::io::sink());
                rest.map_err(|cause| SendError::Read { name: href, cause })?;
            }
        }
    }
    stream.finish().map(drop).map_err(PackageError::into)
}

fn plain(href: &str) -> &str {
    href.strip_prefix("./").unwrap_or(href)
}
