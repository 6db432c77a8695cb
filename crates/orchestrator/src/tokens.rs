//! Waiting for limits: a step takes all its tokens at once or none. Work that goes on already does not wait, and counts.
//!
//! [`TokenPool`] hands them out in the order of `line.rs`, and lets others pass when what they want is free, so
//! that a slow host delays nobody else. As nothing is held while waiting there is no deadlock. How many may hold
//! a token at once follows from the limit and from how well it went lately (`slots.rs`).

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::limits::Limits;
use crate::line::{Granted, Line, Rank};
use crate::plan::Token;
use crate::slots::Slots;

/// All tokens of a run.
#[derive(Debug)]
pub(crate) struct TokenPool {
    limits: Limits,
    state: Mutex<State>,
}

/// Tokens held; given back when dropped, or earlier.
pub(crate) struct Held {
    pool: Arc<TokenPool>,
    taken: Mutex<Vec<Taken>>,
}

/// A token that is held.
#[derive(Debug, Clone, Copy)]
struct Taken {
    /// The place of its slot.
    slot: usize,
    /// How often the window had been halved when it was taken.
    halvings: u32,
}

#[derive(Debug, Default)]
struct State {
    slots: Slots,
    line: Line,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("taken", &self.taken).finish_non_exhaustive()
    }
}

impl TokenPool {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    /// Waits until all of `tokens` are free and takes them. Dropping the future gives up the place.
    pub(crate) async fn take(self: &Arc<Self>, tokens: &[Token], rank: Rank) -> Held {
        let granted = self.enqueue(tokens, rank);
        // The sender lives in the queue until it grants, so this cannot end without a grant.
        granted.await.unwrap_or_else(|_| Held::new(self, Vec::new()))
    }

    /// Takes all of `tokens` whether they are free or not: for work that goes on already.
    pub(crate) fn take_now(self: &Arc<Self>, tokens: &[Token]) -> Held {
        let mut state = self.lock();
        let wants = state.slots.of(tokens, &self.limits);
        let taken = wants.into_iter().map(|slot| {
            let slots = state.slots.get_mut(slot);
            slots.take();
            Taken { slot, halvings: slots.halvings() }
        });
        Held::new(self, taken.collect())
    }

    /// Says that so much work will hold `tokens` sooner or later.
    pub(crate) fn expect(&self, tokens: &[Token], work: u64) {
        let mut state = self.lock();
        for place in state.slots.of(tokens, &self.limits) {
            state.slots.get_mut(place).expect(work);
        }
    }

    /// Says that so much of the expected work is done, or will not be.
    pub(crate) fn settle(&self, tokens: &[Token], work: u64) {
        let mut state = self.lock();
        for place in state.slots.of(tokens, &self.limits) {
            state.slots.get_mut(place).settle(work);
        }
    }

    /// How long what is expected will take where it takes longest, in units of work. Of each of `running` so
    /// much is done already.
    pub(crate) fn longest_path<'a>(
        &self,
        running: impl Iterator<Item = (&'a [Token], f64)>,
    ) -> f64 {
        let mut state = self.lock();
        let mut paths: Vec<f64> = state.slots.all().iter().map(crate::slots::Slot::path).collect();
        for (tokens, done) in running {
            for place in state.slots.of(tokens, &self.limits) {
                if let Some(path) = paths.get_mut(place) {
                    *path -= done / f64::from(state.slots.get(place).now());
                }
            }
        }
        paths.into_iter().fold(0.0, f64::max)
    }

    /// How many may hold `token` from now on, within its limit.
    pub(crate) fn set_window(self: &Arc<Self>, token: &Token, to: u32) {
        let mut state = self.lock();
        let place = state.slots.place(token, &self.limits);
        state.slots.get_mut(place).set_window(to);
        self.serve(state);
    }

    /// Lets so many more hold `token`, within its limit.
    pub(crate) fn widen(self: &Arc<Self>, token: &Token, by: u32) {
        let mut state = self.lock();
        let place = state.slots.place(token, &self.limits);
        state.slots.get_mut(place).widen(by);
        self.serve(state);
    }

