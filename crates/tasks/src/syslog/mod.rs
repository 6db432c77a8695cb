//! `syslog`: a host sends its log to log hosts, and its firewall lets that out.

mod fields;
mod log_host;
mod observe;
mod plan;
mod settled;
mod spec;
mod task;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
