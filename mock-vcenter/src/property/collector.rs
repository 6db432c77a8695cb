//! One client's collector: its filters and the versions it has told of.
//!
//! A [`Point`] is a version the client knows: the snapshot it was made from and what each filter selected then.
//! The last few are kept, so that a client whose answer was lost can ask again from the version before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use vim25::types::{
    InvalidCollectorVersion, MissingObject, ObjectUpdate, PropertyFilterUpdate, UpdateSet,
};
use vim25::{MoRef, Str};

use crate::fault::Fault;
use crate::store::{Dependency, Snapshot, Store, Touched};

use super::filter::{Filter, Members};

/// How many versions a client may go back.
const KEPT: usize = 8;

/// An object update of a filter.
type FilterUpdate = (MoRef, ObjectUpdate);

/// A version that the client was told of.
#[derive(Clone)]
struct Point {
    version: u64,
    snapshot: Arc<Snapshot>,
    members: HashMap<MoRef, Arc<Members>>,
    /// The updates that belong to this version and to those before it, when they did not fit into one answer.
    updates: Arc<Vec<FilterUpdate>>,
    /// How many of them have been told with this version.
    told: usize,
}

#[derive(Default)]
struct State {
    filters: Vec<Arc<Filter>>,
    points: VecDeque<Point>,
    last_version: u64,
}

/// A collector of one session.
pub(super) struct Collector {
    pub(super) number: u64,
    state: Mutex<State>,
    pub(super) wake: Notify,
    /// Counts cancellations; a waiter ends when it changes.
    cancelled: watch::Sender<u64>,
}

/// What asking for changes came to.
pub(super) struct Asked {
    pub(super) updates: Option<UpdateSet>,
    pub(super) watch: Vec<Dependency>,
    /// The version of the state that was looked at.
    pub(super) looked_at: u64,
}

impl Collector {
    pub(super) fn new(number: u64) -> Self {
        let cancelled = watch::Sender::new(0);
        Self { number, state: Mutex::default(), wake: Notify::new(), cancelled }
    }

    pub(super) fn add(&self, filter: Filter) {
        self.state().filters.push(Arc::new(filter));
        self.wake.notify_waiters();
    }

    /// Takes a filter away. False when it is not here.
    pub(super) fn remove(&self, id: &MoRef) -> bool {
        let mut state = self.state();
        let before = state.filters.len();
        state.filters.retain(|filter| filter.id != *id);
        for point in &mut state.points {
            point.members.remove(id);
        }
        state.filters.len() < before
    }

    pub(super) fn cancel(&self) {
        self.cancelled.send_modify(|count| *count += 1);
    }

    pub(super) fn cancellations(&self) -> watch::Receiver<u64> {
        self.cancelled.subscribe()
    }

    /// What changed since `version`, at most `limit` objects of it.
    ///
    /// # Errors
    /// `InvalidCollectorVersion`, or what a filter says.
    pub(super) fn ask(
        &self,
        store: &Store,
        version: &str,
        limit: Option<usize>,
    ) -> Result<Asked, Fault> {
        let mut state = self.state();
        let base = state.base(version)?;
        let now = store.snapshot();
        let looked_at = now.version();
        if let Some(base) = base.as_ref().filter(|base| base.told < base.updates.len()) {
            let updates = state.answer(base.clone(), limit, Vec::new());
            return Ok(Asked { updates: Some(updates), watch: Vec::new(), looked_at });
        }
        let touched = match &base {
            Some(base) => store.touched(base.snapshot.version(), looked_at),
            None => Touched::Anything,
        };
        let (mut updates, mut missing) = (Vec::new(), Vec::new());
        let mut members = HashMap::new();
        let mut watch = Vec::new();
        for filter in &state.filters {
            let before = base.as_ref().and_then(|base| {
                base.members.get(&filter.id).map(|members| (&*base.snapshot, members))
            });
            let told = filter.tell(before, &now, &touched);
            updates.extend(told.updates.into_iter().map(|update| (filter.id.clone(), update)));
            missing.extend(told.missing.into_iter().map(|object| (filter.id.clone(), object)));
            watch.extend(told.watch);
            members.insert(filter.id.clone(), told.members);
        }
        if updates.is_empty() && missing.is_empty() {
            state.advance(base.as_ref(), &now, members);
            return Ok(Asked { updates: None, watch, looked_at });
        }
        let point =
            Point { version: 0, snapshot: now, members, updates: Arc::new(updates), told: 0 };
        let updates = state.answer(point, limit, missing);
        Ok(Asked { updates: Some(updates), watch, looked_at })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The point of a version; `None` for the empty one.
    fn base(&self, version: &str) -> Result<Option<Point>, Fault> {
        if version.is_empty() {
            return Ok(None);
        }
        let found = version.parse().ok().and_then(|version: u64| {
            self.points.iter().find(|point| point.version == version).cloned()
        });
        found.map(Some).ok_or_else(|| {
            Fault::new(
                InvalidCollectorVersion::default(),
                format!("The version '{version}' is not one of the collector's latest."),
            )
        })
    }

    /// Nothing visible changed, so the point may as well stand for the present.
    fn advance(
        &mut self,
        base: Option<&Point>,
        now: &Arc<Snapshot>,
        members: HashMap<MoRef, Arc<Members>>,
    ) {
        let Some(base) = base else { return };
        let kept = self.points.iter_mut().find(|point| point.version == base.version);
        if let Some(point) = kept {
            point.snapshot = now.clone();
            point.members = members;
        }
    }

    /// Tells the next updates of `point` under a new version.
    fn answer(
        &mut self,
        mut point: Point,
        limit: Option<usize>,
        missing: Vec<(MoRef, MissingObject)>,
    ) -> UpdateSet {
        let from = point.told;
        let to = point.updates.len().min(from.saturating_add(limit.unwrap_or(usize::MAX)));
        let truncated = (to < point.updates.len()).then_some(true);
        point.told = to;
        self.last_version += 1;
        point.version = self.last_version;
        let filters: Vec<_> = self.filters.iter().map(|filter| &filter.id).collect();
        let mut filter_set: Vec<PropertyFilterUpdate> = Vec::new();
        for (filter, update) in &point.updates[from..to] {
            if filters.contains(&filter) {
                of_filter(&mut filter_set, filter).object_set.push(update.clone());
            }
        }
        for (filter, object) in missing {
            of_filter(&mut filter_set, &filter).missing_set.push(object);
        }
        self.points.push_back(point);
        if self.points.len() > KEPT {
            self.points.pop_front();
        }
        UpdateSet {
            version: Str::from(self.last_version.to_string()),
            filter_set,
            truncated,
            ..Default::default()
        }
    }
}

/// The part of an update set that is about `filter`.
fn of_filter<'s>(
    set: &'s mut Vec<PropertyFilterUpdate>,
    filter: &MoRef,
) -> &'s mut PropertyFilterUpdate {
    let place = set.iter().position(|update| update.filter == *filter).unwrap_or_else(|| {
        set.push(PropertyFilterUpdate { filter: filter.clone(), ..Default::default() });
        set.len() - 1
    });
    &mut set[place]
}
