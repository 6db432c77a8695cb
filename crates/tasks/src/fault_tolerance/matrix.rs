//! Which hosts stand in for which: the table of primaries' hosts by secondaries' hosts.

use std::collections::{BTreeMap, BTreeSet};

use orchestrator::Table;

use super::pairs;
use super::seen::Seen;
use crate::forecast::PairToCome;

/// Fewer VMs are told one by one.
const WORTH_IT: usize = 8;
/// Hosts that still fit as columns.
const WIDE: usize = 10;

/// All pairs of the declared VMs, existing and planned, counted; `None` for few.
pub(super) fn matrix(seen: &Seen, planned: &[PairToCome]) -> Option<Table> {
    if seen.vms.len() <= WORTH_IT {
        return None;
    }
    let existing = seen
        .vms
        .iter()
        .filter_map(|vm| Some((vm.host.as_deref()?, vm.pair()?.secondary_host.as_deref()?)));
    let planned = planned.iter().map(|pair| (pair.hosts[0].as_str(), pair.hosts[1].as_str()));
    pairs_by_host(existing.chain(planned))
}

/// Pairs, given by the hosts of primary and secondary, counted; `None` when there are none.
pub fn pairs_by_host<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Table> {
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for hosts in pairs {
        *counted.entry(hosts).or_default() += 1;
    }
    let hosts: BTreeSet<&str> = counted.keys().flat_map(|(one, other)| [*one, *other]).collect();
    match hosts.len() {
        0 => None,
        few if few <= WIDE => Some(square(&counted, &hosts)),
        _ => Some(list(&counted)),
    }
}

/// The same from tables of pairs, as a task told them; `None` when none of them has a pair.
#[must_use]
pub fn pair_matrix(tables: &[&Table]) -> Option<Table> {
    pairs_by_host(tables.iter().copied().flat_map(pairs::hosts_in))
}

type Counted<'a> = BTreeMap<(&'a str, &'a str), usize>;

const TITLE: &str = "FT pairs by host, primaries down and secondaries across";

fn square(counted: &Counted<'_>, hosts: &BTreeSet<&str>) -> Table {
    let cell = |primary: &str, secondary: &str| match counted.get(&(primary, secondary)) {
        Some(number) => number.to_string(),
        None => "-".to_owned(),
    };
    let row = |primary: &&str| {
        let cells = hosts.iter().map(|secondary| cell(primary, secondary));
        std::iter::once((*primary).to_owned()).chain(cells).collect()
    };
    Table {
        title: TITLE.to_owned(),
        columns: std::iter::once("primary on")
            .chain(hosts.iter().copied())
            .map(str::to_owned)
            .collect(),
        rows: hosts.iter().map(row).collect(),
    }
}

fn list(counted: &Counted<'_>) -> Table {
    let row = |((primary, secondary), number): (&(&str, &str), &usize)| {
        vec![(*primary).to_owned(), (*secondary).to_owned(), number.to_string()]
    };
    Table {
        title: "FT pairs by host".to_owned(),
        columns: ["primary on", "secondary on", "VMs"].map(str::to_owned).to_vec(),
        rows: counted.iter().map(row).collect(),
    }
}
