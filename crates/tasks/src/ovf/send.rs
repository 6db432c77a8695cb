//! Sends the files of a package under a lease.
//!
//! Files that can be read in any order go several at once; a package that comes in one pass goes file after
//! file. Either way a file is judged while it is sent, and its last bytes leave only when it is right.

use std::io;
use std::sync::Arc;

use orchestrator::{StepScope, TaskError};
use ovf::{FileReader, Package, PackageError, PackageFile};
use tokio::task::JoinSet;
use vim25::types::OvfFileItem;
use vsphere::transfer::{Lease, LeaseError, Meter, ReadyLease, UploadBody};

use super::source::OpenError;
use super::words::size;
use crate::trouble::Doing;

/// Files that are sent at once: enough to keep a host busy, and a few MiB of memory.
const AT_ONCE: usize = 4;

/// Why files were not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error(transparent)]
    Lease(#[from] LeaseError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the server asks for `{0}`, which the package does not have")]
    NotInPackage(String),
    #[error("the package did not have `{0}`, which the server asks for")]
    NotSent(String),
    #[error("`{0}` is compressed and comes in one pass, so its size is not known")]
    SizeUnknown(String),
    #[error("cannot read `{name}`")]
    Read {
        name: String,
        #[source]
        cause: io::Error,
    },
    #[error("the package changed since it was planned")]
    Changed,
    #[error("cannot write down that all was sent")]
    Noting(#[source] TaskError),
    #[error("the run is stopping")]
    Stopping,
    #[error("a part of the work ended unexpectedly")]
    Crashed,
}

/// The work of sending, shared by all files.
#[derive(Clone)]
pub(super) struct Sender {
    pub(super) lease: Arc<Lease>,
    pub(super) ready: Arc<ReadyLease>,
    pub(super) meter: Meter,
}

impl Sender {
    pub(super) async fn send(&self, item: &OvfFileItem, body: UploadBody) -> Result<(), SendError> {
        let (device, create, path) = (item.device_id.as_str(), item.create, item.path.as_str());
        Ok(self.lease.send(&self.ready, device, create, path, body).await?)
    }

    /// Sends the files of a package that can be read in any order.
    pub(super) async fn send_all(
        &self,
        package: &Package,
        items: Vec<OvfFileItem>,
    ) -> Result<(), SendError> {
        // A disk of differences is made after the one it differs from.
        let chained = package.descriptor().disks.iter().any(|disk| disk.parent.is_some());
        let at_once = if chained { 1 } else { AT_ONCE };
        let mut sending = JoinSet::new();
        for item in items {
            if sending.len() >= at_once {
                ended(sending.join_next().await)?;
            }
            let file = package.file_by_href(&item.path).cloned();
            let file = file.ok_or_else(|| SendError::NotInPackage(item.path.to_string()))?;
            let sender = self.clone();
            sending.spawn(async move {
                let length = length_of(&file).await?;
                let body =
                    UploadBody::reading(Box::new(opened(&file).await?), length, &sender.meter);
                sender.send(&item, body).await
            });
        }
        while !sending.is_empty() {
            ended(sending.join_next().await)?;
        }
        Ok(())
    }
}

fn ended(
    joined: Option<Result<Result<(), SendError>, tokio::task::JoinError>>,
) -> Result<(), SendError> {
    match joined {
        Some(Ok(outcome)) => outcome,
        Some(Err(_)) => Err(SendError::Crashed),
        None => Ok(()),
    }
}

/// A reader of a compressed file reads its beginning at once, from a server perhaps.
async fn opened(file: &PackageFile) -> Result<FileReader, SendError> {
    let file = file.clone();
    tokio::task::spawn_blocking(move || file.reader()).await.map_err(|_| SendError::Crashed)
}

/// How many bytes its reader will give. A compressed file does not tell, so it is read once for that.
async fn length_of(file: &PackageFile) -> Result<u64, SendError> {
    let mut reader = opened(file).await?;
    if let Some(size) = reader.size() {
        return Ok(size);
    }
    let name = reader.name().to_owned();
    let counted = tokio::task::spawn_blocking(move || io::copy(&mut reader, &mut io::sink()));
    let counted = counted.await.map_err(|_| SendError::Crashed)?;
    counted.map_err(|cause| SendError::Read { name, cause })
}

/// What a lease is told, and what an operator sees.
pub(super) fn percent(meter: &Meter, total: u64, scope: &StepScope) -> u8 {
    let sent = meter.bytes();
    let percent = sent.saturating_mul(100).checked_div(total).unwrap_or(0).min(99);
    let percent = u8::try_from(percent).unwrap_or(99);
    scope.progress(Some(percent), format!("sending {} of {}", size(sent), size(total.max(sent))));
    percent
}

impl SendError {
    /// The same as the error of a step. What was begun has been aborted, so nothing of it is left.
    pub(super) fn told(self, doing: &Doing) -> TaskError {
        let hint = match &self {
            Self::Lease(LeaseError::File(error)) if error.source_failure().is_some() => {
                Some("get the package anew".to_owned())
            }
            Self::Lease(error) => error.hint(),
            Self::Package(_) | Self::Read { .. } => Some("get the package anew".to_owned()),
            Self::SizeUnknown(_) => Some("download the package and deploy the file".to_owned()),
            Self::Changed => Some("plan again".to_owned()),
            _ => None,
        };
        let code = self.code();
        let mut error = doing.error().delivery(orchestrator::Delivery::Answered);
        error.code = code;
        error.hint = hint;
        error.caused_by(self)
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Lease(LeaseError::Lost(_) | LeaseError::Expired(_) | LeaseError::Ended) => {
                "ovf-lease-lost"
            }
            Self::Lease(LeaseError::File(error)) if error.source_failure().is_some() => {
                "ovf-package"
            }
            Self::Lease(LeaseError::File(_)) => "ovf-upload",
            Self::Lease(_) => "ovf-import",
            Self::Stopping => orchestrator::CODE_CANCELLED,
            Self::Crashed => "internal-bug",
            _ => "ovf-package",
        }
    }
}
