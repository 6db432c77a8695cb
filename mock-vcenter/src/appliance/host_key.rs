//! The SSH host keys of an appliance: the same in every run with the same seed.

use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::Ed25519Keypair;
use sha2::{Digest, Sha256};
use vim25::MoRef;

/// The key of this VM after it was made anew `generation` times.
pub(super) fn host_key(seed: u64, vm: &MoRef, generation: u64) -> PrivateKey {
    let digest = Sha256::new()
        .chain_update(b"appliance host key")
        .chain_update(seed.to_be_bytes())
        .chain_update(vm.value.as_bytes())
        .chain_update(generation.to_be_bytes())
        .finalize();
    PrivateKey::from(Ed25519Keypair::from_seed(&digest.into()))
}
