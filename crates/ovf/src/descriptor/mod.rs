//! The descriptor: what a package says about itself, in XML.
//!
//! `xml` makes a bounded tree of the text, `read`, `software` and `hardware` take from it what OVF defines, and
//! `types` and `property` are what comes out.

mod error;
mod hardware;
mod language;
mod property;
mod read;
mod software;
mod types;
mod units;
mod xml;

pub use error::DescriptorError;
pub use property::{Property, PropertyKind, Qualifier};
pub use types::{
    Capacity, Compression, DeploymentOption, Descriptor, Device, Disk, Edition, Eula,
    FileReference, Network, Product, VirtualSystem,
};
pub(crate) use xml::MAX_BYTES as MAX_DESCRIPTOR;
