//! Nothing that is said about a playbook shows what may be a secret in it.

mod toy;

use playbook::{Options, Overrides, RenderStyle, Source, check};

/// Each text holds `hunter2` where a secret may be, and a mistake beside it.
const CASES: &[&str] = &[
    "password: hunter2\n",
    "tasks:\n  - box: { name: a, password: hunter2, size: 99 }\n",
    "tasks:\n  - box:\n      password: hunter2\n      size: 99\n      name: [\n",
    "tasks:\n  - box:\n      name: a\n      password: \"hunter2\n      size: 1\n",
    "tasks:\n  - box:\n      password: [hunter2, }\n",
    "tasks:\n  - box:\n      password: |\n        hunter2\n\tname: a\n",
    "tasks:\n  - box:\n      password:\n        hunter2: hunter2\n        hunter2: hunter2\n",
    "tasks:\n  - box:\n      password hunter2\n      name: a\n",
    "tasks:\n  - box: { name: a, password: { env: \"hunter2!\" }, sise: 1 }\n",
    "tasks:\n  - box: { name: a, password: { command: [hunter2, [hunter2]] } }\n",
    "tasks:\n  - box: { name: a, password: \"{{ 'hunter2' + 1 }}\" }\n",
    "tasks:\n  - box: { name: a, password: \"{{ 'hunter2' 'hunter2' }}\" }\n",
    "tasks:\n  - box: { name: a, password: \"x{{ hunter2() }}\" }\n",
    "tasks:\n  - box: { name: a, password: !x hunter2 }\n",
    "tasks:\n  - box: { name: a, password: hunter2, password: hunter2 }\n",
    "vars: { root_password: hunter2 }\ntasks:\n  - box: { name: a, color: '{{ root_password }}' }\n",
    "vars: { root_password: hunter2 }\ntasks:\n  - box: { name: a, size: '{{ root_password }}' }\n",
    "vars: { root_password: hunter2 }\ntasks:\n  - box: { name: a, slots: '{{ root_password }}' }\n",
    "vars: { root_password: hunter2 }\ntasks:\n  - box: { name: a, password: '{{ root_password }}' }\n",
    "vars: { root_password: hunter2 }\ntasks:\n  - when: root_password\n    broom:\n",
    "vars: { token: hunter2 }\ntasks:\n  - loop: ['{{ token }}', '{{ token }}']\n    broom:\n",
    "vars: { tokens: [hunter2, hunter2] }\ntasks:\n  - loop: '{{ tokens }}'\n    broom:\n",
    "vars: { given: x }\ntasks:\n  - box: { name: a, color: '{{ given }}', wait: '{{ given }}' }\n",
    "connections: { a: { url: 'https://u:hunter2@h', hots: 1 } }\ntasks:\n  - broom:\n",
    "connections: { a: { url: 'u:hunter2@h' } }\ntasks:\n  - broom:\n",
    "connections: { a: { host: 'u:hunter2@h' } }\ntasks:\n  - broom:\n",
    "connections: { a: { username: x, password: hunter2 } }\ntasks:\n  - connection: b\n    broom:\n",
    "# the password is: hunter2\ntasks: 1\n",
    "api_key=hunter2\n",
];

#[test]
fn no_message_and_no_snippet_shows_a_secret() {
    let mut overrides = Overrides::new();
    overrides.set_text("given", "hunter2");
    for text in CASES {
        let source = Source::new("p", text);
        let with = Options { overrides: overrides.clone(), ..Options::default() };
        let with = if text.contains("given") { with } else { Options::default() };
        let Err(found) = check(&source, toy::CATALOGUE, &with) else {
            panic!("no mistake in {text}")
        };
        let said = [
            found.render(RenderStyle::default()),
            found.render(RenderStyle { color: true, unicode: true, width: 40 }),
            format!("{found} {found:?} {source:?} {with:?}"),
            serde_json::to_string(&found.to_plain()).unwrap_or_default(),
        ];
        for said in said {
            assert!(!said.contains("hunter2"), "{text}\nsays\n{said}");
        }
    }
}

#[test]
fn names_cannot_steer_the_terminal() {
    let text = "connections: { \"\\e[31m\": { hots: x } }\nvars: { \"\\e]0;x\\a\": 1 }\ntasks: [{ \"\\e[2J\": 1 }]\n";
    let Err(found) = check(&Source::new("p", text), toy::CATALOGUE, &Options::default()) else {
        panic!("no mistake")
    };
    let said = found.render(RenderStyle::default()) + &found.to_string();
    assert!(found.len() > 2 && !said.contains(['\u{1b}', '\u{7}']), "{said}");
}
