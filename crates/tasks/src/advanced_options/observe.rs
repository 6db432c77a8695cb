//! Reads the present values of options.

use orchestrator::TaskError;
use vim25::{MoRef, Value};
use vsphere::Reader;
use vsphere::objects::OptionManager;

use super::setting;
use super::spec::Spec;
use crate::per_host::{Found, manager};
use crate::trouble::reading;

/// The path of a host's option manager.
pub(crate) const OF_HOST: &str = "configManager.advancedOption";

/// What is read of one host or vCenter.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Seen {
    pub(super) manager: MoRef,
    /// The declared options, in their order; `None` for one that is not there.
    pub(super) values: Vec<Option<Value>>,
    /// The names of all options, read only when one is not there.
    pub(super) keys: Vec<String>,
    /// The settings of a vCenter were asked for, and this is none.
    pub(super) no_vcenter: bool,
}

pub(super) async fn read(
    spec: &Spec,
    found: &Found,
    reader: &Reader,
) -> Result<Option<Seen>, TaskError> {
    let own = match spec.of_vcenter {
        true if !reader.is_vcenter() => {
            return Ok(Some(Seen { no_vcenter: true, ..Seen::default() }));
        }
        true => reader.content().setting.clone(),
        false => manager(reader, found, OF_HOST).await?,
    };
    let Some(manager) = own else { return Ok(None) };
    let mut values = Vec::new();
    for (key, _) in &spec.options {
        values.push(setting::read(&manager, &found.name, key, reader).await?);
    }
    let keys = match values.iter().all(Option::is_some) {
        true => Vec::new(),
        false => {
            let keys = OptionManager::new(manager.clone()).query_keys(reader).await;
            keys.map_err(|error| reading(&found.name).failed(error))?
        }
    };
    Ok(Some(Seen { manager, values, keys, no_vcenter: false }))
}
