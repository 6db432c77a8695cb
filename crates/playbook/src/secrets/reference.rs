//! A reference to a secret: [`SecretRef`]. It names a place, never a value.

use std::fmt;
use std::path::PathBuf;

/// Where a secret is to be read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SecretRef {
    /// An environment variable.
    Env(String),
    /// The content of a file that only its owner can read.
    File(PathBuf),
    /// What a program prints: its path or name, then its arguments. No shell is involved.
    Command(Vec<String>),
    /// What the operator types, asked with this text.
    Prompt(String),
}

/// The place in words. Arguments of a command are left out, since careless ones may carry secrets.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "environment variable `{name}`"),
            SecretRef::File(path) => write!(f, "file `{}`", path.display()),
            SecretRef::Command(argv) => {
                write!(f, "command `{}`", argv.first().map_or("", String::as_str))
            }
            SecretRef::Prompt(text) => write!(f, "prompt `{text}`"),
        }
    }
}
