//! What does not go well, shown once per cause with everybody it concerns.

use std::io::{self, Write};

use crate::layout::Page;
use crate::style::{Style, Tone};

/// Names shown before the rest is only counted.
const NAMED: usize = 24;
/// The column of `cause`, `fix` and `on`.
const LABEL: usize = 5;

/// One cause and whom it concerns.
pub(crate) struct Group<'a> {
    pub(crate) mark: &'a str,
    pub(crate) what: String,
    pub(crate) code: &'a str,
    pub(crate) causes: Vec<&'a str>,
    pub(crate) fix: Option<&'a str>,
    pub(crate) members: Vec<String>,
}

/// Writes one group.
pub(crate) fn write_group<W: Write>(
    page: &mut Page<'_, W>,
    indent: usize,
    group: &Group<'_>,
) -> io::Result<()> {
    let Group { mark, what, code, causes, fix, members } = group;
    let number = match members.len() {
        0 | 1 => String::new(),
        number => format!("{number} {} ", page.style.times()),
    };
    page.marked(indent, (mark, Tone::Bad), &format!("{number}{what} [{code}]"))?;
    let inner = indent + 4;
    if !causes.is_empty() {
        page.labelled(inner, ("cause", LABEL), &causes.join(": "))?;
    }
    if let Some(fix) = fix {
        page.labelled(inner, ("fix", LABEL), fix)?;
    }
    if !members.is_empty() {
        page.labelled(inner, ("on", LABEL), &names(members, &page.style))?;
    }
    Ok(())
}

/// Names in a row; beyond [`NAMED`] only their number.
pub(crate) fn names(members: &[String], style: &Style) -> String {
    match members.get(..NAMED) {
        Some(shown) if members.len() > NAMED => {
            let rest = members.len() - NAMED;
            format!("{} {} and {rest} more", shown.join(", "), style.more())
        }
        _ => members.join(", "),
    }
}
