//! What must not stay behind: marks of unfinished work, tests that do not run, paths of one machine.

use super::finding::Finding;
use super::tree::Tree;

/// What is looked for, and why it has no place here. Split, so that this file does not find itself.
const MARKS: [(&str, &str); 9] = [
    (concat!("todo", "!("), "unfinished code"),
    (concat!("unimplemented", "!("), "unfinished code"),
    (concat!("FIX", "ME"), "unfinished work; say in the commit or the changelog what is left out"),
    (concat!("X", "XX"), "unfinished work; say in the commit or the changelog what is left out"),
    (concat!("#[ign", "ore"), "a test that does not run proves nothing"),
    (concat!("dbg", "!("), "left over from a search for a mistake"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/Us", "ers/"), "a path of one machine"),
];

/// Lines that hold a mark.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        for (number, line) in file.text.lines().enumerate() {
            for (mark, why) in MARKS.iter().filter(|(mark, _)| line.contains(mark)) {
                let place = format!("{}:{}", file.path, number + 1);
                findings.push(Finding::error(place, format!("`{mark}`: {why}")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_with_their_line() {
        let text = format!("//! A.\nfn a() {{ {}) }}\n", MARKS[0].0);
        let found = check(&Tree::of([("src/a.rs", &text), ("docs/b.md", "nothing")]));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("error: src/a.rs:2: "), "{}", found[0]);
    }
}
