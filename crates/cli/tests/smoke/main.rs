//! The binary against a mock vCenter that has nothing in it: login, trust, exit codes, and what is never shown.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod bench;
mod connecting;
mod offline;
mod packages;
mod running;
