//! What is decided about programs of a guest, and which declarations are refused.

use orchestrator::Item;
use playbook::{Options, Source, check};

use super::observe::Seen;
use super::plan::{Step, plan};
use super::spec::Spec;

fn checked(run: &str) -> Result<Spec, String> {
    let text = format!(
        "tasks:\n  - guest:\n      vm: a\n      password: {{ env: P }}\n      secrets: {{ s: {{ env: S }} }}\n      \
         run:\n        - {run}\n"
    );
    let playbook = check(&Source::new("t.yaml", &text), crate::CATALOGUE, &Options::default());
    Ok(Spec::from(&playbook.map_err(|found| found.to_string())?.tasks[0].args))
}

#[test]
fn only_needed_programs_run_and_a_closed_guest_blocks() {
    let spec = checked("{ program: /bin/one, creates: /x }").unwrap();
    let open = plan(&spec, &Seen::Guest { needed: vec![true] });
    assert!(matches!(&open.items[..], [Item::Step(step)] if step.step == Step(0)), "{open:?}");
    assert!(plan(&spec, &Seen::Guest { needed: vec![false] }).is_in_sync());
    assert!(plan(&spec, &Seen::NotReady).is_blocked());
    assert!(plan(&spec, &Seen::Refused).is_blocked());
}

#[test]
fn declarations_that_cannot_be_decided_are_refused() {
    for (run, says) in [
        ("{ program: /bin/one }", "nothing says whether"),
        ("{ program: /bin/one, sets_password: true }", "nothing says what it is before"),
        ("{ program: /bin/one, creates: /x, environment: { A: '%b%' } }", "not one of `secrets`"),
    ] {
        let refused = checked(run).unwrap_err();
        assert!(refused.contains(says), "{refused}");
    }
    let good = checked("{ program: /bin/sh, creates: /x, environment: { A: 'x%s%' } }").unwrap();
    assert_eq!(good.run[0].environment, [("A".to_owned(), "x%s%".to_owned())]);
}
