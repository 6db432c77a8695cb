//! OVF packages: descriptor, archive, manifest and digests. No network.
