//! The table of `ssh`.

use playbook::{Args, Capability, Field, Kind, Mistake};

use crate::secret_text::names_in;

/// The fields that say where to connect and as whom.
const HOST_KEY: &[Field] = &[
    Field::optional(
        "sha256",
        Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]),
        "SHA-256 fingerprint of the host key as `ssh-keygen -lf` shows it, or a list of them.",
    ),
    Field::optional("known_hosts", Kind::Text, "A file of known hosts as OpenSSH keeps it."),
    Field::with_default(
        "on_first_use",
        Kind::Boolean,
        "false",
        "Trust the first key that is seen and show it; with `known_hosts` it is remembered there by `apply`, \
         and demanded from then on.",
    ),
    Field::with_default("insecure", Kind::Boolean, "false", "Trust anybody. For a lab only."),
];

const PROMPT: &[Field] = &[
    Field::required(
        "pattern",
        Kind::Text,
        "What the last line of the screen ends with while the program waits. Case and the number of spaces do \
         not count; `*` stands for anything, `?` for one character, `|` is between alternatives.",
    ),
    Field::optional(
        "answer",
        Kind::Text,
        "What is typed; `%NAME%` stands for a secret of `secrets`. Without it only Enter is pressed.",
    ),
    Field::with_default(
        "times",
        Kind::Integer { min: 1, max: 100 },
        "1",
        "How often it may come. A prompt that comes again usually says that the answer was refused.",
    ),
    Field::with_default(
        "connection_lost",
        Kind::Choice(&["failure", "success"]),
        "failure",
        "What it means when the connection is lost after the answer.",
    ),
];

const PROMPTS: Kind = Kind::Map(&Kind::Record(PROMPT));

const RUN: &[Field] = &[
    Field::required(
        "command",
        Kind::Text,
        "The command, as a shell of the machine understands it.",
    ),
    Field::optional("name", Kind::Text, "What it does, for people."),
    Field::optional(
        "unless",
        Kind::Text,
        "A command that only looks: when it ends with 0, this one is not needed. Run in a plan, too.",
    ),
    Field::optional("creates", Kind::Text, "A path: when it exists, the command is not needed."),
    Field::optional(
        "until",
        Kind::Text,
        "A pattern: the command only looks, and is run again and again until a line of its output holds the \
         pattern. It may take `timeout`, and the machine may be away meanwhile. Run in a plan, too.",
    ),
    Field::with_default(
        "every",
        Kind::Duration,
        "30s",
        "With `until`, the pause between two looks.",
    ),
    Field::with_default(
        "sets_password",
        Kind::Boolean,
        "false",
        "The command makes `password` the machine's password; not needed once that is taken.",
    ),
    Field::with_default(
        "exit",
        Kind::List(&Kind::Integer { min: 0, max: 255 }),
        "[]",
        "Exit codes that are good. Without it only 0 is.",
    ),
    Field::optional(
        "input",
        Kind::Text,
        "What it reads on standard input; `%NAME%` stands for a secret of `secrets`. Not with `prompts`.",
    ),
    Field::with_default(
        "prompts",
        PROMPTS,
        "{}",
        "What it may ask, by names of your own. With prompts it runs at a terminal, and a prompt that none of \
         them fits stops the task.",
    ),
    Field::optional(
        "done",
        Kind::Text,
        "A pattern in the output after which it counts as done, although it has not ended.",
    ),
    Field::with_default(
        "connection_lost",
        Kind::Choice(&["failure", "success"]),
        "failure",
        "What it means when the connection is lost while it runs.",
    ),
    Field::with_default(
        "timeout",
        Kind::Duration,
        "5m",
        "How long it may take; with prompts, how long nothing may happen.",
    ),
];

const PROOF: &[Field] = &[
    Field::required("command", Kind::Text, "A command that only looks. Run in a plan, too."),
    Field::optional("matches", Kind::Text, "A pattern that a line of its output has to hold."),
    Field::with_default("exit", Kind::Integer { min: 0, max: 255 }, "0", "The exit code it needs."),
];

