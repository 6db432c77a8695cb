//! The table of `console`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::keyboard::chord;
use crate::secret_text::names_in;

const KEYS: &[Field] = &[
    Field::optional(
        "text",
        Kind::Text,
        "Text to type on an English (US) keyboard; `%NAME%` stands for a secret of `secrets`.",
    ),
    Field::optional(
        "press",
        Kind::Text,
        "A key or a combination, such as `enter`, `f2`, `down`, `ctrl+alt+f1`.",
    ),
    Field::with_default(
        "times",
        Kind::Integer { min: 1, max: 100 },
        "1",
        "How often the key of `press` is pressed.",
    ),
    Field::with_default("pause", Kind::Duration, "1s", "How long to wait afterwards."),
];

const UNLESS: &[Field] = &[
    Field::optional("address", Kind::Text, "The guest says that it has this IP address."),
    Field::optional("property", Kind::Text, "A property of the VM, such as `guest.hostName`."),
    Field::optional("is", Kind::Text, "The text that the property has to have."),
];

const FIELDS: &[Field] = &[
    Field::required("vm", Kind::Text, "The VM, by name or path."),
    Field::optional(
        "datacenter",
        Kind::Text,
        "Datacenter in which the VM is looked up. May be left out when there is only one.",
    ),
    Field::optional(
        "after",
        Kind::Text,
        "The task that makes the VM. While it is not there, a plan says that this one comes after it.",
    ),
    Field::with_default(
        "secrets",
        Kind::Map(&Kind::Secret),
        "{}",
        "Secrets for `text`, by names of your own.",
    ),
    Field::required("keys", Kind::List(&Kind::Record(KEYS)), "What is typed, in this order."),
    Field::required(
        "unless",
        Kind::Record(UNLESS),
        "How it is seen that the keys are not needed; it has to be true afterwards.",
    ),
    Field::with_default(
        "shows_within",
        Kind::Duration,
        "2m",
        "How long it may take until `unless` is true after the last key.",
    ),
];

/// What `console` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: menu\n    console:\n      vm: ftSysMgt\n      keys:\n        - press: enter\n        \
              - { text: '6', pause: 2s }\n        - press: enter\n        - text: 192.0.2.20\n        - press: enter\n      \
              unless: { address: 192.0.2.20 }\n",
    privileges: &[Privilege { id: "VirtualMachine.Interact.PutUsbScanCodes", on: "the VM" }],
    methods: &["RetrievePropertiesEx", "PutUsbScanCodes"],
    manual_steps: "one per entry of `keys`: type it on the console",
    rule: Some(rule),
    ..Capability::new("console", "Keys were typed on the console of a VM.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for keys in args.records("keys") {
        if keys.given("text") == keys.given("press") {
            mistakes.push(Mistake::new(
                "keys",
                "an entry needs either `text` or `press`",
                "write one entry for each text and each key",
            ));
        }
        if let Some(press) = keys.opt_text("press")
            && chord(press).is_none()
        {
            mistakes.push(Mistake::new(
                "keys",
                format!("`{press}` is no key"),
                "write a name such as `enter`, `esc`, `f2`, `down` or a letter, after `ctrl+`, `alt+`, `shift+`",
            ));
        }
        for name in keys.opt_text("text").map(names_in).unwrap_or_default() {
            if !args.map("secrets").iter().any(|(known, _)| known == name) {
                mistakes.push(Mistake::new(
                    "secrets",
                    format!("`%{name}%` is not one of `secrets`"),
                    "declare it there, as a reference to a secret",
                ));
            }
        }
    }
    let unless = args.record("unless");
    let property = unless.given("property") && unless.given("is");
    if property == unless.given("address") {
        mistakes.push(Mistake::new(
            "unless",
            "it is not clear when the keys are not needed",
            "write either `address`, or `property` together with `is`",
        ));
    }
    mistakes
}
