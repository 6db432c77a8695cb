//! Tasks that declare different values for one setting of the same object.

mod toy;

use playbook::{Options, Playbook, Source, check, conflicts};

fn checked(tasks: &str) -> Result<Playbook, String> {
    let source = Source::new("p.yaml", &format!("vars: {{ size: 3 }}\ntasks:\n{tasks}"));
    check(&source, toy::CATALOGUE, &Options::default())
        .map_err(|found| found.iter().map(|one| one.what.clone()).collect::<Vec<_>>().join("; "))
}

fn box_task(id: &str, more: &str, fields: &str) -> String {
    format!("  - {{ id: {id}, {more} box: {{ name: a, {fields} }} }}\n")
}

#[test]
fn values_that_differ_are_refused_in_any_order_and_those_for_a_while_without_one() {
    let refused = [
        ["", "size: 1", "", "size: 2"],
        ["", "size: 1", "needs: one,", "size: 2"],
        ["tags: [x],", "size: 1", "tags: [x],", "size: 2"],
        ["", "color: red", "", "color: blue"],
    ];
    for [first, one, second, two] in refused {
        let tasks = box_task("one", first, one) + &box_task("two", second, two);
        let found = checked(&tasks).map(|_| ()).unwrap_err();
        assert!(found.contains("tasks `one` and `two` declare different values"), "{found}");
    }
    let allowed = [
        ["", "size: 1", "", "size: 1"],
        ["", "size: 1", "", "color: red"],
        ["", "color: red", "needs: one,", "color: blue"],
        ["tags: [x],", "size: 1", "tags: [y],", "size: 2"],
        ["when: \"1 == 2\",", "size: 1", "", "size: 2"],
    ];
    for [first, one, second, two] in allowed {
        let tasks = box_task("one", first, one) + &box_task("two", second, two);
        checked(&tasks).map(|_| ()).unwrap();
    }
}

#[test]
fn tasks_between_others_count_for_the_order() {
    let tasks = box_task("one", "", "color: red")
        + "  - { id: between, needs: one, broom: {} }\n"
        + &box_task("two", "needs: between,", "color: blue");
    checked(&tasks).map(|_| ()).unwrap();
}

#[test]
fn alternatives_are_refused_once_both_are_in_one_run() {
    let tasks =
        box_task("one", "tags: [x],", "size: 1") + &box_task("two", "tags: [y],", "size: 2");
    let mut playbook = checked(&tasks).unwrap();
    let found = conflicts(&playbook, toy::CATALOGUE).unwrap();
    assert_eq!(found.len(), 1);
    playbook.tasks.pop();
    assert!(conflicts(&playbook, toy::CATALOGUE).is_none());
}

#[test]
fn what_a_template_yields_is_not_repeated() {
    let tasks = box_task("one", "", "size: \"{{ size }}\"") + &box_task("two", "", "size: 2");
    let found = checked(&tasks).map(|_| ()).unwrap_err();
    assert!(found.ends_with("of box `a`: what a template yields and `2`"), "{found}");
}
