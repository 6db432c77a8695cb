//! `ovf`: a VM exists that was deployed from an OVF package.
//!
//! The package is streamed and judged on the way; nothing is copied first. A VM is ours when it carries our
//! mark: one that is not is never touched, and one whose deployment was not finished is made anew. Settings
//! of a VM that is there are not changed; its power and its guest are looked at.

mod after;
mod apply;
mod beside;
mod blocks;
mod completion;
mod deploy;
mod existing;
mod fields;
mod import;
mod mark;
mod observe;
mod one_pass;
mod place;
mod plan;
mod send;
mod source;
mod spec;
mod task;
mod words;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;

#[cfg(test)]
mod plan_tests;
