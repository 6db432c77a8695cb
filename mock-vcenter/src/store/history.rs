//! The last commits, so that a reader of an older version learns what was touched since.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::at::Dependency;

/// How many commits are remembered; who is further behind compares everything.
const KEPT: usize = 2048;

struct Note {
    version: u64,
    dependencies: Arc<HashSet<Dependency>>,
}

/// The last commits.
#[derive(Default)]
pub(super) struct History(VecDeque<Note>);

/// What may have changed between two versions.
pub(crate) enum Touched {
    /// Only what depends on these.
    Only(HashSet<Dependency>),
    /// Anything: the history does not reach back that far.
    Anything,
}

impl Touched {
    pub(crate) fn contains(&self, dependency: &Dependency) -> bool {
        match self {
            Self::Only(set) => set.contains(dependency),
            Self::Anything => true,
        }
    }
}

impl History {
    pub(super) fn push(&mut self, version: u64, dependencies: HashSet<Dependency>) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Note { version, dependencies: Arc::new(dependencies) });
    }

    /// What was touched by the commits after `from` up to `to`.
    pub(super) fn between(&self, from: u64, to: u64) -> Touched {
        if from >= to {
            return Touched::Only(HashSet::new());
        }
        let oldest = self.0.front().map_or(u64::MAX, |note| note.version);
        if oldest > from + 1 {
            return Touched::Anything;
        }
        let notes = self.0.iter().filter(|note| note.version > from && note.version <= to);
        let mut set = HashSet::new();
        for note in notes {
            set.extend(note.dependencies.iter().cloned());
        }
        Touched::Only(set)
    }
}
