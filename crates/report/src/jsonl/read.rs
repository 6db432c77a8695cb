//! From lines that were written earlier back to runtime types.

use std::time::Duration;

use orchestrator as engine;
use orchestrator::{Delivery, Status};

use super::schema::{Body, Failure, Line, SCHEMA_VERSION, Server, Table, Task, Token};

/// Why a line cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not what this release or an earlier one writes.
    #[error("event {number} is not in the form of `docs/events.md`")]
    Form {
        /// Which line, from 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
    /// A later release wrote it.
    #[error(
        "event {number} has version {version} of the form, and this release knows {SCHEMA_VERSION}"
    )]
    Newer {
        /// Which line, from 1.
        number: usize,
        /// Its version.
        version: u32,
    },
    /// There is no start of an apply among the lines.
    #[error("there is no apply in these events")]
    NoRun,
}

/// Reads one line; `number` is for the message when it cannot be.
pub(crate) fn read_line(number: usize, text: &str) -> Result<Line<'static>, ReadError> {
    let line: Line<'static> =
        serde_json::from_str(text).map_err(|cause| ReadError::Form { number, cause })?;
    match line.v {
        SCHEMA_VERSION => Ok(line),
        version => Err(ReadError::Newer { number, version }),
    }
}

/// A status by its word; a word of a later release is not known to be good.
pub(crate) fn status(word: &str) -> Status {
    let all = [
        Status::Unchanged,
        Status::Changed,
        Status::Skipped,
        Status::Unfinished,
        Status::Blocked,
        Status::Unknown,
        Status::Failed,
    ];
    all.into_iter().find(|status| status.as_str() == word).unwrap_or(Status::Unknown)
}

pub(crate) fn head(task: &Task<'_>) -> engine::TaskHead {
    engine::TaskHead {
        id: task.id.as_ref().into(),
        capability: task.capability.to_string(),
        needs: task.needs.iter().map(|need| need.as_ref().into()).collect(),
        tags: task.tags.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn failure(failure: &Failure<'_>) -> engine::Failure {
    let delivery = failure.delivery.as_deref().and_then(|delivery| match delivery {
        "not_sent" => Some(Delivery::NotSent),
        "unknown" => Some(Delivery::Unknown),
        "answered" => Some(Delivery::Answered),
        _ => None,
    });
    engine::Failure {
        code: failure.code.to_string(),
        what: failure.what.to_string(),
        object: failure.object.as_deref().unwrap_or_default().to_owned(),
        causes: failure.causes.iter().map(ToString::to_string).collect(),
        fix: failure.fix.as_deref().map(str::to_owned),
        delivery,
        transient: failure.transient,
    }
}

pub(crate) fn tables(tables: &[Table<'_>]) -> Vec<engine::Table> {
    let table = |table: &Table<'_>| engine::Table {
        title: table.title.to_string(),
        columns: table.columns.to_vec(),
        rows: table.rows.to_vec(),
    };
    tables.iter().map(table).collect()
}

pub(crate) fn facts(body: &Body<'_>) -> engine::RunFacts {
    program_of(body.program.as_deref().unwrap_or_default().to_owned(), &body.servers)
}

pub(crate) fn program_of(program: String, servers: &[Server<'_>]) -> engine::RunFacts {
    let server = |server: &Server<'_>| engine::ServerFacts {
        name: server.name.to_string(),
        product: server.product.to_string(),
        instance: server.instance.as_deref().unwrap_or_default().to_owned(),
    };
    engine::RunFacts { program, servers: servers.iter().map(server).collect() }
}

pub(crate) fn token(token: &Token<'_>) -> engine::Token {
    engine::Token::new(&*token.limit, &*token.instance)
}

pub(crate) fn time(millis: Option<u64>) -> Duration {
    Duration::from_millis(millis.unwrap_or_default())
}
