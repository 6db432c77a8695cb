//! The process environment, read through one door so that tests can bring their own.
//!
//! Our own variables come first, those of govc are fall-backs. Values are never shown, only names.

use std::sync::Arc;

/// Looks variables up.
#[derive(Clone)]
pub(crate) struct Environment {
    lookup: Arc<Lookup>,
}

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A variable that is set to something.
#[derive(Clone)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its value; may be a secret.
    pub(crate) value: String,
}

impl Environment {
    /// The environment of this process.
    pub(crate) fn of_process() -> Self {
        Environment { lookup: Arc::new(|name| std::env::var(name).ok()) }
    }

    /// An environment with these variables only.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let pairs = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables: std::collections::BTreeMap<String, String> = pairs.collect();
        Environment { lookup: Arc::new(move |name| variables.get(name).cloned()) }
    }

    /// The value of a variable that is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// The first of these variables that is set to something.
    pub(crate) fn first(&self, names: &[&'static str]) -> Option<Variable> {
        names.iter().find_map(|&name| self.get(name).map(|value| Variable { name, value }))
    }

    /// Whether a variable is set to something.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}
