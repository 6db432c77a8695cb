//! Looks once whether a condition is met.

use std::error::Error;
use std::time::Duration;

use orchestrator::{Reason, TaskError};
use vim25::types::ManagedObjectNotFound;
use vim25::{MoRef, Value};
use vsphere::transport::Probe;
use vsphere::{CallError, CallProblem, FindError, Inventory, Kind, Reader};

use super::spec::{Condition, Test};
use crate::declared::On;
use crate::lookup::not_found;
use crate::trouble::reading;
use crate::world::VsphereReader;

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// It is so; with the proof.
    Met(String),
    /// Not so; with what was seen instead.
    NotYet(String),
    /// It cannot be found out before somebody changes something.
    Blocked(Reason),
}

/// A server that takes longer to answer is not there yet.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sorts of objects that are looked for when only a name is given.
const KINDS: [Kind; 8] = [
    Kind::Host,
    Kind::VirtualMachine,
    Kind::Cluster,
    Kind::Datacenter,
    Kind::Datastore,
    Kind::Network,
    Kind::ResourcePool,
    Kind::Folder,
];

/// Looks once. `found` keeps the object of a property from one look to the next.
pub(super) async fn look(
    condition: &Condition,
    found: &mut Option<MoRef>,
    on: On<'_, VsphereReader>,
) -> Result<Sight, TaskError> {
    match condition {
        Condition::Property { object, path, test } => {
            let reader = on.reader().await?;
            match property((object, path, test), found, reader).await {
                Ok(sight) => Ok(sight),
                Err(error) if passes(&error) => Ok(Sight::NotYet(innermost(&error))),
                Err(error) => Err(reading(object).failed(error)),
            }
        }
        Condition::Guest(_) => {
            Ok(Sight::NotYet("nothing is started in a guest to look".to_owned()))
        }
        _ => Ok(knock(condition, on.world.probe()).await),
    }
}

async fn knock(condition: &Condition, probe: &dyn Probe) -> Sight {
    let answer = match condition {
        Condition::Tcp(server) => {
            let open = probe.tcp(&server.host, server.port, PATIENCE).await;
            open.map(|()| Sight::Met("it takes connections".to_owned()))
        }
        Condition::Https { server, url } => {
            let status = probe.https(&server.to_string(), url, PATIENCE).await;
            status.map(|status| match status {
                500.. => Sight::NotYet(format!("it answers with HTTP status {status}")),
                _ => Sight::Met(format!("it answers with HTTP status {status}")),
            })
        }
        Condition::Property { .. } | Condition::Guest(_) => {
            return Sight::NotYet("it is no address".to_owned());
        }
    };
    answer.unwrap_or_else(|error| Sight::NotYet(innermost(&error)))
}

async fn property(
    (object, path, test): (&str, &str, &Test),
    found: &mut Option<MoRef>,
    reader: &Reader,
) -> Result<Sight, CallError> {
    let known = match found.take() {
        Some(known) => known,
        None => match find(&reader.inventory().await?, object) {
            Ok(one) => one,
            Err(error @ FindError::NotFound { .. }) => return Ok(Sight::NotYet(error.to_string())),
            Err(error) => {
                return Ok(Sight::Blocked(not_found(
                    format!("cannot wait for `{object}`"),
                    &error,
                )));
            }
        },
    };
    let seen = match reader.retrieve(&known, &[path]).await {
        // It may come back under another id, as a host does that is added again.
        Err(error) if error.fault::<ManagedObjectNotFound>().is_some() => {
            return Ok(Sight::NotYet(innermost(&error)));
        }
        seen => seen?,
    };
    *found = Some(known);
    let value = seen.get(path).map_or("not set".to_owned(), shown);
    let words = format!("`{path}` is `{value}`");
    Ok(if seen.get(path).is_some() && test.is_met(&value) {
        Sight::Met(words)
    } else {
        Sight::NotYet(words)
    })
}

/// The one object of that name, whatever it is.
fn find(inventory: &Inventory, text: &str) -> Result<MoRef, FindError> {
    let mut first_error = None;
    let mut found: Vec<MoRef> = Vec::new();
    for kind in KINDS {
        match inventory.find(kind, text) {
            Ok(one) => found.push(one),
            Err(error) => {
                let clearer = matches!(first_error, None | Some(FindError::NotFound { .. }));
                if clearer
                    && (first_error.is_none() || !matches!(error, FindError::NotFound { .. }))
                {
                    first_error = Some(error);
                }
            }
        }
    }
    found.dedup();
    match (found.len(), first_error) {
        (1, _) => Ok(found.remove(0)),
        (0, Some(error)) => Err(error),
        _ => Err(FindError::Ambiguous {
            kind: Kind::Host,
            wanted: text.to_owned(),
            candidates: found.iter().filter_map(|one| inventory.path(one)).collect(),
        }),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Ref(object) => object.to_string(),
        Value::Array(array) => array.items.iter().map(shown).collect::<Vec<_>>().join(", "),
        value => match (value.as_i64(), value.as_str()) {
            (Some(number), _) => number.to_string(),
            (None, Some(text)) => text.to_owned(),
            (None, None) => format!("{value:?}"),
        },
    }
}

/// A server that restarts comes back; one that refuses does not change its mind.
pub(super) fn passes(error: &CallError) -> bool {
    match error.problem() {
        CallProblem::Relogin(cause) => passes(cause),
        _ => !error.is_permanent(),
    }
}

pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| (**error).source());
    chain.last().map(ToString::to_string).unwrap_or_default()
}
