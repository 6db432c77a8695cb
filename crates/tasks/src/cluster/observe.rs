//! Reads what there is of a cluster, its EVC mode, and what the declaration refers to.

use std::collections::BTreeMap;
use std::time::Duration;

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::types::{ClusterConfigInfoEx, ClusterEVCManagerCheckResult};
use vsphere::objects::{ClusterComputeResource, ClusterEvcManager};
use vsphere::{FindError, Inventory, Kind, Reader, explain_fault};

use super::read::{read, read_options};
use super::setting::{Options, Setting, Settings};
use super::spec::{Evc, Spec};
use super::write::Refs;
use crate::evc::{self, Mode};
use crate::forecast::Known;
use crate::lookup::{self, Place};
use crate::trouble::{Doing, reading};

/// A check of EVC looks at CPUs that vCenter knows already; it takes no longer than this.
const CHECK: Duration = Duration::from_secs(300);

/// What was found.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(super) datacenter: Place,
    /// The cluster, if it exists.
    pub(super) cluster: Option<ClusterSeen>,
    /// The EVC modes that vCenter supports; empty when it does not say.
    pub(super) modes: Vec<Mode>,
    /// Datastores and hosts that settings refer to, by their declared names.
    pub(super) refs: Refs,
    /// Those that were not found.
    pub(super) unknown: Vec<FindError>,
}

/// A cluster that exists.
#[derive(Debug, Clone, Default)]
pub(super) struct ClusterSeen {
    pub(super) settings: Settings,
    pub(super) options: Options,
    pub(super) hosts: usize,
    pub(super) evc: EvcSeen,
}

/// What is known about a cluster's EVC; only read when the playbook declares something about it.
#[derive(Debug, Clone, Default)]
pub(super) struct EvcSeen {
    /// `false` when this server or user has no EVC manager.
    pub(super) available: bool,
    pub(super) current: Option<String>,
    /// What is against the declared mode: cause and remedy.
    pub(super) against: Vec<(String, Option<String>)>,
}

pub(super) async fn observe(
    spec: &Spec,
    reader: &Reader,
    known: &Known,
) -> Result<Seen, TaskError> {
    let mut inventory = lookup::inventory(reader).await?;
    let datacenter = lookup::datacenter(&mut inventory, known, spec.datacenter.as_deref());
    let object = find(spec, &inventory, &datacenter);
    let modes = match (&spec.evc, &object) {
        (Some(Evc::Mode(_)), None) => evc::supported(reader).await?,
        _ => Vec::new(),
    };
    let mut seen =
        Seen { datacenter, cluster: None, modes, refs: Refs::new(), unknown: Vec::new() };
    resolve(spec, &inventory, &mut seen);
    if let Some(object) = object {
        let cluster = ClusterComputeResource::new(object);
        let mut found = read_cluster(&cluster, reader, &inventory).await?;
        if spec.evc.is_some() {
            found.evc = read_evc(spec, &cluster, reader, &inventory, &mut seen.modes).await?;
        }
        seen.cluster = Some(found);
    }
    Ok(seen)
}

/// The cluster with exactly the declared name in the datacenter.
pub(super) fn find(spec: &Spec, inventory: &Inventory, datacenter: &Place) -> Option<MoRef> {
    let datacenter = datacenter.object()?;
    let fits = inventory.entries().iter().find(|entry| {
        entry.object.kind == "ClusterComputeResource"
            && entry.name == spec.name
            && inventory.datacenter_of(&entry.object) == Some(datacenter)
    });
    fits.map(|entry| entry.object.clone())
}

fn resolve(spec: &Spec, inventory: &Inventory, seen: &mut Seen) {
    let kinds =
        [(Setting::HeartbeatDatastores, Kind::Datastore), (Setting::AdmissionHosts, Kind::Host)];
    for (setting, kind) in kinds {
        for name in spec.names(setting) {
            match inventory.find(kind, name) {
                Ok(object) => drop(seen.refs.insert(name.clone(), object)),
                Err(error) => seen.unknown.push(error),
            }
        }
    }
}

