//! A descriptor on a server, with its files beside it: [`Beside`] is the folder that both are in.
//!
//! Nothing is kept: a file is asked for when the package is opened, and read when its bytes are wanted. Its methods
//! block, so they are for threads that may.

use std::io::{self, Read};
use std::sync::Arc;

use ovf::{Content, Folder};
use tokio::runtime::Handle;
use vsphere::percent::{escape_url, unescape};
use vsphere::tls::TlsOptions;
use vsphere::transfer::{find_remote, open_remote};
use vsphere::transport::Limits;

/// The part of a server's names that a descriptor is in.
pub(super) struct Beside {
    folder: String,
    tls: TlsOptions,
    runtime: Handle,
}

struct Remote {
    url: String,
    length: Option<u64>,
    tls: TlsOptions,
    runtime: Handle,
}

/// Where a descriptor is, as folder and name; nothing when the URL leads to something else.
pub(super) fn descriptor_at(url: &str) -> Option<(&str, String)> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let (folder, name) = path.rsplit_once('/')?;
    let is_descriptor = name.to_ascii_lowercase().ends_with(".ovf");
    // Behind the name of the server, not as a part of it.
    (is_descriptor && folder.len() > "https://".len()).then(|| (folder, unescape(name)))
}

impl Beside {
    /// Must be made within a runtime, which does the asking.
    pub(super) fn new(folder: &str, tls: &TlsOptions) -> Self {
        Self { folder: folder.to_owned(), tls: tls.clone(), runtime: Handle::current() }
    }
}

impl Folder for Beside {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn Content>>> {
        let url = format!("{}/{}", self.folder, encoded(name));
        let asking = find_remote(&url, &self.tls, Limits::default());
        let found = self.runtime.block_on(asking).map_err(io::Error::other)?;
        Ok(found.map(|found| {
            let (tls, runtime) = (self.tls.clone(), self.runtime.clone());
            Arc::new(Remote { url, length: found.length, tls, runtime }) as Arc<dyn Content>
        }))
    }
}

impl Content for Remote {
    fn size(&self) -> io::Result<Option<u64>> {
        Ok(self.length)
    }

    fn read_at(&self, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let asking = open_remote(&self.url, &self.tls, Limits::default());
        let mut file = self.runtime.block_on(asking).map_err(io::Error::other)?;
        let skipped = io::copy(&mut (&mut file).take(offset), &mut io::sink())?;
        if skipped < offset {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Box::new(file))
    }
}

/// A name as it is written in a URL.
fn encoded(name: &str) -> String {
    name.split('/').map(escape_url).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_url_of_a_descriptor_has_a_folder_and_a_name() {
        let table = [
            ("https://a/b/box.ovf", Some(("https://a/b", "box.ovf"))),
            ("https://a/my%20box.OVF?token=1", Some(("https://a", "my box.OVF"))),
            ("https://a/100%.ovf", Some(("https://a", "100%.ovf"))),
            ("https://a/b/box.ova", None),
            ("https://a/b?file=box.ovf", None),
            ("https://box.ovf", None),
        ];
        for (url, expected) in table {
            let found = descriptor_at(url);
            assert_eq!(found.as_ref().map(|(folder, name)| (*folder, name.as_str())), expected);
        }
    }

    #[test]
    fn names_are_written_as_urls_want_them() {
        for name in ["disk 1.vmdk", "a/b.vmdk", "50%.vmdk", "p?q#r.vmdk", "pl\u{e4}tte.vmdk"] {
            let written = encoded(name);
            assert!(written.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)));
            assert_eq!(unescape(&written), name);
        }
    }
}
