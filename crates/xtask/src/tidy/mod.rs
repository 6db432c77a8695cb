//! The rules of this repository that neither compiler nor clippy can hold: `cargo xtask tidy`.
//!
//! [`check`] reads the tree once and hands it to one small module per rule; each answers [`Finding`]s with
//! place and reason. Every rule is about files as text, so the checks take a second and need no build. The
//! test at the end runs them all, so they cannot be forgotten.

mod capabilities;
mod fault_matrix;
mod finding;
mod length;
mod links;
mod marks;
mod neighbours;
mod pages;
mod reach;
mod shape;
mod tree;

use std::path::Path;

pub(crate) use finding::{Finding, report};

use tree::Tree;

/// Everything that breaks a rule, and what is close to it.
///
/// # Errors
/// A sentence that says what could not be read.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let tree = Tree::read(root)?;
    let crates = neighbours::crates(root)?;
    let mut findings = neighbours::check(&crates);
    findings.extend(pages::check(&tree, &crates));
    findings.extend(length::check(&tree));
    findings.extend(shape::check(&tree));
    findings.extend(marks::check(&tree));
    findings.extend(reach::check(&tree));
    findings.extend(capabilities::check(&tree));
    findings.extend(links::check(&tree));
    findings.extend(fault_matrix::check(&tree));
    if let Err(stale) = crate::codegen::run(root, true) {
        findings.push(Finding::error("schema/vim25.json", stale));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        if let Err(broken) = check(&root).and_then(|findings| report(&findings)) {
            panic!("{broken}");
        }
    }
}
