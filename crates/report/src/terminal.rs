//! A terminal made of anything that can be written to, for the bars to be drawn on.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

/// Columns and rows of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScreenSize {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// Asked before each drawing, as a window may change its size.
pub(crate) type SizeOf = Box<dyn Fn() -> ScreenSize + Send + Sync>;

/// Steers the cursor of whatever shows what is written to `out`.
pub(crate) struct Terminal {
    out: Mutex<Box<dyn Write + Send>>,
    size: SizeOf,
}

impl Terminal {
    pub(crate) fn new(out: Box<dyn Write + Send>, size: SizeOf) -> Self {
        Self { out: Mutex::new(out), size }
    }

    fn out(&self) -> MutexGuard<'_, Box<dyn Write + Send>> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn move_cursor(&self, steps: usize, direction: char) -> io::Result<()> {
        if steps == 0 {
            return Ok(());
        }
        self.out().write_all(format!("\x1b[{steps}{direction}").as_bytes())
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal").finish_non_exhaustive()
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        (self.size)().columns
    }

    fn height(&self) -> u16 {
        (self.size)().rows
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.move_cursor(n, 'D')
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.out().write_all(format!("{line}\n").as_bytes())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.out().write_all(text.as_bytes())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.out().write_all(b"\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        self.out().flush()
    }
}
