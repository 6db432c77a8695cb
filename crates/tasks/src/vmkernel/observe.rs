//! Reads which VMkernel adapters carry which traffic.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{HostVirtualNicManagerInfo, VirtualNicManagerNetConfig};
use vsphere::{FindError, Inventory, Kind, Reader};

use super::spec::Spec;
use crate::forecast::Known;
use crate::lookup;
use crate::trouble::reading;

/// What was found, host by host in the order of the declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(super) hosts: Vec<(String, HostSeen)>,
}

/// What was found about one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HostSeen {
    Here(Adapters),
    /// It joins this cluster or datacenter first.
    Coming(String),
    /// It would be added first, which is blocked.
    Stuck,
    Nowhere(FindError),
    /// It cannot be asked.
    Silent,
}

/// The adapters of a host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Adapters {
    pub(super) host: MoRef,
    pub(super) manager: MoRef,
    /// Device and TCP/IP stack of every adapter.
    pub(super) devices: Vec<(String, String)>,
    /// Sort of traffic, whether several adapters may carry it, and the devices that do.
    pub(super) services: Vec<Service>,
}

/// One sort of traffic on one host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Service {
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

const MANAGER: &str = "configManager.virtualNicManager";

pub(super) async fn observe(
    spec: &Spec,
    reader: &Reader,
    known: &Known,
) -> Result<Seen, TaskError> {
    let mut inventory = lookup::inventory(reader).await?;
    if spec.datacenter.is_some() {
        lookup::datacenter(&mut inventory, known, spec.datacenter.as_deref());
    }
    let mut hosts = Vec::new();
    for name in &spec.hosts {
        let seen = match inventory.find(Kind::Host, name) {
            Ok(host) => read(&host, name, reader).await?,
            Err(error) => coming(known, name).unwrap_or(HostSeen::Nowhere(error)),
        };
        hosts.push((subject(&inventory, name), seen));
    }
    Ok(Seen { hosts })
}

fn subject(inventory: &Inventory, name: &str) -> String {
    let found = inventory.find(Kind::Host, name).ok();
    let own = found.and_then(|host| inventory.name(&host).map(str::to_owned));
    own.unwrap_or_else(|| lookup::last_level(name).to_owned())
}

fn coming(known: &Known, name: &str) -> Option<HostSeen> {
    let name = lookup::last_level(name);
    if known.is_stuck(name) {
        return Some(HostSeen::Stuck);
    }
    let host = known.host(name)?;
    Some(HostSeen::Coming(host.cluster.clone().unwrap_or_else(|| host.datacenter.clone())))
}

async fn read(host: &MoRef, name: &str, reader: &Reader) -> Result<HostSeen, TaskError> {
    let failed = |error| reading(name).failed(error);
    let seen = reader.retrieve(host, &[MANAGER]).await.map_err(failed)?;
    let Some(manager) = seen.moref(MANAGER).cloned() else { return Ok(HostSeen::Silent) };
    let seen = reader.retrieve(&manager, &["info"]).await.map_err(failed)?;
    let Some(info) = seen.object::<HostVirtualNicManagerInfo>("info") else {
        return Ok(HostSeen::Silent);
    };
    Ok(HostSeen::Here(Adapters {
        host: host.clone(),
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
