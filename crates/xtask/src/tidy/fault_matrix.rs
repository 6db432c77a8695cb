//! The table of what can go wrong: every row of `docs/fault-matrix.md` names tests, and these exist.

use super::finding::Finding;
use super::tree::Tree;

const PAGE: &str = "docs/fault-matrix.md";
/// Rows of the matrix that can be played on one machine with one process of ours.
const ROWS: [u32; 27] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 26, 27, 28, 29,
    30,
];

/// Rows that are missing, that nothing holds, or whose tests are gone.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let page = tree.text(PAGE);
    if page.is_empty() {
        return Vec::new();
    }
    let rows: Vec<(u32, &str)> = page.lines().filter_map(row).collect();
    let missing = ROWS.iter().filter(|row| !rows.iter().any(|(number, _)| number == *row));
    let mut findings: Vec<Finding> =
        missing.map(|row| Finding::error(PAGE, format!("has no row {row}"))).collect();
    for (number, line) in rows {
        let tests: Vec<(&str, &str)> =
            line.split('`').filter_map(|part| part.split_once("::")).collect();
        if tests.is_empty() {
            findings.push(Finding::error(PAGE, format!("row {number} names no test")));
        }
        let gone =
            tests.iter().filter(|(file, test)| !tree.text(file).contains(&format!("fn {test}(")));
        findings.extend(gone.map(|(file, test)| {
            Finding::error(PAGE, format!("row {number}: there is no test `{test}` in `{file}`"))
        }));
    }
    findings
}

/// The number of a row, and its line.
fn row(line: &str) -> Option<(u32, &str)> {
    let number = line.strip_prefix("| ")?.split(' ').next()?.parse().ok()?;
    Some((number, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_test_that_exists_is_found() {
        let all: Vec<String> =
            ROWS.iter().map(|row| format!("| {row} | a | b | `t.rs::good` |")).collect();
        let held =
            |page: &str| check(&Tree::of([(PAGE, page), ("t.rs", "//! T.\nfn good() {}\n")])).len();
        let page = all.join("\n");
        assert_eq!(held(&page), 0);
        assert_eq!(held(&page.replace("| 7 | a | b | `t.rs::good` |", "| 7 | a | b | |")), 1);
        assert_eq!(
            held(&page.replace("| 7 | a | b | `t.rs::good` |", "| 7 | a | b | `t.rs::bad` |")),
            1
        );
        assert_eq!(held(&page.replace("| 7 | a | b | `t.rs::good` |", "")), 1);
    }
}