    fn enqueue(self: &Arc<Self>, tokens: &[Token], rank: Rank) -> oneshot::Receiver<Held> {
        let (grant, granted) = oneshot::channel();
        let mut state = self.lock();
        let wants = state.slots.of(tokens, &self.limits);
        // Who comes takes nothing away from those who wait, so only when it can go itself is there more to do.
        let can_go = !wants.iter().any(|&slot| state.slots.get(slot).is_full());
        state.line.join(wants, rank, grant);
        if can_go {
            self.serve(state);
        }
        granted
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let State { slots, line } = &mut *state;
        let granted = line.grant(slots);
        let held = granted.into_iter().map(|Granted { wants, to }| {
            let taken =
                wants.into_iter().map(|slot| Taken { slot, halvings: slots.get(slot).halvings() });
            (to, Held::new(self, taken.collect()))
        });
        let held: Vec<_> = held.collect();
        drop(state);
        for (to, held) in held {
            // A waiter that went away hands its tokens back here, so the lock must be free by now.
            let _ = to.send(held);
        }
    }
}

impl Held {
    fn new(pool: &Arc<TokenPool>, taken: Vec<Taken>) -> Self {
        Self { pool: Arc::clone(pool), taken: Mutex::new(taken) }
    }

    /// What is held of the limits of kind `limit` is too busy: fewer may hold it from now on. Gives those whose
    /// window became narrower, with how many may hold them now.
    pub(crate) fn is_busy(&self, limit: &str) -> Vec<(Token, u32)> {
        let taken = self.taken();
        let mut state = self.pool.lock();
        let mut halved = Vec::new();
        for one in taken.iter() {
            let slot = state.slots.get_mut(one.slot);
            if slot.token.limit == limit && slot.halve(one.halvings) {
                halved.push((slot.token.clone(), slot.now()));
            }
        }
        halved
    }

    /// All went well with what is held: what was too busy recovers.
    pub(crate) fn went_well(&self) {
        let taken = self.taken();
        let mut state = self.pool.lock();
        for one in taken.iter() {
            state.slots.get_mut(one.slot).recover();
        }
    }

    /// Whether all of `tokens` are held.
    pub(crate) fn covers(&self, tokens: &[Token]) -> bool {
        let taken = self.taken();
        let mut state = self.pool.lock();
        let wants = state.slots.of(tokens, &self.pool.limits);
        wants.iter().all(|want| taken.iter().any(|one| one.slot == *want))
    }

