//! Why a document could not be decoded, and where.

use crate::Str;

/// A document that could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot decode the XML document at byte {offset}, element `{path}`: {problem}")]
pub struct DecodeError {
    /// Byte offset in the document.
    pub offset: usize,
    /// The elements around the place, outermost first, joined with `/`.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is not well-formed XML.
    #[error("not well-formed XML: {0}")]
    Malformed(String),
    /// It is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// It has a document type declaration, which no vSphere server sends.
    #[error("a document type declaration is not accepted")]
    Doctype,
    /// It is larger than [`crate::xml::Limits`] admits.
    #[error("more than {limit} {what}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// It ends too early.
    #[error("the document ends too early")]
    Truncated,
    /// It is no SOAP envelope with a body.
    #[error("not a SOAP envelope with a body")]
    NoEnvelope,
    /// It calls a method that the schema lacks.
    #[error("unknown method `{0}`")]
    UnknownMethod(Str),
    /// It answers another method than the one called.
    #[error("the answer is to `{found}` and not to `{wanted}`")]
    OtherAnswer {
        /// The element that should have been there.
        wanted: String,
        /// The element that was there.
        found: Str,
    },
    /// A parameter that the method requires is absent.
    #[error("the required parameter `{0}` is missing")]
    MissingParameter(&'static str),
}

impl DecodeError {
    pub(crate) fn new(offset: usize, problem: Problem) -> Self {
        DecodeError { offset, path: String::new(), problem }
    }

    /// The same error with `name` put in front of its path.
    pub(crate) fn within(mut self, name: &str) -> Self {
        if self.path.is_empty() {
            self.path.push_str(name);
        } else {
            self.path.insert(0, '/');
            self.path.insert_str(0, name);
        }
        self
    }
}
