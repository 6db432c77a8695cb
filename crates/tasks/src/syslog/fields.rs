//! The table of `syslog`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::log_host::LogHost;
use super::settled::settled;
use super::spec::OPTIONS;
use crate::per_host::{DATACENTER, HOST, texts};

const FIELDS: &[Field] = &[
    HOST,
    DATACENTER,
    Field::optional(
        "log_host",
        Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]),
        "Where the log goes: `udp://HOST:514`, `tcp://HOST:514`, `ssl://HOST:1514`, or a list. `[]` sends \
         it nowhere.",
    ),
    Field::optional(
        "default_rotate",
        Kind::Integer { min: 1, max: 100 },
        "Old log files that are kept.",
    ),
    Field::optional(
        "default_size",
        Kind::Integer { min: 1, max: 102_400 },
        "Size in KiB at which a log file is rotated.",
    ),
    Field::optional("log_dir", Kind::Text, "Where the log is kept, such as `[datastore1] logs`."),
    Field::optional(
        "log_dir_unique",
        Kind::Boolean,
        "Whether each host has a folder of its own in it.",
    ),
    Field::optional(
        "log_level",
        Kind::Text,
        "What the log service says about itself, such as `error`.",
    ),
    Field::optional(
        "check_certificates",
        Kind::Boolean,
        "Whether the certificates of log hosts are checked.",
    ),
    Field::with_default(
        "firewall",
        Kind::Boolean,
        "true",
        "Whether the firewall ruleset `syslog` is opened too.",
    ),
];

/// What `syslog` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: logs\n    syslog:\n      host: [esx1.lab.local, esx2.lab.local]\n      \
              log_host: ssl://log.lab.local:1514\n      default_rotate: 20\n",
    privileges: &[
        Privilege { id: "Host.Config.AdvancedConfig", on: "each host" },
        Privilege { id: "Host.Config.NetService", on: "each host, for the firewall" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "QueryOptions",
        "UpdateOptions",
        "EnableRuleset",
        "RestartService",
    ],
    manual_steps: "4 per host: open the configuration, the security profile, the firewall, tick `syslog`",
    rule: Some(rule),
    settles: Some(settled),
    ..Capability::new("syslog", "A host sends its log to log hosts, and the firewall lets it out.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let fields = OPTIONS.iter().map(|(field, _)| *field).chain(["log_host"]);
    if !fields.into_iter().any(|field| args.given(field)) {
        let hint = "add `log_host:` with an address such as `udp://log.example:514`";
        mistakes.push(Mistake::new("", "nothing is said about the log", hint));
    }
    for text in texts(args, "log_host") {
        if LogHost::parse(&text).is_none() {
            let what = format!("`{text}` is no address of a log host");
            let hint = "write `udp://HOST:514`, `tcp://HOST:514` or `ssl://HOST:1514`";
            mistakes.push(Mistake::new("log_host", what, hint));
        }
    }
    mistakes
}
