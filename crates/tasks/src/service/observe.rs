//! Reads the services of a host, and whether it warns about SSH.

use orchestrator::TaskError;
use vim25::types::HostService;
use vim25::{MoRef, Value};
use vsphere::Reader;
use vsphere::objects::HostServiceSystem;

use crate::advanced_options;
use crate::per_host::{Found, manager};
use crate::trouble::reading;

/// What is read of one host.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Seen {
    pub(super) services: Services,
    /// The option manager and the present value of [`WARNING`], where the host has it.
    pub(super) warning: Option<(MoRef, Value)>,
}

/// The services of a host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Services {
    pub(crate) manager: MoRef,
    pub(crate) services: Vec<Service>,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Service {
    pub(crate) key: String,
    pub(crate) required: bool,
    pub(crate) running: bool,
    pub(crate) policy: String,
}

/// A number other than 0 keeps the host from warning about SSH and the ESXi Shell.
pub(super) const WARNING: &str = "UserVars.SuppressShellWarning";

impl Services {
    pub(crate) fn find(&self, key: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.key == key)
    }
}

impl From<&HostService> for Service {
    fn from(service: &HostService) -> Self {
        Self {
            key: service.key.to_string(),
            required: service.required,
            running: service.running,
            policy: service.policy.to_string(),
        }
    }
}

pub(super) async fn read(found: &Found, reader: &Reader) -> Result<Option<Seen>, TaskError> {
    let Some(services) = read_services(found, reader).await? else { return Ok(None) };
    let mut seen = Seen { services, warning: None };
    if let Some(options) = manager(reader, found, advanced_options::OF_HOST).await? {
        let value = advanced_options::read(&options, &found.name, WARNING, reader).await?;
        seen.warning = value.map(|value| (options, value));
    }
    Ok(Some(seen))
}

/// The services of a host; `None` when it shows none.
pub(crate) async fn read_services(
    found: &Found,
    reader: &Reader,
) -> Result<Option<Services>, TaskError> {
    let Some(manager) = manager(reader, found, "configManager.serviceSystem").await? else {
        return Ok(None);
    };
    let services = HostServiceSystem::new(manager.clone()).retrieve_services(reader).await;
    let services = services.map_err(|error| reading(&found.name).failed(error))?;
    let all = |services: Vec<HostService>| services.iter().map(Service::from).collect();
    Ok(services.map(|services| Services { manager, services: all(services) }))
}