    /// All went well with `tokens`, and others may have them from now on.
    pub(crate) fn give_back(&self, tokens: &[Token]) {
        let mut taken = self.taken();
        let mut state = self.pool.lock();
        let ready = state.slots.of(tokens, &self.pool.limits);
        taken.retain(|one| {
            let keeps = !ready.contains(&one.slot);
            if !keeps {
                let slot = state.slots.get_mut(one.slot);
                slot.recover();
                slot.give_back();
            }
            keeps
        });
        drop(taken);
        self.pool.serve(state);
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let taken = std::mem::take(&mut *self.taken());
        if taken.is_empty() {
            return;
        }
        let mut state = self.pool.lock();
        for one in taken {
            state.slots.get_mut(one.slot).give_back();
        }
        self.pool.serve(state);
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
        Box::pin(pool.take(tokens, Rank::ByWork(1)))
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
    fn who_wants_two_limits_that_are_never_free_together_is_served_before_the_less_urgent() {
        let pool = pool(1);
        let (a, b, ab) = (hosts(&["a"]), hosts(&["b"]), hosts(&["a", "b"]));
        let (on_a, on_b) = (poll(&mut ask(&pool, &a)).unwrap(), poll(&mut ask(&pool, &b)).unwrap());
        let (mut both, mut next_on_a) = (ask(&pool, &ab), ask(&pool, &a));
        assert!(poll(&mut both).is_none() && poll(&mut next_on_a).is_none());
        drop(on_a);
        let on_a = poll(&mut next_on_a).expect("a is not left unused while b is taken");
        drop(on_b);
        assert!(poll(&mut both).is_none());
        let mut last_on_a = ask(&pool, &a);
        assert!(poll(&mut last_on_a).is_none());
        drop(on_a);
        assert!(poll(&mut last_on_a).is_none(), "it came later");
        assert!(poll(&mut both).is_some());
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
        for _ in 0..100 {
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
        let mut last = pin!(pool.take(&a, Rank::ByWork(1)));
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

    #[test]
    fn the_limit_with_most_work_left_is_served_first_and_there_the_biggest_work() {
        let pool = TokenPool::new(Limits::default().kind("vcenter", NonZeroU32::MIN));
        let on = |host: &str| vec![Token::new("vcenter", "v"), Token::new("host", host)];
        let (quick, slow) = (on("quick"), on("slow"));
        let work = [("q1", &quick, 5), ("s1", &slow, 1), ("s2", &slow, 7)];
        let first = poll(&mut ask(&pool, &quick)).unwrap();
        let mut waiting: Vec<(&str, Taking<'_>)> = Vec::new();
        for (name, tokens, work) in work {
            pool.expect(tokens, work);
            let mut taking: Taking<'_> = Box::pin(pool.take(tokens, Rank::ByWork(work)));
            assert!(poll(&mut taking).is_none());
            waiting.push((name, taking));
        }
        let mut order = Vec::new();
        let mut held = Some(first);
        while !waiting.is_empty() {
            drop(held.take());
            let next = waiting
                .iter_mut()
                .enumerate()
                .find_map(|(at, (name, taking))| Some((at, *name, poll(taking)?)));
            let (at, name, now) = next.expect("somebody can go");
            drop(waiting.remove(at));
            let (_, tokens, work) = work.iter().find(|one| one.0 == name).unwrap();
            pool.settle(tokens, *work);
            order.push(name);
            held = Some(now);
        }
        assert_eq!(order, ["s2", "q1", "s1"]);
    }

    #[test]
    fn a_busy_limit_lets_fewer_through_until_steps_go_well() {
        let pool = pool(4);
        let a = hosts(&["a"]);
        let all: Vec<Held> = (0..4).map(|_| poll(&mut ask(&pool, &a)).unwrap()).collect();
        assert_eq!(all[0].is_busy("host"), [(Token::new("host", "a"), 2)]);
        assert_eq!(all[1].is_busy("host"), [], "the same trouble");
        assert_eq!(all[1].is_busy("vcenter"), [], "it holds none of these");
        drop(all);
        let two: Vec<Held> = (0..3).filter_map(|_| poll(&mut ask(&pool, &a))).collect();
        assert_eq!(two.len(), 2);
        two.iter().for_each(Held::went_well);
        two.iter().for_each(Held::went_well);
        assert!(poll(&mut ask(&pool, &a)).is_some(), "three may hold it again");
    }

    #[test]
    fn what_is_given_back_early_is_for_others_and_given_back_once() {
        let pool = pool(1);
        let (a, b, ab) = (hosts(&["a"]), hosts(&["b"]), hosts(&["a", "b"]));
        let held = poll(&mut ask(&pool, &ab)).unwrap();
        assert!(held.covers(&ab));
        let (mut next_on_a, mut next_on_b) = (ask(&pool, &a), ask(&pool, &b));
        assert!(poll(&mut next_on_a).is_none() && poll(&mut next_on_b).is_none());
        held.give_back(&a);
        let on_a = poll(&mut next_on_a).expect("a was given back");
        assert!(poll(&mut next_on_b).is_none(), "b is still held");
        assert!(!held.covers(&ab) && held.covers(&b));
        held.give_back(&a);
        drop(held);
        assert!(poll(&mut next_on_b).is_some());
        assert!(poll(&mut ask(&pool, &a)).is_none(), "a second time it gives nothing back");
        drop(on_a);
        assert!(poll(&mut ask(&pool, &a)).is_some());
    }

    #[test]
    fn what_goes_on_already_is_counted_even_beyond_the_limit() {
        let pool = pool(2);
        let a = hosts(&["a"]);
        let first = poll(&mut ask(&pool, &a)).unwrap();
        let found = [pool.take_now(&a), pool.take_now(&a)];
        let mut next = ask(&pool, &a);
        assert!(poll(&mut next).is_none());
        drop(first);
        assert!(poll(&mut next).is_none(), "two are still there");
        drop(found);
        assert!(poll(&mut next).is_some());
    }

    #[test]
    fn a_window_opens_step_by_step() {
        let limits = Limits::default().kind("wave", NonZeroU32::MAX);
        let pool = TokenPool::new(limits);
        let wave = Token::new("wave", "w");
        let wants = vec![wave.clone()];
        pool.set_window(&wave, 1);
        let first = poll(&mut ask(&pool, &wants)).unwrap();
        let (mut second, mut third) = (ask(&pool, &wants), ask(&pool, &wants));
        assert!(poll(&mut second).is_none());
        pool.widen(&wave, 1);
        let second = poll(&mut second).expect("the window is wider now");
        assert!(poll(&mut third).is_none());
        drop((first, second));
        assert!(poll(&mut third).is_some());
    }
}
