//! What a test may ask of the behaviour through the control endpoint: settings, and hosts that fail and return.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use vim25::{MoRef, WireEnum};

use crate::fault::Fault;
use crate::guest::Guest;
use crate::store::{Origin, Store};

use super::host_connect::in_inventory;
use super::host_system::{self, HostSystem};
use super::settings::Behaviour;

/// The settings in force.
pub(crate) fn settings(store: &Store) -> Json {
    json!(Behaviour::seen(&store.snapshot()))
}

/// Puts settings in force: what the JSON object leaves out keeps its present value.
///
/// # Errors
/// A sentence about what cannot be read.
pub(crate) fn change_settings(store: &Store, body: &[u8]) -> Result<(), String> {
    let change: Json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut merged = settings(store);
    merge(&mut merged, change);
    let behaviour: Behaviour = serde_json::from_value(merged).map_err(|error| error.to_string())?;
    let set = store.commit(&Origin::default(), |tx| {
        behaviour.apply(tx);
        Ok(())
    });
    set.map_err(|fault| fault.to_string())
}

/// Objects are merged, anything else is replaced; an empty object empties.
fn merge(under: &mut Json, over: Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) if !over.is_empty() => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Json::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

/// The guests of VMs, as far as somebody has looked at them, and what was typed on their consoles.
pub(crate) fn guests(store: &Store) -> Json {
    let snapshot = store.snapshot();
    let all = snapshot.of_kind("(guest)").iter().filter_map(|id| snapshot.get::<Guest>(id));
    let shown = all.map(|guest| {
        json!({
            "vm": guest.vm.value.as_str(),
            "hostName": guest.host_name.as_str(),
            "address": guest.network.address.as_deref(),
            "boots": guest.boots,
            "toolsRun": guest.is_up(),
            "ftSoftware": guest.ft.installed,
            "typed": guest.typed,
        })
    });
    Json::Array(shown.collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HostChange {
    host: String,
    power: HostPower,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum HostPower {
    /// It dies without a word.
    Fail,
    /// It is there again.
    Recover,
}

/// The hosts and how they are.
pub(crate) fn hosts(store: &Store) -> Json {
    let snapshot = store.snapshot();
    let all = snapshot.of_kind("HostSystem").iter();
    let shown = all.filter_map(|id| {
        let host = snapshot.get::<HostSystem>(id)?;
        Some(json!({
            "id": id.value.as_str(),
            "name": host.entity.name.as_str(),
            "connection": host.connection.as_str(),
            "inMaintenance": host.in_maintenance,
        }))
    });
    Json::Array(shown.collect())
}

/// Lets a host fail or return: `{"host": "esx1.lab.local", "power": "fail"}`.
///
/// # Errors
/// A sentence about what cannot be read or found.
pub(crate) fn change_host(store: &Store, body: &[u8]) -> Result<(), String> {
    let change: HostChange = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let snapshot = store.snapshot();
    let by_id = MoRef::new("HostSystem", change.host.as_str());
    let found = snapshot.contains(&by_id).then_some(by_id);
    let id = found.or_else(|| in_inventory(&snapshot, &change.host));
    let id = id.ok_or_else(|| format!("no host is called '{}'", change.host))?;
    let set: Result<(), Fault> = store.commit(&Origin::default(), |tx| match change.power {
        HostPower::Fail => host_system::fail(tx, &id),
        HostPower::Recover => host_system::recover(tx, &id),
    });
    set.map_err(|fault| fault.to_string())
}
