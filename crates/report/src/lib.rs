//! What people and machines see of a run.
//!
//! [`write_plan`] and [`write_summary`] give text for people. The other consumers take
//! [`Event`](orchestrator::Event)s one by one: [`LiveProgress`] draws bars on a terminal, [`PlainLines`]
//! writes one line per change of state, [`JsonLines`] the versioned machine form, of which [`json_line`] is one line. [`follow`] feeds them.
//! [`write_plan_json`] gives a whole plan in that form as one document.
//!
//! Everything is written to what is passed in; nothing here prints, reads the environment, or looks for a
//! terminal. Text that came from elsewhere is cleaned of control characters.

mod consumer;
mod groups;
mod jsonl;
mod layout;
mod live;
mod plain;
mod plan_text;
mod running;
mod style;
mod summary_text;
mod tables;
mod terminal;
mod text;
mod timestamp;

pub use consumer::{Consumer, follow};
pub use jsonl::{JsonLines, SCHEMA_VERSION, json_line, write_plan_json};
pub use live::LiveProgress;
pub use plain::PlainLines;
pub use plan_text::write_plan;
pub use style::{Colour, ColourChoice, Glyphs, Style, Surroundings};
pub use summary_text::write_summary;
pub use tables::write_table;
pub use terminal::ScreenSize;
pub use timestamp::seconds as utc_seconds;
