//! Licences: what a key stands for, who has which.

mod edition;
mod objects;

pub use edition::{EVALUATION, Edition};
pub use objects::{assign, edition, ensure_key, evaluation, licensable};
pub(in crate::behaviour) use objects::{populate, register};
