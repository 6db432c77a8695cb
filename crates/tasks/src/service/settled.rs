//! What `service` settles: when services start by themselves, and whether they run. Both may be meant for a while.

use playbook::{Args, Settled};

use super::spec::Spec;
use crate::per_host::{SettledOnHosts, Written, settings};

pub(super) fn settled(args: &Args) -> Vec<Settled> {
    let Spec { keys, target, .. } = Spec::from(args);
    let mut settled = SettledOnHosts::new(args);
    for key in &keys {
        if let Some(policy) = &target.policy {
            settled.for_a_while("policy", settings::policy(key), Written::new(policy));
        }
        if let Some(running) = target.running {
            settled.for_a_while("running", settings::running(key), Written::new(running));
        }
    }
    settled.done()
}
