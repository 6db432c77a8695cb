//! `RetrievePropertiesEx` and its pages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vim25::types::{ObjectContent, PropertyFilterSpec, RetrieveResult};
use vim25::{MoRef, Str};

use crate::fault::Fault;
use crate::store::{Reading, Snapshot};

use super::reader::{Reader, Wanted};
use super::selection::Plan;

/// How many unfinished retrievals a server keeps; the oldest go first.
const MAX_PENDING: usize = 1000;

/// The rest of a retrieval.
struct Pending {
    owner: MoRef,
    snapshot: Arc<Snapshot>,
    reader: Reader,
    page: usize,
    rest: Vec<(MoRef, Wanted)>,
}

/// Retrievals that are not at their end, by token.
#[derive(Default)]
pub(super) struct Pages {
    pending: Mutex<BTreeMap<u64, Pending>>,
}

/// All objects that the specs select, with their properties.
pub(super) fn select(
    snapshot: &Snapshot,
    specs: &[PropertyFilterSpec],
    reader: &Reader,
) -> Result<Vec<(MoRef, Wanted)>, Fault> {
    let reading = Reading::of(snapshot).with_session(Some(&reader.session));
    let mut selected = Vec::new();
    for spec in specs {
        selected.extend(Plan::new(spec, reader.version)?.select(&reading)?.objects);
    }
    Ok(selected)
}

/// The contents of these objects.
pub(super) fn contents(
    snapshot: &Snapshot,
    reader: &Reader,
    selected: &[(MoRef, Wanted)],
) -> Vec<ObjectContent> {
    let reading = Reading::of(snapshot).with_session(Some(&reader.session));
    selected.iter().map(|(id, wanted)| reader.content(&reading, id, wanted)).collect()
}

impl Pages {
    /// The first page, `None` when nothing is selected.
    pub(super) fn first(
        &self,
        owner: &MoRef,
        snapshot: Arc<Snapshot>,
        reader: Reader,
        selected: Vec<(MoRef, Wanted)>,
        page: Option<usize>,
    ) -> Option<RetrieveResult> {
        if selected.is_empty() {
            return None;
        }
        let page = page.unwrap_or(selected.len());
        let owner = owner.clone();
        Some(self.next(Pending { owner, snapshot, reader, page, rest: selected }))
    }

    /// The page behind `token`.
    ///
    /// # Errors
    /// `InvalidArgument` for a token that is not ours, spent or another session's.
    pub(super) fn follow(
        &self,
        owner: &MoRef,
        session: &str,
        token: &str,
    ) -> Result<RetrieveResult, Fault> {
        let pending = self.take(owner, session, token)?;
        Ok(self.next(pending))
    }

    /// Forgets the rest behind `token`.
    ///
    /// # Errors
    /// As [`Pages::follow`].
    pub(super) fn cancel(&self, owner: &MoRef, session: &str, token: &str) -> Result<(), Fault> {
        self.take(owner, session, token).map(drop)
    }

    pub(super) fn close_session(&self, session: &str) {
        self.pending().retain(|_, pending| pending.reader.session != session);
    }

    fn take(&self, owner: &MoRef, session: &str, token: &str) -> Result<Pending, Fault> {
        let mut pending = self.pending();
        let key = token.parse().ok().filter(|key| {
            pending
                .get(key)
                .is_some_and(|found| found.reader.session == session && found.owner == *owner)
        });
        key.and_then(|key: u64| pending.remove(&key))
            .ok_or_else(|| Fault::invalid_argument("token"))
    }

    fn next(&self, mut pending: Pending) -> RetrieveResult {
        let rest = pending.rest.split_off(pending.page.min(pending.rest.len()));
        let objects = contents(&pending.snapshot, &pending.reader, &pending.rest);
        let token = (!rest.is_empty()).then(|| self.keep(Pending { rest, ..pending }));
        RetrieveResult { token, objects, ..Default::default() }
    }

    fn keep(&self, rest: Pending) -> Str {
        let mut pending = self.pending();
        let token = pending.last_key_value().map_or(0, |(last, _)| last + 1);
        pending.insert(token, rest);
        while pending.len() > MAX_PENDING {
            pending.pop_first();
        }
        token.to_string().into()
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<u64, Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
