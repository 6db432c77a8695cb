//! Who may know whom: the table of crates, held against their manifests.
//!
//! A new arrow between crates is a decision, so it is written here first.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::finding::Finding;

/// A crate, whom its code may know, and whom its tests may know besides.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const TABLE: &[Row] = &[
    ("vim25", &[], &[]),
    ("vsphere", &["vim25"], &[]),
    ("playbook", &[], &[]),
    ("orchestrator", &[], &[]),
    ("ovf", &[], &[]),
    ("placement", &[], &[]),
    ("state", &["orchestrator"], &[]),
    (
        "tasks",
        &["orchestrator", "ovf", "placement", "playbook", "vim25", "vsphere"],
        &["mock-vcenter"],
    ),
    ("report", &["orchestrator"], &[]),
    ("mock-vcenter", &["vim25"], &[]),
    (
        "cli",
        &[
            "mock-vcenter",
            "orchestrator",
            "ovf",
            "playbook",
            "report",
            "state",
            "tasks",
            "vim25",
            "vsphere",
        ],
        &[],
    ),
    ("xtask", &[], &[]),
    // It plays the whole agent, and stands between its transport and the mock's.
    (
        "simulation",
        &[
            "mock-vcenter",
            "orchestrator",
            "playbook",
            "report",
            "state",
            "tasks",
            "vim25",
            "vsphere",
        ],
        &[],
    ),
    // From end to end: what a test there looks at is up to the test.
    (
        "e2e",
        &["mock-vcenter", "vim25", "vsphere"],
        &["orchestrator", "ovf", "playbook", "report", "state", "tasks"],
    ),
];

/// A crate of the workspace as cargo sees it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Crate {
    /// Its name.
    pub(crate) name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug, Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Crate>,
}

/// The crates of the workspace.
///
/// # Errors
/// What cargo said when it could not read the manifests.
pub(crate) fn crates(root: &Path) -> Result<Vec<Crate>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .map_err(|e| format!("cannot run `cargo metadata`: {e}"))?;
    if !output.status.success() {
        return Err(format!(
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("cannot read what `cargo metadata` says: {e}"))?;
    Ok(metadata.packages)
}

/// Crates that know whom they should not, and rows of the table that nobody needs.
pub(crate) fn check(crates: &[Crate]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = crates.iter().flat_map(forbidden).collect();
    for (name, _, _) in TABLE {
        if !crates.iter().any(|one| one.name == *name) {
            findings.push(Finding::error("Cargo.toml", format!("there is no crate `{name}`")));
        }
    }
    findings
}

fn forbidden(one: &Crate) -> Vec<Finding> {
    let place = format!("crate `{}`", one.name);
    let Some((_, code, tests)) = TABLE.iter().find(|(name, _, _)| *name == one.name) else {
        return vec![Finding::error(place, "has no row in the table of who may know whom")];
    };
    let allows = |dependency: &Dependency| {
        let name = dependency.name.as_str();
        let for_tests = dependency.kind.as_deref() == Some("dev");
        code.contains(&name) || (for_tests && tests.contains(&name))
    };
    let ours = one.dependencies.iter().filter(|dependency| dependency.path.is_some());
    ours.filter(|dependency| !allows(dependency))
        .map(|dependency| Finding::error(&place, format!("may not know `{}`", dependency.name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krate(name: &str, knows: &str, kind: Option<&str>) -> Crate {
        let dependency = Dependency {
            name: knows.to_owned(),
            kind: kind.map(str::to_owned),
            path: Some(String::new()),
        };
        Crate { name: name.to_owned(), dependencies: vec![dependency] }
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_refused() {
        let allowed = |name, knows, kind| forbidden(&krate(name, knows, kind)).is_empty();
        assert!(allowed("mock-vcenter", "vim25", None));
        assert!(!allowed("mock-vcenter", "vsphere", None));
        assert!(!allowed("mock-vcenter", "vsphere", Some("dev")));
        assert!(!allowed("orchestrator", "vim25", None));
        assert!(allowed("tasks", "mock-vcenter", Some("dev")));
        assert!(!allowed("tasks", "mock-vcenter", None));
        assert!(!allowed("newcomer", "vim25", None));
    }
}
