//! The import of a VM under a lease.
//!
//! [`Lease::import`] begins it; [`Lease::ready`] waits until the server has made the VM; within
//! [`Lease::keep_while`] the files are sent, while the lease is kept alive and watched; then
//! [`Lease::complete`]. A lease that is dropped before that is aborted, and so is one that is open when its
//! session is closed: the server then deletes what it had made. Nothing is sent twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vim25::enums::HttpNfcLeaseState;
use vim25::types::{HttpNfcLeaseDeviceUrl, HttpNfcLeaseInfo, ImportSpec, LocalizedMethodFault};
use vim25::{MoRef, Poly};

use super::named::{NamedUrl, send};
use super::{FileError, LeaseError};
use crate::call::CallError;
use crate::delivery::Delivery;
use crate::objects::{HttpNfcLease, ResourcePool};
use crate::property::{ObjectProperties, WaitError};
use crate::transport::{UploadBody, Verb};
use crate::writer::Writer;

/// What is read of a lease.
pub const LEASE_PATHS: &[&str] = &["state", "info", "error", "initializeProgress"];
/// Longest pause between two signs of life.
const BEAT: Duration = Duration::from_secs(3);
/// Shortest.
const SHORTEST_BEAT: Duration = Duration::from_millis(250);
/// Longer than any import takes; the files have their own bounds.
const FOR_EVER: Duration = Duration::from_secs(30 * 24 * 3600);

/// What to import, and where to.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// As the server made it from the descriptor.
    pub spec: Poly<ImportSpec>,
    /// A folder of VMs; without one a vCenter refuses.
    pub folder: Option<MoRef>,
    /// The host, where the server does not choose one.
    pub host: Option<MoRef>,
}

/// A running import. Dropping it aborts the import.
#[derive(Debug)]
pub struct Lease {
    writer: Writer,
    object: HttpNfcLease,
    ended: AtomicBool,
}

/// What the server has made, and where it wants the files.
#[derive(Debug, Clone)]
pub struct ReadyLease {
    /// The new VM.
    pub entity: MoRef,
    /// How long the lease lasts without a sign of life.
    pub timeout: Duration,
    devices: Vec<HttpNfcLeaseDeviceUrl>,
}

impl Lease {
    /// Begins an import. When the answer is lost, nobody knows whether the server began it.
    ///
    /// # Errors
    /// `DuplicateName` and the other refusals of `ImportVApp`.
    pub async fn import(
        writer: &Writer,
        pool: &ResourcePool,
        import: Import,
    ) -> Result<Self, LeaseError> {
        let object = pool.import_vapp(writer, import.spec, import.folder, import.host).await?;
        writer.session().open_leases.add(object.moref());
        Ok(Self { writer: writer.clone(), object, ended: AtomicBool::new(false) })
    }

    /// What the server calls it.
    #[must_use]
    pub fn object(&self) -> &MoRef {
        self.object.moref()
    }

    /// Waits until the server has made the VM. `progress` sees its percentage.
    ///
    /// # Errors
    /// When the server gives up, or takes longer than `within`.
    pub async fn ready(
        &self,
        within: Duration,
        mut progress: impl FnMut(u8),
    ) -> Result<ReadyLease, LeaseError> {
        let settled = self.writer.wait_until(self.object.moref(), LEASE_PATHS, within, |seen| {
            let percent = seen.integer("initializeProgress").unwrap_or(0).clamp(0, 100);
            progress(u8::try_from(percent).unwrap_or(0));
            match state(seen)? {
                HttpNfcLeaseState::Initializing => None,
                HttpNfcLeaseState::Ready => Some(Ok(ready_of(seen)?)),
                _ => Some(Err(failed(seen))),
            }
        });
        settled.await?
    }

    /// Runs `work`, which sends the files, and keeps the lease alive meanwhile, on a timer of its own.
    /// `percent` is what the server is told; ends as soon as the server gives the lease up.
    ///
    /// # Errors
    /// Those of `work`, and when the lease ends.
    pub async fn keep_while<T, E: From<LeaseError>>(
        &self,
        ready: &ReadyLease,
        percent: impl Fn() -> u8,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        tokio::select! {
            done = work => done,
            lost = self.keep_alive(ready.timeout, percent) => Err(lost.into()),
            ended = self.failure() => Err(ended.into()),
        }
    }

