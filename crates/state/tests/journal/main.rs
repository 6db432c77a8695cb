//! The journal as it is on a disk: what survives, what is refused, and what is seen from outside.

mod bench;
mod gates;
mod runs;
mod trouble;
