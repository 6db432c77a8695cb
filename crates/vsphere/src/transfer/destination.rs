//! Where a URL that the server named leads, and whether we go there.
//!
//! The text comes from a server, so it is read narrowly: `https`, a plain host and port, a path. It leads to
//! the endpoint (`*` stands for it) or to a host of its inventory; anywhere else it is not followed, so that
//! nobody can send us into the network behind us.

use std::sync::Arc;

use vim25::types::HostConfigSummary;

use super::named::NamedUrl;
use crate::call::CallError;
use crate::endpoint::SdkUrl;
use crate::reader::Reader;
use crate::tls::{Fingerprint, Pin, Thumbprint, ThumbprintError};
use crate::transport::{Transport, TransportError};

/// Longest URL that is followed.
const MAX_BYTES: usize = 4096;
/// The port that hosts take files on.
const PORT: u16 = 443;

/// Why a URL is not followed. The URL itself holds a ticket and is not shown.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// It is not `https://host[:port]/path` in plain characters.
    #[error("the server named an address that is no plain `https` URL")]
    NotPlain,
    /// It leads to somebody else.
    #[error(
        "the server named an address at `{0}`, which is neither itself nor a host of its inventory"
    )]
    Stranger(String),
    /// It names a certificate in an unreadable way.
    #[error("the server named an address with an unreadable thumbprint")]
    Thumbprint(#[from] ThumbprintError),
    /// It names another certificate than the inventory does.
    #[error("the thumbprint named with an address at `{0}` is not the one in the inventory")]
    OtherThumbprint(String),
    /// The inventory cannot be read.
    #[error("cannot look `{host}` up in the inventory")]
    Inventory {
        /// The host.
        host: String,
        /// Why.
        #[source]
        cause: CallError,
    },
    /// No way there.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// Host, port and path of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
    pub(super) wildcard: bool,
}

/// A place to send to or read from.
pub(super) struct Destination {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) url: String,
    /// `host:port`.
    pub(super) server: String,
}

impl Parts {
    pub(super) fn of(url: &str, endpoint: &SdkUrl) -> Option<Self> {
        if url.len() > MAX_BYTES || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let rest = url.get(..8).filter(|start| start.eq_ignore_ascii_case("https://"))?;
        let rest = &url[rest.len()..];
        let (authority, path) = rest.split_at(rest.find('/')?);
        if path.contains(['\\', '#']) {
            return None;
        }
        let path = path.to_owned();
        if authority == "*" || authority.starts_with("*:") {
            let (host, port) = (endpoint.host().to_owned(), endpoint.port());
            return Some(Self { host, port, path, wildcard: true });
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (authority, PORT),
        };
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let plain = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
            }
        };
        plain.then(|| Self { host: host.to_owned(), port, path, wildcard: false })
    }

    fn is(&self, endpoint: &SdkUrl) -> bool {
        let same_host = self.host.eq_ignore_ascii_case(endpoint.host());
        same_host && (self.port == endpoint.port() || self.port == PORT)
    }

    fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn url(&self) -> String {
        format!("https://{}:{}{}", self.host, self.port, self.path)
    }
}

/// Finds out where `named` leads.
pub(super) async fn destination(
    reader: &Reader,
    named: &NamedUrl<'_>,
) -> Result<Destination, DestinationError> {
    let endpoint = reader.url();
    let parts = Parts::of(named.url, endpoint).ok_or(DestinationError::NotPlain)?;
    if parts.is(endpoint) && parts.port == endpoint.port() {
        let transport = Arc::clone(&reader.session().wire.transport);
        return Ok(Destination { transport, url: parts.url(), server: parts.server() });
    }
    let pin = if parts.is(endpoint) {
        pin_of(named, &parts, None)?
    } else {
        let host = host_of_inventory(reader, &parts).await?;
        let known = host.ssl_thumbprint.as_deref().filter(|text| !text.is_empty());
        pin_of(named, &parts, known)?
    };
    let transport = reader.shared.around.transport(&parts.server(), pin)?;
    Ok(Destination { transport: Arc::new(transport), url: parts.url(), server: parts.server() })
}

