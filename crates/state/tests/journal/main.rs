//! The journal as it is on a disk: what survives, what is refused, and what is seen from outside.

#![expect(clippy::unwrap_used, reason = "a test may panic, also in its toys")]

mod bench;
mod format;
mod gates;
mod locks;
mod open_work;
mod runs;
mod trouble;
