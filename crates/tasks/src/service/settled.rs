//! What `service` settles: when services start by themselves, whether they run, and whether a warning is shown. All may
//! be meant for a while.

use playbook::{Args, Settled};

use super::spec::Spec;
use crate::per_host::{SettledOnHosts, Written, settings};

pub(super) fn settled(args: &Args) -> Vec<Settled> {
    let Spec { keys, target, suppress_warning, .. } = Spec::from(args);
    let mut settled = SettledOnHosts::new(args);
    for key in &keys {
        if let Some(policy) = &target.policy {
            settled.for_a_while("policy", settings::policy(key), Written::new(policy));
        }
        if let Some(running) = target.running {
            settled.for_a_while("running", settings::running(key), Written::new(running));
        }
    }
    if let Some(quiet) = suppress_warning {
        let setting = "`suppress_warning`".to_owned();
        settled.for_a_while("suppress_warning", setting, Written::new(quiet));
    }
    settled.done()
}
