//! What waits to be written, between those who order it and the thread that writes: [`Queue`].
//!
//! Of what nobody waits for there is much, such as the progress of hundreds of VMs. Only the first of it wakes the
//! thread, which then waits for more, so that it shares the transaction, and the disk's time, of the next thing that somebody does wait for.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Transaction;
use tokio::sync::oneshot;

/// What is to be written.
pub(crate) type Work = Box<dyn FnOnce(&Transaction<'_>) -> rusqlite::Result<()> + Send>;

pub(crate) type Answer = oneshot::Sender<Result<(), String>>;

pub(crate) struct Order {
    pub(crate) work: Work,
    /// Whom to tell that it is durable.
    pub(crate) answer: Option<Answer>,
    /// Nothing is to follow soon, so that the files beside the main one can be emptied.
    pub(crate) last: bool,
}

/// The orders, in the order in which they came.
pub(crate) struct Queue {
    /// How long an order that nobody waits for may stay.
    lingers: Duration,
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    orders: VecDeque<Order>,
    /// How many of them somebody waits for.
    urgent: usize,
    /// How many of them have stayed long enough.
    due: usize,
    /// No order follows.
    closed: bool,
    /// No order is taken any more.
    abandoned: bool,
}

impl Queue {
    /// An empty one, in which what nobody waits for stays so long at most.
    pub(crate) fn new(lingers: Duration) -> Self {
        Self { lingers, waiting: Mutex::default(), came: Condvar::new() }
    }

    /// Takes an order. One that nobody will look at is dropped, and its answer with it.
    pub(crate) fn put(&self, order: Order) {
        let mut waiting = self.lock();
        if waiting.abandoned {
            return;
        }
        let urgent = order.answer.is_some();
        // The first one makes the thread count the time.
        let wakes = urgent || waiting.orders.is_empty();
        waiting.urgent += usize::from(urgent);
        waiting.orders.push_back(order);
        drop(waiting);
        if wakes {
            self.came.notify_one();
        }
    }

    /// Waits for orders and gives at most so many of them; `None` when none will follow.
    pub(crate) fn take(&self, most: usize) -> Option<Vec<Order>> {
        let none = |waiting: &mut Waiting| waiting.orders.is_empty() && !waiting.closed;
        let woken = self.came.wait_while(self.lock(), none);
        let mut waiting = woken.unwrap_or_else(PoisonError::into_inner);
        if waiting.due == 0 {
            let idle = |waiting: &mut Waiting| waiting.urgent == 0 && !waiting.closed;
            let woken = self.came.wait_timeout_while(waiting, self.lingers, idle);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
            waiting.due = waiting.orders.len();
        }
        let count = waiting.orders.len().min(most);
        let taken: Vec<Order> = waiting.orders.drain(..count).collect();
        waiting.urgent -= taken.iter().filter(|order| order.answer.is_some()).count();
        waiting.due = waiting.due.saturating_sub(count);
        (count > 0).then_some(taken)
    }

    /// Says that no order follows.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.came.notify_one();
    }

    /// Drops all orders, now and later.
    pub(crate) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.abandoned = true;
        waiting.orders.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(urgent: bool) -> (Order, oneshot::Receiver<Result<(), String>>) {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(|_| Ok(()));
        (Order { work, answer: urgent.then_some(answer), last: false }, answered)
    }

    #[test]
    fn what_nobody_waits_for_goes_with_what_somebody_does() {
        let queue = Queue::new(Duration::MAX);
        for urgent in [false, false, true] {
            queue.put(order(urgent).0);
        }
        let took = queue.take(512).unwrap();
        assert_eq!(
            took.iter().map(|one| one.answer.is_some()).collect::<Vec<_>>(),
            [false, false, true]
        );
    }

    #[test]
    fn what_nobody_waits_for_does_not_stay_for_ever() {
        let queue = Queue::new(Duration::from_millis(1));
        queue.put(order(false).0);
        assert_eq!(queue.take(512).unwrap().len(), 1);
    }

    #[test]
    fn what_is_left_by_a_small_taking_comes_next() {
        let queue = Queue::new(Duration::MAX);
        for urgent in [false, true, true] {
            queue.put(order(urgent).0);
        }
        queue.close();
        assert_eq!([queue.take(1), queue.take(1), queue.take(1)].iter().flatten().count(), 3);
        assert!(queue.take(1).is_none());
    }

    #[test]
    fn an_order_that_nobody_will_look_at_is_answered_by_its_end() {
        let queue = Queue::new(Duration::MAX);
        let (before, mut told) = order(true);
        queue.put(before);
        queue.abandon();
        assert_eq!(told.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        let (after, mut told) = order(true);
        queue.put(after);
        assert_eq!(told.try_recv(), Err(oneshot::error::TryRecvError::Closed));
    }
}
