//! Named inventories a mock can start with: [`Model`].
//!
//! To add one, write a function that fills a transaction and list it in [`MODELS`].

mod empty;
mod esxi;
mod lab;
#[cfg(test)]
mod tests;

use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::store::Transaction;

/// An inventory to start with.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// What it is asked for with.
    pub name: &'static str,
    /// What is in it, in a few words.
    pub summary: &'static str,
    /// Whether it is a vCenter's or a host's.
    pub role: Role,
    /// Fills the store; the service objects are there already.
    pub fill: fn(&mut Transaction<'_>, &Product) -> Result<(), Fault>,
}

/// All models.
pub const MODELS: &[Model] = 
    &[empty::EMPTY, lab::SEED_LAB, lab::FT_READY, lab::FLAWED, esxi::ESXI];

/// The model started when none is named.
pub const DEFAULT_MODEL: &str = "empty";

/// The model called `name`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}
