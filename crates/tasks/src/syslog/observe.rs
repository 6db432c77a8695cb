//! Reads how a host logs, and what its firewall lets out.

use orchestrator::TaskError;
use vim25::{MoRef, Value};
use vsphere::Reader;

use super::spec::Spec;
use crate::advanced_options;
use crate::firewall::{Rulesets, read_rulesets};
use crate::per_host::{Found, manager, release};
use crate::service::{Services, read_services};

/// What is read of one host.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Seen {
    pub(super) manager: MoRef,
    /// The declared options, in their order; `None` for one that is not there.
    pub(super) values: Vec<Option<Value>>,
    pub(super) rulesets: Rulesets,
    /// The services, on a release that reads its log settings only when the log service starts.
    pub(super) reloads: Option<Services>,
}

/// From this release on, the log service notices new settings by itself.
const NOTICES: (u32, u32) = (6, 0);

pub(super) async fn read(
    spec: &Spec,
    found: &Found,
    reader: &Reader,
) -> Result<Option<Seen>, TaskError> {
    let Some(manager) = manager(reader, found, advanced_options::OF_HOST).await? else {
        return Ok(None);
    };
    let Some(rulesets) = read_rulesets(found, reader).await? else { return Ok(None) };
    let mut values = Vec::new();
    for (key, _) in &spec.options {
        values.push(advanced_options::read(&manager, &found.name, key, reader).await?);
    }
    let reloads = match release(reader, found).await? < NOTICES {
        true => read_services(found, reader).await?,
        false => None,
    };
    Ok(Some(Seen { manager, values, rulesets, reloads }))
}
