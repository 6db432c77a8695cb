//! The real transport against TLS servers on loopback: whom it trusts, and what it puts up with.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod bounds;
mod server;
mod trust;
