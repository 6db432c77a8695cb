//! `kickstart`: the scripted installation of a host is written, served, and waited for.
//!
//! `release` says what each release of ESXi knows, as data. `script` is the text of `ks.cfg`, `boot` that of
//! `boot.cfg`, `image` the disc with both; `files` puts them into place. `serve` hands `ks.cfg` to the
//! installer, `answer` asks the host what it runs. The password is only ever written as a salted hash, and an
//! existing hash that still fits is kept, so that a second run changes nothing.

mod answer;
mod apply;
mod boot;
mod contents;
mod fields;
mod files;
mod image;
mod install;
mod observe;
mod password;
mod plan;
#[cfg(test)]
mod plan_tests;
mod release;
mod rule;
mod script;
mod serve;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
