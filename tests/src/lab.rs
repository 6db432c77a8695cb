//! A mock vCenter for one test, with a folder of its own: [`Lab`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::behaviour::virtual_machine::{Pairing, VirtualMachine};
use mock_vcenter::clock::Pace;
use mock_vcenter::store::Origin;
use mock_vcenter::{CallRecord, Mock, MockBuilder};
use tempfile::TempDir;
use vsphere::tls::Trust;
use vsphere::{Address, Client, Endpoint};

use crate::outcome::Lockstep;

/// The user of every lab.
pub const USER: &str = "operator@vsphere.local";
/// That user's password: no text has it by chance, and escaping changes it.
pub const PASSWORD: &str = "Canary<7Q&x>\"v'9%Zk";
/// The password of `root` on the mock's hosts.
pub const HOST_PASSWORD: &str = "VMware1!";

/// Mock seconds for each second of this machine: minutes of synchronisation pass in a moment, and sessions
/// that are idle for a few seconds still live.
const PACE: f64 = 200.0;

/// A mock vCenter that listens on loopback, and a folder that goes with it. A test that leaves a session on it fails,
/// unless it says that it does.
pub struct Lab {
    mock: Mock,
    leaves_sessions: AtomicBool,
    folder: TempDir,
    address: String,
}

impl Lab {
    /// The mock of a lab, to be changed before it is started.
    #[must_use]
    pub fn builder() -> MockBuilder {
        Mock::builder().model("seed-lab").credentials(USER, PASSWORD).clock(Pace::Scaled(PACE))
    }

    /// A lab with this inventory.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn of(model: &str) -> Self {
        Self::start(Self::builder().model(model)).await
    }

    /// Starts a lab.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::unwrap_used, reason = "a lab that does not start is a failed test")]
    pub async fn start(builder: MockBuilder) -> Self {
        let mock = builder.start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), mock.ca_pem()).unwrap();
        let address = mock.url();
        Self { mock, leaves_sessions: AtomicBool::new(false), folder, address }
    }

    /// To be said by a test that kills a process, whose session nobody closes.
    pub fn leaves_sessions(&self) {
        self.leaves_sessions.store(true, Ordering::Relaxed);
    }

    /// The server.
    #[must_use]
    pub fn mock(&self) -> &Mock {
        &self.mock
    }

    /// Changes how the server behaves from now on.
    ///
    /// # Panics
    /// When it cannot.
    #[expect(clippy::unwrap_used, reason = "a test of another behaviour has failed")]
    pub fn behaves(&self, change: impl FnOnce(&mut Behaviour)) {
        let changed = self.mock.store().commit(&Origin::default(), |tx| {
            let mut behaviour = Behaviour::of(tx);
            change(&mut behaviour);
            behaviour.apply(tx);
            Ok(())
        });
        changed.unwrap();
    }

    /// A folder that is deleted with the lab.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file with the authority to trust.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.folder().join("ca.pem")
    }

    /// Writes a file into the folder.
    ///
    /// # Panics
    /// When it cannot.
    #[expect(clippy::unwrap_used, reason = "a test without its file has failed")]
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `lockstep` with these words, on this lab, as its user.
    pub fn lockstep<const N: usize>(&self, words: [&str; N]) -> Lockstep {
        self.known_to(Lockstep::new(self.folder())).words(words)
    }

    /// The same with files that cannot grow beyond `blocks` of 512 bytes.
    pub fn lockstep_on_full_disk<const N: usize>(&self, blocks: u32, words: [&str; N]) -> Lockstep {
        self.known_to(Lockstep::with_small_files(self.folder(), blocks)).words(words)
    }

    /// Where the runs of this lab are remembered.
    #[must_use]
    pub fn state_folder(&self) -> PathBuf {
        self.folder().join(".local/state/lockstep")
    }

    fn known_to(&self, run: Lockstep) -> Lockstep {
        run.variable("LOCKSTEP_URL", &self.address)
            .variable("LOCKSTEP_USERNAME", USER)
            .variable("LOCKSTEP_PASSWORD", PASSWORD)
            .variable("LOCKSTEP_CA_FILE", &self.ca_file().to_string_lossy())
            .variable("LOCKSTEP_ESX_PASSWORD", HOST_PASSWORD)
    }

    /// What the Python scripts of this crate read from the environment.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let address = self.mock.address();
        vec![
            ("VC_HOST", address.ip().to_string()),
            ("VC_PORT", address.port().to_string()),
            ("VC_USER", USER.to_owned()),
            ("VC_PASSWORD", PASSWORD.to_owned()),
            ("VC_CA", self.ca_file().to_string_lossy().into_owned()),
            ("HOST_PASSWORD", HOST_PASSWORD.to_owned()),
        ]
    }

    /// Our own client, logged in as the lab's user.
    ///
    /// # Panics
    /// When it cannot.
    #[expect(clippy::unwrap_used, reason = "a client that does not connect is a failed test")]
    pub async fn client(&self) -> Client {
        let address: Address = self.address.parse().unwrap();
        let mut endpoint = Endpoint::new(address.url, USER, PASSWORD.into());
        endpoint.tls = Trust::CaFile(self.ca_file()).into();
        Client::connect(endpoint).await.unwrap()
    }

    /// Names of the VMs that are protected now, as the server itself knows: of a running pair on two hosts that HA
    /// watches, or of one that is off.
    #[must_use]
    pub fn protected(&self) -> BTreeSet<String> {
        use vim25::enums::VirtualMachineFaultToleranceState as State;
        let snapshot = self.mock.store().snapshot();
        let vms = snapshot.of_kind("VirtualMachine").iter();
        let good = vms.filter_map(|id| snapshot.get::<VirtualMachine>(id)).filter(|vm| {
            let Pairing::Primary { secondary } = &vm.ft.pairing else { return false };
            let other = snapshot.get::<VirtualMachine>(secondary);
            let apart = other.is_some_and(|other| other.host != vm.host);
            match vm.ft.state {
                State::Running => vm.das_protected && apart,
                State::Enabled => !vm.is_on(),
                _ => false,
            }
        });
        good.map(|vm| vm.entity.name.to_string()).collect()
    }

    /// Calls that may have changed something.
    #[must_use]
    pub fn changes(&self) -> Vec<CallRecord> {
        self.mock.calls().into_iter().filter(CallRecord::changed).collect()
    }

    /// Calls of one method, whatever became of them.
    #[must_use]
    pub fn calls_of(&self, method: &str) -> Vec<CallRecord> {
        self.mock.calls().into_iter().filter(|call| call.method == method).collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if !std::thread::panicking() && !self.leaves_sessions.load(Ordering::Relaxed) {
            assert_eq!(self.mock.sessions(), 0, "sessions are left on the mock");
        }
    }
}
