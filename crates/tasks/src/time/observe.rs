//! Reads where a host gets its time from.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::HostDateTimeInfo;
use vsphere::Reader;
use vsphere::objects::HostDateTimeSystem;

use super::spec::Spec;
use crate::firewall::{Rulesets, read_rulesets};
use crate::per_host::{Found, manager, release};
use crate::service::{Services, read_services};
use crate::trouble::reading;

/// What is read of one host.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Seen {
    pub(super) manager: MoRef,
    pub(super) clock: Clock,
    pub(super) services: Services,
    /// The firewall, on a release on which the time service does not open it by itself.
    pub(super) rulesets: Option<Rulesets>,
    /// The keys of the time zones to choose from, read only when the declared one is not set.
    pub(super) zones: Vec<String>,
}

/// How the clock is set up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Clock {
    pub(super) servers: Vec<String>,
    pub(super) zone: String,
    /// Since 7.0: whether another protocol than NTP is chosen.
    pub(super) other_protocol: bool,
    /// Since 7.0: whether the clock follows nobody.
    pub(super) disabled: bool,
}

/// From this release on, the ruleset `ntpClient` follows the service.
const FOLLOWS: (u32, u32) = (8, 0);

impl From<&HostDateTimeInfo> for Clock {
    fn from(info: &HostDateTimeInfo) -> Self {
        let servers = info.ntp_config.as_deref().map(|config| config.server.as_slice());
        Self {
            servers: servers.unwrap_or_default().iter().map(ToString::to_string).collect(),
            zone: info.time_zone.key.to_string(),
            other_protocol: info.system_clock_protocol.as_ref().is_some_and(|own| own != "ntp"),
            disabled: info.enabled == Some(false),
        }
    }
}

pub(super) async fn read(
    spec: &Spec,
    found: &Found,
    reader: &Reader,
) -> Result<Option<Seen>, TaskError> {
    let Some(manager) = manager(reader, found, "configManager.dateTimeSystem").await? else {
        return Ok(None);
    };
    let failed = |error| reading(&found.name).failed(error);
    let system = HostDateTimeSystem::new(manager.clone());
    let Some(info) = system.retrieve_info(reader).await.map_err(failed)? else { return Ok(None) };
    let clock = Clock::from(&info);
    let Some(services) = read_services(found, reader).await? else { return Ok(None) };
    let rulesets = match release(reader, found).await? < FOLLOWS {
        true => read_rulesets(found, reader).await?,
        false => None,
    };
    let other = spec.timezone.as_ref().is_some_and(|zone| *zone != clock.zone);
    let zones = match other {
        true => system.query_time_zones(reader).await.map_err(failed)?,
        false => Vec::new(),
    };
    Ok(Some(Seen { manager, clock, services, rulesets, zones }))
}
