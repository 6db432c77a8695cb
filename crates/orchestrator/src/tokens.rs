//! Waiting for limits: a step takes all its tokens at once or none.
//!
//! [`TokenPool`] serves waiters in the order they came, and lets a later one pass when what it wants is
//! free, so that a slow host delays nobody else. As nothing is held while waiting there is no deadlock. A
//! waiter whose tokens have all been free, but never together, may be passed [`PATIENCE`] times; then its
//! tokens are kept for it, so it cannot starve.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::limits::Limits;
use crate::plan::Token;

/// How often a waiter may be passed by later ones that took what it wanted.
const PATIENCE: u32 = 8;

/// All tokens of a run.
#[derive(Debug)]
pub(crate) struct TokenPool {
    limits: Limits,
    state: Mutex<State>,
}

/// Tokens held; given back when dropped.
pub(crate) struct Held {
    pool: Arc<TokenPool>,
    slots: Vec<usize>,
}

#[derive(Debug, Default)]
struct State {
    names: BTreeMap<Token, usize>,
    slots: Vec<Slot>,
    queue: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Slot {
    capacity: u32,
    used: u32,
}

#[derive(Debug)]
struct Waiter {
    wants: Vec<usize>,
    /// Of `wants`, those that were never free since it came.
    never_free: Vec<usize>,
    passed: u32,
    grant: oneshot::Sender<Held>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("slots", &self.slots).finish_non_exhaustive()
    }
}

impl TokenPool {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    /// Waits until all of `tokens` are free and takes them. Dropping the future gives up the place.
    pub(crate) async fn take(self: &Arc<Self>, tokens: &[Token]) -> Held {
        let granted = self.enqueue(tokens);
        // The sender lives in the queue until it grants, so this cannot end without a grant.
        granted.await.unwrap_or_else(|_| Held { pool: Arc::clone(self), slots: Vec::new() })
    }

    fn enqueue(self: &Arc<Self>, tokens: &[Token]) -> oneshot::Receiver<Held> {
        let (grant, granted) = oneshot::channel();
        let mut state = self.lock();
        let wants = state.slots_of(tokens, &self.limits);
        state.queue.push_back(Waiter { never_free: wants.clone(), wants, passed: 0, grant });
        self.serve(state);
        granted
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let granted = state.grant();
        drop(state);
        for waiter in granted {
            // A waiter that went away hands its tokens back here, so the lock must be free by now.
            let _ = waiter.grant.send(Held { pool: Arc::clone(self), slots: waiter.wants });
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.slots.is_empty() {
            return;
        }
        let pool = Arc::clone(&self.pool);
        let mut state = pool.lock();
        for &slot in &self.slots {
            state.slots[slot].used -= 1;
        }
        pool.serve(state);
    }
}

impl State {
    fn slots_of(&mut self, tokens: &[Token], limits: &Limits) -> Vec<usize> {
        let mut wants: Vec<usize> =
            tokens.iter().map(|token| self.slot_of(token, limits)).collect();
        wants.sort_unstable();
        wants.dedup();
        wants
    }

    fn slot_of(&mut self, token: &Token, limits: &Limits) -> usize {
        if let Some(&slot) = self.names.get(token) {
            return slot;
        }
        let slot = self.slots.len();
        self.slots.push(Slot { capacity: limits.of(token), used: 0 });
        self.names.insert(token.clone(), slot);
        slot
    }

