//! Finds the hosts of a task: there, still to come, or nowhere.

use orchestrator::{Reason, TaskError};
use vim25::MoRef;
use vsphere::{FindError, Inventory, Kind, Reader};

use super::NamedHosts;
use crate::declared::On;
use crate::forecast::Known;
use crate::lookup;
use crate::trouble::{check_readable, reading};
use crate::world::VsphereReader;

/// What was found, host by host in the order of the declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hosts<P> {
    /// Each with its name.
    pub(crate) hosts: Vec<(String, OfHost<P>)>,
}

/// What was found about one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OfHost<P> {
    /// What the capability reads of it.
    Here(P),
    /// It joins this cluster or datacenter first.
    Coming(String),
    /// It would be added first, which is blocked.
    Stuck,
    Nowhere(FindError),
    /// The server has many hosts, and none was named.
    Unnamed,
    /// It cannot be asked.
    Silent,
    /// The server refused to tell of it, though of others it tells.
    Refused(Reason),
    /// vCenter has no connection to it: `disconnected` or `notResponding`. What vCenter shows of it is old.
    Cut(String),
    /// The same, and an earlier task connects it again.
    Mended,
}

/// A host that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) host: MoRef,
    pub(crate) name: String,
}

/// The hosts, before anything is read of them.
pub(super) async fn find(
    named: &NamedHosts,
    on: On<'_, VsphereReader>,
) -> Result<Vec<(String, OfHost<Found>)>, TaskError> {
    let reader = on.reader().await?;
    if named.names.is_empty() && reader.is_vcenter() {
        return Ok(vec![(reader.url().authority(), OfHost::Unnamed)]);
    }
    let mut inventory = lookup::inventory(reader).await?;
    if named.names.is_empty() {
        return Ok(vec![the_host(&inventory, reader)]);
    }
    let known = on.known();
    if named.datacenter.is_some() {
        lookup::datacenter(&mut inventory, &known, named.datacenter.as_deref());
    }
    let mut hosts: Vec<_> = named.names.iter().map(|name| one(&inventory, &known, name)).collect();
    note_connections(&mut hosts, reader, &known).await?;
    Ok(hosts)
}

/// Sets those apart that vCenter has no connection to, whatever it still shows of them.
async fn note_connections(
    hosts: &mut [(String, OfHost<Found>)],
    reader: &Reader,
    known: &Known,
) -> Result<(), TaskError> {
    const STATE: &str = "runtime.connectionState";
    let here = |of_host: &OfHost<Found>| match of_host {
        OfHost::Here(found) => Some(found.host.clone()),
        _ => None,
    };
    let objects: Vec<MoRef> = hosts.iter().filter_map(|(_, of_host)| here(of_host)).collect();
    if objects.is_empty() {
        return Ok(());
    }
    let seen = reader.retrieve_many(&objects, &[STATE]).await;
    let seen = seen.map_err(|error| reading("the connections of the hosts").failed(error))?;
    for (name, of_host) in hosts {
        let own = here(of_host).and_then(|host| seen.iter().find(|one| one.object == host));
        match own.and_then(|one| one.text(STATE)) {
            Some("connected") | None => {}
            Some(_) if known.mended_hosts.iter().any(|one| one.eq_ignore_ascii_case(name)) => {
                *of_host = OfHost::Mended;
            }
            Some(state) => *of_host = OfHost::Cut(state.to_owned()),
        }
    }
    Ok(())
}

/// The server in the place of a host.
pub(super) fn server(reader: &Reader) -> (String, OfHost<Found>) {
    let (host, name) = (reader.content().root_folder.clone(), reader.url().authority());
    (name.clone(), OfHost::Here(Found { host, name }))
}

/// An ESXi server is one host.
fn the_host(inventory: &Inventory, reader: &Reader) -> (String, OfHost<Found>) {
    match inventory.find(Kind::Host, "*") {
        Ok(host) => {
            let name = inventory.name(&host).unwrap_or_default().to_owned();
            (name.clone(), OfHost::Here(Found { host, name }))
        }
        Err(error) => (reader.url().authority(), OfHost::Nowhere(error)),
    }
}

fn one(inventory: &Inventory, known: &Known, text: &str) -> (String, OfHost<Found>) {
    match inventory.find(Kind::Host, text) {
        Ok(host) => {
            let name = inventory.name(&host).unwrap_or(lookup::last_level(text)).to_owned();
            (name.clone(), OfHost::Here(Found { host, name }))
        }
        Err(error) => {
            let name = lookup::last_level(text);
            (name.to_owned(), coming(known, name).unwrap_or(OfHost::Nowhere(error)))
        }
    }
}

fn coming(known: &Known, name: &str) -> Option<OfHost<Found>> {
    if known.is_stuck(name) {
        return Some(OfHost::Stuck);
    }
    let host = known.host(name)?;
    Some(OfHost::Coming(host.cluster.clone().unwrap_or_else(|| host.datacenter.clone())))
}

impl<P> OfHost<P> {
    /// The same about a host of which nothing is read.
    pub(super) fn unread<Q>(self) -> OfHost<Q> {
        match self {
            Self::Here(_) | Self::Silent => OfHost::Silent,
            Self::Coming(place) => OfHost::Coming(place),
            Self::Stuck => OfHost::Stuck,
            Self::Nowhere(error) => OfHost::Nowhere(error),
            Self::Unnamed => OfHost::Unnamed,
            Self::Refused(reason) => OfHost::Refused(reason),
            Self::Cut(state) => OfHost::Cut(state),
            Self::Mended => OfHost::Mended,
        }
    }
}

/// A part of a host, such as `configManager.serviceSystem`; `None` while the host is not connected.
pub(crate) async fn manager(
    reader: &Reader,
    found: &Found,
    path: &str,
) -> Result<Option<MoRef>, TaskError> {
    let seen = reader.retrieve(&found.host, &[path]).await;
    let seen = seen.map_err(|error| reading(&found.name).failed(error))?;
    check_readable(&seen, &found.name)?;
    Ok(seen.moref(path).cloned())
}

/// The release of a host as major and minor number, such as 8 and 0; zeros when it does not say.
pub(crate) async fn release(reader: &Reader, found: &Found) -> Result<(u32, u32), TaskError> {
    const VERSION: &str = "summary.config.product.version";
    let seen = reader.retrieve(&found.host, &[VERSION]).await;
    let seen = seen.map_err(|error| reading(&found.name).failed(error))?;
    let mut numbers = seen.text(VERSION).unwrap_or_default().split('.').map(str::parse);
    let mut next = || numbers.next().and_then(Result::ok).unwrap_or(0);
    Ok((next(), next()))
}
