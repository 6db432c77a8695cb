//! What `syslog` settles: the options behind its fields, and the way out.

use playbook::{Args, Settled};

use super::spec::{LOG_HOST, OPTIONS, RULESET, Spec};
use crate::advanced_options::written;
use crate::per_host::{SettledOnHosts, Written, settings};

pub(super) fn settled(args: &Args) -> Vec<Settled> {
    let spec = Spec::from(args);
    let mut settled = SettledOnHosts::new(args);
    for (key, wanted) in &spec.options {
        let field = OPTIONS.iter().find(|(_, own)| own == key).map(|(field, _)| *field);
        match field {
            Some(field) => settled.add(field, settings::option(key), written(key, wanted)),
            // In the form of the field: an address may be written in several ways in the option itself.
            None if *key == LOG_HOST => {
                let shown = Written::list(args, "log_host").shown;
                let value = wanted.text();
                settled.add("log_host", "`log_host`".to_owned(), Written { value, shown });
            }
            None => {}
        }
    }
    if spec.firewall {
        settled.for_a_while("firewall", settings::enabled(RULESET), Written::new(true));
    }
    settled.done()
}
