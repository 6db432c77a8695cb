//! Reads which VMkernel adapters carry which traffic.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{HostVirtualNicManagerInfo, VirtualNicManagerNetConfig};
use vsphere::Reader;

use crate::per_host::{Found, manager};
use crate::trouble::reading;

/// The adapters of a host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Adapters {
    pub(super) host: MoRef,
    pub(super) manager: MoRef,
    /// Device and TCP/IP stack of every adapter.
    pub(super) devices: Vec<(String, String)>,
    /// Sort of traffic, whether several adapters may carry it, and the devices that do.
    pub(super) services: Vec<Service>,
}

/// One sort of traffic on one host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Service {
    pub(super) nic_type: String,
    pub(super) several: bool,
    pub(super) candidates: Vec<String>,
    pub(super) selected: Vec<String>,
}

impl Adapters {
    pub(super) fn service(&self, nic_type: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.nic_type == nic_type)
    }
}

pub(super) async fn read(found: &Found, reader: &Reader) -> Result<Option<Adapters>, TaskError> {
    let Some(manager) = manager(reader, found, "configManager.virtualNicManager").await? else {
        return Ok(None);
    };
    let seen = reader.retrieve(&manager, &["info"]).await;
    let seen = seen.map_err(|error| reading(&found.name).failed(error))?;
    let info = seen.object::<HostVirtualNicManagerInfo>("info");
    Ok(info.map(|info| Adapters {
        host: found.host.clone(),
        manager,
        devices: devices(&info.net_config),
        services: info.net_config.iter().map(service).collect(),
    }))
}

fn devices(configs: &[VirtualNicManagerNetConfig]) -> Vec<(String, String)> {
    let mut devices: Vec<(String, String)> = configs
        .iter()
        .flat_map(|config| &config.candidate_vnic)
        .map(|nic| {
            let stack = nic.spec.net_stack_instance_key.as_deref().unwrap_or(DEFAULT_STACK);
            (nic.device.to_string(), stack.to_owned())
        })
        .collect();
    devices.sort();
    devices.dedup();
    devices
}

/// The TCP/IP stack that carries FT logging.
pub(super) const DEFAULT_STACK: &str = "defaultTcpipStack";

/// `selected_vnic` holds keys that begin with the sort of traffic, not device names.
pub(super) fn service(config: &VirtualNicManagerNetConfig) -> Service {
    let candidates = &config.candidate_vnic;
    let selected = candidates.iter().filter(|nic| config.selected_vnic.contains(&nic.key));
    Service {
        nic_type: config.nic_type.to_string(),
        several: config.multi_select_allowed,
        candidates: candidates.iter().map(|nic| nic.device.to_string()).collect(),
        selected: selected.map(|nic| nic.device.to_string()).collect(),
    }
}
