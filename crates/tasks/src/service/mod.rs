//! `service`: a service of a host starts by itself or not, and runs or not.
//!
//! What is not declared stays as it is. A service that the host cannot do without is never stopped.

mod apply;
mod fields;
mod names;
mod observe;
mod plan;
mod settled;
mod spec;
mod task;

pub(crate) use apply::{restart, set};
pub(crate) use fields::CAPABILITY;
pub(crate) use names::{LOG, NTP};
pub(crate) use observe::{Services, read_services};
pub(crate) use plan::{SetService, service_step};
pub(crate) use spec::{Spec, Target};
