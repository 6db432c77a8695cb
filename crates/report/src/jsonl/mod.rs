//! Events as JSON lines, in a schema of its own that carries a version.
//!
//! [`JsonLines`] turns runtime types into the mirror types of `schema.rs`; the two are kept apart so that
//! the engine may change without changing what others parse. `docs/events.md` describes every field.

mod convert;
mod document;
mod schema;
mod writer;

pub use document::write_plan_json;
pub use schema::SCHEMA_VERSION;
pub use writer::{JsonLines, json_line};
