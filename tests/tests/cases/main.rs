//! End-to-end cases: the binary `lockstep` and foreign clients against a mock vCenter on loopback.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

mod ansible;
mod appliance;
mod attributes;
mod canary;
mod cluster_ha;
mod column;
mod connecting;
mod contract;
mod crash;
mod estate;
mod foreign;
mod ft_operations;
mod gate;
mod guest_hangs;
mod hardware_column;
mod host_settings;
mod journal;
mod ovf;
mod ovf_cut_short;
mod ovf_url;
mod playbooks;
mod queued_work;
mod refusals;
mod reports;
mod resume;
mod saved_plans;
mod shipped;
mod statistics;
mod stuck_pairs;
mod tags;
mod trouble;
mod unreadable;
mod upset;
mod wait_guest;
mod writings;
mod wsdl;
