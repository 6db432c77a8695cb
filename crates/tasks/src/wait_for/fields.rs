//! The table of `wait_for`.

use playbook::{Args, Capability, Data, Field, Kind, Mistake, Privilege};

use super::spec::{Server, server_of_url};

const PROPERTY: &[Field] = &[
    Field::required(
        "object",
        Kind::Text,
        "The object, by name, path, or id such as `HostSystem:host-12`.",
    ),
    Field::required("path", Kind::Text, "The property, such as `runtime.connectionState`."),
    Field::optional("equals", Kind::Any, "The value that is waited for."),
    Field::optional("matches", Kind::Text, "Pattern with `*` and `?` that the value has to fit."),
];

const GUEST: &[Field] = &[
    Field::required("vm", Kind::Text, "The VM, by name or path."),
    Field::with_default("username", Kind::Text, "root", "The user of the guest."),
    Field::required("password", Kind::Secret, "That user's password."),
    Field::required(
        "command",
        Kind::Text,
        "A command of the guest's shell that only looks; it is run again and again. A plan does not run it.",
    ),
    Field::required(
        "prints",
        Kind::Text,
        "A pattern that a line of its output has to hold, as for `until` of `ssh`.",
    ),
];

const FIELDS: &[Field] = &[
    Field::optional("tcp", Kind::Text, "`HOST:PORT` that takes TCP connections."),
    Field::optional(
        "https",
        Kind::Text,
        "URL that is answered, with any HTTP status below 500. No certificate is checked and nothing secret \
         sent.",
    ),
    Field::optional("property", Kind::Record(PROPERTY), "A property that has a value."),
    Field::optional(
        "guest",
        Kind::Record(GUEST),
        "A command in a guest, run through VMware Tools, that prints something. Guest and host may restart \
         meanwhile.",
    ),
    Field::with_default("timeout", Kind::Duration, "10m", "How long is waited at most."),
    Field::with_default("interval", Kind::Duration, "5s", "How long between two looks."),
];

/// What `wait_for` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: host-answers\n    wait_for:\n      https: https://esx1.lab.local/sdk\n      \
              timeout: 30m\n",
    privileges: &[
        Privilege { id: "System.Read", on: "the object, for `property`" },
        Privilege { id: "VirtualMachine.GuestOperations.Execute", on: "the VM, for `guest`" },
        Privilege { id: "VirtualMachine.GuestOperations.Modify", on: "the VM, for `guest`" },
        Privilege { id: "VirtualMachine.GuestOperations.Query", on: "the VM, for `guest`" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "ValidateCredentialsInGuest",
        "CreateTemporaryFileInGuest",
        "StartProgramInGuest",
        "ListProcessesInGuest",
        "InitiateFileTransferFromGuest",
        "DeleteFileInGuest",
    ],
    manual_steps: "none of the document's steps; a person would wait and look",
    rule: Some(rule),
    connects: false,
    connects_for: &["property", "guest"],
    ..Capability::new(
        "wait_for",
        "An address answers, a property has a value, or a command in a guest prints something.",
    )
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let ways = ["tcp", "https", "property", "guest"];
    let given = ways.into_iter().filter(|field| args.given(field)).count();
    if given != 1 {
        let hint = "write one of `tcp`, `https`, `property` and `guest`; further conditions are tasks of \
                    their own";
        mistakes.push(Mistake::new("", "a task waits for exactly one thing", hint));
    }
    if args.opt_text("tcp").is_some_and(|text| Server::parse(text).is_none()) {
        let hint = "write a name or address and a port, such as `esx1.lab.local:22`";
        mistakes.push(Mistake::new("tcp", "this is no address with a port", hint));
    }
    if args.opt_text("https").is_some_and(|text| server_of_url(text).is_none()) {
        let hint = "write a URL such as `https://esx1.lab.local/sdk`";
        mistakes.push(Mistake::new("https", "this is no URL that begins with `https://`", hint));
    }
    if let Some(property) = args.opt_record("property") {
        mistakes.extend(property_rule(property));
    }
    let guest = args.opt_record("guest");
    if guest.is_some_and(|guest| guest.text("prints").trim().is_empty()) {
        let hint = "write a part of the line that is waited for";
        mistakes.push(Mistake::new("guest", "`prints` is empty", hint));
    }
    for field in ["timeout", "interval"] {
        if args.duration(field).is_zero() {
            let hint = "write a duration such as `5s`";
            mistakes.push(Mistake::new(field, "a wait takes some time", hint));
        }
    }
    mistakes
}

fn property_rule(property: &Args) -> Option<Mistake> {
    let say = |what, hint: &str| Some(Mistake::new("property", what, hint));
    if property.given("equals") == property.given("matches") {
        return say("a property is compared in one way", "write one of `equals` and `matches`");
    }
    let plain = |data: &Data| {
        matches!(data, Data::Boolean(_) | Data::Integer(_) | Data::Number(_) | Data::Text(_))
    };
    if property.value("equals").is_some_and(|value| !plain(&value.data)) {
        return say("`equals` has no plain value", "write text, a number, `true` or `false`");
    }
    None
}
