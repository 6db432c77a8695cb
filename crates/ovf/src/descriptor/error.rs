//! What can be wrong with a descriptor: [`DescriptorError`].

use crate::names::NameError;

/// A descriptor that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// Not UTF-8.
    #[error("the descriptor is not text in UTF-8")]
    NotUtf8,
    /// Larger or deeper than any real one.
    #[error("the descriptor has more than {limit} {what}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// Not XML.
    #[error("the descriptor is not well-formed XML: {0}")]
    Malformed(String),
    /// It has a document type, which could define entities.
    #[error("the descriptor has a document type (`DOCTYPE`), which no OVF descriptor needs")]
    DocumentType,
    /// XML of another kind.
    #[error("the descriptor is not an OVF 1.x or 2.0 envelope but `{0}`")]
    NotAnEnvelope(String),
    /// A required part is missing.
    #[error("the descriptor has no {0}")]
    Missing(String),
    /// An attribute that must be there is not, or makes no sense.
    #[error("the descriptor's {element} has no usable `{attribute}`")]
    BadAttribute {
        /// The element, with what tells it from its like.
        element: String,
        /// The attribute's name.
        attribute: &'static str,
    },
    /// A file's name leads out of the package.
    #[error("the descriptor refers to a file by the name `{name}`")]
    BadName {
        /// The name.
        name: String,
        /// What is wrong with it.
        #[source]
        problem: NameError,
    },
    /// Two things have the same name.
    #[error("the descriptor has two {what} called `{name}`")]
    Duplicate {
        /// What they are.
        what: &'static str,
        /// The name they share.
        name: String,
    },
    /// A reference leads nowhere.
    #[error("the descriptor's {from} refers to {what} `{name}`, which it does not have")]
    Dangling {
        /// Who refers.
        from: String,
        /// What is referred to.
        what: &'static str,
        /// Its name.
        name: String,
    },
}
