//! A request's body that is read while it is sent.
//!
//! A blocking reader fills a [`ChunkSink`], the transport empties the [`UploadBody`] behind it, and between
//! them wait a few chunks at most: a file of any size takes [`IN_FLIGHT`] bytes of memory. The last chunk is
//! held back until the reader said that all went well, so a file that turns out wrong never arrives whole.

use std::io::{self, Read};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::{mpsc, oneshot};

use super::buffers::Buffers;

/// Bytes of one chunk.
const CHUNK: usize = 256 << 10;
/// Chunks that wait between reader and transport.
const AHEAD: usize = 3;
/// Memory that one body takes at most: what waits, what is held back, what is read and what is sent.
pub const IN_FLIGHT: usize = (AHEAD + 3) * CHUNK;

/// Counts bytes that went out; shared by all bodies of one piece of work.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        self.0.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// How it stands between reader and transport.
#[derive(Debug, Default)]
struct Flow {
    /// Bytes that the transport took.
    taken: AtomicU64,
    /// Whether the transport waits for the reader.
    starved: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

/// The end that a blocking reader fills.
#[derive(Debug)]
pub struct ChunkSink {
    length: u64,
    chunks: mpsc::Sender<Bytes>,
    verdict: oneshot::Sender<()>,
    flow: Arc<Flow>,
}

/// How filling a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pumped {
    /// Everything was read and handed over.
    All,
    /// The reader failed; whoever sends the body gets its error.
    SourceFailed,
    /// The body is no longer sent.
    NotWanted,
}

/// The body, to be given to a transport.
#[derive(Debug)]
pub struct UploadBody {
    stream: BodyStream,
    watch: BodyWatch,
}

/// What the HTTP library reads.
#[derive(Debug)]
pub(super) struct BodyStream {
    left: u64,
    chunks: mpsc::Receiver<Bytes>,
    flow: Arc<Flow>,
    meter: Meter,
}

/// What the transport looks at while the body is sent.
#[derive(Debug)]
pub(super) struct BodyWatch {
    length: u64,
    verdict: oneshot::Receiver<()>,
    flow: Arc<Flow>,
}

/// Who makes a body stand still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stalled {
    Source,
    Server,
}

impl UploadBody {
    /// A body of exactly `length` bytes and the end to fill it from.
    #[must_use]
    pub fn channel(length: u64, meter: &Meter) -> (ChunkSink, Self) {
        let flow = Arc::new(Flow::default());
        let (sender, receiver) = mpsc::channel(AHEAD);
        let (done, verdict) = oneshot::channel();
        let sink = ChunkSink { length, chunks: sender, verdict: done, flow: Arc::clone(&flow) };
        let stream = BodyStream {
            left: length,
            chunks: receiver,
            flow: Arc::clone(&flow),
            meter: meter.clone(),
        };
        (sink, Self { stream, watch: BodyWatch { length, verdict, flow } })
    }

    /// A body of exactly `length` bytes that a thread of the runtime's reads from `reader`.
    #[must_use]
    pub fn reading(reader: Box<dyn Read + Send>, length: u64, meter: &Meter) -> Self {
        let (sink, body) = Self::channel(length, meter);
        tokio::task::spawn_blocking(move || {
            let mut reader = reader;
            sink.pump(&mut *reader)
        });
        body
    }

    /// A small body that is in memory.
    #[must_use]
    pub fn whole(bytes: Vec<u8>, meter: &Meter) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self::reading(Box::new(io::Cursor::new(bytes)), length, meter)
    }

    /// Bytes in it.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.watch.length
    }

    pub(super) fn split(self) -> (BodyStream, BodyWatch) {
        (self.stream, self.watch)
    }
}

