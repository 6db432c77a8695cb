//! What is decided from what was seen, and which declarations are refused.

use orchestrator::Item;
use playbook::{Options, Source, check};

use super::observe::{MachineSeen, Seen};
use super::plan::{Step, manual_steps, plan};
use super::spec::Spec;

fn checked(task: &str) -> Result<Spec, String> {
    let text = format!("tasks:\n  - id: t\n    ssh:\n{task}");
    let playbook = check(&Source::new("t.yaml", &text), crate::CATALOGUE, &Options::default());
    let playbook = playbook.map_err(|found| found.to_string())?;
    Ok(Spec::from(&playbook.tasks[0].args))
}

const MACHINE: &str =
    "      address: a\n      password: { env: P }\n      host_key: { insecure: true }\n";

fn declared(rest: &str) -> Spec {
    checked(&format!("{MACHINE}{rest}")).unwrap()
}

fn seen(needed: &[bool], proof: Option<(bool, &str)>) -> Seen {
    Seen::Machine(MachineSeen {
        needed: needed.to_vec(),
        proof: proof.map(|(holds, shown)| (holds, shown.to_owned())),
        first_seen: None,
    })
}

#[test]
fn only_what_is_needed_is_run_in_its_order() {
    let spec = declared(
        "      run:\n        - { command: one, unless: 'true' }\n        - { command: two, creates: /x }\n        \
         - { command: three, unless: 'true', name: say three, prompts: { p: { pattern: 'p:' } } }\n",
    );
    let found = seen(&[true, false, true], None);
    let titles: Vec<_> = plan(&spec, &found)
        .items
        .into_iter()
        .map(|item| match item {
            Item::Step(step) => (step.title, step.step),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(titles, [("run `one`".to_owned(), Step(0)), ("say three".to_owned(), Step(2))]);
    assert_eq!(manual_steps(&spec, &found), 3);
    assert!(plan(&spec, &seen(&[false; 3], None)).is_in_sync());
}

#[test]
fn a_proof_that_does_not_hold_is_no_success() {
    let spec = declared(
        "      run: [{ command: one, unless: 'true' }]\n      proof: { command: look, matches: DUPLEX }\n",
    );
    let blocked = plan(&spec, &seen(&[false], Some((false, "SIMPLEX"))));
    let [Item::Blocked { reason, .. }] = blocked.items.as_slice() else { panic!("{blocked:?}") };
    assert!(reason.code == "ssh-proof-fails" && reason.cause.contains("SIMPLEX"), "{reason:?}");
    let good = plan(&spec, &seen(&[false], Some((true, "a\nOp State: DUPLEX"))));
    assert_eq!(good.items, [Item::in_sync("a", "Op State: DUPLEX")]);
}

#[test]
fn declarations_that_cannot_be_decided_are_refused() {
    for (text, says) in [
        ("      run: [{ command: one }]\n", "nothing says whether"),
        ("      run: [{ command: one, unless: x, input: '%who%' }]\n", "not one of `secrets`"),
        (
            "      run: [{ command: one, unless: x, input: y, prompts: { p: { pattern: q } } }]\n",
            "has `input` and `prompts`",
        ),
    ] {
        let refused = checked(&format!("{MACHINE}{text}")).unwrap_err();
        assert!(refused.contains(says), "{refused}");
    }
    for key in ["{}", "{ insecure: true, sha256: x }", "{ sha256: x, on_first_use: true }"] {
        let text = format!(
            "      address: a\n      password: {{ env: P }}\n      host_key: {key}\n      \
             run: [{{ command: one, unless: x }}]\n"
        );
        assert!(checked(&text).unwrap_err().contains("exactly one way"), "{key}");
    }
    let nobody = "      address: a\n      host_key: { insecure: true }\n      \
                  run: [{ command: one, unless: x }]\n";
    assert!(checked(nobody).unwrap_err().contains("nothing to log in with"));
}
