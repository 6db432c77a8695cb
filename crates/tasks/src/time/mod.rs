//! `time`: a host gets its time from NTP servers, and is in a time zone.

mod apply;
mod fields;
mod observe;
mod plan;
mod settled;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
