//! The table of `time`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::settled::settled;
use crate::per_host::{DATACENTER, HOST, texts};

const FIELDS: &[Field] = &[
    HOST,
    DATACENTER,
    Field::optional(
        "ntp_servers",
        Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]),
        "NTP server, or a list, by name or address. The time service runs then.",
    ),
    Field::with_default(
        "policy",
        Kind::Choice(&["on", "automatic", "off"]),
        "on",
        "When the time service starts by itself: with the host, when its port is opened, or never.",
    ),
    Field::optional(
        "timezone",
        Kind::Text,
        "Time zone by its key, such as `Europe/Berlin`. Current releases of ESXi know UTC only.",
    ),
];

/// What `time` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: clock\n    time:\n      host: [esx1.lab.local, esx2.lab.local]\n      \
              ntp_servers: [ntp1.lab.local, ntp2.lab.local]\n",
    privileges: &[
        Privilege { id: "Host.Config.DateTime", on: "each host" },
        Privilege { id: "Host.Config.NetService", on: "each host" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "QueryAvailableTimeZones",
        "UpdateDateTimeConfig",
        "UpdateServicePolicy",
        "EnableRuleset",
        "StartService",
        "RestartService",
    ],
    manual_steps: "none of the document's steps",
    rule: Some(rule),
    settles: Some(settled),
    ..Capability::new("time", "A host gets its time from NTP servers.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let servers = texts(args, "ntp_servers");
    let mut mistakes = Vec::new();
    if args.given("ntp_servers") && servers.is_empty() {
        let hint = "name a server; `service: { name: ntp, running: false }` stops the time service";
        mistakes.push(Mistake::new("ntp_servers", "no server is named", hint));
    }
    if !args.given("ntp_servers") && !args.given("timezone") {
        let hint = "add `ntp_servers:` with a list";
        mistakes.push(Mistake::new("", "nothing is said about the time", hint));
    }
    if servers.iter().any(|server| server.contains(char::is_whitespace)) {
        let hint = "write one server per item";
        mistakes.push(Mistake::new("ntp_servers", "a server's name has no spaces", hint));
    }
    mistakes
}
