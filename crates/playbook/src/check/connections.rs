//! Checks the `connections:` block.

use std::path::PathBuf;

use super::address::{self, BadAddress};
use super::fields::{Names, Owner};
use crate::args::Args;
use crate::capability::{Field, Kind};
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::playbook::{Connection, ConnectionKind, DEFAULT_CONNECTION, Tls};
use crate::session::Session;
use crate::source::Span;
use crate::template::{Scope, Variables};
use crate::yaml::{Entry, Node};

/// The fields of a connection.
pub const CONNECTION_FIELDS: &[Field] = &[
    Field::optional(
        "url",
        Kind::Text,
        "Address as a URL: `https://vc.lab/sdk`. The path may be left out.",
    ),
    Field::optional(
        "host",
        Kind::Text,
        "Address as a host name or IP address, with or without port.",
    ),
    Field::optional(
        "kind",
        Kind::Choice(&["vcenter", "esxi"]),
        "What must answer there. Left out, both are fine.",
    ),
    Field::optional("username", Kind::Text, "User to log in as."),
    Field::optional("password", Kind::Secret, "Where the password is."),
    Field::optional("tls", Kind::Record(TLS_FIELDS), "How the server's certificate is verified."),
    Field::optional(
        "installed_by",
        Kind::Text,
        "Id of the task that installs this server. Tasks that use the connection need that task, and nobody logs \
         in before.",
    ),
];

const TLS_FIELDS: &[Field] = &[
    Field::optional("ca_file", Kind::Text, "File with certificates of authorities to trust (PEM)."),
    Field::optional(
        "sha256",
        Kind::Text,
        "SHA-256 fingerprint the server's certificate must have: 64 hexadecimal digits, colons allowed.",
    ),
    Field::optional("known_hosts", Kind::Text, "File with fingerprints of servers seen before."),
    Field::with_default("insecure", Kind::Boolean, "false", "Verify nothing. Only for a lab."),
    Field::with_default(
        "first_use",
        Kind::Boolean,
        "false",
        "Trust a server that was never seen, say which, and remember it in `known_hosts`. A freshly installed host \
         has a certificate that nobody vouches for.",
    ),
];

/// What the rest of the check needs to know of the connections.
pub(super) struct Connections {
    pub(super) declared: Vec<Connection>,
    pub(super) names: Names,
    /// The one that tasks use when they name none.
    pub(super) usual: Option<String>,
}

