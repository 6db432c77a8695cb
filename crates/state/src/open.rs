//! Opens the file: its folder, its mode, its settings, and whether it is a journal at all.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::JournalError;
use crate::remote;
use crate::schema::{Found, SCHEMA_VERSION, bring_up, look};

/// How long another process may hold the file; its transactions are short.
const PATIENCE: Duration = Duration::from_secs(10);

/// The same where waiting is only a second try.
const SHORT: Duration = Duration::from_millis(500);

/// Opens the journal for writing and makes it if there is none, readable by its owner alone.
pub(crate) fn for_writing(path: &Path) -> Result<Connection, JournalError> {
    make_file(path)?;
    if let Some(kind) = remote::kind_of(path) {
        return Err(JournalError::Remote { path: path.to_owned(), kind });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |cause| JournalError::opening(path.to_owned(), cause);
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    settle(&mut connection).map_err(failed)?;
    check(&mut connection, path)?;
    intact(&connection, path)?;
    Ok(connection)
}

/// Opens the journal for reading; `None` when there is none.
pub(crate) fn for_reading(path: &Path) -> Result<Option<Connection>, JournalError> {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(cause) => {
            return Err(JournalError::Open { path: path.to_owned(), cause: cause.into() });
        }
    }
    let opened = read_only(path).or_else(|error| alone(path).or_else(|_| untouched(path, error)));
    let connection = opened.map_err(|cause| JournalError::opening(path.to_owned(), cause))?;
    match look(&connection) {
        Ok(Found::Ours) => Ok(Some(connection)),
        Ok(Found::Older(_)) => {
            drop(connection);
            drop(for_writing(path)?);
            read_only(path).map(Some).map_err(|cause| JournalError::opening(path.to_owned(), cause))
        }
        // Somebody is making it right now.
        Ok(Found::Empty) => Ok(None),
        Ok(found) => Err(refused(found, path)),
        Err(cause) => Err(JournalError::opening(path.to_owned(), cause)),
    }
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    look(&connection)?;
    Ok(connection)
}

/// Reads with an index in memory. The one beside the journal, which several processes share, cannot grow on a full
/// disk. Only possible while nobody writes.
fn alone(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(SHORT)?;
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    look(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Reads the main file as it is, in a folder that is read-only. What lies beside it would be missed, so there must
/// be nothing.
fn untouched(path: &Path, error: rusqlite::Error) -> rusqlite::Result<Connection> {
    let beside = path.with_extension("db-wal");
    if beside.metadata().is_ok_and(|file| file.len() > 0) {
        return Err(error);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let escape = |byte: u8| match byte {
        b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    };
    let escaped: String = path.as_os_str().as_encoded_bytes().iter().copied().map(escape).collect();
    Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
}

fn make_file(path: &Path) -> Result<(), JournalError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|cause| JournalError::Folder { path: folder.to_owned(), cause })?;
    }
    // SQLite gives the files beside it the same mode.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match file {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
            Err(JournalError::Open { path: path.to_owned(), cause: cause.into() })
        }
        _ => Ok(()),
    }
}

fn settle(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    // Asked for first, so that a file that is no database is not touched.
    look(connection)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn check(connection: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let failed = |cause| JournalError::opening(path.to_owned(), cause);
    match look(connection).map_err(failed)? {
        Found::Ours => Ok(()),
        Found::Empty => bring_up(connection).map_err(failed),
        Found::Older(version) => {
            // Whole before anything is added, and kept as it was.
            intact(connection, path)?;
            keep(connection, path, version)?;
            bring_up(connection).map_err(failed)
        }
        found => Err(refused(found, path)),
    }
}

/// Puts a copy of an earlier version beside, readable by its owner alone, unless there is one already.
fn keep(connection: &Connection, path: &Path, version: i64) -> Result<(), JournalError> {
    let copy = path.with_extension(format!("v{version}.db"));
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&copy) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(cause) => return Err(JournalError::Open { path: copy, cause: cause.into() }),
        Ok(_) => {}
    }
    // SQLite writes into an empty file that is there, and keeps its mode.
    let copied = connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()]);
    copied.map(|_| ()).map_err(|cause| JournalError::Open { path: copy, cause: cause.into() })
}

/// Damage is said before a run relies on the file.
fn intact(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let failed = |cause| JournalError::opening(path.to_owned(), cause);
    let said: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    match said.as_str() {
        "ok" => Ok(()),
        said => Err(JournalError::Damaged { path: path.to_owned(), cause: said.into() }),
    }
}

fn refused(found: Found, path: &Path) -> JournalError {
    let path = path.to_owned();
    match found {
        Found::Newer(found) => JournalError::Newer { path, found, known: SCHEMA_VERSION },
        _ => JournalError::Foreign { path },
    }
}
