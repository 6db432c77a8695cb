//! The table of `advanced_options`.

use playbook::{Args, Capability, Data, Field, Kind, Mistake, Privilege};

use super::settled::settled;
use crate::per_host::{DATACENTER, HOST};

const FIELDS: &[Field] = &[
    HOST,
    DATACENTER,
    Field::with_default(
        "scope",
        Kind::Choice(&["host", "vcenter"]),
        "host",
        "Whose options: those of hosts, or the settings of the vCenter itself.",
    ),
    Field::required(
        "options",
        Kind::Map(&Kind::Any),
        "Options by their full names, each with a value. It is put into the type that the option has.",
    ),
];

/// What `advanced_options` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: quiet\n    advanced_options:\n      host: [esx1.lab.local, esx2.lab.local]\n      \
              options:\n        UserVars.SuppressShellWarning: 1\n        Syslog.global.defaultRotate: 20\n",
    privileges: &[
        Privilege { id: "Host.Config.AdvancedConfig", on: "each host" },
        Privilege { id: "Global.Settings", on: "vCenter, for `scope: vcenter`" },
    ],
    methods: &["RetrievePropertiesEx", "QueryOptions", "UpdateOptions"],
    manual_steps: "none of the document's steps",
    rule: Some(rule),
    settles: Some(settled),
    ..Capability::new(
        "advanced_options",
        "Advanced options of a host, or settings of a vCenter, have these values.",
    )
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |what: String, hint: &str| mistakes.push(Mistake::new("options", what, hint));
    let options = args.map("options");
    if options.is_empty() {
        say(
            "no option is named".to_owned(),
            "name one, such as `UserVars.SuppressShellWarning: 1`",
        );
    }
    for (key, value) in options {
        let simple = matches!(
            value.data,
            Data::Boolean(_) | Data::Integer(_) | Data::Number(_) | Data::Text(_)
        );
        if !simple {
            say(format!("`{key}` has no plain value"), "write text, a number, `true` or `false`");
        }
        if key.ends_with('.') || key.trim().is_empty() {
            say(format!("`{key}` is a group of options"), "write the full name of one option");
        }
    }
    if args.text("scope") == "vcenter" && args.given("host") {
        say(
            "`scope: vcenter` is about no host".to_owned(),
            "remove `host`, or write `scope: host`",
        );
    }
    mistakes
}
