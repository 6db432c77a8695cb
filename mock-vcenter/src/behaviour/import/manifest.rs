//! What came in, with checksums: `HttpNfcLeaseGetManifest`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::{Digest, Sha1};
use sha2::Sha256;
use vim25::Str;
use vim25::methods::HttpNfcLeaseGetManifest;
use vim25::types::HttpNfcLeaseManifestEntry;

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::storage::Storage;

use super::lease::{HttpNfcLease, LeaseDevice};
use super::methods::check_open;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add_waiting::<HttpNfcLeaseGetManifest, _>(|call, _| get_manifest(call));
}

async fn get_manifest(call: Call) -> Result<Vec<HttpNfcLeaseManifestEntry>, Fault> {
    let lease = call.snapshot().get::<HttpNfcLease>(call.this()).cloned();
    let lease = lease.ok_or_else(|| Fault::object_not_found(call.this()))?;
    check_open(&lease, true)?;
    let storage = call.core().storage.clone();
    // The files are read again: sums while they come in would slow every import down for the few that ask.
    let read = tokio::task::spawn_blocking(move || {
        let complete = lease.devices.iter().filter(|device| device.uploaded.is_some());
        complete.map(|device| entry(device, &storage)).collect::<io::Result<Vec<_>>>()
    });
    let entries = read.await.map_err(io::Error::other).flatten();
    entries.map_err(|error| Fault::system_error(error.to_string()))
}

fn entry(device: &LeaseDevice, storage: &Storage) -> io::Result<HttpNfcLeaseManifestEntry> {
    let place = storage.locate(&device.file).map_err(io::Error::other)?;
    let (sha1, sha256, size) = sums(&place)?;
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    Ok(HttpNfcLeaseManifestEntry {
        key: device.key.clone(),
        checksum: Some(if device.wants_sha256 { sha256 } else { sha1.clone() }),
        checksum_type: Some(if device.wants_sha256 { "sha256" } else { "sha1" }.into()),
        sha1,
        size,
        disk: device.disk.is_some(),
        capacity: device.disk.map(|_| device.capacity),
        populated_size: device.disk.map(|_| size),
        ..Default::default()
    })
}

fn sums(place: &Path) -> io::Result<(Str, Str, u64)> {
    let mut file = File::open(place)?;
    let (mut sha1, mut sha256, mut size) = (Sha1::new(), Sha256::new(), 0);
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        sha1.update(&piece[..read]);
        sha256.update(&piece[..read]);
        size += read as u64;
    }
    Ok((hex(&sha1.finalize()), hex(&sha256.finalize()), size))
}

fn hex(bytes: &[u8]) -> Str {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}
