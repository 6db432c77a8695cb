//! Licence keys in traces. The schema does not mark them as secrets, and they turn up in many members; their form is
//! always the same: five groups of five letters and digits.

use std::borrow::Cow;

const GROUPS: usize = 5;
const GROUP: usize = 5;
const LENGTH: usize = GROUPS * (GROUP + 1) - 1;

/// The text with the first four groups of every licence key masked.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut shown = String::new();
    let mut from = 0;
    let mut at = 0;
    while at + LENGTH <= bytes.len() {
        if !is_key(bytes, at) {
            at += 1;
            continue;
        }
        shown.push_str(&text[from..at]);
        shown.push_str("*****-*****-*****-*****");
        from = at + LENGTH - GROUP - 1;
        at += LENGTH;
    }
    if from == 0 && shown.is_empty() {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[from..]);
    Cow::Owned(shown)
}

fn is_key(bytes: &[u8], at: usize) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let fits = |place: usize| match place % (GROUP + 1) {
        GROUP => bytes[at + place] == b'-',
        _ => letter(bytes[at + place]),
    };
    let alone = |byte: Option<&u8>| byte.is_none_or(|byte| !letter(*byte) && *byte != b'-');
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    (0..LENGTH).all(fits) && alone(before) && alone(bytes.get(at + LENGTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_masked_and_nothing_else_is() {
        let key = "4V492-C4NAR-Y7Q9K-0XD82-1WWQ4";
        let table = [
            (
                format!("<licenseKey>{key}</licenseKey>"),
                "<licenseKey>*****-*****-*****-*****-1WWQ4</licenseKey>",
            ),
            (
                format!("{key} é \"{key}\""),
                "*****-*****-*****-*****-1WWQ4 é \"*****-*****-*****-*****-1WWQ4\"",
            ),
            (format!("{key}-AAAAA"), "4V492-C4NAR-Y7Q9K-0XD82-1WWQ4-AAAAA"),
            (key.to_lowercase(), "4v492-c4nar-y7q9k-0xd82-1wwq4"),
            (String::new(), ""),
        ];
        for (text, expected) in table {
            assert_eq!(masked(&text), expected);
        }
    }
}
