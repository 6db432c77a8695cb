//! Where the binary under test is, and whether it is current.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::workspace;

/// `lockstep`: what LOCKSTEP_BIN names, or what the workspace builds, built anew when a source is younger.
pub(crate) fn lockstep() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("LOCKSTEP_BIN") {
        Some(path) => path.into(),
        None => current(),
    })
}

fn current() -> PathBuf {
    let binary = beside_this_test().join("lockstep");
    let built = binary.metadata().and_then(|file| file.modified()).ok();
    if built.is_none_or(|built| youngest_source() > Some(built)) {
        build(&binary);
    }
    assert!(
        binary.exists(),
        "there is no `{}`; run `cargo build --workspace --bins`",
        binary.display()
    );
    binary
}

/// Tests are in `target/debug/deps`, programs in `target/debug`.
fn beside_this_test() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    let folder = test.parent().unwrap_or(Path::new("."));
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    folder.to_owned()
}

fn build(binary: &Path) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let is_release = binary.parent().is_some_and(|folder| folder.ends_with("release"));
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--workspace", "--bins"])
        .args(is_release.then_some("--release"))
        .current_dir(workspace())
        .status();
    assert!(built.is_ok_and(|status| status.success()), "`lockstep` does not build");
}

fn youngest_source() -> Option<SystemTime> {
    let crates =
        ["cli", "orchestrator", "ovf", "playbook", "report", "state", "tasks", "vim25", "vsphere"];
    let folders = crates.map(|name| workspace().join("crates").join(name).join("src"));
    let mock = workspace().join("mock-vcenter/src");
    folders.iter().chain([&mock]).filter_map(|folder| youngest_in(folder)).max()
}

fn youngest_in(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let times = entries.filter_map(|entry| match entry.file_type().ok()?.is_dir() {
        true => youngest_in(&entry.path()),
        false => entry.metadata().ok()?.modified().ok(),
    });
    times.max()
}
