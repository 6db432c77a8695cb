//! What follows the name of a model: [`Parameters`], as in `estate:vms=1000,hosts=32`.

use std::collections::BTreeMap;

use crate::fault::Fault;

/// Numbers by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, u32>);

impl Parameters {
    /// Parameters from text: `name=number`, separated by commas. `None` when it is not that.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split(',').filter(|part| !part.is_empty());
        let pairs = parts.map(|part| {
            let (name, number) = part.split_once('=')?;
            Some((name.trim().to_owned(), number.trim().parse().ok()?))
        });
        pairs.collect::<Option<BTreeMap<_, _>>>().map(Self)
    }

    /// The number under a name, or this one.
    #[must_use]
    pub fn get(&self, name: &str, default: u32) -> u32 {
        self.0.get(name).copied().unwrap_or(default)
    }

    /// Refuses any name but these.
    ///
    /// # Errors
    /// `InvalidArgument` that names the first unknown one.
    pub fn only(&self, known: &[&str]) -> Result<(), Fault> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(Fault::invalid_argument(unknown)),
            None => Ok(()),
        }
    }
}
