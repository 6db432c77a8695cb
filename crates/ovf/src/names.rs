//! Names of files in a package: which are safe to follow.
//!
//! A name is relative to the descriptor and stays below its folder. It is never used to write anything, but a
//! package in a folder is read by its names, and must not make us upload a file from elsewhere.

/// Longest name.
const MAX_BYTES: usize = 1024;

/// Why a name is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No name.
    #[error("the name is empty")]
    Empty,
    /// From the root of the file system, or of a drive.
    #[error("the name is absolute; names in a package are relative to its descriptor")]
    Absolute,
    /// Through the folder above.
    #[error("the name leads out of the package")]
    Traversal,
    /// On another machine.
    #[error("the name is an address; every file must be in the package")]
    Address,
    /// Control characters, backslashes, not UTF-8, too long.
    #[error("the name has {0}")]
    Odd(&'static str),
}

/// Without a leading `./`, which some writers put before every name.
pub(crate) fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

/// Whether the name, also with `%2e` and its like decoded, stays within the package.
pub(crate) fn check(name: &str) -> Result<(), NameError> {
    check_literally(name)?;
    match decoded(name) {
        Some(decoded) => check_literally(&decoded),
        None => Ok(()),
    }
}

fn check_literally(name: &str) -> Result<(), NameError> {
    let name = plain(name);
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > MAX_BYTES {
        return Err(NameError::Odd("more than 1024 bytes"));
    }
    if name.starts_with('/') || name.starts_with('\\') {
        return Err(NameError::Absolute);
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return Err(NameError::Traversal);
    }
    let scheme = name.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some(drive) if drive.len() == 1 => return Err(NameError::Absolute),
        Some(_) if name.contains("://") => return Err(NameError::Address),
        Some(_) => return Err(NameError::Odd("a colon")),
        None => {}
    }
    if name.contains('\\') {
        return Err(NameError::Odd("a backslash"));
    }
    if name.chars().any(char::is_control) {
        return Err(NameError::Odd("a control character"));
    }
    if name.split('/').any(|part| part.is_empty() || part == ".") {
        return Err(NameError::Odd("an empty part"));
    }
    Ok(())
}

/// The name with `%20` and its like decoded, as references in XML may be written; nothing when there are none, or
/// when what comes out is not UTF-8.
pub(crate) fn decoded(name: &str) -> Option<String> {
    if !name.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let hex = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[3..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok().filter(|decoded| decoded != name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_within_the_package_are_followed() {
        for good in
            ["a.vmdk", "./a.vmdk", "disks/a.vmdk", "a b.vmdk", "a%20b", "..a", "a..b", "50%"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        let bad = [
            ("", NameError::Empty),
            ("/etc/passwd", NameError::Absolute),
            ("\\\\server\\share", NameError::Absolute),
            ("C:\\a", NameError::Absolute),
            ("../a", NameError::Traversal),
            ("a/../../b", NameError::Traversal),
            ("a\\..\\b", NameError::Traversal),
            ("%2e%2e/a", NameError::Traversal),
            ("%2fetc/passwd", NameError::Absolute),
            ("https://e.example/a", NameError::Address),
            ("ab:c", NameError::Odd("a colon")),
            ("a\\b", NameError::Odd("a backslash")),
            ("a\nb", NameError::Odd("a control character")),
            ("a\0", NameError::Odd("a control character")),
            ("a//b", NameError::Odd("an empty part")),
            ("a/./b", NameError::Odd("an empty part")),
        ];
        for (name, error) in bad {
            assert_eq!(check(name), Err(error), "{name}");
        }
        assert!(check(&"a".repeat(1025)).is_err());
    }
}
