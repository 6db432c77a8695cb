//! Where a vCenter or ESXi host is reached, and as whom.
//!
//! [`SdkUrl`] is an address without credentials and may be shown anywhere. [`Endpoint`] adds user,
//! password and trust. [`Address`] is what a `GOVC_URL` style text holds.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use crate::percent::unescape;
use crate::retry::RetryPolicy;
use crate::tls::TlsOptions;
use crate::transport::Limits;

/// Why a text is not the address of a server.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// Not a URL at all. The text is not repeated: it may hold a password.
    #[error("the server address is not a URL such as `https://vcenter.example/sdk`")]
    NotAUrl,
    /// Only https is spoken.
    #[error("the server address uses `{0}`, only `https` is possible")]
    Scheme(String),
}

/// Address of a SOAP end point: `https://host[:port]/sdk`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SdkUrl {
    host: String,
    port: u16,
    path: String,
}

impl SdkUrl {
    /// Host name or address as it is put into URLs (IPv6 in brackets).
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `host:port`, the name of a server in known-hosts files and messages.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Full URL of the SOAP end point.
    #[must_use]
    pub fn sdk(&self) -> String {
        format!("https://{}:{}{}", self.host, self.port, self.path)
    }

    /// Full URL of a document beside the SOAP end point.
    #[must_use]
    pub fn beside(&self, name: &str) -> String {
        format!("{}/{name}", self.sdk().trim_end_matches('/'))
    }
}

impl fmt::Display for SdkUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.host)?;
        if self.port != 443 {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

impl fmt::Debug for SdkUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SdkUrl({self})")
    }
}

/// What an address text holds: `https://user:password@host:port/sdk`, `user@host` or just `host`.
#[derive(Debug, Clone)]
pub struct Address {
    /// The server, without credentials.
    pub url: SdkUrl,
    /// The user, if the text names one.
    pub username: Option<String>,
    /// The password, if the text holds one.
    pub password: Option<SecretString>,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&full).map_err(|_| AddressError::NotAUrl)?;
        if url.scheme() != "https" {
            return Err(AddressError::Scheme(url.scheme().to_owned()));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(AddressError::NotAUrl)?;
        let path = if url.path() == "/" { "/sdk" } else { url.path() };
        Ok(Self {
            url: SdkUrl {
                host: host.to_owned(),
                port: url.port_or_known_default().unwrap_or(443),
                path: path.to_owned(),
            },
            username: Some(unescape(url.username())).filter(|user| !user.is_empty()),
            password: url.password().map(|word| SecretString::from(unescape(word))),
        })
    }
}

/// Everything that is needed to open a session.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The server.
    pub url: SdkUrl,
    /// The user to log in as.
    pub username: String,
    /// The user's password.
    pub password: SecretString,
    /// How the server's certificate is judged.
    pub tls: TlsOptions,
    /// Bounds on every exchange.
    pub limits: Limits,
    /// How safe calls are repeated.
    pub retry: RetryPolicy,
    /// Bounds of the session itself.
    pub session: SessionTimes,
    /// An HTTP proxy to go through; proxies named by the environment are never used.
    pub proxy: Option<String>,
}

impl Endpoint {
    /// An end point with verified TLS and default bounds.
    #[must_use]
    pub fn new(url: SdkUrl, username: impl Into<String>, password: SecretString) -> Self {
        Self {
            url,
            username: username.into(),
            password,
            tls: TlsOptions::default(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            session: SessionTimes::default(),
            proxy: None,
        }
    }
}

/// Bounds of a session in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// A session idle for this long is used once, so that the server keeps it (servers drop it after 30
    /// minutes).
    pub keep_alive: Duration,
    /// The longest time that closing may take.
    pub close: Duration,
    /// How long one long poll for updates is parked at the server.
    pub long_poll: Duration,
    /// How long updates may fail without a break before those who wait are told.
    pub updates_patience: Duration,
}

impl Default for SessionTimes {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(600),
            close: Duration::from_secs(5),
            long_poll: Duration::from_secs(30),
            updates_patience: Duration::from_secs(300),
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn govc_style_addresses_are_understood() {
        let table = [
            ("vc.example", "https://vc.example/sdk", None, None),
            ("https://vc.example", "https://vc.example/sdk", None, None),
            ("vc.example:8443/sdk", "https://vc.example:8443/sdk", None, None),
            ("root@10.0.0.1", "https://10.0.0.1/sdk", Some("root"), None),
            ("https://u:p%40ss@[::1]:9/x", "https://[::1]:9/x", Some("u"), Some("p@ss")),
            (
                "administrator@vsphere.local:secret@vc/sdk",
                "https://vc/sdk",
                Some("administrator@vsphere.local"),
                Some("secret"),
            ),
        ];
        for (text, url, user, password) in table {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.url.to_string(), url, "{text}");
            assert_eq!(address.username.as_deref(), user, "{text}");
            let found = address.password.as_ref().map(|word| word.expose_secret().to_owned());
            assert_eq!(found.as_deref(), password, "{text}");
        }
    }

    #[test]
    fn what_is_not_https_is_refused() {
        assert_eq!(
            "http://vc/sdk".parse::<Address>().unwrap_err(),
            AddressError::Scheme("http".to_owned())
        );
        for text in ["", "https://", "https://user:word@", "a b"] {
            assert_eq!(text.parse::<Address>().unwrap_err(), AddressError::NotAUrl, "{text}");
        }
    }

    #[test]
    fn the_password_is_in_no_debug_text() {
        let address: Address = "https://user:hunter2@vc/sdk".parse().unwrap();
        let endpoint = Endpoint::new(address.url.clone(), "user", "hunter2".into());
        for text in [format!("{address:?}"), format!("{endpoint:?}"), address.url.to_string()] {
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}
