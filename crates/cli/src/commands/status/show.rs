//! The state as a table for people, or as a JSON document.

use std::io::{self, Write};

use orchestrator::Table;
use report::{Style, write_table};
use tasks::pairs_by_host;

use super::read::{Half, Link, Protection, VmStatus};

/// Writes a table and how many are protected.
pub(super) fn write_text(out: &mut Vec<u8>, found: &Protection, style: &Style) -> io::Result<()> {
    if !found.vms.is_empty() {
        write_table(out, &pairs(found), style)?;
        writeln!(out)?;
        if let Some(table) = matrix(found) {
            write_table(out, &table, style)?;
            writeln!(out)?;
        }
    }
    let protected = found.vms.iter().filter(|vm| vm.is_protected()).count();
    let not = found.vms.len() - protected;
    writeln!(out, "{protected} protected, {not} not protected.")?;
    let unread = found.vms.iter().filter(|vm| !vm.is_protected() && !vm.unreadable.is_empty());
    let unread = unread.count();
    if unread > 0 {
        let vms = if unread == 1 { "VM is" } else { "VMs are" };
        writeln!(
            out,
            "{unread} {vms} counted as not protected because not all of their state may be read; \
             give the user `System.Read` on the VMs."
        )?;
    }
    if found.not_shown > 0 {
        let number = found.not_shown;
        writeln!(
            out,
            "{number} without Fault Tolerance not shown; `lockstep status '*'` shows them."
        )?;
    }
    Ok(())
}

/// The VMs; how the secondaries keep up only where vCenter knows it.
fn pairs(found: &Protection) -> Table {
    let measured = found.vms.iter().any(|vm| vm.link.is_known());
    let mut columns = vec!["VM", "state", "primary on", "secondary on", "datastores"];
    if measured {
        columns.extend(["behind", "sent"]);
    }
    let row = |vm: &VmStatus| {
        let mut row = row(vm);
        if measured {
            row.extend(link(&vm.link));
        }
        row
    };
    Table {
        title: "Fault Tolerance".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: found.vms.iter().map(row).collect(),
    }
}

fn link(link: &Link) -> [String; 2] {
    let unknown = || "-".to_owned();
    let behind = match (link.latency_ms, &link.status) {
        (Some(latency), Some(status)) => format!("{latency} ms ({status})"),
        (Some(latency), None) => format!("{latency} ms"),
        (None, Some(status)) => status.clone(),
        (None, None) => unknown(),
    };
    [behind, link.bandwidth_kbps.map_or_else(unknown, |rate| format!("{rate} KB/s"))]
}

/// Fewer pairs are seen at a glance.
const WORTH_IT: usize = 8;

/// How many pairs have their halves on which two hosts.
fn matrix(found: &Protection) -> Option<Table> {
    let pairs = found.vms.iter().filter_map(|vm| {
        Some((vm.primary.host.as_deref()?, vm.secondary.as_ref()?.host.as_deref()?))
    });
    pairs_by_host(pairs).filter(|_| found.vms.len() > WORTH_IT)
}

fn row(vm: &VmStatus) -> Vec<String> {
    let host = |half: &Half| half.host.clone().unwrap_or_else(|| "?".to_owned());
    let secondary = vm.secondary.as_ref();
    vec![
        vm.name.clone(),
        state(vm),
        host(&vm.primary),
        secondary.map_or_else(|| "-".to_owned(), host),
        datastores(vm),
    ]
}

/// The state in words that tell good from bad.
fn state(vm: &VmStatus) -> String {
    if !vm.protected && !vm.unreadable.is_empty() {
        return format!("cannot be read ({})", vm.unreadable.join(", "));
    }
    let words = match (&*vm.state, vm.protected) {
        ("running", true) => "protected",
        ("enabled", true) => "protected (powered off)",
        ("running", false) if vm.is_on_one_host() => "both on one host",
        ("running", false) => "runs, secondary not visible",
        ("notConfigured", _) => "not turned on",
        ("disabled", _) => "suspended",
        ("enabled", _) => "turned on, not running",
        ("needSecondary", _) => "needs a secondary",
        ("starting", _) => "starting",
        (other, _) => other,
    };
    match vm.reason.as_deref().filter(|_| vm.state == "needSecondary") {
        Some(reason) => format!("{words} ({reason})"),
        None => words.to_owned(),
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
            place: Some(vim25::MoRef::new("HostSystem", host)),
            datastores: vec![format!("shared-{host}")],
        };
        VmStatus {
            name: name.to_owned(),
            path: format!("/Lab/vm/{name}"),
            id: "vm-1".to_owned(),
            state: state.to_owned(),
            power: "poweredOn".to_owned(),
            reason: None,
            link: Link::default(),
            primary: half(hosts.0),
            secondary: hosts.1.map(half),
            protected,
            unreadable: Vec::new(),
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
            pairs_by_host: Vec::new(),
            not_shown: 4,
            not_found: Vec::new(),
            first_error: None,
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

    #[test]
    fn what_may_not_be_read_is_no_state() {
        let mut hidden = vm("db-1", "unreadable", ("esx1", Some("esx2")), false);
        hidden.unreadable = vec!["runtime.faultToleranceState".to_owned()];
        let mut alone = vm("db-2", "running", ("esx1", None), false);
        alone.primary.place = None;
        let text = shown(vec![hidden, alone]);
        for part in [
            "db-1  cannot be read (runtime.faultToleranceState)",
            "db-2  runs, secondary not visible",
            "0 protected, 2 not protected.\n1 VM is counted as not protected because",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    fn shown(vms: Vec<VmStatus>) -> String {
        let server = "https://vc/sdk".to_owned();
        let mut out = Vec::new();
        let found = Protection {
            v: 1,
            server,
            vms,
            pairs_by_host: Vec::new(),
            not_shown: 0,
            not_found: Vec::new(),
            first_error: None,
        };
        let style = Style { width: 160, ..Style::default() };
        write_text(&mut out, &found, &style).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn how_a_secondary_keeps_up_and_why_one_is_missing_are_told_where_known() {
        let mut slow = vm("db-1", "running", ("esx1", Some("esx2")), true);
        slow.link = Link {
            latency_ms: Some(2400),
            bandwidth_kbps: Some(81_920),
            status: Some("yellow".to_owned()),
        };
        let mut lost = vm("db-2", "needSecondary", ("esx2", None), false);
        lost.reason = Some("lostConnection".to_owned());
        let text = shown(vec![slow, lost]);
        for part in
            ["behind", "2400 ms (yellow)", "81920 KB/s", "needs a secondary (lostConnection)"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn many_pairs_are_counted_by_their_hosts() {
        let pairs = |number: usize| {
            (0..number).map(|n| vm(&format!("vm{n}"), "running", ("esx1", Some("esx2")), true))
        };
        assert!(!shown(pairs(8).collect()).contains("FT pairs by host"));
        let text = shown(pairs(9).collect());
        assert!(
            text.contains("FT pairs by host") && text.contains("esx1        -     9"),
            "{text}"
        );
    }
}
