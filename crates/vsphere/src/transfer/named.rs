//! URLs that a server names for one file: disks under a lease, files of a guest.
//!
//! They carry a ticket of their own, so nothing of the session goes with them.

use super::FileError;
use super::destination::{DestinationError, destination};
use crate::reader::Reader;
use crate::transport::{Download, HttpRequest, UploadBody, Verb};
use crate::writer::Writer;

/// A URL and the certificate to expect there.
#[derive(Clone, Copy)]
pub(super) struct NamedUrl<'a> {
    pub(super) url: &'a str,
    /// SHA-1, as old as the API.
    pub(super) thumbprint: Option<&'a str>,
    /// PEM, from 9.0 on.
    pub(super) certificate: Option<&'a str>,
}

impl<'a> NamedUrl<'a> {
    pub(super) fn plain(url: &'a str) -> Self {
        Self { url, thumbprint: None, certificate: None }
    }
}

/// Sends one file to a named URL.
pub(super) async fn send(
    reader: &Reader,
    named: &NamedUrl<'_>,
    (verb, headers): (Verb, Vec<(&'static str, String)>),
    what: &str,
    body: UploadBody,
) -> Result<(), FileError> {
    let away = |cause: DestinationError| FileError::Address { file: what.to_owned(), cause };
    let to = destination(reader, named).await.map_err(away)?;
    let request = HttpRequest::bare(verb, to.url, headers);
    let sent = to.transport.upload(&request, body).await;
    let response = sent.map_err(|cause| FileError::Send { file: what.to_owned(), cause })?;
    FileError::check(what, &to.server, response).map(drop)
}

impl Writer {
    /// Sends a file to a URL that the server named for it, such as that of
    /// `InitiateFileTransferToGuest`.
    ///
    /// # Errors
    /// When the URL leads elsewhere, or the file cannot be sent whole.
    pub async fn put_to_named_url(
        &self,
        url: &str,
        what: &str,
        body: UploadBody,
    ) -> Result<(), FileError> {
        send(self, &NamedUrl::plain(url), (Verb::Put, Vec::new()), what, body).await
    }
}

impl Reader {
    /// Opens the file at a URL that the server named, such as that of `InitiateFileTransferFromGuest`.
    ///
    /// # Errors
    /// When the URL leads elsewhere, or nothing comes from there.
    pub async fn get_from_named_url(&self, url: &str, what: &str) -> Result<Download, FileError> {
        let away = |cause| FileError::Address { file: what.to_owned(), cause };
        let from = destination(self, &NamedUrl::plain(url)).await.map_err(away)?;
        let request = HttpRequest::bare(Verb::Get, from.url, Vec::new());
        let opened = from.transport.download(&request).await;
        let download = opened.map_err(|cause| FileError::Fetch { file: what.to_owned(), cause })?;
        FileError::check(what, &from.server, download.head.clone())?;
        Ok(download)
    }
}
