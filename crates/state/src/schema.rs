//! The tables of the journal, with their version.
//!
//! A later release adds what is missing, after `open.rs` has put a copy beside; an older one refuses what it does not
//! know.

use rusqlite::Connection;

/// The version of the tables.
pub const SCHEMA_VERSION: i64 = 2;

/// Marks the file as ours: `lock` in ASCII.
pub(crate) const APPLICATION_ID: i64 = 0x6c6f_636b;

/// What each version adds to the one before. Times are milliseconds since 1970 in UTC.
const VERSIONS: [&str; 2] = [FIRST, SECOND];

const FIRST: &str = "
CREATE TABLE runs (
    id       TEXT PRIMARY KEY,
    command  TEXT NOT NULL,
    words    TEXT NOT NULL,
    folder   TEXT NOT NULL,
    playbook TEXT NOT NULL,
    digest   TEXT NOT NULL,
    servers  TEXT NOT NULL,
    host     TEXT NOT NULL,
    pid      INTEGER NOT NULL,
    since    TEXT NOT NULL,
    user     TEXT NOT NULL,
    started  INTEGER NOT NULL,
    ended    INTEGER,
    verdict  TEXT,
    last_hash BLOB
) STRICT;
CREATE TABLE events (
    run  TEXT NOT NULL REFERENCES runs (id),
    seq  INTEGER NOT NULL,
    line TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE intents (
    run     TEXT NOT NULL REFERENCES runs (id),
    ordinal INTEGER NOT NULL,
    task    TEXT NOT NULL,
    subject TEXT NOT NULL,
    step    TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    ended   INTEGER,
    outcome TEXT,
    detail  TEXT,
    PRIMARY KEY (run, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE vim_tasks (
    run       TEXT NOT NULL,
    ordinal   INTEGER NOT NULL,
    reference TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (run, ordinal, reference),
    FOREIGN KEY (run, ordinal) REFERENCES intents (run, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE gate_waits (
    run      TEXT NOT NULL REFERENCES runs (id),
    playbook TEXT NOT NULL,
    task     TEXT NOT NULL,
    digest   TEXT NOT NULL,
    text     TEXT NOT NULL,
    since    INTEGER NOT NULL,
    PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID;
CREATE TABLE gate_answers (
    number   INTEGER PRIMARY KEY,
    run      TEXT NOT NULL,
    playbook TEXT NOT NULL,
    task     TEXT NOT NULL,
    digest   TEXT NOT NULL,
    yes      INTEGER NOT NULL,
    note     TEXT NOT NULL,
    who      TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX gate_answers_by_key ON gate_answers (playbook, task, digest);
";

/// Resuming, background work by object, a chain over steps, locks, sessions, requests to stop.
const SECOND: &str = "
ALTER TABLE runs ADD COLUMN resumes TEXT;
ALTER TABLE runs ADD COLUMN chain INTEGER NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN last_note BLOB;
CREATE TABLE calls (
    run         TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    object      TEXT NOT NULL,
    work        TEXT NOT NULL,
    server_time TEXT NOT NULL,
    at          INTEGER NOT NULL,
    reference   TEXT,
    PRIMARY KEY (run, ordinal, number),
    FOREIGN KEY (run, ordinal) REFERENCES intents (run, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE settlements (
    run     TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    by_run  TEXT NOT NULL,
    how     TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (run, ordinal),
    FOREIGN KEY (run, ordinal) REFERENCES intents (run, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
    run  TEXT NOT NULL REFERENCES runs (id),
    seq  INTEGER NOT NULL,
    line TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE locks (
    scope   TEXT PRIMARY KEY,
    run     TEXT NOT NULL,
    host    TEXT NOT NULL,
    pid     INTEGER NOT NULL,
    since   TEXT NOT NULL,
    user    TEXT NOT NULL,
    command TEXT NOT NULL,
    taken   INTEGER NOT NULL,
    until   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE unlocks (
    number INTEGER PRIMARY KEY,
    scope  TEXT NOT NULL,
    run    TEXT NOT NULL,
    who    TEXT NOT NULL,
    reason TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions (
    server TEXT NOT NULL,
    digest TEXT NOT NULL,
    host   TEXT NOT NULL,
    pid    INTEGER NOT NULL,
    since  TEXT NOT NULL,
    user   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (server, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE stops (
    number INTEGER PRIMARY KEY,
    run    TEXT NOT NULL REFERENCES runs (id),
    who    TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
";

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing yet.
    Empty,
    /// A journal of this version.
    Ours,
    /// A journal of an earlier version.
    Older(i64),
    /// A journal of a later version.
    Newer(i64),
    /// Something else.
    Foreign,
}

/// Looks at the marks of a file.
pub(crate) fn look(connection: &Connection) -> rusqlite::Result<Found> {
    let number =
        |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (mark, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (mark, version) {
        (0, 0) if tables == 0 => Found::Empty,
        (APPLICATION_ID, SCHEMA_VERSION) => Found::Ours,
        (APPLICATION_ID, later) if later > SCHEMA_VERSION => Found::Newer(later),
        (APPLICATION_ID, earlier) if earlier > 0 => Found::Older(earlier),
        _ => Found::Foreign,
    })
}

/// Makes the tables or adds what is missing of them, unless somebody else did in the meantime.
pub(crate) fn bring_up(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let there = match look(&transaction)? {
        Found::Empty => 0,
        Found::Older(version) => usize::try_from(version).unwrap_or(0),
        _ => VERSIONS.len(),
    };
    for version in VERSIONS.iter().skip(there) {
        transaction.execute_batch(version)?;
    }
    if there < VERSIONS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()
}