/// The certificate to demand: the newer digest before the older, and what the inventory says in any case.
fn pin_of(
    named: &NamedUrl<'_>,
    parts: &Parts,
    known: Option<&str>,
) -> Result<Option<Pin>, DestinationError> {
    let own = named.thumbprint.filter(|text| !text.is_empty()).map(str::parse::<Thumbprint>);
    let own = own.transpose()?;
    let known = known.map(str::parse::<Thumbprint>).transpose()?;
    if let (Some(own), Some(known)) = (own, known)
        && own != known
    {
        return Err(DestinationError::OtherThumbprint(parts.server()));
    }
    let certificate = named.certificate.and_then(der_of).map(|der| Fingerprint::of(&der));
    let older = known.or(own).map(Pin::Thumbprint);
    Ok(certificate.filter(|_| known.is_none()).map(Pin::Certificate).or(older))
}

fn der_of(pem: &str) -> Option<Vec<u8>> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    CertificateDer::from_pem_slice(pem.as_bytes()).ok().map(|der| der.to_vec())
}

/// What the inventory says of the host that a URL leads to.
async fn host_of_inventory(
    reader: &Reader,
    parts: &Parts,
) -> Result<HostConfigSummary, DestinationError> {
    let stranger = || DestinationError::Stranger(parts.server());
    let fail = |cause| DestinationError::Inventory { host: parts.host.clone(), cause };
    let inventory = match reader.inventory().await {
        Ok(inventory) => inventory,
        Err(cause) => return Err(fail(cause)),
    };
    let bare = parts.host.trim_matches(['[', ']']);
    let host = inventory
        .entries()
        .iter()
        .find(|entry| entry.object.kind == "HostSystem" && entry.name.eq_ignore_ascii_case(bare));
    let host = host.ok_or_else(stranger)?;
    let seen = reader.retrieve(&host.object, &["summary.config"]).await.map_err(fail)?;
    let config = seen.object::<HostConfigSummary>("summary.config").cloned().unwrap_or_default();
    let own = u16::try_from(config.port).ok();
    let open = parts.port == PORT || own == Some(parts.port);
    open.then_some(config).ok_or_else(stranger)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;

    fn endpoint() -> SdkUrl {
        "https://vc.example:8443/sdk".parse::<Address>().unwrap().url
    }

    #[test]
    fn a_named_url_is_read_narrowly() {
        let endpoint = endpoint();
        let table = [
            ("https://*/nfc/1/d.vmdk", Some("https://vc.example:8443/nfc/1/d.vmdk")),
            ("https://*:443/nfc/1", Some("https://vc.example:8443/nfc/1")),
            ("HTTPS://esx1.lab/nfc/1?a=b", Some("https://esx1.lab:443/nfc/1?a=b")),
            ("https://[fe80::1]:902/nfc", Some("https://[fe80::1]:902/nfc")),
            ("http://*/nfc/1", None),
            ("https://user@esx1/nfc", None),
            ("https://esx1\\@evil/nfc", None),
            ("https://esx1#@evil/nfc", None),
            ("https://esx1 /nfc", None),
            ("https://esx1/nfc\r\nCookie: a", None),
            ("https://*.evil/nfc", None),
            ("https://esx1:99999/nfc", None),
            ("https:///nfc", None),
            ("https://esx1", None),
            ("file:///etc/passwd", None),
            ("", None),
        ];
        for (url, expected) in table {
            let parts = Parts::of(url, &endpoint);
            assert_eq!(parts.map(|parts| parts.url()).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn the_endpoint_is_known_by_name_and_port() {
        let endpoint = endpoint();
        let is = |url| Parts::of(url, &endpoint).unwrap().is(&endpoint);
        assert!(is("https://*/a") && is("https://VC.example:8443/a") && is("https://vc.example/a"));
        assert!(!is("https://vc.example:22/a") && !is("https://169.254.169.254/a"));
    }

    #[test]
    fn the_inventory_has_the_last_word_about_a_certificate() {
        let own = Thumbprint::of(b"own").to_string();
        let other = Thumbprint::of(b"other").to_string();
        let named = NamedUrl { url: "", thumbprint: Some(&own), certificate: None };
        let parts = Parts::of("https://esx1/a", &endpoint()).unwrap();
        let pin = Some(Pin::Thumbprint(Thumbprint::of(b"own")));
        assert_eq!(pin_of(&named, &parts, None).unwrap(), pin);
        assert_eq!(pin_of(&named, &parts, Some(&own.to_lowercase())).unwrap(), pin);
        assert!(matches!(
            pin_of(&named, &parts, Some(&other)),
            Err(DestinationError::OtherThumbprint(_))
        ));
        let unreadable = NamedUrl { thumbprint: Some("AB:CD"), ..named };
        assert!(pin_of(&unreadable, &parts, None).is_err());
    }
}
