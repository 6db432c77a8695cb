//! What a playbook waits for.

use std::fmt;
use std::time::Duration;

use playbook::{Args, Data};
use vsphere::inventory::matches_pattern;

use super::guest::{GuestCommand, Met};

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(super) condition: Condition,
    pub(super) timeout: Duration,
    pub(super) interval: Duration,
    /// What was seen in a guest.
    pub(super) met: Met,
}

/// What is waited for. `Display` completes "wait until".
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Tcp(Server),
    Https { server: Server, url: String },
    Property { object: String, path: String, test: Test },
    Guest(GuestCommand),
}

/// Host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
}

/// What the value has to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Equals(String),
    Matches(String),
}

impl Server {
    /// Reads `HOST:PORT`, IPv6 in brackets.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let port = port.parse().ok().filter(|port| *port > 0)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let fits = bare.is_some() || !host.contains(':');
        let plain =
            !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/@?#".contains(c));
        (fits && plain).then(|| Self { host: host.to_owned(), port })
    }
}

/// The server of an `https` URL. One with a user in it is refused: it would be shown.
pub(super) fn server_of_url(url: &str) -> Option<Server> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Server::parse(authority).or_else(|| Server::parse(&format!("{authority}:443")))
}

impl Test {
    pub(super) fn is_met(&self, value: &str) -> bool {
        match self {
            Self::Equals(wanted) => wanted == value,
            Self::Matches(pattern) => matches_pattern(pattern, value),
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        Self {
            condition: condition(args),
            timeout: args.duration("timeout"),
            interval: args.duration("interval"),
            met: Met::default(),
        }
    }
}

fn condition(args: &Args) -> Condition {
    let nowhere = Server { host: String::new(), port: 0 };
    if let Some(text) = args.opt_text("tcp") {
        return Condition::Tcp(Server::parse(text).unwrap_or(nowhere));
    }
    if let Some(url) = args.opt_text("https") {
        let server = server_of_url(url).unwrap_or(nowhere);
        return Condition::Https { server, url: url.to_owned() };
    }
    if let Some(guest) = args.opt_record("guest") {
        return Condition::Guest(GuestCommand::from(guest));
    }
    let property = args.record("property");
    let test = match property.opt_text("matches") {
        Some(pattern) => Test::Matches(pattern.to_owned()),
        None => Test::Equals(
            property.value("equals").map(|value| plain(&value.data)).unwrap_or_default(),
        ),
    };
    let text = |field: &str| property.text(field).to_owned();
    Condition::Property { object: text("object"), path: text("path"), test }
}

fn plain(data: &Data) -> String {
    match data {
        Data::Boolean(value) => value.to_string(),
        Data::Integer(value) => value.to_string(),
        Data::Number(value) => value.to_string(),
        Data::Text(text) => text.to_string(),
        _ => String::new(),
    }
}

impl Condition {
    /// The object, for plans and reports.
    pub(super) fn subject(&self) -> String {
        match self {
            Self::Tcp(server) | Self::Https { server, .. } => server.to_string(),
            Self::Property { object, .. } => object.clone(),
            Self::Guest(guest) => guest.vm.clone(),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(server) => write!(f, "`{server}` takes connections"),
            Self::Https { url, .. } => write!(f, "`{url}` is answered"),
            Self::Guest(guest) => {
                write!(f, "`{}` prints `{}` in the guest", guest.command, guest.prints)
            }
            Self::Property { path, test: Test::Equals(value), .. } => {
                write!(f, "`{path}` is `{value}`")
            }
            Self::Property { path, test: Test::Matches(pattern), .. } => {
                write!(f, "`{path}` fits `{pattern}`")
            }
        }
    }
}
