//! How long the production part of a file may get. Tests do not count; functions are clippy's affair.

use super::finding::Finding;
use super::tree::Tree;

/// More lines than this are worth a thought.
const WARN: usize = 400;
/// More lines than this must be split.
const FAIL: usize = 600;

/// Files that grew too long.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let lines = file.production().count();
        let what = format!("{lines} lines without tests; split it by what its parts answer for");
        if lines > FAIL {
            findings.push(Finding::error(&file.path, what));
        } else if lines > WARN {
            findings.push(Finding::warning(&file.path, what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_warns_and_a_very_long_one_fails() {
        let severity = |lines: usize| {
            let text = "//\n".repeat(lines);
            check(&Tree::of([("src/a.rs", &text)])).first().map(|finding| finding.fails)
        };
        assert_eq!(severity(400), None);
        assert_eq!(severity(401), Some(false));
        assert_eq!(severity(601), Some(true));
    }
}
