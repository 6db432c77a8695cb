//! The table of pairs: where both halves are and how they are.

use orchestrator::Table;

use super::seen::{Seen, Vm};

/// What the table has; the hosts are second and third.
const COLUMNS: [&str; 5] = ["VM", "primary on", "secondary on", "state", "secondary's datastore"];

/// The hosts of every pair in a table that [`table`] made; nothing of other tables.
pub(super) fn hosts_in(table: &Table) -> impl Iterator<Item = (&str, &str)> {
    let ours = table.columns == COLUMNS;
    let rows = table.rows.iter().filter(move |_| ours);
    rows.filter_map(|row| Some((row.get(1)?.as_str(), row.get(2)?.as_str())))
}

/// The pairs among the declared VMs; `None` when there are none.
pub(super) fn table(seen: &Seen) -> Option<Table> {
    let rows: Vec<Vec<String>> = seen.vms.iter().filter_map(row).collect();
    let protected = seen.vms.iter().filter(|vm| is_protected(vm)).count();
    (!rows.is_empty()).then(|| Table {
        title: format!("FT pairs: {protected} of {} VMs protected", seen.vms.len()),
        columns: COLUMNS.map(str::to_owned).to_vec(),
        rows,
    })
}

/// Its state is copied all the time, and HA restarts what is lost.
fn is_protected(vm: &Vm) -> bool {
    vm.pair().is_some_and(|pair| pair.state == "running" && pair.das_protected == Some(true))
}

fn row(vm: &Vm) -> Option<Vec<String>> {
    let pair = vm.pair()?;
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let state = match &pair.reason {
        Some(reason) => format!("{} ({reason})", pair.state),
        None => pair.state.clone(),
    };
    Some(vec![
        vm.subject.clone(),
        shown(&vm.host),
        shown(&pair.secondary_host),
        state,
        shown(&pair.secondary_datastore),
    ])
}