    /// Sends one file of the import: the file item's `device` says where, `create` whether the server
    /// makes the file or fills a disk.
    ///
    /// # Errors
    /// When it does not get there whole. If the server gave the import up, its reason is given instead.
    pub async fn send(
        &self,
        ready: &ReadyLease,
        device: &str,
        create: bool,
        file: &str,
        body: UploadBody,
    ) -> Result<(), LeaseError> {
        let url = ready.devices.iter().find(|url| url.import_key == device);
        let url = url.ok_or_else(|| LeaseError::NoUrl { file: file.to_owned() })?;
        let named = NamedUrl {
            url: &url.url,
            thumbprint: Some(url.ssl_thumbprint.as_str()),
            certificate: url.ssl_certificate.as_deref(),
        };
        let kind = |text: &str| ("content-type", text.to_owned());
        let way = if create {
            let headers = vec![kind("application/octet-stream"), ("overwrite", "t".to_owned())];
            (Verb::Put, headers)
        } else {
            (Verb::Post, vec![kind("application/x-vnd.vmware-streamVmdk")])
        };
        match send(&self.writer, &named, way, file, body).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.reason_for(error).await),
        }
    }

    /// What the lease says comes before what the connection said; our own source comes before both.
    async fn reason_for(&self, error: FileError) -> LeaseError {
        if error.source_failure().is_some() || error.delivery() == Delivery::NotSent {
            return error.into();
        }
        self.given_up().await.unwrap_or_else(|| error.into())
    }

    /// Why a call was refused: because the server had given the import up, or as it says itself.
    async fn reason_for_refusal(
        &self,
        error: CallError,
        otherwise: impl FnOnce(CallError) -> LeaseError,
    ) -> LeaseError {
        let asked = error.delivery() == Delivery::Answered;
        let given_up = if asked { self.given_up().await } else { None };
        given_up.unwrap_or_else(|| otherwise(error))
    }

    /// The server's reason, if it has given the import up.
    async fn given_up(&self) -> Option<LeaseError> {
        let seen = self.writer.retrieve(self.object.moref(), LEASE_PATHS).await.ok()?;
        (state(&seen)? == HttpNfcLeaseState::Error).then(|| failed(&seen))
    }

    /// Says that all was sent; the VM stays. When the answer is lost, the lease is asked whether it is done.
    ///
    /// # Errors
    /// When the server does not take it. The import is aborted then. If the server gave the import up, its
    /// reason is given instead.
    pub async fn complete(&self) -> Result<(), LeaseError> {
        if let Err(error) = self.object.complete(&self.writer).await {
            let is_lost = error.delivery() == Delivery::Unknown;
            if !(is_lost && self.state_now().await == Some(HttpNfcLeaseState::Done)) {
                return Err(self.reason_for_refusal(error, LeaseError::Call).await);
            }
        }
        self.end();
        Ok(())
    }

    /// Gives the import up and lets the server delete what it had made. A lease that has ended already is
    /// fine.
    ///
    /// # Errors
    /// When the server could not be told; the lease ends by itself then, after its time.
    pub async fn abort(&self) -> Result<(), CallError> {
        let told = self.object.abort(&self.writer).await;
        self.end();
        match told {
            Err(error) if error.delivery() != Delivery::Answered => Err(error),
            _ => Ok(()),
        }
    }

    async fn state_now(&self) -> Option<HttpNfcLeaseState> {
        let seen = self.writer.retrieve(self.object.moref(), LEASE_PATHS).await;
        seen.ok().as_ref().and_then(state)
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.writer.session().open_leases.remove(self.object.moref());
    }

    /// Ends when the lease can no longer be kept.
    async fn keep_alive(&self, timeout: Duration, percent: impl Fn() -> u8) -> LeaseError {
        let clock = self.writer.clock();
        let beat = (timeout / 4).clamp(SHORTEST_BEAT, BEAT);
        let mut last = clock.now();
        loop {
            // A hundred is for the server to say: it has the last byte when we have sent it.
            match self.object.report_progress(&self.writer, percent().min(99)).await {
                Ok(()) => last = clock.now(),
                Err(error) if error.delivery() == Delivery::Answered => {
                    return self.reason_for_refusal(error, LeaseError::Lost).await;
                }
                Err(error) if clock.now().saturating_duration_since(last) > timeout => {
                    return LeaseError::Lost(error);
                }
                Err(error) => tracing::debug!(%error, "keeping the lease alive failed"),
            }
            clock.sleep(beat).await;
        }
    }

    /// Ends when the server gives up.
    async fn failure(&self) -> LeaseError {
        let object = self.object.moref();
        let ended =
            self.writer.wait_until(object, LEASE_PATHS, FOR_EVER, |seen| match state(seen)? {
                HttpNfcLeaseState::Initializing | HttpNfcLeaseState::Ready => None,
                _ => Some(failed(seen)),
            });
        match ended.await {
            Ok(error) => error,
            Err(WaitError::Gone { .. }) => LeaseError::Ended,
            Err(error) => error.into(),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.ended.load(Ordering::Acquire) {
            return;
        }
        // If nobody is left to run this, closing the session does it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (writer, object) = (self.writer.clone(), self.object.clone());
        runtime.spawn(async move {
            match object.abort(&writer).await {
                Err(error) if error.delivery() != Delivery::Answered => {
                    tracing::debug!(%error, "aborting a lease failed");
                }
                _ => writer.session().open_leases.remove(object.moref()),
            }
        });
    }
}

fn state(seen: &ObjectProperties) -> Option<HttpNfcLeaseState> {
    seen.text("state").map(Into::into)
}

fn ready_of(seen: &ObjectProperties) -> Option<ReadyLease> {
    let info = seen.object::<HttpNfcLeaseInfo>("info")?;
    let seconds = u64::try_from(info.lease_timeout).unwrap_or(0);
    Some(ReadyLease {
        entity: info.entity.clone(),
        timeout: Duration::from_secs(seconds.max(1)),
        devices: info.device_url.clone(),
    })
}

fn failed(seen: &ObjectProperties) -> LeaseError {
    match seen.object::<LocalizedMethodFault>("error") {
        Some(fault) => LeaseError::ended_with(fault.clone()),
        None => LeaseError::Ended,
    }
}
