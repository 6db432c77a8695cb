//! The engine on toy tasks, on paused time.

#![expect(clippy::unwrap_used, reason = "a test may panic, also in its toys")]

mod apply;
mod approval;
mod contract;
mod journal;
mod outside;
mod plan;
mod rollout;
mod show;
mod stop;
mod toy;
mod trying_again;
