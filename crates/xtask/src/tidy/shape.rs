//! What every file of Rust code has: a first line that says what it answers for, and a name that does too.

use super::finding::Finding;
use super::tree::{File, Tree};

/// Names that could stand over anything.
const EMPTY_NAMES: [&str; 9] =
    ["util", "utils", "common", "helper", "helpers", "misc", "manager", "imp", "impl"];

/// Files and folders that say too little about themselves.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let silent = tree.rust().filter(|file| !file.text.starts_with("//!")).map(|file| {
        Finding::error(&file.path, "does not start with `//!` and what the file answers for")
    });
    let vague =
        tree.rust().filter_map(|file| Some((file, empty_name(file)?))).map(|(file, name)| {
            Finding::error(&file.path, format!("`{name}` could hold anything; name what is in it"))
        });
    silent.chain(vague).collect()
}

fn empty_name(file: &File) -> Option<&str> {
    let path = file.path.trim_end_matches(".rs");
    path.split('/').find(|part| EMPTY_NAMES.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_files_and_vague_names_are_found() {
        let tree = Tree::of([
            ("a/src/good.rs", "//! Good.\n"),
            ("a/src/authorization_manager.rs", "//! An object of vSphere.\n"),
            ("a/src/silent.rs", "use std::fs;\n"),
            ("a/src/util/text.rs", "//! Text.\n"),
            ("a/src/helpers.rs", "//! Help.\n"),
        ]);
        let places: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(places.len(), 3, "{places:?}");
        assert!(places[0].contains("silent.rs") && places[1].contains("`util`"), "{places:?}");
    }
}
