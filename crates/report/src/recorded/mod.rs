//! A run as it can be told from its recorded events alone, whoever recorded them and whenever.
//!
//! [`RunReader`] takes lines in the wire form and ends in a [`RecordedRun`], which reports are made of. A run that
//! was killed can be read too: what nobody noted the end of is unknown.

mod reading;
mod run;
mod summing;

pub use reading::RunReader;
pub use run::{Notice, RecordedRun, RecordedStep, StepFate};
