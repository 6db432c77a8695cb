//! What a guest is like at one moment: [`Guest`].

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::{DateTime, MoRef, Str};

use crate::fault::Fault;
use crate::store::{At, Links, ManagedObject, Property, Snapshot, Transaction};

use super::program::Program;

/// The link from a guest to its VM.
const GUEST_OF: &str = "guest of";

/// Somebody who can log in to a guest. Its password is not part of any output.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    password: Str,
}

impl Account {
    /// An account with this password.
    #[must_use]
    pub fn new(password: &str) -> Self {
        Self { password: password.into() }
    }

    /// True for the account's password.
    #[must_use]
    pub fn accepts(&self, password: &str) -> bool {
        self.password == password
    }
}

/// A guest's only adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuestNetwork {
    /// IPv4 address; none until something gave it one.
    pub address: Option<Str>,
    /// Netmask.
    pub netmask: Str,
    /// Default gateway.
    pub gateway: Str,
}

/// A file or a directory of a guest.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestFile {
    /// Its bytes; `None` for a directory.
    pub content: Option<Arc<Vec<u8>>>,
    /// Permission bits, such as `0o644`.
    pub mode: u32,
    /// Whose it is.
    pub owner: Str,
    /// When it was written.
    pub modified: DateTime,
}

/// An empty directory of `root`.
pub(super) fn directory(now: DateTime) -> GuestFile {
    GuestFile { content: None, mode: 0o755, owner: "root".into(), modified: now }
}

/// A program that was started in a guest, running or ended.
#[derive(Clone, Debug, PartialEq)]
pub struct GuestProcess {
    /// Its number.
    pub pid: i64,
    /// Path of the program.
    pub program: Str,
    /// Program and arguments.
    pub command: Str,
    /// Who started it.
    pub owner: Str,
    /// When it was started.
    pub started: DateTime,
    /// When and how it ended.
    pub ended: Option<(DateTime, i32)>,
}

/// VMware Tools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tools {
    /// Off, or still starting.
    #[default]
    NotRunning,
    /// The guest answers.
    Running,
}

/// How far the two halves of a fault tolerant server are in step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplex {
    /// One half works alone.
    #[default]
    Simplex,
    /// The other half is being brought up to date.
    Syncing,
    /// Both halves work in step.
    Duplex,
}

/// The software that manages a fault tolerant server, as far as a guest has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FtSoftware {
    /// It was installed.
    pub installed: bool,
    /// The state of the server it manages.
    pub duplex: Duplex,
}

/// The operating system inside a VM.
#[derive(Clone)]
pub struct Guest {
    /// The VM.
    pub vm: MoRef,
    /// Its own name.
    pub host_name: Str,
    /// Its adapter.
    pub network: GuestNetwork,
    /// Who can log in, by name.
    pub accounts: BTreeMap<Str, Account>,
    /// Files and directories by absolute path, without a slash at the end.
    pub files: BTreeMap<Str, GuestFile>,
    /// What its programs do; the first one that fits a command line counts.
    pub programs: Arc<Vec<Program>>,
    /// What was started, oldest first.
    pub processes: Vec<GuestProcess>,
    /// How often it has booted.
    pub boots: u32,
    /// Whether it answers.
    pub tools: Tools,
    /// The software of a fault tolerant server.
    pub ft: FtSoftware,
    /// HID codes of the keys that were pressed on its console, oldest first.
    pub keys: Vec<i32>,
    /// What those keys typed on an English keyboard.
    pub typed: String,
}

impl Guest {
    /// Where the store keeps the guest of a VM.
    #[must_use]
    pub fn id_of(vm: &MoRef) -> MoRef {
        MoRef::new("(guest)", vm.value.clone())
    }

    /// The guest of a VM in a snapshot.
    #[must_use]
    pub fn seen<'a>(snapshot: &'a Snapshot, vm: &MoRef) -> Option<&'a Self> {
        snapshot.get(&Self::id_of(vm))
    }

    /// The guest of a VM, to be changed. See [`super::ensure`] for VMs that may have none yet.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when the VM has no guest.
    pub fn edit<'a>(tx: &'a mut Transaction<'_>, vm: &MoRef) -> Result<&'a mut Self, Fault> {
        tx.edit(&Self::id_of(vm))
    }

    /// True when the account exists and has this password.
    #[must_use]
    pub fn accepts(&self, user: &str, password: &str) -> bool {
        self.accounts.get(user).is_some_and(|account| account.accepts(password))
    }

    /// True while it answers.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.tools == Tools::Running
    }

    /// Gives an account a password; makes the account if need be.
    pub fn set_password(&mut self, user: &str, password: &str) {
        self.accounts.insert(user.into(), Account::new(password));
    }

    /// Puts a file in place, replacing one that is there.
    pub fn write_file(&mut self, path: &str, content: Vec<u8>, owner: &str, now: DateTime) {
        let content = Some(Arc::new(content));
        let file = GuestFile { content, mode: 0o644, owner: owner.into(), modified: now };
        self.files.insert(path.into(), file);
    }

    /// Makes a directory, without looking at those above it.
    pub fn make_directory(&mut self, path: &str, owner: &str, now: DateTime) {
        self.files.insert(path.into(), GuestFile { owner: owner.into(), ..directory(now) });
    }

    /// The bytes of a file; `None` for directories and what is not there.
    #[must_use]
    pub fn read_file(&self, path: &str) -> Option<&Arc<Vec<u8>>> {
        self.files.get(path)?.content.as_ref()
    }

    /// True when the directory exists. The root always does.
    #[must_use]
    pub fn has_directory(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        path.is_empty() || self.files.get(path).is_some_and(|file| file.content.is_none())
    }
}

impl ManagedObject for Guest {
    fn kind(&self) -> &'static str {
        "(guest)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }

    fn links(&self, links: &mut Links) {
        links.add(GUEST_OF, &self.vm);
    }
}
