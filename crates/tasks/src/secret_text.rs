//! Texts with secrets in them: `%NAME%` stands for one that the task declares.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

/// The names between percent signs in `text`.
pub(crate) fn names_in(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        let Some((name, next)) = after.split_once('%') else { break };
        let is_name = !name.is_empty()
            && name.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
        if is_name {
            names.push(name);
            rest = next;
        } else {
            rest = after;
        }
    }
    names
}

/// `text` with the secrets in their places.
pub(crate) fn filled(text: &str, secrets: &BTreeMap<String, SecretString>) -> SecretString {
    let mut filled = String::new();
    let mut rest = text;
    for name in names_in(text) {
        let mark = format!("%{name}%");
        let Some((before, after)) = rest.split_once(&mark) else { continue };
        filled.push_str(before);
        match secrets.get(name) {
            Some(secret) => filled.push_str(secret.expose_secret()),
            None => filled.push_str(&mark),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_other_percent_signs_stay() {
        let secrets =
            BTreeMap::from([("a".to_owned(), "%b%".into()), ("b".to_owned(), "B".into())]);
        for (text, wanted) in
            [("x%a%y%b%", "x%b%yB"), ("100% %a", "100% %a"), ("%%a%", "%%b%"), ("%none%", "%none%")]
        {
            assert_eq!(filled(text, &secrets).expose_secret(), wanted, "{text}");
        }
    }
}
