//! The table of `gate`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

const PROPERTY: &[Field] = &[
    Field::required("connection", Kind::Connection, "The server that is asked."),
    Field::required("object", Kind::Text, "Name or path of the object in its inventory."),
    Field::required("path", Kind::Text, "The property, such as `runtime.connectionState`."),
    Field::required("equals", Kind::Text, "The value it must have, as text."),
];

const PROBE: &[Field] = &[
    Field::optional("tcp", Kind::Text, "Something accepts connections at this `host:port`."),
    Field::optional(
        "https",
        Kind::Text,
        "A web server answers at this address, with any page and any certificate.",
    ),
    Field::optional("property", Kind::Record(PROPERTY), "An object has a value."),
];

const FIELDS: &[Field] = &[
    Field::required(
        "text",
        Kind::Text,
        "What is to be done by hand, for somebody who stands in front of it.",
    ),
    Field::with_default("checklist", Kind::List(&Kind::Text), "[]", "Its parts, in order."),
    Field::optional(
        "probe",
        Kind::Record(PROBE),
        "Sees by itself that it was done: exactly one of `tcp`, `https` and `property`. Nobody needs to answer then.",
    ),
    Field::optional("timeout", Kind::Duration, "How long to wait. Left out, as long as it takes."),
    Field::with_default(
        "interval",
        Kind::Duration,
        "5s",
        "The pause between two looks of the probe.",
    ),
    Field::with_default(
        "once",
        Kind::Boolean,
        "true",
        "A yes is remembered: the same text is not asked again by later runs of this playbook.",
    ),
    Field::with_default(
        "manual_steps",
        Kind::Integer { min: 1, max: 1000 },
        "1",
        "Steps by hand that it stands for, for the ledger.",
    ),
];

/// What `gate` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: drives\n    gate:\n      text: Pull all data drives out of both servers\n      \
              checklist: [left server, right server]\n",
    privileges: &[Privilege { id: "System.Read", on: "the object of a `property` probe" }],
    methods: &["RetrievePropertiesEx"],
    manual_steps: "what `text` says; it stays work of hands, and `manual_steps` says how many steps it is",
    rule: Some(rule),
    connects: false,
    ..Capability::new("gate", "Something that only hands can do was done.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let Some(probe) = args.opt_record("probe") else { return Vec::new() };
    let mut mistakes = Vec::new();
    let given = ["tcp", "https", "property"].iter().filter(|kind| probe.given(kind)).count();
    if given != 1 {
        let what =
            format!("a probe has exactly one of `tcp`, `https` and `property`, this has {given}");
        mistakes.push(Mistake::new(
            "probe",
            what,
            "write one, such as `probe: { tcp: \"esx1:443\" }`",
        ));
    }
    let port = |at: &str| {
        at.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
        })
    };
    if probe.opt_text("tcp").is_some_and(|at| !port(at)) {
        let what = "`tcp` is not `host:port`";
        mistakes.push(Mistake::new("probe", what, "write it like `tcp: \"esx1:443\"`"));
    }
    if probe.opt_text("https").is_some_and(|at| !at.starts_with("https://")) {
        let what = "`https` is not an address that starts with `https://`";
        mistakes.push(Mistake::new("probe", what, "write it like `https: https://esx1/ui/`"));
    }
    mistakes
}
