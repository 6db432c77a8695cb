//! The real transport against TLS servers on loopback: whom it trusts, and what it puts up with.

mod bounds;
mod server;
mod trust;
