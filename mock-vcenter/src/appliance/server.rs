//! Listens for SSH and plays the appliance that is there: [`Sshd`].
//!
//! A connection is closed at once while no appliance can be reached, and cut without a word when it goes away,
//! as a machine does that reboots.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use russh::server::Config;
use russh::{MethodKind, MethodSet, cipher, kex, mac};
use tokio::io::{copy_bidirectional, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use vim25::MoRef;

use crate::behaviour::settings::Behaviour;
use crate::core::Core;
use crate::guest;
use crate::store::{Commit, Observer};

use super::host_key::host_key;
use super::machine::Machine;
use super::settings::ApplianceSettings;
use super::state::{Appliance, present};
use super::visitor::Visitor;

const MAX_CONNECTIONS: usize = 32;
const IDLE: Duration = Duration::from_secs(600);
const BUFFER: usize = 64 * 1024;

/// Why there is no SSH server.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for SSH on `{address}`")]
pub struct SshdError {
    address: SocketAddr,
    #[source]
    cause: std::io::Error,
}

/// A running SSH server.
pub(crate) struct Sshd {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// Tells connections which appliance is there.
struct Presence(watch::Sender<Option<MoRef>>);

impl Observer for Presence {
    fn committed(&self, commit: &Commit) {
        let now = present(&commit.after);
        self.0.send_if_modified(|there| std::mem::replace(there, now.clone()) != now);
    }
}

impl Sshd {
    /// Binds `address`, port 0 for any, and serves until dropped.
    pub(crate) async fn start(address: SocketAddr, core: Arc<Core>) -> Result<Self, SshdError> {
        let failed = |cause| SshdError { address, cause };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let bound = socket.local_addr().map_err(failed)?;
        let (tell, presence) = watch::channel(present(&core.store.snapshot()));
        core.store.observe(Arc::new(Presence(tell)));
        let serving = tokio::spawn(accept(socket, core, presence));
        Ok(Self { address: bound, serving })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(socket: TcpListener, core: Arc<Core>, presence: watch::Receiver<Option<MoRef>>) {
    let seats = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = socket.accept().await else { continue };
        let Ok(seat) = seats.clone().try_acquire_owned() else { continue };
        let Some(vm) = presence.borrow().clone() else { continue };
        let (core, presence) = (core.clone(), presence.clone());
        connections.spawn(async move {
            serve(stream, core, vm, presence).await;
            drop(seat);
        });
    }
}

async fn serve(
    mut stream: TcpStream,
    core: Arc<Core>,
    vm: MoRef,
    mut presence: watch::Receiver<Option<MoRef>>,
) {
    let snapshot = core.store.snapshot();
    let settings = Behaviour::seen(&snapshot).appliance;
    let key = host_key(core.seed, &vm, Appliance::seen(&snapshot, &vm).host_keys);
    let config = Config {
        keys: vec![key],
        methods: methods(&settings),
        auth_rejection_time: Duration::from_millis(20),
        auth_rejection_time_initial: Some(Duration::ZERO),
        max_auth_attempts: 6,
        inactivity_timeout: Some(IDLE),
        nodelay: true,
        preferred: preferred(&settings),
        ..Config::default()
    };
    let machine = Machine { core, vm: vm.clone(), user: String::new() };
    machine.commit(guest::ensure);
    let (mut outside, inside) = duplex(BUFFER);
    let talking = async {
        let session = russh::server::run_stream(Arc::new(config), inside, Visitor::new(machine));
        match session.await {
            Ok(session) => {
                // How it ended is the client's to tell.
                let _ = session.await;
            }
            Err(error) => tracing::debug!(%error, "an SSH client did not come in"),
        }
    };
    let carrying = async {
        let _ = tokio::join!(talking, copy_bidirectional(&mut stream, &mut outside));
    };
    tokio::select! {
        () = carrying => {}
        _ = presence.wait_for(|there| there.as_ref() != Some(&vm)) => {}
    }
}

fn methods(settings: &ApplianceSettings) -> MethodSet {
    let mut methods = MethodSet::empty();
    methods.push(MethodKind::KeyboardInteractive);
    if !settings.keyboard_interactive_only {
        methods.push(MethodKind::Password);
    }
    methods
}

fn preferred(settings: &ApplianceSettings) -> russh::Preferred {
    if !settings.legacy_algorithms {
        return russh::Preferred::default();
    }
    russh::Preferred {
        kex: Cow::Borrowed(&[kex::DH_G14_SHA1]),
        cipher: Cow::Borrowed(&[cipher::AES_128_CBC]),
        mac: Cow::Borrowed(&[mac::HMAC_SHA1]),
        ..russh::Preferred::default()
    }
}
