//! Placement on estates that are made up: always feasible, as good as an exact solver, fast, even.

#![expect(clippy::unwrap_used, reason = "a test may panic, also in what it is made of")]

mod checked;
mod estates;
mod exact;
mod quality;
