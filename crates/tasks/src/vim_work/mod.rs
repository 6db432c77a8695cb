//! Vim tasks: work that a server does in the background of a step.
//!
//! [`Background`] is the one way to begin such work: it writes down what is about to be asked for, asks, writes
//! the reference down, and waits. What nobody saw the end of, because a process was killed, an answer was lost or
//! somebody stopped waiting, is found again by [`settle_here`], which runs before every step, so that the step
//! looks at a world in which nothing of its own is still going on.

mod background;
mod cancel;
mod kind;
mod progress;
mod settle;

pub(crate) use background::{Background, name_of};
pub use cancel::{Cancelled, cancel_work};
pub(crate) use kind::{Kind, kinds};
pub(crate) use progress::{await_end, is_under_way, of_kinds, scaled};
pub(crate) use settle::{object_named, object_of, settle_here};
