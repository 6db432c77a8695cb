//! What a report says of a run besides its events: from the journal's record of it, and from the lists of steps by
//! hand.

use std::path::Path;

use orchestrator::{Table, Verdict};
use report::{BeforeAfter, ByHand, Particulars, RecordedRun, SCHEMA_VERSION, utc_seconds};
use state::{Chain, RunRecord};
use tasks::{Account, Column, Fate, pair_matrix};

use super::shell::command_line;

/// How far the record can be trusted.
pub(super) struct Evidence {
    /// Whether the events are what was written.
    pub(super) chain: Chain,
    /// The hash of the last one in hexadecimal.
    pub(super) end: String,
    /// How many there are.
    pub(super) events: u64,
}

pub(super) fn particulars(
    record: &RunRecord,
    run: &RecordedRun,
    evidence: &Evidence,
) -> Particulars {
    let start = &record.start;
    let file = Path::new(&start.playbook).file_name();
    // Not every run has a playbook.
    let name = file.map_or(start.command.clone().into(), |file| file.to_string_lossy());
    let unfinished = run.summary.verdict != Verdict::Done;
    let go_on = || match start.command.as_str() {
        "apply" => command_line(["resume", start.id.as_str()]),
        // Only a playbook is resumed; an operation is given again.
        _ => command_line(start.words.iter().map(String::as_str)),
    };
    Particulars {
        playbook: name.into_owned(),
        servers: start.servers.clone(),
        by: format!("{} on {}", start.holder.user, start.holder.host),
        go_on: unfinished.then(go_on),
        pairs: pairs(run),
        by_hand: by_hand(run),
        audit: audit(record, run, evidence),
    }
}

fn pairs(run: &RecordedRun) -> BeforeAfter {
    let protects = |task: &&orchestrator::TaskResult| task.head.capability == "fault_tolerance";
    let tasks = || run.summary.tasks.iter().filter(protects);
    let before: Vec<&Table> =
        tasks().filter_map(|task| run.before.get(&task.head.id)).flatten().collect();
    let after: Vec<&Table> = tasks().flat_map(|task| &task.tables).collect();
    BeforeAfter { before: pair_matrix(&before), after: pair_matrix(&after) }
}

/// The list that this run did most of.
fn by_hand(run: &RecordedRun) -> Option<ByHand> {
    let known = |account: &Account| {
        let stands = |fate: &Fate| !matches!(fate, Fate::Absent | Fate::Unneeded);
        account.entries.iter().filter(|entry| stands(&entry.fate)).count()
    };
    let accounts = Column::ALL.map(|column| Account::of(column, &run.summary));
    let account = accounts.into_iter().max_by_key(known).filter(|account| known(account) > 0)?;
    Some(ByHand { totals: account.totals(), tables: account.tables() })
}

fn audit(record: &RunRecord, run: &RecordedRun, evidence: &Evidence) -> Vec<(String, String)> {
    let start = &record.start;
    let chain = match evidence.chain {
        Chain::Intact => "intact".to_owned(),
        Chain::BrokenAt(seq) => format!("BROKEN: events were changed from number {seq} on"),
        Chain::StepsChanged => "BROKEN: what is said about the steps was changed".to_owned(),
        Chain::StepsUnknown => {
            "intact for events; an early release wrote none over the steps".to_owned()
        }
    };
    let ended = record.ended.map_or_else(|| "not noted".to_owned(), utc_seconds);
    let process =
        format!("{} on {}, user {}", start.holder.pid, start.holder.host, start.holder.user);
    let mut facts = vec![
        ("run", start.id.clone()),
        ("started", utc_seconds(start.started)),
        ("ended", ended),
        ("process", process),
        ("command", command_line(start.words.iter().map(String::as_str))),
        ("in folder", start.folder.clone()),
        ("playbook", start.playbook.clone()),
        ("playbook, SHA-256", start.digest.clone()),
        ("program", run.facts.program.clone()),
    ];
    for server in &run.facts.servers {
        facts.push(("server", format!("{}: {} {}", server.name, server.product, server.instance)));
    }
    facts.extend([
        ("addresses", start.servers.join(", ")),
        ("events", format!("{} in form {SCHEMA_VERSION}", evidence.events)),
        ("chain of hashes", chain),
        ("its end, SHA-256", evidence.end.clone()),
    ]);
    facts.into_iter().map(|(name, fact)| (name.to_owned(), fact.trim_end().to_owned())).collect()
}
