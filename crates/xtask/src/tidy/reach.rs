//! Who may reach outside: environment, wall clock, sleeping, other programs, the HTTP library.
//!
//! All of that is passed in everywhere else, so that a run can be tested without it. The table names the
//! few places that hand it in. Tests, examples and the chores in `xtask` are free.

use super::finding::Finding;
use super::tree::{File, Tree};

/// What is reached for, and the only places that may.
const DOORS: [(&str, &[&str]); 8] = [
    (
        "std::env",
        &[
            "crates/cli/src/environment.rs",
            "crates/cli/src/main.rs",
            "mock-vcenter/src/main.rs",
            "simulation/src/main.rs",
        ],
    ),
    ("process::exit", &[]),
    (
        "SystemTime::now",
        &[
            "crates/cli/",
            "crates/vsphere/src/clock.rs",
            "crates/vsphere/src/tls/",
            "mock-vcenter/src/builder.rs",
        ],
    ),
    (
        "Instant::now",
        &[
            "crates/cli/",
            "crates/orchestrator/src/clock.rs",
            "crates/playbook/src/secrets/command.rs",
            "crates/vsphere/src/clock.rs",
            "mock-vcenter/src/clock/",
            "simulation/src/",
        ],
    ),
    ("thread::sleep", &["crates/playbook/src/secrets/command.rs"]),
    ("Command::new", &["crates/playbook/src/secrets/command.rs"]),
    (
        "TcpStream::connect",
        &[
            "crates/tasks/src/ssh/client/connect.rs",
            "crates/vsphere/src/tls/certificate.rs",
            "crates/vsphere/src/transport/",
            "mock-vcenter/src/bare/fetch.rs",
        ],
    ),
    ("reqwest::", &["crates/vsphere/src/transport/", "crates/vsphere/src/endpoint.rs"]),
];

/// Lines that reach outside where they may not.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust().filter(|file| is_bound(file)).flat_map(lines_out_of_bounds).collect()
}

fn is_bound(file: &File) -> bool {
    !file.path.starts_with("crates/xtask/") && !file.path.contains("/examples/")
}

fn lines_out_of_bounds(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.production().enumerate() {
        let code = line.split("//").next().unwrap_or(line);
        for (what, allowed) in DOORS.iter().filter(|(what, _)| code.contains(what)) {
            if !allowed.iter().any(|place| file.path.starts_with(place)) {
                let place = format!("{}:{}", file.path, number + 1);
                let why =
                    format!("`{what}` is reached for only in {allowed:?}; let it be passed in");
                findings.push(Finding::error(place, why));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_in_one_place_only() {
        let code = "//! A.\nlet home = std::env::var(\"HOME\");\n";
        assert_eq!(check(&Tree::of([("crates/tasks/src/a.rs", code)])).len(), 1);
        assert_eq!(check(&Tree::of([("crates/cli/src/environment.rs", code)])).len(), 0);
        assert_eq!(check(&Tree::of([("crates/tasks/tests/a.rs", code)])).len(), 0);
        let told = "//! Nothing here calls std::env.\n";
        assert_eq!(check(&Tree::of([("crates/tasks/src/a.rs", told)])).len(), 0);
    }
}
