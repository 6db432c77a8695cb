//! The world that capabilities run in: endpoints by connection name, secrets, and the forecast.
//!
//! [`VsphereReader`] is all that a plan gets: clients that can only look. [`VsphereWorld`] adds the clients
//! that change things. A world starts with an empty forecast, so an apply decides from what is really there.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use orchestrator::{TaskError, World};
use playbook::{SecretRef, SecretSource};
use secrecy::SecretString;
use tokio::sync::Mutex;
use vsphere::transport::{NetworkProbe, Probe};
use vsphere::{Reader, Writer};

use crate::endpoints::Endpoints;
use crate::forecast::Forecast;
use crate::gate::{Gates, NoGates};

/// What can be looked at.
pub struct VsphereReader {
    endpoints: Endpoints<Reader>,
    secrets: Secrets,
    forecast: Forecast,
    folder: PathBuf,
    gates: Arc<dyn Gates>,
    probe: Arc<dyn Probe>,
    patient: bool,
}

/// What can be looked at and changed.
pub struct VsphereWorld {
    reader: VsphereReader,
    writers: Endpoints<Writer>,
}

/// Secrets, each read once per world: nobody likes to be asked twice.
struct Secrets {
    source: Arc<dyn SecretSource>,
    known: Mutex<HashMap<SecretRef, SecretString>>,
}

impl VsphereReader {
    /// The reading side over these connections.
    pub fn new(endpoints: Endpoints<Reader>, secrets: Arc<dyn SecretSource>) -> Self {
        Self {
            endpoints,
            secrets: Secrets { source: secrets, known: Mutex::default() },
            forecast: Forecast::default(),
            folder: PathBuf::new(),
            gates: Arc::new(NoGates),
            probe: Arc::new(NetworkProbe),
            patient: false,
        }
    }

    /// Files that a playbook names are looked for in this folder, unless their path is absolute.
    #[must_use]
    pub fn in_folder(mut self, folder: PathBuf) -> Self {
        self.folder = folder;
        self
    }

    /// Gates are answered by these; without, by nobody.
    #[must_use]
    pub fn with_gates(mut self, gates: Arc<dyn Gates>) -> Self {
        self.gates = gates;
        self
    }

    pub(crate) fn gates(&self) -> &dyn Gates {
        &*self.gates
    }

    /// Whether somebody answers is found out with `probe`.
    #[must_use]
    pub fn probing(mut self, probe: Arc<dyn Probe>) -> Self {
        self.probe = probe;
        self
    }

    pub(crate) fn probe(&self) -> &dyn Probe {
        &*self.probe
    }

    /// Where a file is that the playbook names.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Whether a look may wait for what is on its way: in an apply, not in a plan.
    pub(crate) fn is_patient(&self) -> bool {
        self.patient
    }

    pub(crate) async fn endpoint(&self, connection: &str) -> Result<&Reader, TaskError> {
        self.endpoints.get(connection).await
    }

    pub(crate) fn forecast(&self) -> &Forecast {
        &self.forecast
    }

    /// Reads a secret. Waits while another task asks for one, so that two prompts never mix.
    pub(crate) async fn secret(&self, reference: &SecretRef) -> Result<SecretString, TaskError> {
        let mut known = self.secrets.known.lock().await;
        if let Some(secret) = known.get(reference) {
            return Ok(secret.clone());
        }
        let secret = self.resolve(reference).await?;
        known.insert(reference.clone(), secret.clone());
        Ok(secret)
    }

    async fn resolve(&self, reference: &SecretRef) -> Result<SecretString, TaskError> {
        let what = || format!("cannot read the secret from {reference}");
        let failed = || TaskError::new("secret-unavailable", what(), "");
        let source = Arc::clone(&self.secrets.source);
        let wanted = reference.clone();
        let resolved = match reference {
            // It takes no time, and without another thread the order of events is always the same.
            SecretRef::Env(_) => source.resolve(&wanted),
            SecretRef::File(_) | SecretRef::Command(_) | SecretRef::Prompt(_) => {
                let reading = tokio::task::spawn_blocking(move || source.resolve(&wanted));
                reading.await.map_err(|panic| failed().caused_by(panic))?
            }
        };
        let hint = "make the secret available there, or refer to another place";
        resolved.map_err(|cause| failed().caused_by(cause).hint(hint))
    }
}

impl VsphereWorld {
    /// The world behind these connections.
    pub fn new(
        readers: Endpoints<Reader>,
        writers: Endpoints<Writer>,
        secrets: Arc<dyn SecretSource>,
    ) -> Self {
        let reader = VsphereReader::new(readers, secrets);
        Self { reader: VsphereReader { patient: true, ..reader }, writers }
    }

    /// Files that a playbook names are looked for in this folder, unless their path is absolute.
    #[must_use]
    pub fn in_folder(mut self, folder: PathBuf) -> Self {
        self.reader = self.reader.in_folder(folder);
        self
    }

    /// Gates are answered by these; without, by nobody.
    #[must_use]
    pub fn with_gates(mut self, gates: Arc<dyn Gates>) -> Self {
        self.reader = self.reader.with_gates(gates);
        self
    }

    /// Whether somebody answers is found out with `probe`.
    #[must_use]
    pub fn probing(mut self, probe: Arc<dyn Probe>) -> Self {
        self.reader = self.reader.probing(probe);
        self
    }

    pub(crate) async fn writer(&self, connection: &str) -> Result<&Writer, TaskError> {
        self.writers.get(connection).await
    }
}

impl World for VsphereWorld {
    type Reader = VsphereReader;

    fn reader(&self) -> &VsphereReader {
        &self.reader
    }
}

impl fmt::Debug for VsphereReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VsphereReader").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

impl fmt::Debug for VsphereWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VsphereWorld").field("reader", &self.reader).finish_non_exhaustive()
    }
}
