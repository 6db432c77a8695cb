//! Tables that tasks give, drawn within the width of the page.
//!
//! Where the columns cannot fit without cutting words, each row becomes a short list instead.

use std::io::{self, Write};

use comfy_table::{
    ColumnConstraint, ContentArrangement, LineStyle, Table as Drawn, TableStyle, Width,
};
use orchestrator::Table;

use crate::layout::Page;
use crate::style::Style;
use crate::text::{columns, longest_word};

/// Space between two columns: one of padding, one where a line between them would be.
const GAP: usize = 2;

/// Writes one table with its title.
///
/// # Errors
/// When `out` fails.
pub fn write_table(out: &mut impl Write, table: &Table, style: &Style) -> io::Result<()> {
    place_table(&mut Page::new(out, style), 0, table)
}

/// Draws one table with its title on a page.
pub(crate) fn place_table<W: Write>(
    page: &mut Page<'_, W>,
    indent: usize,
    table: &Table,
) -> io::Result<()> {
    page.heading(indent, &table.title)?;
    let room = page.style.columns().saturating_sub(indent);
    let narrowest = longest_words(table, &page.style);
    let needed: usize = narrowest.iter().map(|width| width + GAP).sum();
    if needed > room {
        return write_list(page, indent, table);
    }
    for line in draw(page, room, table, &narrowest).lines() {
        page.raw(&format!("{:indent$}{line}", ""))?;
    }
    Ok(())
}

fn draw<W>(page: &Page<'_, W>, room: usize, table: &Table, narrowest: &[usize]) -> Drawn {
    let line = page.style.pick('─', '-');
    let mut drawn = Drawn::new();
    drawn
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill(line).junction(' ')))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(fixed(room))
        .set_header(cells(&table.columns, &page.style));
    for row in &table.rows {
        drawn.add_row(cells(row, &page.style));
    }
    for (column, width) in drawn.column_iter_mut().zip(narrowest) {
        column.set_padding((0, 1));
        let width = Width::Fixed(fixed(width + 1));
        column.set_constraint(ColumnConstraint::LowerBoundary(width));
    }
    drawn
}

/// Per column the longest word, so that no word is cut.
fn longest_words(table: &Table, style: &Style) -> Vec<usize> {
    let longest = |text: &str| longest_word(&style.fit(text));
    let column = |(place, head): (usize, &String)| {
        let cells = table.rows.iter().filter_map(|row| row.get(place));
        cells.chain([head]).map(|cell| longest(cell)).max().unwrap_or(0)
    };
    table.columns.iter().enumerate().map(column).collect()
}

fn fixed(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

fn cells(texts: &[String], style: &Style) -> Vec<String> {
    texts.iter().map(|text| style.fit(text)).collect()
}

fn write_list<W: Write>(page: &mut Page<'_, W>, indent: usize, table: &Table) -> io::Result<()> {
    let width = table.columns.iter().map(|column| columns(column)).max().unwrap_or(0);
    for (number, row) in table.rows.iter().enumerate() {
        if number > 0 {
            page.blank()?;
        }
        for (column, value) in table.columns.iter().zip(row) {
            page.labelled(indent, (column, width), value)?;
        }
    }
    Ok(())
}
