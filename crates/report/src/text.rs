//! Pieces of text: cleaning, measuring, wrapping, times and counts in words.

use std::fmt::Write as _;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text without control characters, so that a name from a server cannot steer the terminal or break a
/// line. Line ends become spaces, the rest becomes visible escapes.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\r' | '\t' => clean.push(' '),
            _ if char.is_control() || is_bidi_control(char) => {
                let _ = write!(clean, "\\u{{{:x}}}", u32::from(char));
            }
            _ => clean.push(char),
        }
    }
    clean
}

fn is_bidi_control(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Columns that the text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Breaks the text at spaces into lines of at most `width` columns; longer words are cut, but for
/// fingerprints.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace().flat_map(|word| cut(word, width)) {
        let gap = usize::from(!line.is_empty());
        if columns(&line) + gap + columns(&word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A fingerprint that is broken over lines cannot be compared or copied, so it rather sticks out.
fn is_fingerprint(word: &str) -> bool {
    let word = word.trim_matches(|char: char| !char.is_ascii_alphanumeric());
    let pairs = || word.split(':');
    pairs().count() >= 16
        && pairs().all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Columns of the longest word.
pub(crate) fn longest_word(text: &str) -> usize {
    text.split_whitespace().map(columns).max().unwrap_or(0)
}

fn cut(word: &str, width: usize) -> Vec<String> {
    if is_fingerprint(word) {
        return vec![word.to_owned()];
    }
    let mut parts = vec![String::new()];
    let mut used = 0;
    for char in word.chars() {
        let wide = char.width().unwrap_or(0);
        if used + wide > width {
            parts.push(String::new());
            used = 0;
        }
        used += wide;
        if let Some(part) = parts.last_mut() {
            part.push(char);
        }
    }
    parts
}

/// The text in `width` columns, padded at its end; never shortened.
pub(crate) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// The text in at most `width` columns, its end replaced by `more` when too long.
pub(crate) fn shorten(text: &str, width: usize, more: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(more));
    let head = cut(text, room.max(1)).into_iter().next().unwrap_or_default();
    format!("{head}{more}")
}

/// A duration for people: `0.4 s`, `12 s`, `2 m 31 s`, `3 h 05 m`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `1 step`, `2 steps`.
pub(crate) fn count(number: usize, one: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {one}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_a_server_cannot_steer_the_terminal() {
        let table = [
            ("vm\x1b[2Jx", "vm\\u{1b}[2Jx"),
            ("two\nlines\ttab", "two lines tab"),
            ("a\u{202e}b\u{85}", "a\\u{202e}b\\u{85}"),
            ("Zürich 東京", "Zürich 東京"),
        ];
        for (dirty, expected) in table {
            assert_eq!(clean(dirty), expected);
        }
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        let text = "a bb 東京東京東京東京東京 cccccccccccccccccccccc d";
        for width in 8..30 {
            let lines = wrap(text, width);
            assert!(lines.iter().all(|line| columns(line) <= width), "{width}: {lines:?}");
            let squeezed = |text: &str| text.replace(' ', "");
            assert_eq!(squeezed(&lines.concat()), squeezed(text));
        }
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn fingerprints_stay_whole() {
        let print = ["A1"; 32].join(":");
        let text = format!("trust `{print}`, or not");
        assert_eq!(
            wrap(&text, 40),
            ["trust".to_owned(), format!("`{print}`,"), "or not".to_owned()]
        );
        let address = ["A1"; 6].join(":");
        assert_eq!(wrap(&address, 10), ["A1:A1:A1:A", "1:A1:A1"]);
    }

    #[test]
    fn times_read_well() {
        let table = [(0, "0.0 s"), (9_940, "9.9 s"), (59_999, "59 s"), (151_000, "2 m 31 s")];
        for (millis, expected) in table {
            assert_eq!(duration(Duration::from_millis(millis)), expected);
        }
        assert_eq!(duration(Duration::from_secs(11_100)), "3 h 05 m");
        assert_eq!(shorten("a long name", 7, "…"), "a long…");
    }
}
