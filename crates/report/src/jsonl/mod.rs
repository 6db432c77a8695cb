//! Events as JSON lines, in a schema of its own that carries a version.
//!
//! [`JsonLines`] turns runtime types into the mirror types of `schema.rs`; the two are kept apart so that
//! the engine may change without changing what others parse. `read.rs` goes the other way, for what was written
//! earlier. `docs/events.md` describes every field, and `described.rs` does for machines.

mod convert;
mod described;
mod document;
mod read;
mod schema;
mod writer;

pub(crate) use convert::{items_of, plan_tasks, servers_of, totals};
pub use described::events_schema;
pub use document::write_plan_json;
pub use read::ReadError;
pub(crate) use read::{facts, failure, head, program_of, read_line, status, tables, time, token};
pub use schema::SCHEMA_VERSION;
pub(crate) use schema::{Body, Change, Item, Line, Server, Task, Text, Totals};
pub use writer::{JsonLines, json_line};
