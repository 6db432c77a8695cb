//! From rows to records.

use rusqlite::{Result, Row};

use crate::record::{
    GateAnswer, GateKey, GateWait, Holder, IntentEnd, IntentRecord, RunRecord, RunStart,
};
use crate::times::from_millis;

/// The columns that [`run`] reads.
pub(crate) const RUN: &str = "id, command, words, folder, playbook, digest, servers, host, pid, since, user, \
     started, ended, verdict, \
     (SELECT count(*) FROM intents WHERE run = runs.id) AS intents, \
     (SELECT count(*) FROM intents WHERE run = runs.id AND outcome IS NULL) AS open";

pub(crate) fn run(row: &Row<'_>) -> Result<RunRecord> {
    let holder = Holder {
        host: row.get("host")?,
        pid: row.get("pid")?,
        since: row.get("since")?,
        user: row.get("user")?,
    };
    let start = RunStart {
        id: row.get("id")?,
        command: row.get("command")?,
        words: texts(&row.get::<_, String>("words")?),
        folder: row.get("folder")?,
        playbook: row.get("playbook")?,
        digest: row.get("digest")?,
        servers: texts(&row.get::<_, String>("servers")?),
        holder,
        started: from_millis(row.get("started")?),
    };
    Ok(RunRecord {
        start,
        ended: row.get::<_, Option<i64>>("ended")?.map(from_millis),
        verdict: row.get("verdict")?,
        intents: count(row, "intents")?,
        open: count(row, "open")?,
    })
}

/// The columns that [`intent`] reads.
pub(crate) const INTENT: &str = "ordinal, task, subject, step, attempt, at, ended, outcome, detail, \
     (SELECT json_group_array(reference) FROM vim_tasks \
      WHERE vim_tasks.run = intents.run AND vim_tasks.ordinal = intents.ordinal) AS vim_tasks";

pub(crate) fn intent(row: &Row<'_>) -> Result<IntentRecord> {
    let end = match row.get::<_, Option<String>>("outcome")? {
        None => None,
        Some(outcome) => Some(IntentEnd {
            outcome,
            detail: row.get("detail")?,
            at: from_millis(row.get("ended")?),
        }),
    };
    Ok(IntentRecord {
        ordinal: count(row, "ordinal")?,
        task: row.get("task")?,
        subject: row.get("subject")?,
        step: row.get("step")?,
        attempt: row.get("attempt")?,
        at: from_millis(row.get("at")?),
        vim_tasks: texts(&row.get::<_, String>("vim_tasks")?),
        end,
    })
}

pub(crate) fn gate_wait(row: &Row<'_>) -> Result<GateWait> {
    Ok(GateWait {
        run: row.get("run")?,
        key: gate_key(row)?,
        text: row.get("text")?,
        since: from_millis(row.get("since")?),
    })
}

pub(crate) fn gate_answer(row: &Row<'_>) -> Result<GateAnswer> {
    Ok(GateAnswer {
        run: row.get("run")?,
        key: gate_key(row)?,
        yes: row.get("yes")?,
        note: row.get("note")?,
        who: row.get("who")?,
        at: from_millis(row.get("at")?),
    })
}

fn gate_key(row: &Row<'_>) -> Result<GateKey> {
    Ok(GateKey {
        playbook: row.get("playbook")?,
        task: row.get("task")?,
        digest: row.get("digest")?,
    })
}

fn count(row: &Row<'_>, column: &str) -> Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

/// Nobody but us writes these; what is no list of texts is none.
fn texts(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}
