//! Connecting: TCP, key exchange with a checked host key, login.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{Config, Handle, Handler};
use russh::keys::{PublicKey, PublicKeyOrCertificate};
use russh::{Preferred, cipher, kex, mac};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::SshError;
use super::host_key::{HostKeyPolicy, Trusted, fingerprint};
use super::login::{Credential, LoginWith, NotIn, log_in, named};

/// Bytes that a server may send before we took what was there.
const WINDOW: u32 = 256 * 1024;

/// Where to connect, as whom, and whom to trust.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) login: LoginWith,
    pub(crate) host_key: HostKeyPolicy,
    /// Also algorithms that are out of use today.
    pub(crate) legacy: bool,
    pub(crate) within: Duration,
    pub(crate) keepalive: Duration,
}

impl Target {
    /// Host and port, for messages.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// A connection, logged in.
pub(crate) struct Session {
    pub(super) handle: Handle<Guard>,
    pub(super) address: String,
    pub(crate) credential: Credential,
    pub(crate) host_key: PublicKey,
    trusted: Trusted,
}

impl Session {
    /// The fingerprint of a host key that nobody vouched for.
    pub(crate) fn first_seen(&self) -> Option<String> {
        (self.trusted == Trusted::OnFirstUse).then(|| fingerprint(&self.host_key))
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.handle.is_closed()
    }
}

type Verdict = Arc<Mutex<Option<Result<(PublicKey, Trusted), SshError>>>>;

/// Judges the host key; the verdict is kept, as the library only says that there was none.
pub(super) struct Guard {
    host: String,
    port: u16,
    policy: HostKeyPolicy,
    verdict: Verdict,
}

impl Handler for Guard {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let judged = self.policy.check(&self.host, self.port, key);
        let trusted = judged.is_ok();
        let judged = judged.map(|trusted| (key.clone(), trusted));
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) = Some(judged);
        Ok(trusted)
    }
}

/// Connects and logs in, within the target's time.
pub(crate) async fn connect(target: &Target) -> Result<Session, SshError> {
    let slow = |_| SshError::Slow { address: target.address(), within: target.within };
    timeout(target.within, within(target)).await.map_err(slow)?
}

async fn within(target: &Target) -> Result<Session, SshError> {
    let address = target.address();
    let unreachable = |cause| SshError::Unreachable { address: address.clone(), cause };
    let stream = TcpStream::connect((target.host.as_str(), target.port)).await;
    let stream = stream.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let verdict = Verdict::default();
    let guard = Guard {
        host: target.host.clone(),
        port: target.port,
        policy: target.host_key.clone(),
        verdict: Arc::clone(&verdict),
    };
    let connected = russh::client::connect_stream(Arc::new(config(target)), stream, guard).await;
    let verdict = verdict.lock().unwrap_or_else(PoisonError::into_inner).take();
    let failed = |cause| SshError::Handshake { address: address.clone(), cause };
    let (mut handle, (host_key, trusted)) = match (connected, verdict) {
        (_, Some(Err(refused))) => return Err(refused),
        (Err(cause), _) => return Err(failed(cause)),
        (Ok(_), None) => return Err(failed(russh::Error::UnknownKey)),
        (Ok(handle), Some(Ok(judged))) => (handle, judged),
    };
    let credential = log_in(&mut handle, &target.login).await.map_err(|error| match error {
        NotIn::Failed(cause) => failed(cause),
        NotIn::Refused(methods) => SshError::Refused {
            address: address.clone(),
            user: target.login.user.clone(),
            methods: named(&methods),
        },
    })?;
    Ok(Session { handle, address, credential, host_key, trusted })
}

fn config(target: &Target) -> Config {
    Config {
        keepalive_interval: Some(target.keepalive),
        keepalive_max: 3,
        window_size: WINDOW,
        channel_buffer_size: 16,
        nodelay: true,
        preferred: if target.legacy { with_legacy() } else { Preferred::default() },
        ..Config::default()
    }
}

/// What servers of 2012 offer comes after what is in use today.
fn with_legacy() -> Preferred {
    let today = Preferred::default();
    let mut all = today.clone();
    // Names of extensions stay at the end.
    let first_extension = today.kex.iter().position(|name| name.as_ref().starts_with("ext-info"));
    let at = first_extension.unwrap_or(today.kex.len());
    let mut kexes = today.kex.to_vec();
    kexes.splice(at..at, [kex::DH_GEX_SHA1, kex::DH_G14_SHA1, kex::DH_G1_SHA1]);
    all.kex = Cow::Owned(kexes);
    let old_ciphers = [cipher::AES_256_CBC, cipher::AES_192_CBC, cipher::AES_128_CBC];
    all.cipher = Cow::Owned([&today.cipher[..], &old_ciphers].concat());
    all.mac = Cow::Owned([&today.mac[..], &[mac::HMAC_SHA1]].concat());
    all
}