impl Session<'_> {
    /// Checks the block, which may be missing.
    pub(super) fn connections(
        &mut self,
        node: Option<&Node>,
        variables: &Variables,
    ) -> Connections {
        let hint = "write each connection as `name:` with its settings below";
        let entries = node.map_or(&[][..], |node| self.block(node, "`connections`", hint));
        let mut declared: Vec<Connection> = Vec::new();
        for entry in entries {
            let value = self.render(&entry.value, &Scope::of(variables));
            declared.push(self.connection(entry, &value));
        }
        if declared.is_empty() {
            declared.push(Connection::unset(DEFAULT_CONNECTION));
        }
        let names: Names = declared.iter().map(|one| one.name.clone()).collect();
        let usual = match &declared[..] {
            [only] => Some(only.name.clone()),
            _ => names.get(DEFAULT_CONNECTION).cloned(),
        };
        Connections { declared, names, usual }
    }

    fn connection(&mut self, entry: &Entry, value: &Node) -> Connection {
        let mut connection = Connection::unset(&entry.key.text);
        connection.span = entry.key.span;
        let owner = Owner { name: &entry.key.text, connections: &Names::new() };
        let args = self.record(value, CONNECTION_FIELDS, owner, entry.key.span);
        let Some(args) = args else { return connection };
        connection.url = self.address(&args);
        connection.kind = args.opt_text("kind").and_then(|kind| match kind {
            "vcenter" => Some(ConnectionKind::Vcenter),
            "esxi" => Some(ConnectionKind::Esxi),
            _ => None,
        });
        connection.username = args.opt_text("username").map(str::to_owned);
        connection.password = args.secret("password").cloned();
        connection.tls = self.tls(args.record("tls"));
        let installer = args.opt_text("installed_by");
        connection.installed_by = installer.map(|id| (id.to_owned(), args.span("installed_by")));
        connection
    }

    fn address(&mut self, args: &Args) -> Option<String> {
        let (url, host) = (args.opt_text("url"), args.opt_text("host"));
        if url.is_some() && host.is_some() {
            let what = "a connection has either `url` or `host`, not both";
            let place = args.span("host");
            let mistake = Diagnostic::new(Code::UrlAndHost, place, what).hint("remove one of them");
            self.report(mistake.related(args.span("url"), "the other one"));
        }
        let from_url = url.map(|url| (address::from_url(url), args.span("url")));
        let from_host = host.map(|host| (address::from_host(host), args.span("host")));
        match from_url.or(from_host)? {
            (Ok(url), _) => Some(url),
            (Err(why), span) => {
                self.report(bad_address(why, span));
                None
            }
        }
    }

    fn tls(&mut self, args: &Args) -> Tls {
        let path = |name| args.opt_text(name).map(PathBuf::from);
        let tls = Tls {
            ca_file: path("ca_file"),
            sha256: args.opt_text("sha256").and_then(|pin| self.pin(pin, args.span("sha256"))),
            known_hosts: path("known_hosts"),
            insecure: args.is_given() && args.boolean("insecure"),
            first_use: args.is_given() && args.boolean("first_use"),
        };
        if !tls.insecure {
            return tls;
        }
        let place = args.span("insecure");
        let asked = ["sha256", "ca_file", "known_hosts", "first_use"]
            .into_iter()
            .find(|name| args.given(name));
        self.report(match asked {
            Some(name) => {
                let what =
                    format!("`insecure: true` verifies nothing, so `{name}` would be ignored");
                let hint = format!("remove `insecure`; `{name}` is enough to reach the server");
                Diagnostic::new(Code::InsecureAndVerified, place, what)
                    .hint(hint)
                    .related(args.span(name), "asked for here")
            }
            None => {
                let what = "anybody in between can read the password and change what is done";
                let hint = "give `ca_file` or `sha256` instead";
                Diagnostic::new(Code::Insecure, place, what).hint(hint)
            }
        });
        tls
    }

    fn pin(&mut self, text: &str, span: Span) -> Option<[u8; 32]> {
        let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
        if let Some(pin) = hexadecimal(&digits) {
            return Some(pin);
        }
        let what = match digits.len() {
            40 => {
                "`sha256` takes a SHA-256 fingerprint; 40 digits are a SHA-1 thumbprint".to_owned()
            }
            count => format!("`sha256` takes 64 hexadecimal digits, this has {count} characters"),
        };
        let hint = "read it with `openssl x509 -noout -fingerprint -sha256`, and put it in quotes";
        self.report(Diagnostic::new(Code::BadPin, span, what).hint(hint));
        None
    }
}

fn bad_address(why: BadAddress, span: Span) -> Diagnostic {
    match why {
        BadAddress::User => {
            let what = "an address must not carry a user name or password";
            let hint = "use `username:` and `password: { env: NAME }`";
            Diagnostic::new(Code::PasswordInUrl, span, what).hint(hint).hidden()
        }
        BadAddress::Scheme => {
            let what = "`url` takes an address with `https://`, `host` one without";
            let hint = "write `url: https://vc.lab/sdk` or `host: vc.lab`";
            Diagnostic::new(Code::BadAddress, span, what).hint(hint)
        }
        BadAddress::Host => {
            let what = "the host or port of this address cannot be read";
            let hint = "write `https://HOST/sdk` or `https://HOST:PORT/sdk`";
            Diagnostic::new(Code::BadAddress, span, what).hint(hint)
        }
    }
}

fn hexadecimal(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}
