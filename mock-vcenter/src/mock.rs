//! A running server: [`Mock`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

use crate::appliance::Sshd;
use crate::bare::Installation;
use crate::builder::MockBuilder;
use crate::call_log::CallRecord;
use crate::clock::Clock;
use crate::core::Core;
use crate::dispatch::Coverage;
use crate::disturb::Rule;
use crate::product::Product;
use crate::storage::DatastorePath;
use crate::store::Store;
use crate::transport::{Certificate, Stop};

/// A vCenter or ESXi server that runs until it is stopped or dropped.
pub struct Mock {
    core: Arc<Core>,
    address: SocketAddr,
    certificate: Certificate,
    stop: Stop,
    serving: JoinHandle<()>,
    ticking: JoinHandle<()>,
    ssh: Option<Sshd>,
    installation: Option<Arc<Mutex<Installation>>>,
}

impl Mock {
    /// A server to be configured.
    #[must_use]
    pub fn builder() -> MockBuilder {
        MockBuilder::default()
    }

    pub(crate) fn new(
        core: Arc<Core>,
        address: SocketAddr,
        certificate: Certificate,
        stop: Stop,
        serving: JoinHandle<()>,
    ) -> Self {
        let clock = core.clock().clone();
        let ticking = tokio::spawn(async move { clock.run().await });
        Self { core, address, certificate, stop, serving, ticking, ssh: None, installation: None }
    }

    pub(crate) fn with_ssh(mut self, ssh: Option<Sshd>) -> Self {
        *self.core.ssh.lock().unwrap_or_else(PoisonError::into_inner) =
            ssh.as_ref().map(Sshd::address);
        self.ssh = ssh;
        self
    }

    pub(crate) fn with_installation(mut self, state: Option<Arc<Mutex<Installation>>>) -> Self {
        self.installation = state;
        self
    }

    /// How far the installation is, if it began as a bare machine.
    #[must_use]
    pub fn installation(&self) -> Option<Installation> {
        let state = self.installation.as_ref()?;
        Some(state.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    #[cfg(test)]
    pub(crate) fn core_of_tests(&self) -> Arc<Core> {
        Arc::clone(&self.core)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the management appliance answers SSH, if it was asked for.
    #[must_use]
    pub fn ssh_address(&self) -> Option<SocketAddr> {
        self.ssh.as_ref().map(Sshd::address)
    }

    /// Its SOAP endpoint, without credentials.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}/sdk", self.address)
    }

    /// Its SOAP endpoint with the administrator's name and password, as `GOVC_URL` takes it.
    #[must_use]
    pub fn url_with_credentials(&self) -> String {
        let account = &self.core.accounts[0];
        let (user, password) = (escaped(&account.name), escaped(&account.password));
        format!("https://{user}:{password}@{}/sdk", self.address)
    }

    /// PEM of the authority to trust.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        self.certificate.authority_pem()
    }

    /// SHA-1 thumbprint of the server's certificate.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        self.certificate.thumbprint()
    }

    /// What it plays.
    #[must_use]
    pub fn product(&self) -> Product {
        self.core.product
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.core.clock()
    }

    /// Its objects, to look at or to change behind the clients' backs.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.core.store
    }

    /// Every call so far, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallRecord> {
        self.core.calls.list()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.core.calls.clear();
    }

    /// Number of open sessions, those of the REST API included.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.core.sessions.list().len() + self.core.rest_sessions.list().len()
    }

    /// Ends all sessions; returns how many there were.
    pub fn expire_sessions(&self) -> usize {
        self.core.end_all_sessions()
    }

    /// Adds a disturbance.
    pub fn disturb(&self, rule: Rule) {
        self.core.disturbances.add(rule);
    }

    /// Where a file of a datastore, such as `[datastore1] vm1/vm1.vmdk`, is on this machine; `None` when there is
    /// no such file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<PathBuf> {
        let place = self.core.storage.locate(&DatastorePath::parse(path)?).ok()?;
        place.is_file().then_some(place)
    }

    /// Which methods are modelled.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.core.dispatch.coverage()
    }

    /// Stops accepting, lets running exchanges finish for a moment, and ends.
    pub async fn stop(mut self) {
        self.core.end_all_sessions();
        self.ssh = None;
        self.stop.now();
        // The task ends by itself; it cannot have been cancelled before.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.serving.abort();
        self.ticking.abort();
        self.core.clock().clear();
    }
}

impl std::fmt::Debug for Mock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mock").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Percent-encodes what has a meaning in a URL.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_escaped_for_a_url() {
        assert_eq!(escaped("administrator@vsphere.local"), "administrator%40vsphere.local");
        assert_eq!(escaped("p:a/s%"), "p%3Aa%2Fs%25");
    }
}
