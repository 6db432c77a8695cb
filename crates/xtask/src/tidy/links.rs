//! Links between the pages of this repository lead somewhere. Addresses on the web are not looked at.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::tree::{File, Tree};

/// Links to files and folders that are not there.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let places = places(tree);
    let pages = tree.files().iter().filter(|file| file.path.ends_with(".md"));
    pages.flat_map(|page| dead_links(page, &places)).collect()
}

/// Every file and every folder above one.
fn places(tree: &Tree) -> BTreeSet<&str> {
    let mut places = BTreeSet::new();
    for file in tree.files() {
        places.insert(file.path.as_str());
        places.extend(file.path.match_indices('/').map(|(at, _)| &file.path[..at]));
    }
    places
}

fn dead_links(page: &File, places: &BTreeSet<&str>) -> Vec<Finding> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    for target in targets(&page.text) {
        if target.contains("://") || target.starts_with(['#', '<']) {
            continue;
        }
        let file = target.split('#').next().unwrap_or(target).trim_end_matches('/');
        if !places.contains(joined(folder, file).as_str()) {
            findings.push(Finding::error(
                &page.path,
                format!("links to `{target}`, which is not there"),
            ));
        }
    }
    findings
}

/// What stands in the round brackets of `[text](target)`, outside of code.
fn targets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (number, block) in text.split("```").enumerate() {
        if number % 2 == 0 {
            let links = block.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            found.extend(links.map(|link| link.split(' ').next().unwrap_or(link)));
        }
    }
    found
}

fn joined(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_nothing_is_found() {
        let page = "[a](guide.md#tasks) [b](../README.md) [c](adr) [d](https://e.x) [e](gone.md)\n\
                    ```\n[f](code.md)\n```\n";
        let tree = Tree::of([
            ("docs/a.md", page),
            ("docs/guide.md", ""),
            ("README.md", ""),
            ("docs/adr/1.md", ""),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].to_string().contains("gone.md"));
    }
}
