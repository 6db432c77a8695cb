//! Looks whether it was done. Changes nothing and sends no credentials but to a declared connection.

use std::error::Error;
use std::time::Duration;

use orchestrator::TaskError;
use vim25::{MoRef, Value};
use vsphere::Reader;
use vsphere::inventory::Entry;
use vsphere::transport::{NetworkProbe, Probe as _};

use super::spec::Probe;
use crate::lookup;
use crate::trouble::reading;
use crate::world::VsphereReader;

/// How long one look may take; the next one comes soon.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a look saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Probed {
    /// There is no probe.
    Nothing,
    /// It was done.
    Holds(String),
    /// It was not, and what was seen instead.
    NotYet(String),
}

/// Looks once.
///
/// # Errors
/// When a declared connection cannot be read. That nothing answers is an observation.
pub(super) async fn look(probe: &Probe, reader: &VsphereReader) -> Result<Probed, TaskError> {
    let seen = match probe {
        Probe::Tcp(at) => tcp(at).await,
        Probe::Https(at) => https(at).await,
        Probe::Property { connection, object, path, equals } => {
            let reader = reader.endpoint(connection).await?;
            property(reader, object, path, equals).await?
        }
    };
    Ok(match seen {
        Ok(()) => Probed::Holds(probe.words()),
        Err(seen) => Probed::NotYet(seen),
    })
}

async fn tcp(at: &str) -> Result<(), String> {
    let (host, port) = at.rsplit_once(':').unwrap_or((at, ""));
    // The rule of the fields has seen that it is a port.
    let port = port.parse().unwrap_or(0);
    NetworkProbe.tcp(host, port, PATIENCE).await.map_err(|error| in_full(&error))
}

async fn https(at: &str) -> Result<(), String> {
    let server = at.trim_start_matches("https://").split('/').next().unwrap_or(at);
    match NetworkProbe.https(server, at, PATIENCE).await {
        Ok(status) if status < 500 => Ok(()),
        Ok(status) => Err(format!("`{at}` answers with status {status}")),
        Err(error) => Err(in_full(&error)),
    }
}

fn in_full(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

async fn property(
    reader: &Reader,
    object: &str,
    path: &str,
    equals: &str,
) -> Result<Result<(), String>, TaskError> {
    let inventory = lookup::inventory(reader).await?;
    let named = |entry: &&Entry| {
        let by_name =
            entry.name == object || inventory.path(&entry.object).as_deref() == Some(object);
        // A secondary is called as its primary is.
        (by_name && !entry.is_secondary()) || entry.object.to_string() == object
    };
    let found: Vec<MoRef> =
        inventory.entries().iter().filter(named).map(|entry| entry.object.clone()).collect();
    let [found] = found.as_slice() else {
        return Ok(Err(format!("{} objects are called `{object}`", found.len())));
    };
    let seen = reader.retrieve_many(std::slice::from_ref(found), &[path]).await;
    let seen = seen.map_err(|error| reading(object).failed(error))?;
    let value = seen.first().and_then(|seen| seen.find(path)).map(|value| word(&value));
    Ok(match value {
        Some(value) if value == equals => Ok(()),
        Some(value) => Err(format!("`{path}` of `{object}` is `{value}`")),
        None => Err(format!("`{path}` of `{object}` is not set")),
    })
}

/// A simple value as a playbook writes it.
fn word(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Byte(value) => value.to_string(),
        Value::Short(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::String(value) => value.to_string(),
        Value::Text { value, .. } => value.to_string(),
        _ => "not a simple value".to_owned(),
    }
}
