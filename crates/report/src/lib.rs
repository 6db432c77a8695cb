//! What people and machines see of a run.
//!
//! [`write_plan`] and [`write_summary`] give text for people. The other consumers take
//! [`Event`](orchestrator::Event)s one by one: [`LiveProgress`] draws bars on a terminal, [`PlainLines`]
//! writes one line per change of state, [`JsonLines`] the versioned machine form, of which [`json_line`] is one line. [`follow`] feeds them.
//! [`write_plan_json`] gives a whole plan in that form as one document.
//!
//! A plan in a file is a [`SavedPlan`]; [`Drift`] is a plan in the words of what is no longer as declared.
//! A finished run is read back from its lines by [`RunReader`]; [`write_html`] and [`write_junit`] make reports of
//! what it found.
//!
//! Everything is written to what is passed in; nothing here prints, reads the environment, or looks for a
//! terminal. Text that came from elsewhere is cleaned of control characters.

mod consumer;
mod drift;
mod groups;
mod html;
mod jsonl;
mod junit;
mod layout;
mod live;
mod particulars;
mod plain;
mod plan_text;
mod recorded;
mod running;
mod saved;
mod silence_text;
mod style;
mod summary_text;
mod tables;
mod terminal;
mod text;
mod timestamp;

pub use consumer::{Consumer, follow};
pub use drift::{Drift, Drifted};
pub use html::write_html;
pub use jsonl::{JsonLines, ReadError, SCHEMA_VERSION, events_schema, json_line, write_plan_json};
pub use junit::write_junit;
pub use live::LiveProgress;
pub use particulars::{BeforeAfter, ByHand, Particulars};
pub use plain::PlainLines;
pub use plan_text::write_plan;
pub use recorded::{Notice, RecordedRun, RecordedStep, RunReader, StepFate};
pub use saved::{Difference, PlanOrigin, SavedPlan, SavedPlanError};
pub use style::{Colour, ColourChoice, Glyphs, Style, Surroundings};
pub use summary_text::{Ending, write_summary};
pub use tables::write_table;
pub use terminal::ScreenSize;
pub use timestamp::seconds as utc_seconds;
