//! The table of `service`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::names::{SHELL, SSH, key_of};
use super::settled::settled;
use crate::per_host::{DATACENTER, HOST, texts};

const FIELDS: &[Field] = &[
    HOST,
    DATACENTER,
    Field::required(
        "name",
        Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]),
        "Service, or a list: `ssh`, `shell`, `ntp`, `dcui`, `snmp`, `cim`, `ptp`, `slp`, `syslog`, or the key \
         that the host itself uses.",
    ),
    Field::optional(
        "policy",
        Kind::Choice(&["on", "automatic", "off"]),
        "When it starts by itself: with the host, when one of its ports is opened, or never.",
    ),
    Field::optional("running", Kind::Boolean, "Whether it runs now."),
    Field::optional(
        "suppress_warning",
        Kind::Boolean,
        "Whether the host keeps quiet about SSH and the ESXi Shell; otherwise its status turns yellow \
         while they run.",
    ),
];

/// What `service` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: ssh\n    service:\n      host: esx1.lab.local\n      name: ssh\n      policy: on\n      \
              running: true\n      suppress_warning: true\n",
    privileges: &[
        Privilege { id: "Host.Config.NetService", on: "each host" },
        Privilege { id: "Host.Config.Settings", on: "each host, for `suppress_warning`" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "QueryOptions",
        "UpdateServicePolicy",
        "StartService",
        "StopService",
        "UpdateOptions",
    ],
    manual_steps: "2 per host for SSH: open the troubleshooting options, enable SSH",
    rule: Some(rule),
    settles: Some(settled),
    ..Capability::new("service", "A service of a host runs or not, now and after a restart.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if !["policy", "running", "suppress_warning"].iter().any(|field| args.given(field)) {
        let hint = "add `policy:`, `running:` or both";
        mistakes.push(Mistake::new("", "nothing is said about the service", hint));
    }
    let names = texts(args, "name");
    if names.is_empty() {
        mistakes.push(Mistake::new("name", "no service is named", "name one, such as `ssh`"));
    }
    let shell = |name: &String| [SSH, SHELL].contains(&key_of(name));
    if args.given("suppress_warning") && !names.is_empty() && !names.iter().any(shell) {
        let what = "the warning is only about `ssh` and `shell`";
        mistakes.push(Mistake::new("suppress_warning", what, "remove it"));
    }
    mistakes
}
