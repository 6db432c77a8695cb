//! Finds the place of the VM: pool, folder, host, datastore and networks.
//!
//! What is not there is an observation: all that is missing is collected, each with its reason.

use orchestrator::{Reason, TaskError};
use vim25::MoRef;
use vim25::types::DatastoreSummary;
use vsphere::{Inventory, Kind, ObjectProperties, Reader};

use super::spec::Spec;
use crate::forecast::Known;
use crate::lookup::{self, Place, not_found, reason};
use crate::trouble::reading;

/// Where the VM goes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PlaceSeen {
    Here(Box<Placement>),
    /// An earlier task makes it: what this waits for.
    Coming(String),
}

/// The place, as far as it was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Placement {
    pub(super) datacenter: MoRef,
    pub(super) pool: MoRef,
    pub(super) folder: MoRef,
    pub(super) host: Option<MoRef>,
    /// What the VM runs on, in words.
    pub(super) runs_on: String,
    pub(super) datastore: MoRef,
    pub(super) datastore_name: String,
    /// Bytes, with those that the removal of an unfinished attempt gives back.
    pub(super) free: u64,
    /// Networks of the package and their targets.
    pub(super) networks: Vec<(String, MoRef)>,
    /// Names of all networks there.
    pub(super) candidates: Vec<String>,
    pub(super) is_vcenter: bool,
    /// What is not there.
    pub(super) missing: Vec<Reason>,
}

pub(super) async fn find(
    spec: &Spec,
    reader: &Reader,
    inventory: &mut Inventory,
    known: &Known,
) -> Result<PlaceSeen, TaskError> {
    let datacenter = lookup::datacenter(inventory, known, spec.datacenter.as_deref());
    let mut place = Placement { is_vcenter: reader.is_vcenter(), ..Placement::default() };
    let what = format!("cannot deploy `{}`", spec.name);
    let object = match datacenter.clone() {
        Place::Here { object, .. } => object,
        Place::Coming { name } => {
            return Ok(PlaceSeen::Coming(format!("datacenter `{name}` is made")));
        }
        Place::Nowhere(error) => {
            place.missing.push(not_found(what, &error));
            return Ok(PlaceSeen::Here(Box::new(place)));
        }
    };
    place.datacenter = object;
    if let Some(waits) = coming(spec, inventory, known, &datacenter) {
        return Ok(PlaceSeen::Coming(waits));
    }
    let finder = Finder { spec, reader, inventory, what };
    if let Some(compute) = finder.compute(&mut place) {
        let seen = read(reader, &compute, &["resourcePool", "datastore", "network"]).await?;
        finder.pool(&seen, &mut place);
        finder.folder(&mut place).await?;
        finder.datastore(&seen, &mut place).await?;
        finder.networks(&seen, &mut place);
    }
    match joining(spec, known) {
        Some(host) if !place.missing.is_empty() => {
            Ok(PlaceSeen::Coming(format!("host `{host}` is added")))
        }
        _ => Ok(PlaceSeen::Here(Box::new(place))),
    }
}

/// The host that an earlier task brings where the VM would run; with it come datastores and networks.
fn joining<'a>(spec: &Spec, known: &'a Known) -> Option<&'a str> {
    let cluster = spec.cluster.as_deref().map(lookup::last_level);
    let mut hosts = known.hosts.iter().filter(|_| spec.host.is_none());
    let host = hosts.find(|host| cluster.is_none() || host.cluster.as_deref() == cluster)?;
    Some(&host.preview.name)
}

/// The cluster or host that an earlier task brings.
fn coming(spec: &Spec, inventory: &Inventory, known: &Known, datacenter: &Place) -> Option<String> {
    if let Some(name) = &spec.cluster
        && lookup::cluster(inventory, known, datacenter, name).is_coming()
    {
        return Some(format!("cluster `{name}` is made"));
    }
    let name = spec.host.as_deref()?;
    let here = inventory.find(Kind::Host, name).is_ok();
    (!here && known.host(lookup::last_level(name)).is_some())
        .then(|| format!("host `{name}` is added"))
}

struct Finder<'a> {
    spec: &'a Spec,
    reader: &'a Reader,
    inventory: &'a Inventory,
    what: String,
}

