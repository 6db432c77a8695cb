//! What there is of each limit: how many may hold it, how many do, and how much work is still to come.
//!
//! A [`Slot`]'s window is how many may hold it now. It starts at the limit, halves when what it stands for says
//! that it is busy, and grows back by one for each window's worth of steps that went well. A window that is
//! opened step by step, as waves do, begins narrow and is widened from outside.

use std::collections::BTreeMap;

use crate::limits::Limits;
use crate::plan::Token;

/// One instance of a limit.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) token: Token,
    capacity: u32,
    used: u32,
    window: f64,
    /// Counts how often the window was halved, so that steps which failed together halve it once.
    halvings: u32,
    /// Work that is under way or still to come.
    load: u64,
}

/// All instances that anybody asked for.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    names: BTreeMap<Token, usize>,
    all: Vec<Slot>,
}

impl Slot {
    /// Whether nothing is left.
    pub(crate) fn is_full(&self) -> bool {
        self.used >= self.now()
    }

    /// How many may hold it now.
    pub(crate) fn now(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates")]
        #[expect(clippy::cast_sign_loss, reason = "a window is never below one")]
        let whole = self.window as u32;
        whole.clamp(1, self.capacity)
    }

    pub(crate) fn halvings(&self) -> u32 {
        self.halvings
    }

    pub(crate) fn take(&mut self) {
        self.used += 1;
    }

    pub(crate) fn give_back(&mut self) {
        self.used = self.used.saturating_sub(1);
    }

    /// How long it is busy with what is still to come, in units of work.
    pub(crate) fn path(&self) -> f64 {
        amount(self.load) / f64::from(self.now())
    }

    pub(crate) fn expect(&mut self, work: u64) {
        self.load = self.load.saturating_add(work);
    }

    pub(crate) fn settle(&mut self, work: u64) {
        self.load = self.load.saturating_sub(work);
    }

    /// Halves the window because of a step that was begun after so many halvings. False when the trouble was
    /// known already.
    pub(crate) fn halve(&mut self, known_halvings: u32) -> bool {
        if known_halvings != self.halvings {
            return false;
        }
        self.halvings += 1;
        let held = f64::from(self.used.max(1)).min(self.window);
        self.window = (held / 2.0).max(1.0);
        true
    }

    /// A step went well: the window grows by one for each window's worth of them.
    pub(crate) fn recover(&mut self) {
        if self.halvings == 0 {
            return;
        }
        let most = f64::from(self.capacity);
        self.window = (self.window + 1.0 / self.window).min(most);
    }

    pub(crate) fn set_window(&mut self, to: u32) {
        self.window = f64::from(to.clamp(1, self.capacity));
    }

    pub(crate) fn widen(&mut self, by: u32) {
        self.window = (self.window + f64::from(by)).min(f64::from(self.capacity));
    }
}

impl Slots {
    /// Places of these tokens, each once, in order.
    pub(crate) fn of(&mut self, tokens: &[Token], limits: &Limits) -> Vec<usize> {
        let mut places: Vec<usize> = tokens.iter().map(|token| self.place(token, limits)).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    pub(crate) fn place(&mut self, token: &Token, limits: &Limits) -> usize {
        if let Some(&place) = self.names.get(token) {
            return place;
        }
        let place = self.all.len();
        let capacity = limits.of(token);
        self.all.push(Slot {
            token: token.clone(),
            capacity,
            used: 0,
            window: f64::from(capacity),
            halvings: 0,
            load: 0,
        });
        self.names.insert(token.clone(), place);
        place
    }

    pub(crate) fn all(&self) -> &[Slot] {
        &self.all
    }

    pub(crate) fn get(&self, place: usize) -> &Slot {
        &self.all[place]
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> &mut Slot {
        &mut self.all[place]
    }
}

/// A number of units of work; what is lost beyond 52 bits is nothing to somebody who waits.
#[expect(clippy::cast_precision_loss, reason = "an estimate needs no more")]
pub(crate) fn amount(work: u64) -> f64 {
    work as f64
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn slot(capacity: u32) -> Slot {
        let number = NonZeroU32::new(capacity).unwrap();
        let limits = Limits::default().kind("host", number);
        let mut slots = Slots::default();
        slots.place(&Token::new("host", "a"), &limits);
        slots.all.remove(0)
    }

    #[test]
    fn trouble_halves_the_window_once_and_success_brings_it_back_one_by_one() {
        let mut slot = slot(8);
        (0..8).for_each(|_| slot.take());
        let known = slot.halvings();
        assert!(slot.halve(known));
        assert!(!slot.halve(known), "the others that failed at the same moment add nothing");
        assert_eq!(slot.now(), 4);
        assert!(slot.is_full(), "8 are still at work");
        for _ in 0..4 {
            slot.recover();
        }
        assert_eq!(slot.now(), 4, "not quite one window's worth yet");
        slot.recover();
        assert_eq!(slot.now(), 5);
        (0..1000).for_each(|_| slot.recover());
        assert_eq!(slot.now(), 8, "never above the limit");
        for _ in 0..10 {
            let known = slot.halvings();
            slot.halve(known);
        }
        assert_eq!(slot.now(), 1, "never below one");
    }
}
