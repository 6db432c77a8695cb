//! A package or image that is read from elsewhere over HTTPS, as a blocking reader.
//!
//! It is read once, from its beginning to its end, and nothing of any session goes there.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use super::around::Around;
use crate::tls::TlsOptions;
use crate::transport::{Download, HttpRequest, Limits, Transport, TransportError, Verb};

/// Pieces that wait for the reader.
const AHEAD: usize = 4;
/// Redirects that are followed; whoever serves packages often does so from another machine.
const REDIRECTS: u32 = 5;

/// Why a file elsewhere cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// Only plain `https` URLs without a user are read.
    #[error("`{0}` is no plain `https` URL")]
    Address(String),
    /// No answer.
    #[error("cannot read `{url}`")]
    Transport {
        /// The file.
        url: String,
        /// Why.
        #[source]
        cause: TransportError,
    },
    /// Another answer than the file.
    #[error("`{url}` is answered with status {status}")]
    Status {
        /// The file.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// It leads on and on.
    #[error("`{0}` is redirected too often")]
    Redirects(String),
}

/// A file elsewhere that is being read.
#[derive(Debug)]
pub struct RemoteFile {
    /// Its size in bytes, if its server said so.
    pub length: Option<u64>,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
    ended: bool,
}

/// What a server says of a file that was not read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteEntry {
    /// Its size in bytes, if the server said so.
    pub length: Option<u64>,
}

/// Opens a file by its URL. A server that is not trusted as `tls` says is not asked.
///
/// # Errors
/// When there is no such file, or its server cannot be reached or trusted.
pub async fn open_remote(
    url: &str,
    tls: &TlsOptions,
    limits: Limits,
) -> Result<RemoteFile, RemoteError> {
    Ok(RemoteFile::of(follow(Verb::Get, url, tls, limits).await?))
}

/// Asks for a file without reading it; `None` when the server says that there is none.
///
/// # Errors
/// When its server cannot be reached or trusted, or answers anything else.
pub async fn find_remote(
    url: &str,
    tls: &TlsOptions,
    limits: Limits,
) -> Result<Option<RemoteEntry>, RemoteError> {
    match follow(Verb::Head, url, tls, limits).await {
        Ok(found) => {
            let length = found.head.header_values("content-length").next();
            Ok(Some(RemoteEntry { length: length.and_then(|text| text.parse().ok()) }))
        }
        Err(RemoteError::Status { status: 404 | 410, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn follow(
    verb: Verb,
    url: &str,
    tls: &TlsOptions,
    limits: Limits,
) -> Result<Download, RemoteError> {
    let around = Around { tls: tls.clone(), limits, ..Around::default() };
    let mut at = url.to_owned();
    for _ in 0..=REDIRECTS {
        let download = ask(&around, verb, &at).await?;
        match download.head.status {
            200 => return Ok(download),
            301 | 302 | 303 | 307 | 308 => {
                let next = download.head.header_values("location").next().unwrap_or_default();
                at = if next.starts_with('/') {
                    format!("https://{}{next}", server_of(&at).unwrap_or_default())
                } else {
                    next.to_owned()
                };
            }
            status => return Err(RemoteError::Status { url: at, status }),
        }
    }
    Err(RemoteError::Redirects(url.to_owned()))
}

async fn ask(around: &Around, verb: Verb, url: &str) -> Result<Download, RemoteError> {
    let authority = server_of(url).ok_or_else(|| RemoteError::Address(url.to_owned()))?;
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    let server = if has_port { authority.to_owned() } else { format!("{authority}:443") };
    let fail = |cause| RemoteError::Transport { url: url.to_owned(), cause };
    let transport = around.transport(&server, None).map_err(fail)?;
    let request = HttpRequest::bare(verb, url.to_owned(), Vec::new());
    transport.download(&request).await.map_err(fail)
}

/// The authority of a plain https URL.
fn server_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    (!authority.is_empty() && authority.bytes().all(plain)).then_some(authority)
}

impl RemoteFile {
    fn of(mut download: Download) -> Self {
        let (sender, pieces) = mpsc::channel(AHEAD);
        let length = download.length;
        tokio::spawn(async move {
            loop {
                let piece = match download.chunks.next().await {
                    Ok(Some(piece)) => Ok(piece),
                    Ok(None) => return,
                    Err(error) => Err(io::Error::other(error)),
                };
                let last = piece.is_err();
                if sender.send(piece).await.is_err() || last {
                    return;
                }
            }
        });
        Self { length, pieces, rest: Bytes::new(), ended: false }
    }
}

impl Read for RemoteFile {
    /// Blocks; not for use in asynchronous code.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && !self.ended {
            match self.pieces.blocking_recv() {
                Some(Ok(piece)) => self.rest = piece,
                Some(Err(error)) => return Err(error),
                None => self.ended = true,
            }
        }
        let bytes = into.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut into[..bytes]);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_asked() {
        let table = [
            ("https://files.example/a.ova", Some("files.example")),
            ("https://files.example:8443?x", Some("files.example:8443")),
            ("https://[::1]/a", Some("[::1]")),
            ("https://user:word@files.example/a", None),
            ("http://files.example/a", None),
            ("https:///a", None),
            ("https://a\\b/", None),
        ];
        for (url, expected) in table {
            assert_eq!(server_of(url), expected, "{url}");
        }
    }
}
