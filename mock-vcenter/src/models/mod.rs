//! Named inventories a mock can start with: [`Model`].
//!
//! To add one, write a function that fills a transaction and list it in [`MODELS`].

mod empty;
mod estate;
mod esxi;
mod ft_server;
mod lab;
mod parameters;
#[cfg(test)]
pub(crate) mod tests;
mod unfit;

pub use parameters::Parameters;

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
    /// Fills the store; the service objects are there already. Most models take no parameters.
    pub fill: fn(&mut Transaction<'_>, &Product, &Parameters) -> Result<(), Fault>,
}

/// All models.
pub const MODELS: &[Model] = &[
    empty::EMPTY,
    lab::SEED_LAB,
    lab::FT_READY,
    lab::FLAWED,
    estate::ESTATE,
    esxi::ESXI,
    ft_server::FT_SERVER,
    ft_server::FT_VCENTER,
];

/// The model started when none is named.
pub const DEFAULT_MODEL: &str = "empty";

/// The model asked for: a name, or a name with parameters, as `estate:vms=1000,hosts=32` (or `estate-1000`).
#[must_use]
pub fn find(asked: &str) -> Option<(&'static Model, Parameters)> {
    let (name, parameters) = match asked.split_once(':') {
        Some((name, parameters)) => (name, Parameters::parse(parameters)?),
        None => match asked.strip_prefix("estate-") {
            Some(vms) => ("estate", Parameters::parse(&format!("vms={vms}"))?),
            None => (asked, Parameters::default()),
        },
    };
    Some((MODELS.iter().find(|model| model.name == name)?, parameters))
}
