//! Values for variables from outside the playbook: [`Overrides`].

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::limits::Limits;
use crate::source::Source;
use crate::yaml::{Node, NodeData, Scalar, parse};

/// Values that replace those of `vars:`. What is set later wins.
#[derive(Clone, Default)]
pub struct Overrides {
    values: BTreeMap<String, Node>,
}

/// Why a value from outside cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// There is no `=`.
    #[error("`{0}` is not of the form NAME=VALUE")]
    NoEquals(String),
    /// The value starts like a list or block but is not well-formed.
    #[error("the value of variable `{name}` is not well-formed")]
    Malformed {
        /// The variable.
        name: String,
        /// Why.
        #[source]
        cause: Box<Diagnostics>,
    },
    /// The file cannot be read.
    #[error("variable file `{name}` is not well-formed")]
    File {
        /// The file.
        name: String,
        /// Why.
        #[source]
        cause: Box<Diagnostics>,
    },
    /// The file is not a block of names.
    #[error("variable file `{0}` is not a block of `name: value` lines")]
    NotABlock(String),
}

impl Overrides {
    /// No values.
    pub fn new() -> Self {
        Overrides::default()
    }

    /// Takes `NAME=VALUE`. `true`, `12` and `null` have their types; a value that starts with `[` or `{` is read
    /// as YAML; everything else is text.
    ///
    /// # Errors
    /// When there is no `=`, or a list or block is not well-formed.
    pub fn assign(&mut self, assignment: &str) -> Result<(), OverrideError> {
        let (name, value) = assignment.split_once('=').unwrap_or((assignment, ""));
        if name.len() == assignment.len() {
            return Err(OverrideError::NoEquals(name.to_owned()));
        }
        let structured = value.starts_with(['[', '{']) && !value.starts_with("{{");
        let node = match structured {
            false => scalar(value),
            true => read(&Source::new(name, value)).map_err(|cause| OverrideError::Malformed {
                name: name.to_owned(),
                cause: Box::new(cause),
            })?,
        };
        self.values.insert(name.to_owned(), node);
        Ok(())
    }

    /// Sets a text as it is.
    pub fn set_text(&mut self, name: &str, text: &str) {
        let node = Node::new(crate::source::Span::NONE, NodeData::Scalar(Scalar::quoted(text)));
        self.values.insert(name.to_owned(), node);
    }

    /// Takes all variables of a file: a YAML block of names and values.
    ///
    /// # Errors
    /// When the file is not well-formed or no such block.
    pub fn load(&mut self, file: &Source) -> Result<(), OverrideError> {
        let name = || file.name().to_owned();
        let root = read(file)
            .map_err(|cause| OverrideError::File { name: name(), cause: Box::new(cause) })?;
        if root.is_null() {
            return Ok(());
        }
        let entries = root.as_map().ok_or_else(|| OverrideError::NotABlock(name()))?;
        let values = entries.iter().map(|e| (e.key.text.to_string(), e.value.clone()));
        self.values.extend(values);
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.values.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// Shows names only: values may be secret references or worse.
impl std::fmt::Debug for Overrides {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

fn scalar(text: &str) -> Node {
    Node::new(crate::source::Span::NONE, NodeData::Scalar(Scalar::plain(text)))
}

fn read(source: &Source) -> Result<Node, Diagnostics> {
    let mut sink = Diagnostics::new(source);
    let root = parse(source, &Limits::default(), &mut sink);
    match sink.has_errors() {
        true => Err(sink),
        false => Ok(root.map_or_else(|| scalar(""), |root| root.without_places())),
    }
}