    /// Takes out everybody who can go now, oldest first.
    fn grant(&mut self) -> Vec<Waiter> {
        let mut granted = Vec::new();
        let mut waiting: VecDeque<Waiter> = VecDeque::with_capacity(self.queue.len());
        let mut kept: Vec<usize> = Vec::new();
        for mut waiter in std::mem::take(&mut self.queue) {
            if waiter.grant.is_closed() {
                continue;
            }
            let full = |slot: &usize| self.slots[*slot].is_full(kept.contains(slot));
            if waiter.wants.iter().any(full) {
                waiter.never_free.retain(full);
                if kept.is_empty() && waiter.passed >= PATIENCE {
                    kept.clone_from(&waiter.wants);
                }
                waiting.push_back(waiter);
                continue;
            }
            for &slot in &waiter.wants {
                self.slots[slot].used += 1;
            }
            waiting.iter_mut().for_each(|older| older.was_passed_by(&waiter));
            granted.push(waiter);
        }
        self.queue = waiting;
        granted
    }
}

impl Slot {
    /// Whether nothing is left, one being put aside if `kept`.
    fn is_full(&self, kept: bool) -> bool {
        self.used + u32::from(kept) >= self.capacity
    }
}

impl Waiter {
    fn was_passed_by(&mut self, later: &Self) {
        // While one of its tokens was never free, nobody who passed has taken anything from it.
        if self.never_free.is_empty() && self.wants.iter().any(|slot| later.wants.contains(slot)) {
            self.passed += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn pool(limit: u32) -> Arc<TokenPool> {
        TokenPool::new(Limits::default().kind("host", NonZeroU32::new(limit).unwrap()))
    }

    fn hosts(names: &[&str]) -> Vec<Token> {
        names.iter().map(|name| Token::new("host", *name)).collect()
    }

    type Taking<'a> = std::pin::Pin<Box<dyn Future<Output = Held> + 'a>>;

    fn poll(taking: &mut Taking<'_>) -> Option<Held> {
        match taking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(held) => Some(held),
            Poll::Pending => None,
        }
    }

    fn ask<'a>(pool: &'a Arc<TokenPool>, tokens: &'a [Token]) -> Taking<'a> {
        Box::pin(pool.take(tokens))
    }

    #[test]
    fn takes_all_tokens_or_none_and_lets_others_pass_a_slow_host() {
        let pool = pool(1);
        let (a, ab, b) = (hosts(&["a"]), hosts(&["a", "b"]), hosts(&["b"]));
        let slow = poll(&mut ask(&pool, &a)).unwrap();
        let mut both = ask(&pool, &ab);
        assert!(poll(&mut both).is_none(), "host a is taken");
        let other = poll(&mut ask(&pool, &b)).expect("b is not held by the one who waits for a");
        drop(slow);
        assert!(poll(&mut both).is_none(), "host b is taken now");
        drop(other);
        assert!(poll(&mut both).is_some());
    }

    #[test]
    fn a_waiter_is_passed_only_so_often() {
        let pool = pool(1);
        let (a, b, ab) = (hosts(&["a"]), hosts(&["b"]), hosts(&["a", "b"]));
        let mut on_a = poll(&mut ask(&pool, &a)).unwrap();
        let mut both = ask(&pool, &ab);
        assert!(poll(&mut both).is_none());
        for round in 0..100 {
            // Somebody takes b before a is given back, then a before b is given back: never both free.
            let Some(on_b) = poll(&mut ask(&pool, &b)) else {
                assert!(round <= PATIENCE, "served in the end");
                drop(on_a);
                assert!(poll(&mut both).is_some());
                return;
            };
            drop(on_a);
            let Some(next) = poll(&mut ask(&pool, &a)) else {
                drop(on_b);
                assert!(poll(&mut both).is_some());
                return;
            };
            on_a = next;
            drop(on_b);
        }
        panic!("the waiter for both starved");
    }

    #[test]
    fn whoever_waits_for_a_slow_host_keeps_nothing_from_the_others() {
        let pool = pool(2);
        let vcenter = |host: &str| hosts(&[host, "vcenter"]);
        let (slow, quick) = (vcenter("slow"), vcenter("quick"));
        let pool = {
            let limits = pool.limits.clone();
            TokenPool::new(limits.instance(Token::new("host", "slow"), NonZeroU32::MIN))
        };
        let held = poll(&mut ask(&pool, &slow)).unwrap();
        let mut waits = ask(&pool, &slow);
        assert!(poll(&mut waits).is_none());
        for _ in 0..10 * PATIENCE {
            assert!(poll(&mut ask(&pool, &quick)).is_some(), "one place of the vCenter is free");
        }
        drop(held);
        assert!(poll(&mut waits).is_some());
    }

    #[test]
    fn a_waiter_that_gives_up_leaves_nothing_behind() {
        let pool = pool(1);
        let a = hosts(&["a"]);
        let held = poll(&mut ask(&pool, &a)).unwrap();
        let mut gives_up = ask(&pool, &a);
        assert!(poll(&mut gives_up).is_none());
        let mut granted_unseen = ask(&pool, &a);
        assert!(poll(&mut granted_unseen).is_none());
        drop(gives_up);
        drop(held);
        drop(granted_unseen);
        let mut last = pin!(pool.take(&a));
        let polled = last.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_ready(), "all tokens came back");
    }

    #[test]
    fn an_instance_may_have_its_own_number_and_naming_a_token_twice_takes_it_once() {
        let limits = Limits::default().instance(Token::new("host", "big"), NonZeroU32::MAX);
        let pool = TokenPool::new(limits);
        let (big, small, odd) =
            (hosts(&["big"]), hosts(&["small", "small"]), vec![Token::new("unheard-of", "x")]);
        let held: Vec<Held> = (0..100).filter_map(|_| poll(&mut ask(&pool, &big))).collect();
        assert_eq!(held.len(), 100);
        let small: Vec<Held> = (0..3).filter_map(|_| poll(&mut ask(&pool, &small))).collect();
        assert_eq!(small.len(), 2, "two per host unless said otherwise");
        let odd: Vec<Held> = (0..2).filter_map(|_| poll(&mut ask(&pool, &odd))).collect();
        assert_eq!(odd.len(), 1, "a kind nobody set a number for is taken one at a time");
    }
}
