//! Who waits for which limits, and who is next.
//!
//! Waiters that want the same stand in one queue, the biggest work first. Of the queues that can go, the one
//! with the longest way still to go is served: the limit with most work left for what it can do at once decides
//! when a run ends, so it must never idle. What nobody has expected counts nothing, and then the order is that
//! of arrival.
//!
//! No token is kept for somebody who waits for others as well. A run has an end, so everybody gets a turn, and
//! whoever waits long for a limit that is much in demand becomes the most urgent there; a token that is kept
//! unused only makes the run longer.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::oneshot;

use crate::slots::Slots;
use crate::tokens::Held;

/// Limits that are compared between two who wait.
const COMPARED: usize = 4;

/// All queues.
#[derive(Debug, Default)]
pub(crate) struct Line {
    queues: Vec<Queue>,
    by_wants: BTreeMap<Vec<usize>, usize>,
    /// Places of the queues in which somebody stands.
    waiting: BTreeSet<usize>,
    arrived: u64,
}

/// Somebody who may go now, with the places of what it takes.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) wants: Vec<usize>,
    pub(crate) to: oneshot::Sender<Held>,
}

/// What decides between two who wait for the same; the greatest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// The biggest work first.
    ByWork(u64),
    /// Before all others, the smallest work first: while waves grow, what is through soon makes room soon.
    Early(Reverse<u64>),
}

type Turn = (Reverse<Rank>, u64);

#[derive(Debug)]
struct Queue {
    wants: Vec<usize>,
    waiters: BTreeMap<Turn, oneshot::Sender<Held>>,
}

/// How urgent the first of a queue is; the greatest goes first.
#[derive(Debug, PartialEq, PartialOrd)]
struct Urgency {
    early: bool,
    /// The longest paths among the limits that it wants, the longest first: where all want the same busy one, the
    /// next tells them apart.
    paths: [f64; COMPARED],
    rank: Rank,
    came: Reverse<u64>,
}

impl Line {
    /// Lets somebody wait for all of `wants`.
    pub(crate) fn join(&mut self, wants: Vec<usize>, rank: Rank, to: oneshot::Sender<Held>) {
        let place = *self.by_wants.entry(wants.clone()).or_insert_with(|| {
            self.queues.push(Queue { wants, waiters: BTreeMap::new() });
            self.queues.len() - 1
        });
        self.arrived += 1;
        self.queues[place].waiters.insert((Reverse(rank), self.arrived), to);
        self.waiting.insert(place);
    }

    /// Takes out everybody who can go now, and takes what they want.
    pub(crate) fn grant(&mut self, slots: &mut Slots) -> Vec<Granted> {
        let mut granted = Vec::new();
        while let Some(place) = self.next(slots) {
            let queue = &mut self.queues[place];
            let Some((_, to)) = queue.waiters.pop_first() else { break };
            let wants = queue.wants.clone();
            wants.iter().for_each(|&slot| slots.get_mut(slot).take());
            if queue.waiters.is_empty() {
                self.waiting.remove(&place);
            }
            granted.push(Granted { wants, to });
        }
        granted
    }

    /// The most urgent queue whose first can go.
    fn next(&mut self, slots: &Slots) -> Option<usize> {
        self.forget_those_who_left();
        let mut best: Option<(Option<Urgency>, usize)> = None;
        for &place in &self.waiting {
            let queue = &self.queues[place];
            if queue.wants.iter().any(|slot| slots.get(*slot).is_full()) {
                continue;
            }
            let urgency = queue.urgency(slots);
            if best.as_ref().is_none_or(|(most, _)| urgency > *most) {
                best = Some((urgency, place));
            }
        }
        best.map(|(_, place)| place)
    }

    fn forget_those_who_left(&mut self) {
        let queues = &mut self.queues;
        self.waiting.retain(|&place| {
            let waiters = &mut queues[place].waiters;
            // Only the first matters now; who left behind it is found when its turn comes.
            while waiters.first_key_value().is_some_and(|(_, to)| to.is_closed()) {
                waiters.pop_first();
            }
            !waiters.is_empty()
        });
    }
}

impl Queue {
    fn urgency(&self, slots: &Slots) -> Option<Urgency> {
        let ((Reverse(rank), came), _) = self.waiters.first_key_value()?;
        let mut paths = [0.0; COMPARED];
        for slot in &self.wants {
            let mut path = slots.get(*slot).path();
            for place in &mut paths {
                if path > *place {
                    std::mem::swap(&mut path, place);
                }
            }
        }
        let early = matches!(rank, Rank::Early(_));
        Some(Urgency { early, paths, rank: *rank, came: Reverse(*came) })
    }
}
