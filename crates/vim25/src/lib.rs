//! The vSphere API's data types, faults and method signatures, and their XML form. No I/O, no async.
//!
//! The whole `vim25` schema is typed: [`types`] holds every data object and fault, [`enums`] every
//! enumeration, [`methods`] the parameters of every method, [`mo`] describes every managed object.
//! All of that is generated from `schema/vim25.json` by `cargo xtask codegen`; what is written by hand
//! is one interpreter that decodes, encodes, compares, prints and walks any of those types by their
//! [`descriptor::TypeDesc`].
//!
//! ```
//! use vim25::{MoRef, Version, methods, soap};
//! let call = methods::CurrentTime { this: MoRef::new("ServiceInstance", "ServiceInstance"), ..Default::default() };
//! let xml = soap::encode_request(&call, Version::parse("8.0.2.0").unwrap(), None);
//! assert!(String::from_utf8(xml).unwrap().contains("<CurrentTime xmlns=\"urn:vim25\">"));
//! ```

mod compare;
mod copy;
mod date_time;
mod debug;
pub mod descriptor;
mod field;
#[rustfmt::skip]
mod generated;
mod leaf;
pub mod mo;
mod moref;
pub mod object;
pub mod path;
mod poly;
pub mod registry;
mod secrets;
pub mod soap;
mod value;
mod version;
pub mod xml;

pub use date_time::DateTime;
pub use field::{BadText, Field, Item, Leaf};
pub use generated::{enums, methods, types};
pub use moref::MoRef;
pub use object::{DataObject, IsA, Method, Typed};
pub use poly::{NotA, Poly};
pub use secrets::secrets;
pub use value::{Array, Value, WireEnum};
pub use version::Version;

/// Text of the API: short strings (up to 24 bytes) are kept inline.
pub type Str = compact_str::CompactString;
