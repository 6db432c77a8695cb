//! Renders the page.

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, Output, State, Value};

use super::page::PageView;
use crate::particulars::Particulars;
use crate::recorded::RecordedRun;
use crate::text::clean;

const PAGE: &str = include_str!("../../templates/run.html");
const TABLE: &str = include_str!("../../templates/table.html");
const STYLE: &str = include_str!("../../templates/run.css");

/// Writes the page of a run.
///
/// # Errors
/// When `out` fails.
pub fn write_html(
    out: &mut impl Write,
    run: &RecordedRun,
    particulars: &Particulars,
) -> io::Result<()> {
    let page = render(run, particulars).map_err(io::Error::other)?;
    out.write_all(page.as_bytes())
}

fn render(run: &RecordedRun, particulars: &Particulars) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(put_in);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_filter("ticked", ticked);
    environment.add_function("plain", |state: &mut State<'_, '_>, table: Value| {
        draw(state, table, "plain")
    });
    environment.add_function("matrix", |state: &mut State<'_, '_>, table: Value| {
        draw(state, table, "matrix")
    });
    let view = Value::from(Serde(PageView::of(run, particulars)));
    let style = Value::from_safe_string(STYLE.to_owned());
    let context = minijinja::context! { page => view, style };
    environment.render_str(PAGE, context)
}

/// What stands between backticks becomes code; every part is cleaned and escaped by itself.
fn ticked(text: &str) -> Value {
    let text = clean(text);
    let mut html = String::new();
    // An odd one out is a character like any other.
    let pairs = text.matches('`').count() / 2;
    for (place, part) in text.splitn(pairs * 2 + 1, '`').enumerate() {
        let part = HtmlEscape(part);
        html.push_str(&if place % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part.to_string()
        });
    }
    Value::from_safe_string(html)
}

/// A table inside the page; what is in it is escaped by its own template.
fn draw(state: &mut State<'_, '_>, table: Value, kind: &str) -> Result<Value, minijinja::Error> {
    let drawn = state.env().render_str(TABLE, minijinja::context! { table, kind })?;
    Ok(Value::from_safe_string(drawn))
}

/// What is put into the page is cleaned of characters that turn text around or cannot be seen, and escaped.
fn put_in(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => {
            minijinja::escape_formatter(out, state, &Value::from(clean(text)))
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_backticks_are_code_and_nothing_else_is_markup() {
        let html = |text| ticked(text).to_string();
        assert_eq!(html("set `das.x` to <8>"), "set <code>das.x</code> to &lt;8&gt;");
        assert_eq!(html("`<b>` and ` alone"), "<code>&lt;b&gt;</code> and ` alone");
        assert_eq!(html("none"), "none");
    }
}
