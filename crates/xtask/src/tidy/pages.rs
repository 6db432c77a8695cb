//! What the pages at the top must tell: ARCHITECTURE.md names every crate.

use super::finding::Finding;
use super::neighbours::Crate;
use super::tree::Tree;

const PAGE: &str = "ARCHITECTURE.md";

/// Crates that a newcomer would not find.
pub(crate) fn check(tree: &Tree, crates: &[Crate]) -> Vec<Finding> {
    let page = tree.text(PAGE);
    let named = |name: &str| page.contains(&format!("`{name}`"));
    crates
        .iter()
        .filter(|one| !named(&one.name))
        .map(|one| Finding::error(PAGE, format!("does not name the crate `{}`", one.name)))
        .collect()
}
