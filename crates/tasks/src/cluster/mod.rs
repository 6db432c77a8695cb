//! `cluster`: a cluster with HA, EVC, FT limits and swapfile policy as declared.
//!
//! A new cluster gets every setting that the wizard of the declared release sends, because "default" in the
//! client and "not sent" in the API are different things. Of one that exists, only what is declared and
//! differs is changed. EVC is a step of its own, done while the cluster is still empty.

mod agents;
mod apply;
mod fields;
mod observe;
mod plan;
mod profile;
mod read;
mod setting;
mod spec;
mod task;
mod words;
mod write;

pub(crate) use fields::CAPABILITY;
pub(crate) use observe::words_of;
pub(crate) use read::read_caps;
pub(crate) use spec::Spec;
