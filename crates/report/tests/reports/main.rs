//! What people and machines see, compared with what they should see.

#![expect(clippy::unwrap_used, reason = "a test may panic, also in its samples")]

mod json_lines;
mod live;
mod plain;
mod plan;
mod recorded;
mod sample;
mod saved;
mod silence;
mod summary;
