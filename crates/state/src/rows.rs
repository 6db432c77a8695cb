//! From rows to records.

use orchestrator::{Call, OpenWork, Place};
use rusqlite::{Result, Row};

use crate::locks::{LockRecord, Unlock};
use crate::record::{
    GateAnswer, GateKey, GateWait, Holder, IntentEnd, IntentRecord, RunRecord, RunStart,
    SessionRecord, Settlement,
};
use crate::times::from_millis;

/// The columns that [`run`] reads.
pub(crate) const RUN: &str = "id, command, words, folder, playbook, digest, servers, host, pid, since, user, \
     started, ended, verdict, resumes, \
     (SELECT count(*) FROM intents WHERE run = runs.id) AS intents, \
     (SELECT count(*) FROM intents WHERE run = runs.id AND outcome IS NULL AND NOT EXISTS \
      (SELECT 1 FROM settlements AS s WHERE s.run = intents.run AND s.ordinal = intents.ordinal)) AS open";

pub(crate) fn run(row: &Row<'_>) -> Result<RunRecord> {
    let holder = holder(row)?;
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
        resumes: row.get("resumes")?,
    };
    Ok(RunRecord {
        start,
        ended: row.get::<_, Option<i64>>("ended")?.map(from_millis),
        verdict: row.get("verdict")?,
        intents: count(row, "intents")?,
        open: count(row, "open")?,
    })
}

fn holder(row: &Row<'_>) -> Result<Holder> {
    Ok(Holder {
        host: row.get("host")?,
        pid: row.get("pid")?,
        since: row.get("since")?,
        user: row.get("user")?,
    })
}

/// The columns that [`intent`] reads.
pub(crate) const INTENT: &str = "ordinal, task, subject, step, attempt, at, ended, outcome, detail, \
     (SELECT by_run FROM settlements AS s WHERE s.run = intents.run AND s.ordinal = intents.ordinal) AS settled_by, \
     (SELECT how FROM settlements AS s WHERE s.run = intents.run AND s.ordinal = intents.ordinal) AS settled_how, \
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
        settled: match row.get::<_, Option<String>>("settled_by")? {
            Some(by) => Some(Settlement { by, how: row.get("settled_how")? }),
            None => None,
        },
    })
}

/// Calls of which no end is known, with the steps that they are for. Steps that ended with an unknown outcome count:
/// what they asked for may go on.
pub(crate) const OPEN: &str = "SELECT i.run, i.ordinal, i.task, i.subject, i.step, c.object, c.work, \
     c.server_time, c.reference FROM intents AS i JOIN calls AS c ON c.run = i.run AND c.ordinal = i.ordinal \
     WHERE i.run = ?1 AND (i.outcome IS NULL OR i.outcome = 'unknown') AND NOT EXISTS \
     (SELECT 1 FROM settlements AS s WHERE s.run = i.run AND s.ordinal = i.ordinal) \
     ORDER BY i.ordinal, c.number";

pub(crate) fn open_work(row: &Row<'_>) -> Result<OpenWork> {
    let text = |column: &str| row.get::<_, String>(column);
    Ok(OpenWork {
        run: text("run")?.into(),
        ordinal: count(row, "ordinal")?,
        at: Place { task: text("task")?.into(), subject: text("subject")?, step: text("step")? },
        call: Call { object: text("object")?, work: text("work")?, at: text("server_time")? },
        reference: row.get("reference")?,
    })
}

/// The columns that [`lock`] reads.
pub(crate) const LOCK: &str = "scope, run, host, pid, since, user, command, taken, until";

pub(crate) fn lock(row: &Row<'_>) -> Result<LockRecord> {
    Ok(LockRecord {
        scope: row.get("scope")?,
        run: row.get("run")?,
        holder: holder(row)?,
        command: row.get("command")?,
        taken: from_millis(row.get("taken")?),
        until: from_millis(row.get("until")?),
    })
}

pub(crate) fn unlock(row: &Row<'_>) -> Result<Unlock> {
    Ok(Unlock {
        scope: row.get("scope")?,
        run: row.get("run")?,
        who: row.get("who")?,
        reason: row.get("reason")?,
        at: from_millis(row.get("at")?),
    })
}

pub(crate) fn session(row: &Row<'_>) -> Result<SessionRecord> {
    Ok(SessionRecord {
        server: row.get("server")?,
        digest: row.get("digest")?,
        holder: holder(row)?,
        at: from_millis(row.get("at")?),
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
