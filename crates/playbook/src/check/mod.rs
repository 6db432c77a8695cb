//! Checks a tree of values against the language and a catalogue: [`check`].
//!
//! Each part reports all it finds into the session and goes on; what cannot be judged is passed over, so that one
//! mistake is said once.

mod address;
mod catalogue;
mod connections;
mod document;
mod expand;
mod fields;
mod graph;
mod installed;
mod needs;
mod scalars;
mod secret;
mod task;
mod values;
mod variables;
mod words;

pub use catalogue::catalogue_mistakes;
pub use connections::CONNECTION_FIELDS;
pub use document::{Options, check, check_args, check_fields};
pub(crate) use task::TASK_KEYS;