impl ChunkSink {
    /// Reads `reader` to its end into the body. Blocks while the transport is slower.
    ///
    /// More or fewer bytes than were announced are a failure of the reader.
    pub fn pump(self, reader: &mut dyn Read) -> Pumped {
        let mut held: Option<Bytes> = None;
        let mut read: u64 = 0;
        let buffers = Buffers::of(CHUNK);
        loop {
            let chunk = match buffers.fill(|buffer| read_full(reader, buffer)) {
                Ok(chunk) => chunk,
                Err(error) => return self.fail(error),
            };
            read += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            let ended = chunk.is_empty();
            if read > self.length || (ended && read < self.length) {
                let text = format!("{read} bytes came where {} were announced", self.length);
                return self.fail(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            let ready = if ended { held.take() } else { held.replace(chunk) };
            if ready.is_some_and(|ready| self.chunks.blocking_send(ready).is_err()) {
                return Pumped::NotWanted;
            }
            if ended {
                // Nobody who listens no more can be wrong about it.
                let _ = self.verdict.send(());
                return Pumped::All;
            }
        }
    }

    /// Ends the body with a failure.
    pub fn fail(self, error: io::Error) -> Pumped {
        *self.flow.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        Pumped::SourceFailed
    }
}

/// Fills the buffer, or writes what is left into it; how many bytes, 0 at the end.
fn read_full(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

impl Body for BodyStream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.chunks.poll_recv(context) {
            Poll::Pending => {
                self.flow.starved.store(true, Ordering::Relaxed);
                Poll::Pending
            }
            Poll::Ready(Some(chunk)) => {
                let bytes = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                self.left = self.left.saturating_sub(bytes);
                self.flow.starved.store(false, Ordering::Relaxed);
                self.flow.taken.fetch_add(bytes, Ordering::Relaxed);
                self.meter.add(chunk.len());
                Poll::Ready(Some(Ok(Frame::data(chunk))))
            }
            Poll::Ready(None) if self.left == 0 => Poll::Ready(None),
            // The failure itself stays where the transport finds it.
            Poll::Ready(None) => {
                Poll::Ready(Some(Err(io::Error::other("the source of the body failed"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl BodyWatch {
    /// Ends when nothing moved for `patience`.
    pub(super) async fn stalled(&self, patience: Duration) -> Stalled {
        let mut before = self.flow.taken.load(Ordering::Relaxed);
        loop {
            tokio::time::sleep(patience).await;
            let now = self.flow.taken.load(Ordering::Relaxed);
            if now == before {
                let starved = now < self.length && self.flow.starved.load(Ordering::Relaxed);
                return if starved { Stalled::Source } else { Stalled::Server };
            }
            before = now;
        }
    }

    /// Why the reader failed, if it did.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.flow.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits for the reader's last word. False when there is none: the body was not wanted to its end, or
    /// the reader failed.
    pub(super) async fn is_whole(&mut self) -> bool {
        (&mut self.verdict).await.is_ok() && self.flow.taken.load(Ordering::Relaxed) == self.length
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    struct Endless {
        left: u64,
        read: Arc<AtomicU64>,
    }

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let bytes = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= bytes as u64;
            self.read.fetch_add(bytes as u64, Ordering::SeqCst);
            Ok(bytes)
        }
    }

    async fn take(stream: &mut BodyStream) -> Option<Result<usize, io::Error>> {
        let frame = poll_fn(|context| Pin::new(&mut *stream).poll_frame(context)).await?;
        Some(frame.map(|frame| frame.into_data().unwrap().len()))
    }

    #[tokio::test]
    async fn a_reader_is_never_far_ahead_of_the_transport() {
        let read = Arc::new(AtomicU64::new(0));
        let length = 64 * CHUNK as u64;
        let reader = Endless { left: length, read: Arc::clone(&read) };
        let meter = Meter::default();
        let (mut stream, mut watch) = UploadBody::reading(Box::new(reader), length, &meter).split();
        let mut taken = 0;
        while let Some(piece) = take(&mut stream).await {
            taken += piece.unwrap() as u64;
            let ahead = read.load(Ordering::SeqCst) - taken;
            assert!(ahead <= IN_FLIGHT as u64, "{ahead}");
        }
        assert_eq!((taken, meter.bytes()), (length, length));
        assert!(watch.is_whole().await);
    }

    #[tokio::test]
    async fn a_source_that_fails_at_its_end_never_hands_over_the_last_chunk() {
        struct WrongDigest(u64);
        impl Read for WrongDigest {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                if self.0 == 0 {
                    return Err(io::Error::other("wrong digest"));
                }
                let bytes = into.len().min(usize::try_from(self.0).unwrap());
                self.0 -= bytes as u64;
                Ok(bytes)
            }
        }
        let length = 2 * CHUNK as u64 + 5;
        for length in [5, length, 0] {
            let reader = Box::new(WrongDigest(length));
            let (mut stream, mut watch) =
                UploadBody::reading(reader, length, &Meter::default()).split();
            let mut taken = 0;
            while let Some(Ok(piece)) = take(&mut stream).await {
                taken += piece as u64;
            }
            assert!(length == 0 || taken < length, "{taken} of {length}");
            assert!(!watch.is_whole().await);
            assert_eq!(watch.failure().unwrap().to_string(), "wrong digest");
        }
    }

    #[tokio::test]
    async fn more_or_less_than_announced_is_a_failure_of_the_source() {
        for (bytes, announced) in [(10_u64, 11_u64), (11, 10), (CHUNK as u64 + 1, CHUNK as u64)] {
            let reader = Endless { left: bytes, read: Arc::default() };
            let (mut stream, watch) =
                UploadBody::reading(Box::new(reader), announced, &Meter::default()).split();
            while let Some(Ok(_)) = take(&mut stream).await {}
            let text = watch.failure().unwrap().to_string();
            assert!(text.contains(&format!("{announced} were announced")), "{text}");
        }
    }

    #[tokio::test]
    async fn a_body_that_is_dropped_stops_its_reader() {
        let (sink, body) = UploadBody::channel(u64::MAX, &Meter::default());
        drop(body);
        let mut reader = Endless { left: u64::MAX, read: Arc::default() };
        let ended = tokio::task::spawn_blocking(move || sink.pump(&mut reader)).await.unwrap();
        assert_eq!(ended, Pumped::NotWanted);
    }

    #[tokio::test(start_paused = true)]
    async fn standing_still_is_told_apart_by_who_is_slow() {
        let (sink, body) = UploadBody::channel(10, &Meter::default());
        let (mut stream, watch) = body.split();
        assert_eq!(watch.stalled(Duration::from_secs(9)).await, Stalled::Server);
        let waiting = poll_fn(|context| Poll::Ready(Pin::new(&mut stream).poll_frame(context)));
        assert!(waiting.await.is_pending());
        assert_eq!(watch.stalled(Duration::from_secs(9)).await, Stalled::Source);
        drop(sink);
    }
}
