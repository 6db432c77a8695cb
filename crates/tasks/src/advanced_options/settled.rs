//! What `advanced_options` settles: each option, which may be meant for a while.

use playbook::{Args, Settled, Value};

use super::setting::{Wanted, may_be_secret};
use super::spec::wanted;
use crate::per_host::{SettledOnHosts, Written, settings};

pub(super) fn settled(args: &Args) -> Vec<Settled> {
    let mut settled = SettledOnHosts::new(args);
    if args.text("scope") == "vcenter" {
        settled = settled.of("the vCenter");
    }
    let options: &[(String, Value)] = args.map("options");
    for (key, value) in options {
        let Some(wanted) = wanted(&value.data) else { continue };
        settled.at_for_a_while(value.span, settings::option(key), written(key, &wanted));
    }
    settled.done()
}

/// The value of an option in a form in which no type of option makes two equal values differ.
pub(crate) fn written(key: &str, wanted: &Wanted) -> Written {
    let text = wanted.text();
    let plain = text.trim().to_lowercase();
    let value = match (&*plain, plain.parse::<f64>()) {
        ("true", _) => "1".to_owned(),
        ("false", _) => "0".to_owned(),
        (_, Ok(number)) => number.to_string(),
        (_, Err(_)) => plain,
    };
    Written { value, shown: (!may_be_secret(key)).then(|| vec![text]) }
}
