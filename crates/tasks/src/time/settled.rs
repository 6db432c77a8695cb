//! What `time` settles: the servers, the zone, and with servers the time service and its way out.

use playbook::{Args, Settled};

use super::spec::{RULESET, Spec};
use crate::per_host::{SettledOnHosts, Written, settings};
use crate::service::NTP;

pub(super) fn settled(args: &Args) -> Vec<Settled> {
    let Spec { servers, timezone, service, .. } = Spec::from(args);
    let mut settled = SettledOnHosts::new(args);
    if let Some(zone) = &timezone {
        settled.add("timezone", "`timezone`".to_owned(), Written::new(zone));
    }
    if servers.is_none() {
        return settled.done();
    }
    let servers = Written::list(args, "ntp_servers");
    settled.add("ntp_servers", "`ntp_servers`".to_owned(), servers);
    if let Some(policy) = &service.policy {
        settled.for_a_while("policy", settings::policy(NTP), Written::new(policy));
    }
    settled.implied(settings::running(NTP), Written::new(true));
    settled.implied(settings::enabled(RULESET), Written::new(true));
    settled.done()
}
