//! The client against a scripted server in this process: sessions, retries, properties, waits.
//!
//! Time is tokio's paused clock, so nothing here sleeps for real.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod collector;
mod fake;
mod leases;
mod properties;
mod redaction;
mod rest;
mod sessions;
mod silence;
mod unserved;
mod waits;
