//! The state as a table for people, or as a JSON document.

use std::io::{self, Write};

use orchestrator::Table;
use report::{Style, write_table};

use super::read::{Half, Protection, VmStatus};

/// Writes a table and how many are protected.
pub(super) fn write_text(out: &mut Vec<u8>, found: &Protection, style: &Style) -> io::Result<()> {
    if !found.vms.is_empty() {
        let columns = ["VM", "state", "primary on", "secondary on", "datastores"];
        let table = Table {
            title: "Fault Tolerance".to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows: found.vms.iter().map(row).collect(),
        };
        write_table(out, &table, style)?;
        writeln!(out)?;
    }
    let protected = found.vms.iter().filter(|vm| vm.is_protected()).count();
    let not = found.vms.len() - protected;
    writeln!(out, "{protected} protected, {not} not protected.")?;
    if found.not_shown > 0 {
        let number = found.not_shown;
        writeln!(
            out,
            "{number} without Fault Tolerance not shown; `lockstep status '*'` shows them."
        )?;
    }
    Ok(())
}

fn row(vm: &VmStatus) -> Vec<String> {
    let host = |half: &Half| half.host.clone().unwrap_or_else(|| "?".to_owned());
    let secondary = vm.secondary.as_ref();
    vec![
        vm.name.clone(),
        state(vm).to_owned(),
        host(&vm.primary),
        secondary.map_or_else(|| "-".to_owned(), host),
        datastores(vm),
    ]
}

/// The state in words that tell good from bad.
fn state(vm: &VmStatus) -> &str {
    match (&*vm.state, vm.protected) {
        ("running", true) => "protected",
        ("enabled", true) => "protected (powered off)",
        ("running", false) => "both on one host",
        ("notConfigured", _) => "not turned on",
        ("disabled", _) => "suspended",
        ("enabled", _) => "turned on, not running",
        ("needSecondary", _) => "needs a secondary",
        ("starting", _) => "starting",
        (other, _) => other,
    }
}

/// The primary's and, where they differ, the secondary's.
fn datastores(vm: &VmStatus) -> String {
    let primary = vm.primary.datastores.join(", ");
    match &vm.secondary {
        Some(secondary) if secondary.datastores != vm.primary.datastores => {
            format!("{primary} / {}", secondary.datastores.join(", "))
        }
        _ => primary,
    }
}

/// Writes one document.
pub(super) fn write_json(out: &mut Vec<u8>, found: &Protection) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, found)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn vm(name: &str, state: &str, hosts: (&str, Option<&str>), protected: bool) -> VmStatus {
        let half = |host: &str| Half {
            id: format!("vm-{host}"),
            host: Some(host.to_owned()),
            datastores: vec![format!("shared-{host}")],
        };
        VmStatus {
            name: name.to_owned(),
            path: format!("/Lab/vm/{name}"),
            id: "vm-1".to_owned(),
            state: state.to_owned(),
            power: "poweredOn".to_owned(),
            primary: half(hosts.0),
            secondary: hosts.1.map(half),
            protected,
        }
    }

    #[test]
    fn the_table_tells_who_is_protected_and_where() {
        let found = Protection {
            v: 1,
            server: "https://vc/sdk".to_owned(),
            vms: vec![
                vm("db-1", "running", ("esx1", Some("esx2")), true),
                vm("db-2", "needSecondary", ("esx2", None), false),
                vm("db-3", "running", ("esx1", Some("esx1")), false),
            ],
            not_shown: 4,
        };
        let mut out = Vec::new();
        write_text(&mut out, &found, &Style::default()).unwrap();
        expect![[r#"
            Fault Tolerance
            VM    state              primary on  secondary on  datastores
            ───── ────────────────── ─────────── ───────────── ──────────────────────────
            db-1  protected          esx1        esx2          shared-esx1 / shared-esx2
            db-2  needs a secondary  esx2        -             shared-esx2
            db-3  both on one host   esx1        esx1          shared-esx1

            1 protected, 2 not protected.
            4 without Fault Tolerance not shown; `lockstep status '*'` shows them.
        "#]]
        .assert_eq(&String::from_utf8(out).unwrap());
    }
}
