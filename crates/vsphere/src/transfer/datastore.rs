//! Files on datastores, over `/folder` of vCenter or ESXi, as the session's user.

use std::fmt;

use super::FileError;
use crate::percent::escape_url;
use crate::reader::Reader;
use crate::transport::{Download, HttpRequest, UploadBody, Verb};
use crate::writer::Writer;

/// A file on a datastore.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DatastorePath {
    /// Path of the datacenter below the root, as the inventory writes it: `Lab`, `Europe/Berlin`; on an ESXi
    /// host `ha-datacenter`.
    pub datacenter: String,
    /// Name of the datastore.
    pub datastore: String,
    /// Path of the file on it, without a slash in front.
    pub path: String,
}

impl fmt::Display for DatastorePath {
    /// As vSphere writes it: `[shared1] iso/tools.iso`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.datastore, self.path)
    }
}

impl DatastorePath {
    /// Path and query below the server.
    fn target(&self) -> String {
        let levels: Vec<String> = self.path.split('/').map(escape_url).collect();
        format!(
            "/folder/{}?dcPath={}&dsName={}",
            levels.join("/"),
            escape_url(self.datacenter.trim_matches('/')),
            escape_url(&self.datastore),
        )
    }
}

impl Reader {
    /// The size of a file in bytes; `None` when there is no such file.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn datastore_file_size(&self, at: &DatastorePath) -> Result<Option<u64>, FileError> {
        let answer = self.fetch(at, Verb::Head).await?;
        if answer.head.status == 404 {
            return Ok(None);
        }
        FileError::check(&at.to_string(), &self.url().authority(), answer.head.clone())?;
        let length = answer.head.header_values("content-length").next().map(str::to_owned);
        let length = length.and_then(|text| text.parse().ok());
        Ok(Some(length.unwrap_or_default()))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn open_datastore_file(&self, at: &DatastorePath) -> Result<Download, FileError> {
        let download = self.fetch(at, Verb::Get).await?;
        FileError::check(&at.to_string(), &self.url().authority(), download.head.clone())?;
        Ok(download)
    }

    /// Reads a small file; `None` when there is no such file.
    ///
    /// # Errors
    /// When it cannot be read, or is larger than `limit` bytes.
    pub async fn read_datastore_file(
        &self,
        at: &DatastorePath,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, FileError> {
        let file = || at.to_string();
        let mut download = self.fetch(at, Verb::Get).await?;
        if download.head.status == 404 {
            return Ok(None);
        }
        FileError::check(&file(), &self.url().authority(), download.head.clone())?;
        let mut whole = Vec::new();
        loop {
            let piece = download.chunks.next().await;
            let piece = piece.map_err(|cause| FileError::Fetch { file: file(), cause })?;
            let Some(piece) = piece else { return Ok(Some(whole)) };
            if u64::try_from(whole.len() + piece.len()).is_ok_and(|bytes| bytes > limit) {
                return Err(FileError::TooLarge { file: file(), limit });
            }
            whole.extend_from_slice(&piece);
        }
    }

    async fn fetch(&self, at: &DatastorePath, verb: Verb) -> Result<Download, FileError> {
        let request = self.file_request(at, verb);
        let opened = self.session().wire.transport.download(&request).await;
        opened.map_err(|cause| FileError::Fetch { file: at.to_string(), cause })
    }

    fn file_request(&self, at: &DatastorePath, verb: Verb) -> HttpRequest {
        let wire = &self.session().wire;
        let url = format!("https://{}{}", wire.url.authority(), at.target());
        let cookie = wire.cookie.header().map(|cookie| ("cookie", cookie));
        HttpRequest::bare(verb, url, cookie.into_iter().collect())
    }
}

impl Writer {
    /// Writes a file, in place of one that is there. An attempt that fails may leave a part of it.
    ///
    /// # Errors
    /// When the file cannot be sent whole.
    pub async fn write_datastore_file(
        &self,
        at: &DatastorePath,
        body: UploadBody,
    ) -> Result<(), FileError> {
        let file = at.to_string();
        let mut request = self.file_request(at, Verb::Put);
        request.headers.push(("content-type", "application/octet-stream".to_owned()));
        let sent = self.session().wire.transport.upload(&request, body).await;
        let response = sent.map_err(|cause| FileError::Send { file: file.clone(), cause })?;
        FileError::check(&file, &self.url().authority(), response).map(drop)
    }

    /// Deletes a file; one that is not there counts as deleted.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub async fn delete_datastore_file(&self, at: &DatastorePath) -> Result<(), FileError> {
        let file = at.to_string();
        let request = self.file_request(at, Verb::Delete);
        let answer = self.session().wire.transport.exchange(&request).await;
        let answer = answer.map_err(|cause| FileError::Send { file: file.clone(), cause })?;
        if answer.status == 404 {
            return Ok(());
        }
        FileError::check(&file, &self.url().authority(), answer).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_escaped_level_by_level() {
        let at = DatastorePath {
            datacenter: "/Europe/Berlin #1".to_owned(),
            datastore: "Datenspeicher (1)+ü".to_owned(),
            path: "iso/50%/a b&c?.iso".to_owned(),
        };
        assert_eq!(
            at.target(),
            "/folder/iso/50%25/a%20b%26c%3F.iso?dcPath=Europe%2FBerlin%20%231\
             &dsName=Datenspeicher%20%281%29%2B%C3%BC"
        );
        assert_eq!(at.to_string(), "[Datenspeicher (1)+ü] iso/50%/a b&c?.iso");
    }
}