impl Finder<'_> {
    fn named(&self, kind: Kind, text: &str, place: &mut Placement) -> Option<MoRef> {
        match self.inventory.find(kind, text) {
            Ok(object) => Some(object),
            Err(error) => {
                place.missing.push(not_found(&self.what, &error));
                None
            }
        }
    }

    fn name(&self, object: &MoRef) -> String {
        self.inventory.name(object).unwrap_or_default().to_owned()
    }

    /// The cluster or standalone host.
    fn compute(&self, place: &mut Placement) -> Option<MoRef> {
        if let Some(name) = &self.spec.host {
            let host = self.named(Kind::Host, name, place)?;
            place.runs_on = format!("host `{}`", self.name(&host));
            place.host = Some(host.clone());
            return self.inventory.entry(&host)?.parent.clone();
        }
        let wanted = self.spec.cluster.as_deref();
        let compute = match wanted {
            Some(name) => self.named(Kind::Cluster, name, place)?,
            None => self.named(Kind::ComputeResource, "*", place)?,
        };
        place.runs_on = format!("`{}`", self.name(&compute));
        Some(compute)
    }

    fn pool(&self, compute: &ObjectProperties, place: &mut Placement) {
        let pool = match &self.spec.resource_pool {
            Some(name) => self.named(Kind::ResourcePool, name, place),
            None => compute.moref("resourcePool").cloned(),
        };
        place.pool = pool.unwrap_or_default();
    }

    async fn folder(&self, place: &mut Placement) -> Result<(), TaskError> {
        let folder = match &self.spec.folder {
            Some(path) => self.named(Kind::Folder, path, place),
            None => {
                let seen = read(self.reader, &place.datacenter, &["vmFolder"]).await?;
                seen.moref("vmFolder").cloned()
            }
        };
        place.folder = folder.unwrap_or_default();
        Ok(())
    }

    async fn datastore(
        &self,
        compute: &ObjectProperties,
        place: &mut Placement,
    ) -> Result<(), TaskError> {
        let there = compute.morefs("datastore");
        let summaries = self.reader.retrieve_many(&there, &["summary"]).await;
        let summaries = summaries.map_err(|error| reading("the datastores").failed(error))?;
        let usable: Vec<(MoRef, DatastoreSummary)> = summaries
            .iter()
            .filter_map(|seen| {
                let summary = seen.object::<DatastoreSummary>("summary")?.clone();
                summary.accessible.then(|| (seen.object.clone(), summary))
            })
            .collect();
        let wanted = self.spec.datastore.as_deref();
        let mut fitting = usable.iter().filter(|(object, summary)| {
            wanted.is_none_or(|wanted| {
                let here = self.inventory.find(Kind::Datastore, wanted).ok();
                self.name(object) == wanted
                    || summary.name == wanted
                    || here.as_ref() == Some(object)
            })
        });
        match (fitting.next(), fitting.next()) {
            (Some((object, summary)), None) => {
                place.datastore = object.clone();
                place.datastore_name = self.name(object);
                place.free = u64::try_from(summary.free_space).unwrap_or(0);
            }
            _ => place.missing.push(self.no_datastore(&usable)),
        }
        Ok(())
    }

    fn no_datastore(&self, usable: &[(MoRef, DatastoreSummary)]) -> Reason {
        let names: Vec<String> =
            usable.iter().map(|(object, _)| format!("`{}`", self.name(object))).collect();
        let cause = match &self.spec.datastore {
            Some(name) => format!("there is no datastore `{name}` where the VM would run"),
            None => "no `datastore` is declared, and there is not exactly one".to_owned(),
        };
        let fix = match names.as_slice() {
            [] => "connect a datastore to the host".to_owned(),
            names => format!("write one of {} as `datastore`", names.join(", ")),
        };
        reason("ovf-no-datastore", &self.what, cause, fix)
    }

    fn networks(&self, compute: &ObjectProperties, place: &mut Placement) {
        let there = compute.morefs("network");
        place.candidates = there.iter().map(|network| self.name(network)).collect();
        place.candidates.sort();
        for (of_package, wanted) in &self.spec.networks {
            let by_name = there.iter().find(|network| self.name(network) == *wanted);
            let by_path = || self.inventory.find(Kind::Network, wanted).ok();
            let found = by_name.cloned().or_else(by_path).filter(|one| there.contains(one));
            match found {
                Some(network) => place.networks.push((of_package.clone(), network)),
                None => {
                    let cause = format!("there is no network `{wanted}` where the VM would run");
                    let fix = format!("write one of {}", quoted(&place.candidates));
                    place.missing.push(reason("ovf-no-network", &self.what, cause, fix));
                }
            }
        }
    }
}

/// Words in backticks, with commas.
pub(super) fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

async fn read(
    reader: &Reader,
    object: &MoRef,
    paths: &[&str],
) -> Result<ObjectProperties, TaskError> {
    let seen = reader.retrieve(object, paths).await;
    seen.map_err(|error| reading(&object.to_string()).failed(error))
}
