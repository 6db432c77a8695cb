//! The table of `guest`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use crate::secret_text::names_in;

const UNLESS_FILE: &[Field] = &[
    Field::required("path", Kind::Text, "A file of the guest, at most 1 MiB."),
    Field::required("contains", Kind::Text, "Text that it has to contain."),
];

const RUN: &[Field] = &[
    Field::required("program", Kind::Text, "Path of the program in the guest, such as `/bin/sh`."),
    Field::optional(
        "arguments",
        Kind::Text,
        "Its arguments, as one text. No place for secrets: other users of the guest see them.",
    ),
    Field::with_default(
        "environment",
        Kind::Map(&Kind::Text),
        "{}",
        "Variables of its environment; `%NAME%` stands for a secret of `secrets`.",
    ),
    Field::optional("working_directory", Kind::Text, "The folder it starts in."),
    Field::optional("name", Kind::Text, "What it does, for people."),
    Field::optional(
        "creates",
        Kind::Text,
        "A path in the guest: when it exists, this is not needed.",
    ),
    Field::optional(
        "address",
        Kind::Text,
        "An IP address: when the guest says that it has it, this is not needed.",
    ),
    Field::optional(
        "unless_file",
        Kind::Record(UNLESS_FILE),
        "When this file of the guest contains the text, this is not needed.",
    ),
    Field::with_default(
        "sets_password",
        Kind::Boolean,
        "false",
        "The program makes `password` the user's password; not needed once that is taken.",
    ),
    Field::with_default(
        "exit",
        Kind::List(&Kind::Integer { min: 0, max: 255 }),
        "[]",
        "Exit codes that are good. Without it only 0 is.",
    ),
    Field::with_default("timeout", Kind::Duration, "5m", "How long it may take."),
];

const FIELDS: &[Field] = &[
    Field::required("vm", Kind::Text, "The VM, by name or path."),
    Field::optional(
        "datacenter",
        Kind::Text,
        "Datacenter in which the VM is looked up. May be left out when there is only one.",
    ),
    Field::with_default("username", Kind::Text, "root", "The user of the guest."),
    Field::required("password", Kind::Secret, "That user's password. Tried once."),
    Field::optional(
        "initial_password",
        Kind::Secret,
        "The password a new guest comes with. Tried once, after `password` was refused.",
    ),
    Field::optional(
        "after",
        Kind::Text,
        "The task that makes the VM. While it is not there or not ready, a plan says that this one comes after it.",
    ),
    Field::with_default(
        "ready_within",
        Kind::Duration,
        "5m",
        "How long `apply` waits until VMware Tools run in the guest.",
    ),
    Field::with_default(
        "secrets",
        Kind::Map(&Kind::Secret),
        "{}",
        "Secrets for `environment`, by names of your own.",
    ),
    Field::required("run", Kind::List(&Kind::Record(RUN)), "What is run, in this order."),
];

/// What `guest` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: appliance-network\n    guest:\n      vm: ftSysMgt\n      password: { env: APPLIANCE_PASSWORD }\n      \
              run:\n        - program: /opt/vmware/share/vami/vami_set_network\n          \
              arguments: eth0 STATICV4 192.0.2.20 255.255.255.0 192.0.2.1\n          address: 192.0.2.20\n",
    privileges: &[
        Privilege { id: "VirtualMachine.GuestOperations.Query", on: "the VM" },
        Privilege { id: "VirtualMachine.GuestOperations.Execute", on: "the VM" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "ValidateCredentialsInGuest",
        "ListFilesInGuest",
        "InitiateFileTransferFromGuest",
        "StartProgramInGuest",
        "ListProcessesInGuest",
    ],
    manual_steps: "one per program: type it on the console of the VM",
    rule: Some(rule),
    ..Capability::new("guest", "Programs were run inside a VM, through VMware Tools.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for run in args.records("run") {
        let program = run.text("program");
        let decided = ["creates", "address", "unless_file"].iter().any(|field| run.given(field));
        if !decided && !run.boolean("sets_password") {
            mistakes.push(Mistake::new(
                "run",
                format!("nothing says whether `{program}` is still needed"),
                "add `creates`, `address`, `unless_file` or `sets_password`",
            ));
        }
        if run.boolean("sets_password") && !args.given("initial_password") {
            mistakes.push(Mistake::new(
                "initial_password",
                format!("`{program}` sets the password, and nothing says what it is before"),
                "add `initial_password`, as a reference to a secret",
            ));
        }
        let texts = run.map("environment").iter().filter_map(|(_, value)| value.as_text());
        for name in texts.flat_map(names_in) {
            if !args.map("secrets").iter().any(|(known, _)| known == name) {
                mistakes.push(Mistake::new(
                    "secrets",
                    format!("`%{name}%` is not one of `secrets`"),
                    "declare it there, as a reference to a secret",
                ));
            }
        }
    }
    mistakes
}
