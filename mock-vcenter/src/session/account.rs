//! Who may log in and what they may do.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use vim25::Str;

/// What a user may do, on the whole inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Privileges {
    /// Everything.
    All,
    /// Looking, and what is named here.
    Only(Arc<BTreeSet<String>>),
}

impl Privileges {
    /// Looking, and what is named here.
    pub fn only<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self::Only(Arc::new(names.into_iter().map(Into::into).collect()))
    }

    /// True when the privilege is held. Everybody with a session holds the `System` ones.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => name.starts_with("System.") || names.contains(name),
        }
    }
}

/// A user of the server.
#[derive(Clone)]
pub struct Account {
    /// What they log in with.
    pub name: Str,
    pub(crate) password: String,
    /// What they may do.
    pub privileges: Privileges,
}

impl Account {
    /// A user who may do everything.
    pub fn administrator(name: impl Into<Str>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), privileges: Privileges::All }
    }

    /// A user who may look and do what `privileges` names.
    pub fn limited<S: Into<String>>(
        name: impl Into<Str>,
        password: impl Into<String>,
        privileges: impl IntoIterator<Item = S>,
    ) -> Self {
        let privileges = Privileges::only(privileges);
        Self { name: name.into(), password: password.into(), privileges }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}
