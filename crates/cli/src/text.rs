//! Laying text out: wrapped paragraphs with an indent, and nothing that steers a terminal.

/// Breaks `text` at spaces into lines of at most `width` columns, each with `indent` spaces before.
pub(crate) fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let margin = " ".repeat(indent);
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            lines.push('\n');
            used = 0;
        }
        let gap = if used == 0 { margin.as_str() } else { " " };
        lines.push_str(gap);
        lines.push_str(word);
        used += length + usize::from(used > 0);
    }
    lines.push('\n');
    lines
}

/// Names that come from elsewhere must not steer the terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_words_stay_whole() {
        assert_eq!(
            wrapped("a bb  ccc dddddddddddddddddd e", 2, 24),
            "  a bb ccc\n  dddddddddddddddddd e\n"
        );
        assert_eq!(wrapped("", 2, 30), "\n");
    }
}
