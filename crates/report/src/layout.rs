//! Lines on a page of a given width: hanging indents and aligned columns.
//!
//! [`Page`] cleans, wraps and writes; nothing longer than the width leaves it.

use std::io::{self, Write};

use crate::style::{Style, Tone};
use crate::text::{columns, longest_word, pad, wrap};

/// Where text is written line by line.
pub(crate) struct Page<'a, W> {
    out: &'a mut W,
    pub(crate) style: Style,
}

impl<'a, W: Write> Page<'a, W> {
    pub(crate) fn new(out: &'a mut W, style: &Style) -> Self {
        Self { out, style: *style }
    }

    pub(crate) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A line that is written as it is, because it is known to fit.
    pub(crate) fn raw(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{}", line.trim_end())
    }

    /// A paragraph without a mark.
    pub(crate) fn text(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.hanging(indent, "", None, text)
    }

    /// A heading.
    pub(crate) fn heading(&mut self, indent: usize, text: &str) -> io::Result<()> {
        let room = self.style.columns().saturating_sub(indent);
        for line in wrap(&self.style.fit(text), room) {
            let line = self.style.paint(Tone::Strong, &line);
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    /// A paragraph after a painted mark; further lines are aligned with the first word.
    pub(crate) fn marked(
        &mut self,
        indent: usize,
        (mark, tone): (&str, Tone),
        text: &str,
    ) -> io::Result<()> {
        self.hanging(indent, &format!("{mark} "), Some(tone), text)
    }

    /// A paragraph after a label in a column of its own.
    pub(crate) fn labelled(
        &mut self,
        indent: usize,
        (label, width): (&str, usize),
        text: &str,
    ) -> io::Result<()> {
        let label = self.style.fit(label);
        let column = width.min(self.style.columns() / 3);
        let text = self.style.fit(text);
        let hang = indent + columns(&label).max(column) + 2;
        let room = self.style.columns();
        let too_long = columns(&label) > column && hang + columns(&text) > room;
        if too_long || hang + longest_word(&text) > room {
            // On a line of its own, so that the text keeps some room.
            self.text(indent, &label)?;
            return self.hanging(indent + 2, "", None, &text);
        }
        self.hanging(indent, &format!("{}  ", pad(&label, column)), None, &text)
    }

    fn hanging(
        &mut self,
        indent: usize,
        mark: &str,
        tone: Option<Tone>,
        text: &str,
    ) -> io::Result<()> {
        let hang = indent + columns(mark);
        let lines = wrap(&self.style.fit(text), self.style.columns().saturating_sub(hang));
        let painted = tone.map_or_else(|| mark.to_owned(), |tone| self.style.paint(tone, mark));
        for (number, line) in lines.iter().enumerate() {
            let line = match number {
                0 => format!("{:indent$}{painted}{line}", ""),
                _ => format!("{:hang$}{line}", ""),
            };
            self.raw(&line)?;
        }
        Ok(())
    }
}
