//! Which tasks of a playbook run: those with a wanted tag.

use std::collections::BTreeSet;

use playbook::TaskInstance;

use crate::error::CliError;

/// The tasks that run.
#[derive(Debug)]
pub(crate) struct Selection {
    /// In the order of the playbook; needs of tasks that are left out are gone from them.
    pub(crate) tasks: Vec<TaskInstance>,
    /// What the operator should know about it.
    pub(crate) notes: Vec<String>,
}

/// Chooses the tasks that have one of `tags`; all of them when there are no tags.
pub(crate) fn select(tasks: Vec<TaskInstance>, tags: &[String]) -> Result<Selection, CliError> {
    if tags.is_empty() {
        return Ok(Selection { tasks, notes: Vec::new() });
    }
    refuse_unknown(&tasks, tags)?;
    let wanted = |task: &TaskInstance| task.tags.iter().any(|tag| tags.contains(tag));
    let all = tasks.len();
    let mut tasks: Vec<TaskInstance> = tasks.into_iter().filter(wanted).collect();
    let mut notes = vec![format!("{} of {all} tasks are selected by tag", tasks.len())];
    let ids: BTreeSet<String> = tasks.iter().map(|task| task.id.clone()).collect();
    for task in &mut tasks {
        let (kept, gone): (Vec<String>, Vec<String>) =
            task.needs.iter().cloned().partition(|need| ids.contains(need));
        if !gone.is_empty() {
            let gone = quoted(gone.iter().map(String::as_str));
            notes.push(format!("task `{}` needs {gone}, not selected: taken as done", task.id));
            task.needs = kept.into();
        }
    }
    Ok(Selection { tasks, notes })
}

fn refuse_unknown(tasks: &[TaskInstance], tags: &[String]) -> Result<(), CliError> {
    let known: BTreeSet<&str> =
        tasks.iter().flat_map(|task| task.tags.iter().map(String::as_str)).collect();
    let Some(unknown) = tags.iter().find(|tag| !known.contains(tag.as_str())) else {
        return Ok(());
    };
    let hint = match known.is_empty() {
        true => "no task of this playbook has tags".to_owned(),
        false => format!("tags of this playbook: {}", quoted(known.into_iter())),
    };
    Err(CliError::new(format!("no task has the tag `{unknown}`")).hint(hint))
}

/// Words in backticks, with commas.
pub(crate) fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use playbook::{Capability, Field, Kind, Options, Source};

    use super::*;

    const FIELDS: &[Field] = &[Field::required("name", Kind::Text, "Its name.")];
    static CATALOGUE: &[Capability] =
        &[Capability { fields: FIELDS, ..Capability::new("thing", "A thing is there.") }];

    fn tasks() -> Vec<TaskInstance> {
        let text = "tasks:\n\
            - { id: a, tags: base, thing: { name: a } }\n\
            - { id: b, tags: [base, top], needs: a, thing: { name: b } }\n\
            - { id: c, tags: top, needs: [a, b], thing: { name: c } }\n";
        playbook::check(&Source::new("t.yaml", text), CATALOGUE, &Options::default()).unwrap().tasks
    }

    #[test]
    fn tags_choose_tasks_and_nothing_else() {
        let chosen = select(tasks(), &["top".to_owned()]).unwrap();
        let shown: Vec<_> = chosen.tasks.iter().map(|task| (&*task.id, &*task.needs)).collect();
        expect![[r#"[("b", []), ("c", ["b"])]"#]].assert_eq(&format!("{shown:?}"));
        expect![[r#"
            2 of 3 tasks are selected by tag
            task `b` needs `a`, not selected: taken as done
            task `c` needs `a`, not selected: taken as done"#]]
        .assert_eq(&chosen.notes.join("\n"));
        assert_eq!(select(tasks(), &[]).unwrap().tasks.len(), 3);
    }

    #[test]
    fn an_unknown_tag_lists_those_there_are() {
        let error = select(tasks(), &["topp".to_owned()]).unwrap_err();
        expect![[r#"
            error: no task has the tag `topp`

            hint: tags of this playbook: `base`, `top`
        "#]]
        .assert_eq(&error.text());
    }
}
