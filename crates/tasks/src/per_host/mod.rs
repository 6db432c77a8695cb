//! Capabilities that settle something on hosts, each host for itself.
//!
//! A capability implements [`PerHost`]: what it reads of one host, what it plans for it, and how a step is
//! done. Finding the hosts, saying which are still to come or nowhere, and announcing is the same for all.

mod declared;
mod find;
mod named;
mod settled;

pub(crate) use declared::{HostPlan, PerHost};
pub(crate) use find::{Found, Hosts, OfHost, manager, release};
pub(crate) use named::{DATACENTER, HOST, NamedHosts, texts};
pub(crate) use settled::{SettledOnHosts, Written, settings};
