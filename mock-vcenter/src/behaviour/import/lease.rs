//! The managed object `HttpNfcLease`.

use std::time::SystemTime;

use vim25::enums::HttpNfcLeaseState as State;
use vim25::types::{HttpNfcLeaseCapabilities, HttpNfcLeaseDeviceUrl, HttpNfcLeaseInfo};
use vim25::{MoRef, Str, Value, WireEnum};

use crate::fault::Fault;
use crate::session;
use crate::storage::DatastorePath;
use crate::store::{At, Links, ManagedObject, Property, Snapshot};

/// A file that a lease waits for.
#[derive(Clone, Debug)]
pub struct LeaseDevice {
    /// What the server calls it.
    pub key: Str,
    /// What the package calls it.
    pub import_key: Str,
    /// The last part of its address.
    pub target: Str,
    /// Where it goes.
    pub file: DatastorePath,
    /// Key of the disk; `None` for other files.
    pub disk: Option<i32>,
    /// Size of the disk in bytes.
    pub capacity: i64,
    /// Its checksum is SHA-256 instead of SHA-1.
    pub wants_sha256: bool,
    /// Bytes that came in, once it is complete.
    pub uploaded: Option<u64>,
    /// It is coming in.
    pub is_coming: bool,
}

/// A lease on a VM that is being imported.
#[derive(Clone)]
pub struct HttpNfcLease {
    /// The secret part of its addresses.
    pub(super) ticket: Str,
    /// Where it stands.
    pub state: State,
    /// Why it failed.
    pub error: Option<Fault>,
    /// The VM, from `ready` on.
    pub vm: Option<MoRef>,
    /// The files it waits for.
    pub devices: Vec<LeaseDevice>,
    /// Scheme and host of its addresses.
    pub(super) base: Str,
    /// SHA-1 thumbprint of the certificate behind them.
    pub(super) thumbprint: Str,
    /// Seconds that it lives without word from the client.
    pub timeout: u64,
    /// When it expires.
    pub(super) deadline: SystemTime,
    /// The task that shows its progress.
    pub(super) task: MoRef,
    /// Percent that the client reported.
    pub progress: i32,
    /// The session that it belongs to.
    pub(super) session: Str,
    /// The datastore of the VM.
    pub(super) datastore: MoRef,
    /// The VM's directory.
    pub(super) directory: DatastorePath,
}

impl HttpNfcLease {
    /// True from the answer of `ImportVApp` until it is done or has failed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Initializing | State::Ready)
    }

    /// The lease with this ticket.
    pub(super) fn with_ticket<'a>(
        snapshot: &'a Snapshot,
        ticket: &str,
    ) -> Option<(&'a MoRef, &'a Self)> {
        let mut all = snapshot.of_kind("HttpNfcLease").iter();
        all.find_map(|id| Some((id, snapshot.get::<Self>(id).filter(|it| it.ticket == ticket)?)))
    }

    fn info(&self, this: &MoRef, at: &At<'_>) -> Option<HttpNfcLeaseInfo> {
        let kilobytes: i64 = self.devices.iter().map(|device| device.capacity / 1024).sum();
        let url = |device: &LeaseDevice| HttpNfcLeaseDeviceUrl {
            key: device.key.clone(),
            import_key: device.import_key.clone(),
            url: format!("{}/nfc/{}/{}", self.base, self.ticket, device.target).into(),
            ssl_thumbprint: self.thumbprint.clone(),
            disk: Some(device.disk.is_some()),
            target_id: Some(device.target.clone()),
            datastore_key: at
                .get::<crate::behaviour::datastore::Datastore>(&self.datastore)
                .map(|datastore| datastore.url.clone()),
            file_size: device.uploaded.and_then(|bytes| i64::try_from(bytes).ok()),
            ..Default::default()
        };
        Some(HttpNfcLeaseInfo {
            lease: this.clone(),
            entity: self.vm.clone()?,
            device_url: self.devices.iter().map(url).collect(),
            total_disk_capacity_in_kb: kilobytes,
            lease_timeout: i32::try_from(self.timeout).unwrap_or(i32::MAX),
            ..Default::default()
        })
    }
}

impl ManagedObject for HttpNfcLease {
    fn kind(&self) -> &'static str {
        "HttpNfcLease"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "state" => Property::of(Value::constant(&self.state)),
            "initializeProgress" => {
                Property::of(if self.state == State::Initializing { 0 } else { 100 })
            }
            "transferProgress" => Property::of(self.progress),
            "mode" => Property::of("pushOrGet"),
            "capabilities" => Property::object(HttpNfcLeaseCapabilities::default()),
            "info" if self.state == State::Ready => {
                self.info(at.this(), at).and_then(Property::object)
            }
            "error" => Property::object(self.error.as_ref()?.localized()),
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        session::own(links, &self.session);
    }
}

impl std::fmt::Debug for HttpNfcLease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpNfcLease").field("state", &self.state.as_str()).finish_non_exhaustive()
    }
}
