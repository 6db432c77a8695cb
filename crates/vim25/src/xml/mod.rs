//! Reading and writing values as XML, driven by descriptors.
//!
//! `decode` is tolerant of newer servers and bounded against hostile ones; `encode` leaves out
//! whatever the other side's version does not know. SOAP envelopes are in [`crate::soap`].

pub(crate) mod decode;
mod element;
pub(crate) mod encode;
mod error;
mod limits;
mod names;
pub(crate) mod tokens;

pub use element::XmlElement;
pub use encode::{Secrets, encode_value};
pub use error::{DecodeError, Problem};
pub use limits::Limits;
