//! Files over reqwest: up from an [`UploadBody`], down as a [`Download`].
//!
//! Every file gets a connection of its own: a pooled one may have been closed at the other end, and a body
//! that is read once cannot be sent again.

use std::io;

use bytes::Bytes;
use reqwest::{Body, Response};

use super::body::{BodyWatch, Stalled};
use super::http::HttpTransport;
use super::{
    Chunks, Download, HttpRequest, HttpResponse, TimeoutPhase, TransportError, UploadBody,
};
use crate::clock::BoxFuture;

/// What the answer to an upload may hold; nobody reads more of an error page.
const ANSWER: usize = 64 << 10;

impl HttpTransport {
    pub(super) async fn send_file(
        &self,
        request: &HttpRequest,
        body: UploadBody,
    ) -> Result<HttpResponse, TransportError> {
        let (stream, mut watch) = body.split();
        let builder = self.start(&self.files, request).body(Body::wrap(stream));
        let sending = async {
            let response = builder.send().await.map_err(|error| self.classify(&error))?;
            self.answer(response, ANSWER).await
        };
        let sent = tokio::select! {
            sent = sending => sent,
            stalled = watch.stalled(self.limits.stall) => Err(self.stalled(stalled)),
        };
        self.judge(sent, &mut watch).await
    }

    /// The reader's failure comes before what it did to the connection.
    async fn judge(
        &self,
        sent: Result<HttpResponse, TransportError>,
        watch: &mut BodyWatch,
    ) -> Result<HttpResponse, TransportError> {
        let server = || self.server.clone();
        if let Some(cause) = watch.failure() {
            return Err(TransportError::Source { server: server(), cause });
        }
        let response = sent?;
        if !(200..300).contains(&response.status) || watch.is_whole().await {
            return Ok(response);
        }
        // The reader may have failed just now, in what it checks after the last byte.
        Err(match watch.failure() {
            Some(cause) => TransportError::Source { server: server(), cause },
            None => TransportError::Broken {
                server: server(),
                cause: "the server answered before it had the whole file".into(),
            },
        })
    }

    fn stalled(&self, by: Stalled) -> TransportError {
        let (server, within) = (self.server.clone(), self.limits.stall);
        match by {
            Stalled::Server => {
                TransportError::Timeout { server, phase: TimeoutPhase::Upload, within }
            }
            Stalled::Source => {
                let text = format!("no more of it came within {} s", within.as_secs_f32());
                let cause = io::Error::new(io::ErrorKind::TimedOut, text);
                TransportError::Source { server, cause }
            }
        }
    }

    pub(super) async fn fetch_file(
        &self,
        request: &HttpRequest,
    ) -> Result<Download, TransportError> {
        let asking = async {
            let builder = self.start(&self.files, request);
            builder.send().await.map_err(|error| self.classify(&error))
        };
        let response =
            self.within(self.limits.first_byte, TimeoutPhase::FirstByte, asking).await??;
        let length = response.content_length();
        let head = head_of(&response);
        let chunks = Box::new(Coming { transport: self.clone(), response });
        Ok(Download { head, length, chunks })
    }
}

/// The body of an answer that is read piece by piece.
struct Coming {
    transport: HttpTransport,
    response: Response,
}

impl Chunks for Coming {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, TransportError>> {
        Box::pin(async move {
            let (transport, limit) = (&self.transport, self.transport.limits.stall);
            let piece = transport.within(limit, TimeoutPhase::Idle, self.response.chunk()).await?;
            piece.map_err(|error| transport.classify(&error))
        })
    }
}

/// Status and headers.
pub(super) fn head_of(response: &Response) -> HttpResponse {
    let headers = response.headers().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    HttpResponse {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: Vec::new(),
    }
}
