//! The process environment, read through one door so that tests can bring their own: variables, the words of the
//! command line, and the folder that relative paths are meant from.
//!
//! Our own variables come first, those of govc are fall-backs. Values are never shown, only names.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Looks variables up.
#[derive(Clone)]
pub(crate) struct Environment {
    /// The words of the command line after the program's name.
    pub(crate) words: Arc<[String]>,
    /// The folder in which the process was started.
    pub(crate) folder: PathBuf,
    /// Where state is, if that was settled before the folder changed.
    state: Option<PathBuf>,
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
        let words = std::env::args_os().skip(1);
        Environment {
            words: words.map(|word| word.to_string_lossy().into_owned()).collect(),
            folder: std::env::current_dir().unwrap_or_default(),
            state: None,
            lookup: Arc::new(|name| std::env::var(name).ok()),
        }
    }

    /// An environment with these variables only.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let pairs = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables: std::collections::BTreeMap<String, String> = pairs.collect();
        Environment {
            words: Arc::default(),
            folder: PathBuf::new(),
            state: None,
            lookup: Arc::new(move |name| variables.get(name).cloned()),
        }
    }

    /// The same process, as if it had been started with these words in this folder. State stays where it is.
    ///
    /// # Errors
    /// When it cannot go to that folder.
    pub(crate) fn started_as(self, words: &[String], folder: &Path) -> io::Result<Self> {
        let state = self.state_folder();
        std::env::set_current_dir(folder)?;
        Ok(Environment { words: words.into(), folder: folder.to_owned(), state, ..self })
    }

    /// The value of a variable that is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// The first of these variables that is set to something.
    pub(crate) fn first(&self, names: &[&'static str]) -> Option<Variable> {
        names.iter().find_map(|&name| self.get(name).map(|value| Variable { name, value }))
    }

    /// The folder for what outlives a process, as the XDG rules have it unless LOCKSTEP_STATE_DIR names one.
    pub(crate) fn state_folder(&self) -> Option<PathBuf> {
        if self.state.is_some() {
            return self.state.clone();
        }
        let own = self.get("LOCKSTEP_STATE_DIR").map(|path| self.folder.join(path));
        let state = self.get("XDG_STATE_HOME").map(PathBuf::from);
        let state = state.filter(|path| path.is_absolute());
        let home = || self.get("HOME").map(|home| Path::new(&home).join(".local/state"));
        own.or_else(|| Some(state.or_else(home)?.join("lockstep")))
    }

    /// Whether a variable is set to something.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}
