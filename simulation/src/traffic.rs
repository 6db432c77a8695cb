//! What the agent sent that may change something, held against what it had written down before: [`Traffic`].

use std::collections::BTreeMap;

/// Intents that are open, and calls that none of them announced.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    open: BTreeMap<u64, String>,
    /// The name under which a VM was declared, by the id of its managed object.
    names: BTreeMap<String, String>,
    unannounced: Vec<String>,
    sent: u64,
}

impl Traffic {
    /// A VM is called so.
    pub(crate) fn name(&mut self, object: &str, name: &str) {
        self.names.insert(object.to_owned(), name.to_owned());
    }

    /// An intent is durable.
    pub(crate) fn intended(&mut self, ordinal: u64, subject: String) {
        self.open.insert(ordinal, subject);
    }

    /// Its step has ended.
    pub(crate) fn ended(&mut self, ordinal: u64) {
        self.open.remove(&ordinal);
    }

    /// Another life begins.
    pub(crate) fn reborn(&mut self) {
        self.open.clear();
    }

    /// A call that may change something is on its way.
    pub(crate) fn sent(&mut self, method: &str, object: &str) {
        self.sent += 1;
        let announced = match self.names.get(object) {
            Some(name) => self.open.values().any(|subject| subject == name),
            None => !self.open.is_empty(),
        };
        if !announced {
            self.unannounced.push(format!("{method} on {object}"));
        }
    }

    /// Calls that nothing announced.
    pub(crate) fn unannounced(&self) -> &[String] {
        &self.unannounced
    }

    /// How many calls that may change something were sent.
    pub(crate) fn sent_so_far(&self) -> u64 {
        self.sent
    }
}
