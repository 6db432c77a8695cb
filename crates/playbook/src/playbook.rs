//! A playbook that was checked: [`Playbook`] with its connections and [`TaskInstance`]s.
//!
//! Templates are filled in and loops are unrolled; nothing here needs the text of the file any more.

use std::path::PathBuf;
use std::sync::Arc;

use crate::args::Args;
use crate::diagnostic::Diagnostics;
use crate::secrets::SecretRef;
use crate::source::Span;

/// The name of the connection that tasks use when they name none.
pub const DEFAULT_CONNECTION: &str = "default";

/// A checked playbook.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// The declared connections, in the order of the file. Never empty: without a `connections:` block there
    /// is one without any setting, called [`DEFAULT_CONNECTION`].
    pub connections: Vec<Connection>,
    /// The tasks to run, loops unrolled, in the order of the file.
    pub tasks: Vec<TaskInstance>,
    /// Tasks left out because their condition is false.
    pub skipped: Vec<SkippedTask>,
    /// Warnings; there are no errors in a checked playbook.
    pub warnings: Diagnostics,
    pub(crate) work: u64,
}

/// Where a vCenter or host is, and how to log in.
///
/// Settings that are `None` are left to the environment.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its name in the playbook.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
    /// The address as an `https` URL, such as `https://vc.lab/sdk`.
    pub url: Option<String>,
    /// What answers there, if the playbook says.
    pub kind: Option<ConnectionKind>,
    /// The user to log in as.
    pub username: Option<String>,
    /// Where the password is.
    pub password: Option<SecretRef>,
    /// How the server is verified.
    pub tls: Tls,
    /// The task that installs the server, and where that is said. Nothing answers before it is done.
    pub installed_by: Option<(String, Span)>,
}

/// What answers at a connection's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionKind {
    /// A vCenter.
    Vcenter,
    /// A host.
    Esxi,
}

/// How a server's certificate is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// A file with certificates of authorities (PEM).
    pub ca_file: Option<PathBuf>,
    /// The SHA-256 fingerprint of the server's certificate.
    pub sha256: Option<[u8; 32]>,
    /// A file with fingerprints seen before.
    pub known_hosts: Option<PathBuf>,
    /// Verify nothing.
    pub insecure: bool,
    /// Trust a server that was never seen, and write its fingerprint into the known hosts.
    pub first_use: bool,
}

/// One task to run.
#[derive(Clone, Debug)]
pub struct TaskInstance {
    /// Unique; `id[item]` for an item of a loop.
    pub id: String,
    /// What people call it: `name:`, or else the id.
    pub title: String,
    /// Ids of the instances that must be done before.
    pub needs: Arc<[String]>,
    /// Its tags.
    pub tags: Arc<[String]>,
    /// Name of the connection it uses.
    pub connection: String,
    /// Name of its capability.
    pub capability: &'static str,
    /// The values of the capability's fields.
    pub args: Args,
    /// Where it stands.
    pub span: Span,
}

/// A task whose condition is false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedTask {
    /// Its id.
    pub id: String,
    /// The condition.
    pub when: String,
}

impl Playbook {
    /// The connection of that name.
    pub fn connection(&self, name: &str) -> Option<&Connection> {
        self.connections.iter().find(|connection| connection.name == name)
    }

    /// How many values, templates and edges were looked at to check the playbook; grows with its size.
    pub fn work(&self) -> u64 {
        self.work
    }
}

impl Connection {
    /// A connection without any setting.
    pub fn unset(name: &str) -> Self {
        Connection {
            name: name.to_owned(),
            span: Span::NONE,
            url: None,
            kind: None,
            username: None,
            password: None,
            tls: Tls::default(),
            installed_by: None,
        }
    }
}
