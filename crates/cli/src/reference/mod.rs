//! The reference: pages in `docs/reference` and the JSON schema, made from the same tables as everything else.
//!
//! [`files`] gives all of them; a test keeps what is committed current (`UPDATE_EXPECT=1` writes it).

mod capabilities;
mod codes;
mod command_line;
mod fields;
mod pages;

pub(crate) use capabilities::capability_methods;
pub(crate) use fields::field_rows;
pub(crate) use pages::{files, schema_text};