const FIELDS: &[Field] = &[
    Field::required("address", Kind::Text, "Name or IP address of the machine."),
    Field::with_default("port", Kind::Integer { min: 1, max: 65_535 }, "22", "Its SSH port."),
    Field::with_default("username", Kind::Text, "root", "The user to log in as."),
    Field::optional("password", Kind::Secret, "That user's password. Tried once."),
    Field::optional(
        "initial_password",
        Kind::Secret,
        "The password a new machine comes with. Tried once, after `password` was refused.",
    ),
    Field::optional("private_key", Kind::Secret, "A private key in OpenSSH's or PEM form."),
    Field::optional("passphrase", Kind::Secret, "What protects `private_key`."),
    Field::required("host_key", Kind::Record(HOST_KEY), "Which host key is trusted; one way."),
    Field::with_default(
        "legacy_algorithms",
        Kind::Boolean,
        "false",
        "Also speak algorithms that are out of use, as appliances of 2012 do: diffie-hellman-group14-sha1, \
         aes-cbc, hmac-sha1.",
    ),
    Field::optional(
        "after",
        Kind::Text,
        "The task that makes the machine answer. While it does not, a plan says that this one comes after it.",
    ),
    Field::with_default(
        "answers_within",
        Kind::Duration,
        "5m",
        "How long `apply` waits for the machine to answer, such as while it reboots.",
    ),
    Field::with_default(
        "connect_timeout",
        Kind::Duration,
        "15s",
        "How long one try to connect may take.",
    ),
    Field::with_default(
        "keepalive",
        Kind::Duration,
        "15s",
        "How often a silent connection is tried.",
    ),
    Field::with_default(
        "secrets",
        Kind::Map(&Kind::Secret),
        "{}",
        "Secrets for `input` and answers, by names of your own.",
    ),
    Field::required("run", Kind::List(&Kind::Record(RUN)), "What is run, in this order."),
    Field::optional(
        "proof",
        Kind::Record(PROOF),
        "What shows that all is as declared. Decides about commands that have no `unless` or `creates`, and \
         has to hold afterwards.",
    ),
];

/// What `ssh` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: appliance-password\n    ssh:\n      address: 192.0.2.20\n      password: { env: APPLIANCE_PASSWORD }\n      \
              initial_password: { env: APPLIANCE_INITIAL_PASSWORD }\n      host_key: { on_first_use: true }\n      \
              secrets: { new: { env: APPLIANCE_PASSWORD } }\n      run:\n        - command: passwd root\n          \
              sets_password: true\n          prompts:\n            new: { pattern: 'new password:', answer: '%new%', times: 2 }\n",
    manual_steps: "one per command, and one per prompt that is answered",
    rule: Some(rule),
    connects: false,
    ..Capability::new("ssh", "Commands and dialogues were run on a machine over SSH.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let has = |field: &str| args.given(field);
    if !has("password") && !has("private_key") && !has("initial_password") {
        mistakes.push(Mistake::new(
            "",
            "there is nothing to log in with",
            "add `password` or `private_key`, each a reference to a secret",
        ));
    }
    mistakes.extend(host_key(args.record("host_key")));
    let proof = args.opt_record("proof").is_some();
    for entry in args.records("run") {
        mistakes.extend(run_entry(entry, args, proof));
    }
    mistakes
}

fn host_key(policy: &Args) -> Option<Mistake> {
    let (pinned, known) = (policy.given("sha256"), policy.given("known_hosts"));
    let (first, insecure) = (policy.boolean("on_first_use"), policy.boolean("insecure"));
    let ways = [pinned, known || first, insecure].into_iter().filter(|way| *way).count();
    (ways != 1).then(|| {
        Mistake::new(
            "host_key",
            "exactly one way to trust the host key is needed",
            "write `sha256`, or `known_hosts` and/or `on_first_use: true`, or `insecure: true`",
        )
    })
}

fn run_entry(entry: &Args, args: &Args, proof: bool) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let command = entry.text("command");
    let decided = ["unless", "creates", "until"].iter().any(|field| entry.given(field))
        || entry.boolean("sets_password");
    if !decided && !proof {
        mistakes.push(Mistake::new(
            "run",
            format!("nothing says whether `{command}` is still needed"),
            "add `unless` or `creates` to it, or `proof` to the task",
        ));
    }
    let acts = ["unless", "creates", "input", "done"].iter().any(|field| entry.given(field));
    if entry.given("until") && (acts || entry.boolean("sets_password") || entry.given("prompts")) {
        mistakes.push(Mistake::new(
            "run",
            format!("`{command}` only looks, as it has `until`, and yet is to do something"),
            "make two entries of it",
        ));
    }
    if entry.given("input") && !entry.map("prompts").is_empty() {
        mistakes.push(Mistake::new(
            "run",
            format!("`{command}` has `input` and `prompts`"),
            "answer prompts, or give it input without a terminal",
        ));
    }
    let answers = entry.map("prompts").iter().filter_map(|(_, prompt)| prompt.as_record());
    let texts = answers.filter_map(|prompt| prompt.opt_text("answer"));
    for text in texts.chain(entry.opt_text("input")) {
        for name in names_in(text) {
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
