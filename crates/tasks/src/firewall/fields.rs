//! The table of `firewall`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::allow::Network;
use super::settled::settled;
use crate::per_host::{DATACENTER, HOST, texts};

const FIELDS: &[Field] = &[
    HOST,
    DATACENTER,
    Field::required(
        "ruleset",
        Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]),
        "Ruleset, or a list, by the key that the host uses, such as `syslog` or `sshServer`.",
    ),
    Field::with_default("enabled", Kind::Boolean, "true", "Whether its ports are open."),
    Field::optional(
        "allowed_hosts",
        Kind::OneOf(&[Kind::List(&Kind::Text), Kind::Choice(&["all"])]),
        "Who may use the ports: `all`, or a list of addresses and networks such as `10.0.0.0/8`. Left as it \
         is when not given.",
    ),
];

/// What `firewall` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: syslog-out\n    firewall:\n      host: esx1.lab.local\n      ruleset: syslog\n      \
              allowed_hosts: all\n",
    privileges: &[Privilege { id: "Host.Config.NetService", on: "each host" }],
    methods: &["RetrievePropertiesEx", "EnableRuleset", "DisableRuleset", "UpdateRuleset"],
    manual_steps: "4 per host: open the configuration, the security profile, the firewall, tick the rulesets",
    rule: Some(rule),
    settles: Some(settled),
    ..Capability::new("firewall", "A ruleset of a host's firewall is open or closed.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if texts(args, "ruleset").is_empty() {
        mistakes.push(Mistake::new("ruleset", "no ruleset is named", "name one, such as `syslog`"));
    }
    if args.given("allowed_hosts") && args.opt_text("allowed_hosts").is_none() {
        let listed = args.texts("allowed_hosts");
        if listed.is_empty() {
            let what = "an empty list lets nobody through and blocks all traffic of the ruleset";
            let hint = "write `all`, list who is allowed, or close it with `enabled: false`";
            mistakes.push(Mistake::new("allowed_hosts", what, hint));
        }
        for what in listed.into_iter().filter_map(|text| Network::parse(text).err()) {
            let hint = "write an address such as `10.0.0.1`, or a network such as `10.0.0.0/8`";
            mistakes.push(Mistake::new("allowed_hosts", what, hint));
        }
    }
    mistakes
}
