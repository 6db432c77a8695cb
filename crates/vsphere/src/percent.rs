//! Percent escapes, as URLs and vCenter's inventory names use them.
//!
//! vCenter stores `/`, `\` and `%` in names as `%2f`, `%5c` and `%25`. Unknown or broken escapes stay
//! as they are, because older servers did not escape at all.

use std::fmt::Write as _;

/// Takes every `%XX` out of `text`; a broken escape, or one that is not UTF-8, stays as written.
#[must_use]
pub fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = (byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        if let Some(value) = escaped.and_then(hex_pair) {
            out.push(value);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// Writes a plain name the way vCenter stores it.
#[must_use]
pub fn escape_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '%' => out.push_str("%25"),
            '/' => out.push_str("%2f"),
            '\\' => out.push_str("%5c"),
            other => out.push(other),
        }
    }
    out
}

/// Writes a text as one level of a URL's path, or one value of its query.
#[must_use]
pub fn escape_url(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let &[high, low] = pair else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_way_to_vcenter_and_back() {
        for name in ["plain", "a/b", "100%", "%2f", "c:\\d", "日本/語", ""] {
            assert_eq!(unescape(&escape_name(name)), name);
        }
        assert_eq!(escape_name("a/b%"), "a%2fb%25");
    }

    #[test]
    fn broken_escapes_stay_as_written() {
        for text in ["50%", "%zz", "%2", "%ff"] {
            assert_eq!(unescape(text), text);
        }
    }
}