/// Settings and options as they are now.
pub(super) async fn read_cluster(
    cluster: &ClusterComputeResource,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<ClusterSeen, TaskError> {
    let name = inventory.name(cluster.moref()).unwrap_or_default();
    let seen = reader.retrieve(cluster.moref(), &["configurationEx", "host"]).await;
    let seen = seen.map_err(|error| reading(name).failed(error))?;
    let Some(info) = seen.object::<ClusterConfigInfoEx>("configurationEx") else {
        return Err(reading(name)
            .error()
            .caused_by("vCenter does not show the configuration of the cluster")
            .hint("the user needs `System.Read` on the cluster"));
    };
    let name_of = |object: &MoRef| inventory.name(object).unwrap_or(&object.value).to_owned();
    Ok(ClusterSeen {
        settings: read(info, &name_of),
        options: read_options(&info.das_config.option),
        hosts: seen.morefs("host").len(),
        evc: EvcSeen::default(),
    })
}

async fn read_evc(
    spec: &Spec,
    cluster: &ClusterComputeResource,
    reader: &Reader,
    inventory: &Inventory,
    modes: &mut Vec<Mode>,
) -> Result<EvcSeen, TaskError> {
    let doing = Doing::new("evc-read", "cannot read the EVC mode of cluster", &spec.name);
    let manager = cluster.retrieve_evc_manager(reader).await;
    let Some(manager) = manager.map_err(|error| doing.failed(error))? else {
        return Ok(EvcSeen::default());
    };
    let state = manager.retrieve_state(reader).await.map_err(|error| doing.failed(error))?;
    let Some(state) = state else { return Ok(EvcSeen::default()) };
    modes.extend(state.supported_evc_mode.iter().map(Mode::from));
    let current = state.current_evc_mode_key.map(|key| key.to_string());
    let against = match &spec.evc {
        Some(Evc::Mode(wanted)) if current.as_ref() != Some(wanted) => {
            match evc::find(modes, wanted) {
                Some(_) => check(&manager, wanted, reader, inventory, &doing).await?,
                None => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    Ok(EvcSeen { available: true, current, against })
}

/// Lets vCenter say what is against a mode. Changes nothing.
pub(super) async fn check(
    manager: &ClusterEvcManager,
    mode: &str,
    reader: &Reader,
    inventory: &Inventory,
    doing: &Doing,
) -> Result<Vec<(String, Option<String>)>, TaskError> {
    let vim_task = manager.issue_check_configure(reader, mode).await;
    let vim_task = vim_task.map_err(|error| doing.failed(error))?;
    let info = match reader.wait_for_task(&vim_task, CHECK, |_| {}).await {
        Ok(info) => info,
        Err(error) => {
            return match error.explanation() {
                Some(words) => Ok(vec![(words.to_string(), words.fix)]),
                None => Err(doing.failed(error)),
            };
        }
    };
    let results =
        info.result.iter().flat_map(vim25::Value::objects::<ClusterEVCManagerCheckResult>);
    Ok(words_of(results, inventory))
}

/// The results of a check, each cause once with the hosts it was found on.
pub(crate) fn words_of<'a>(
    results: impl Iterator<Item = &'a ClusterEVCManagerCheckResult>,
    inventory: &Inventory,
) -> Vec<(String, Option<String>)> {
    let mut causes: BTreeMap<String, (Option<String>, Vec<String>)> = BTreeMap::new();
    for result in results {
        let words = explain_fault(&result.error.fault);
        let hosts = result.host.iter().map(|host| inventory.name(host).unwrap_or(&host.value));
        let entry = causes.entry(words.to_string()).or_insert((words.fix, Vec::new()));
        entry.1.extend(hosts.map(|host| format!("`{host}`")));
    }
    let sentence = |(cause, (fix, hosts)): (String, (Option<String>, Vec<String>))| match hosts[..]
    {
        [] => (cause, fix),
        _ if hosts.iter().all(|host| cause.contains(host.as_str())) => (cause, fix),
        _ => (format!("{cause}; found on {}", hosts.join(", ")), fix),
    };
    causes.into_iter().map(sentence).collect()
}
