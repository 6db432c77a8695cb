//! The notes of the chain over the steps of a run: what the tables say about intents, once more as one line each,
//! so that a change in the tables by hand is seen.

use orchestrator::Intent;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::json;

use crate::chain::{Hash, link};

pub(crate) fn intent(intent: &Intent, at: i64) -> String {
    let Intent { ordinal, at: place, attempt } = intent;
    let (task, subject, step) = (place.task.as_str(), &place.subject, &place.step);
    json!(["intent", ordinal, task, subject, step, attempt, at]).to_string()
}

pub(crate) fn call(ordinal: u64, object: &str, work: &str, server_time: &str, at: i64) -> String {
    json!(["call", ordinal, object, work, server_time, at]).to_string()
}

pub(crate) fn started(ordinal: u64, reference: &str, at: i64) -> String {
    json!(["started", ordinal, reference, at]).to_string()
}

pub(crate) fn ended(ordinal: u64, outcome: &str, detail: &str, at: i64) -> String {
    json!(["ended", ordinal, outcome, detail, at]).to_string()
}

pub(crate) fn settled(run: &str, ordinal: u64, how: &str, at: i64) -> String {
    json!(["settled", run, ordinal, how, at]).to_string()
}

/// The number and hash of the last note of a run; 0 and `root` when there is none.
pub(crate) fn last(
    of: &Transaction<'_>,
    run: &str,
    root: &Hash,
) -> rusqlite::Result<(i64, Vec<u8>)> {
    let query = "SELECT seq, hash FROM notes WHERE run = ?1 ORDER BY seq DESC LIMIT 1";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let found = of.prepare(query)?.query_row([run], read).optional()?;
    Ok(found.unwrap_or_else(|| (0, root.to_vec())))
}

/// Adds a note to the chain of a run.
pub(crate) fn add(
    to: &Transaction<'_>,
    run: &str,
    root: &Hash,
    line: &str,
) -> rusqlite::Result<()> {
    let (seq, before) = last(to, run, root)?;
    let insert = "INSERT INTO notes (run, seq, line, hash) VALUES (?1, ?2, ?3, ?4)";
    let values = params![run, seq + 1, line, link(&before, line)];
    to.prepare_cached(insert)?.execute(values).map(|_| ())
}

/// The notes that the tables stand for, in no particular order.
pub(crate) fn of_tables(connection: &Connection, run: &str) -> rusqlite::Result<Vec<String>> {
    let queries = [
        "SELECT json_array('intent', ordinal, task, subject, step, attempt, at) FROM intents \
         WHERE run = ?1",
        "SELECT json_array('ended', ordinal, outcome, detail, ended) FROM intents \
         WHERE run = ?1 AND outcome IS NOT NULL",
        "SELECT json_array('call', ordinal, object, work, server_time, at) FROM calls \
         WHERE run = ?1",
        "SELECT json_array('started', ordinal, reference, at) FROM vim_tasks WHERE run = ?1",
        "SELECT json_array('settled', run, ordinal, how, at) FROM settlements WHERE by_run = ?1",
    ];
    let mut notes = Vec::new();
    for query in queries {
        let mut statement = connection.prepare(query)?;
        let rows = statement.query_map([run], |row: &Row<'_>| row.get::<_, String>(0))?;
        notes.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(notes)
}

/// Whether two lists hold the same notes. Compared as values: there are several ways to write one text in JSON.
pub(crate) fn same(one: Vec<String>, other: Vec<String>) -> bool {
    let sorted = |notes: Vec<String>| {
        let value = |note: String| serde_json::from_str::<serde_json::Value>(&note).ok();
        let mut texts: Vec<String> =
            notes.into_iter().map(|note| format!("{:?}", value(note))).collect();
        texts.sort_unstable();
        texts
    };
    sorted(one) == sorted(other)
}
