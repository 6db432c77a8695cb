//! Writes one JSON object per event and line.

use std::io::{self, Write};

use orchestrator::Event;

use super::convert::line;
use crate::consumer::Consumer;

/// Writes events as JSON lines.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: W,
}

impl<W: Write + Send> JsonLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Gives back what was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// The line for an event without its end; `None` for an event that this version of the schema does not know.
#[must_use]
pub fn json_line(event: &Event) -> Option<String> {
    serde_json::to_string(&line(event)?).ok()
}

impl<W: Write + Send> Consumer for JsonLines<W> {
    fn take(&mut self, event: &Event) -> io::Result<()> {
        let Some(line) = line(event) else { return Ok(()) };
        serde_json::to_writer(&mut self.out, &line)?;
        writeln!(self.out)?;
        self.out.flush()
    }
}
