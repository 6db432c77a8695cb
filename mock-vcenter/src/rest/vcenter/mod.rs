//! The inventory as this API shows it: lists of objects, one VM with its parts, its power, and the appliance's
//! version. All of it is worked out from the same objects that the vim API shows.

mod appliance;
mod filter;
mod guest_os;
mod list;
mod power;
mod vm;

use std::sync::Arc;

use hyper::Method;
use serde_json::Value as Json;
use vim25::MoRef;

use crate::core::Core;
use crate::dispatch::{Caller, Nature};

use super::dialect::{Asked, Dialect, Resource, Success};
use super::refusal::Refusal;

pub(super) use list::Listed;
use power::Change;

/// An operation that is modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    List(Listed),
    GetVm,
    GetPower,
    ChangePower(Change),
    Version,
}

impl Operation {
    /// Which one is asked for; `None` when it is not modelled.
    pub(super) fn of(method: &Method, asked: &Asked) -> Option<Self> {
        let action = asked.action.as_deref();
        Some(match (asked.resource, method.as_str(), &asked.id, action) {
            (Resource::Inventory(kind), "GET", None, None) => Self::List(kind),
            (Resource::Inventory(Listed::Vm), "GET", Some(_), None) => Self::GetVm,
            (Resource::VmPower, "GET", Some(_), None) => Self::GetPower,
            (Resource::VmPower, "POST", Some(_), Some(action)) => {
                Self::ChangePower(Change::named(action)?)
            }
            (Resource::ApplianceVersion, "GET", None, None) => Self::Version,
            _ => return None,
        })
    }

    pub(super) fn nature(self) -> Nature {
        if matches!(self, Self::ChangePower(_)) { Nature::Mutating } else { Nature::Read }
    }
}

/// Does it.
pub(super) async fn run(
    core: &Arc<Core>,
    operation: Operation,
    asked: &Asked,
    caller: Caller,
) -> Result<Success, Refusal> {
    let found = match operation {
        Operation::List(kind) => list::list(&core.store.snapshot(), kind, &asked.query),
        Operation::GetVm => vm::info(&core.store.snapshot(), &vm(core, asked)?, asked.dialect)?,
        Operation::GetPower => power::info(&core.store.snapshot(), &vm(core, asked)?)?,
        Operation::ChangePower(change) => {
            power::change(core, caller, &vm(core, asked)?, change).await?;
            return Ok(Success::Nothing);
        }
        Operation::Version => appliance::version(core),
    };
    Ok(Success::Found(found))
}

fn vm(core: &Core, asked: &Asked) -> Result<MoRef, Refusal> {
    let id = asked.id.as_deref().unwrap_or_default();
    let vm = MoRef::new("VirtualMachine", id);
    match core.store.snapshot().contains(&vm) {
        true => Ok(vm),
        false => Err(Refusal::not_found("virtual machine", id)),
    }
}

/// A map from identifiers: an object in the newer dialect, a list of pairs in the older one.
fn map(dialect: Dialect, entries: Vec<(String, Json)>) -> Json {
    match dialect {
        Dialect::Api => Json::Object(entries.into_iter().collect()),
        Dialect::Rest => {
            let pair = |(key, value)| serde_json::json!({ "key": key, "value": value });
            Json::Array(entries.into_iter().map(pair).collect())
        }
    }
}
