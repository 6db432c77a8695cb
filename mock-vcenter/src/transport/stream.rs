//! Bodies that are too big for memory: requests read piece by piece, files sent piece by piece.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::task::JoinHandle;

/// Bytes that a file is read by.
const PIECE: usize = 256 * 1024;

/// How much of a refused body is taken, and how long.
const LINGER_BYTES: usize = 8 * 1024 * 1024;
const LINGER: Duration = Duration::from_secs(2);

/// The client did not send all it announced.
#[derive(Debug, thiserror::Error)]
#[error("the request's body broke off")]
pub struct BodyBroken;

#[derive(Debug)]
enum Source {
    Network(Incoming),
    Ready(Option<Bytes>),
}

/// The body of a request, piece by piece.
#[derive(Debug)]
pub struct BodyStream(Source);

impl BodyStream {
    /// A body that is there already; for tests and for requests whose body was read.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        Self(Source::Ready((!bytes.is_empty()).then(|| bytes.into())))
    }

    pub(super) fn network(body: Incoming) -> Self {
        Self(Source::Network(body))
    }

    /// The length, when the client told it.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Source::Network(body) => body.size_hint().exact(),
            Source::Ready(bytes) => Some(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
        }
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, BodyBroken>> {
        match &mut self.0 {
            Source::Ready(bytes) => bytes.take().map(Ok),
            Source::Network(body) => loop {
                match body.frame().await? {
                    Err(_) => return Some(Err(BodyBroken)),
                    Ok(frame) => {
                        if let Ok(data) = frame.into_data() {
                            return Some(Ok(data));
                        }
                    }
                }
            },
        }
    }

    /// Takes what the client is still sending and throws it away, at most 8 MiB and for 2 seconds: a client whose
    /// connection is closed while it sends may never read why it was refused (RFC 9112, 9.6).
    pub async fn linger(&mut self) {
        let rest = async {
            let mut taken = 0;
            while taken < LINGER_BYTES
                && let Some(Ok(piece)) = self.next().await
            {
                taken += piece.len();
            }
        };
        // Whoever sends longer than that has time to look for the answer.
        let _ = tokio::time::timeout(LINGER, rest).await;
    }
}

/// A read under way, which gives the file back.
type Reading = JoinHandle<io::Result<(File, Vec<u8>)>>;

/// A part of a file on its way to the client.
#[derive(Debug)]
pub struct Download {
    file: Option<File>,
    left: u64,
    reading: Option<Reading>,
}

impl Download {
    /// `length` bytes of `file`, from `start` on.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn part(mut file: File, start: u64, length: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(start))?;
        Ok(Self { file: Some(file), left: length, reading: None })
    }

    fn read_on(&mut self) {
        let Some(mut file) = self.file.take() else { return };
        let wanted = PIECE.min(usize::try_from(self.left).unwrap_or(PIECE));
        self.reading = Some(tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; wanted];
            file.read_exact(&mut piece)?;
            Ok((file, piece))
        }));
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if self.reading.is_none() {
            self.read_on();
        }
        let Some(reading) = self.reading.as_mut() else { return Poll::Ready(None) };
        let done = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        match done.map_err(io::Error::other).flatten() {
            Err(cause) => {
                self.left = 0;
                Poll::Ready(Some(Err(cause)))
            }
            Ok((file, piece)) => {
                self.file = Some(file);
                self.left -= piece.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(piece.into()))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
