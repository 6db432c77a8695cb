//! A capability is a folder of `tasks` with a table of fields. It must be known wherever people look for it:
//! in the catalogue, in the reference, and in a playbook that is ready to run.

use super::finding::Finding;
use super::tree::{File, Tree};

const TASKS: &str = "crates/tasks/src/";
const CATALOGUE: &str = "crates/tasks/src/catalogue.rs";
const REFERENCE: &str = "docs/reference/";
const PLAYBOOKS: &str = "playbooks/";

/// Capabilities that somebody forgot somewhere.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let names = names(tree);
    if names.is_empty() {
        return vec![Finding::error(
            TASKS,
            "holds no capability: a folder with a file `fields.rs`",
        )];
    }
    names.into_iter().flat_map(|name| missing(tree, name)).collect()
}

/// Folders with a table of fields.
fn names(tree: &Tree) -> Vec<&str> {
    let folders = tree.under(TASKS).filter_map(|file| file.path.strip_suffix("/fields.rs"));
    folders.filter_map(|folder| folder.strip_prefix(TASKS)).collect()
}

fn missing(tree: &Tree, name: &str) -> Vec<Finding> {
    let folder = format!("{TASKS}{name}");
    let listed = tree.text(CATALOGUE).contains(&format!("{name}::CAPABILITY"));
    let told = tree.under(REFERENCE).any(|page| is_about(page, name));
    let played = tree.under(PLAYBOOKS).any(|playbook| uses(playbook, name));
    let rules = [
        (listed, format!("is not listed in `{CATALOGUE}`")),
        (told, format!("has no heading in `{REFERENCE}`; run `make docs`")),
        (played, format!("is used by no playbook in `{PLAYBOOKS}`")),
    ];
    let broken = rules.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, what)| Finding::error(&folder, what)).collect()
}

fn is_about(page: &File, name: &str) -> bool {
    let headings = page.text.lines().filter(|line| line.starts_with('#'));
    page.path.ends_with(".md") && headings.into_iter().any(|line| line.contains(name))
}

fn uses(playbook: &File, name: &str) -> bool {
    let key = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
    };
    playbook.path.ends_with(".yaml") && playbook.text.lines().any(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forgotten_capability_is_found_in_each_place() {
        let tree = Tree::of([
            ("crates/tasks/src/host/fields.rs", ""),
            ("crates/tasks/src/cluster/fields.rs", ""),
            (CATALOGUE, "[host::CAPABILITY]"),
            ("docs/reference/capabilities.md", "## `host`\ncluster"),
            ("playbooks/a.yaml", "tasks:\n  - host:\n      name: cluster\n"),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|finding| finding.to_string().contains("src/cluster")));
    }
}
