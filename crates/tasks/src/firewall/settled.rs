//! What `firewall` settles: whether rulesets are open, and for whom. Both may be meant for a while.

use playbook::{Args, Settled};

use super::spec::Spec;
use crate::per_host::{SettledOnHosts, Written, settings, texts};

pub(super) fn settled(args: &Args) -> Vec<Settled> {
    let Spec { rulesets, target, .. } = Spec::from(args);
    let mut settled = SettledOnHosts::new(args);
    for key in &rulesets {
        let enabled = Written::new(target.enabled);
        settled.for_a_while("enabled", settings::enabled(key), enabled);
        if let Some(allowed) = &target.allowed {
            let shown = Some(texts(args, "allowed_hosts"));
            let written = Written { value: allowed.to_string(), shown };
            settled.for_a_while("allowed_hosts", settings::allowed(key), written);
        }
    }
    settled.done()
}
