//! What the devices of a VM may refer to, networks and datastores, and where the files of new disks go.

use std::collections::BTreeMap;
use std::sync::Arc;

use vim25::types::{
    VirtualCdromIsoBackingInfo, VirtualDevice, VirtualDeviceFileBackingInfo,
    VirtualEthernetCardNetworkBackingInfo,
};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::network::Network;
use crate::fault::Fault;
use crate::inventory::is_of_host_alone;
use crate::storage::DatastorePath;
use crate::store::Transaction;

use super::devices::{Device, disks, file_of};
use super::object::VirtualMachine;
use super::site::Site;

/// What is within reach of a VM.
pub(super) struct Reach {
    /// The networks of its host by name.
    networks: BTreeMap<Str, MoRef>,
    /// The datastores of its host by name.
    datastores: BTreeMap<Str, MoRef>,
    /// The directory of its files, and what they are called.
    directory: DatastorePath,
    name: Str,
    /// Makes addresses and identities differ.
    pub(super) number: u64,
    /// The server assigns hardware addresses; a host by itself generates them.
    pub(super) is_assigned: bool,
    /// The VM runs.
    pub(super) is_on: bool,
}

impl Reach {
    /// Those of a VM that is there.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when it is not.
    pub(super) fn of_vm(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<Self, Fault> {
        let machine = tx.get::<VirtualMachine>(vm)?;
        let directory = DatastorePath::parse(machine.directory());
        let directory =
            directory.ok_or_else(|| Fault::invalid_state("The VM has no directory."))?;
        let (host, name) = (machine.host.clone(), machine.entity.name.clone());
        let is_on = machine.is_on();
        Ok(Self { is_on, ..Self::at(tx, host.as_ref(), directory, name) })
    }

    /// Those of a VM that is made at a place.
    pub(super) fn of_site(tx: &mut Transaction<'_>, site: &Site, name: &str) -> Self {
        Self::at(tx, Some(&site.host), site.directory.clone(), name.into())
    }

    fn at(
        tx: &mut Transaction<'_>,
        host: Option<&MoRef>,
        directory: DatastorePath,
        name: Str,
    ) -> Self {
        let number = tx.new_number();
        let is_assigned = !is_of_host_alone(tx.view());
        let host = host.and_then(|host| tx.get::<HostSystem>(host).ok());
        let networks = host.into_iter().flat_map(|host| &host.networks);
        let networks = networks.filter_map(|id| {
            let network = tx.get::<Network>(id).ok()?;
            Some((network.entity.name.clone(), id.clone()))
        });
        let datastores = host.into_iter().flat_map(|host| &host.datastores);
        let datastores = datastores.filter_map(|id| {
            let datastore = tx.get::<Datastore>(id).ok()?;
            Some((datastore.entity.name.clone(), id.clone()))
        });
        Self {
            networks: networks.collect(),
            datastores: datastores.collect(),
            directory,
            name,
            number,
            is_assigned,
            is_on: false,
        }
    }

    /// An adapter names its network: the one of that name on the VM's host. `None` when there is none.
    pub(super) fn attach_network(&self, device: &mut Poly<VirtualDevice>) -> Option<()> {
        let Some(backing) = &mut device.backing else { return Some(()) };
        let backing = backing.downcast_mut::<VirtualEthernetCardNetworkBackingInfo>();
        let Some(backing) = backing else { return Some(()) };
        if backing.device_name.is_empty() {
            let mut known = self.networks.iter();
            let named = known.find(|(_, id)| Some(*id) == backing.network.as_ref());
            backing.device_name = named?.0.clone();
        } else {
            backing.network = Some(self.networks.get(&backing.device_name)?.clone());
        }
        Some(())
    }

    /// A disk whose file has no name gets one beside the VM's own files. `None` when there is no such datastore.
    pub(super) fn put_file(
        &self,
        device: &mut Poly<VirtualDevice>,
        devices: &[Device],
    ) -> Option<()> {
        let Some(backing) = &mut device.backing else { return Some(()) };
        let backing = backing.downcast_mut::<VirtualDeviceFileBackingInfo>();
        let Some(backing) = backing else { return Some(()) };
        let asked = DatastorePath::parse(&backing.file_name);
        let file = match asked {
            Some(named) if !named.path.is_root() => named,
            other => self.free_file(other.map(|it| it.datastore), devices),
        };
        backing.file_name = file.to_string().into();
        backing.datastore = Some(self.datastores.get(file.datastore.as_str())?.clone());
        Some(())
    }

    /// A device whose datastore and network are found again by their names; what is not there is named and no more.
    pub(super) fn found_again(&self, device: &Device) -> Device {
        let mut made = device.clone();
        let Some(backing) = &device.backing else { return made };
        if let Some(file) = backing.downcast_ref::<VirtualDeviceFileBackingInfo>() {
            let path = file_of(device);
            let found = path.and_then(|path| self.datastores.get(path.datastore.as_str()));
            if file.datastore.as_ref() != found
                && let Some(backing) = &mut Arc::make_mut(&mut made).backing
                && let Some(file) = backing.downcast_mut::<VirtualDeviceFileBackingInfo>()
            {
                file.datastore = found.cloned();
            }
        } else if let Some(card) = backing.downcast_ref::<VirtualEthernetCardNetworkBackingInfo>() {
            let found = self.networks.get(&card.device_name);
            if card.network.as_ref() != found
                && let Some(backing) = &mut Arc::make_mut(&mut made).backing
                && let Some(card) = backing.downcast_mut::<VirtualEthernetCardNetworkBackingInfo>()
            {
                card.network = found.cloned();
            }
        }
        made
    }

    /// An image that comes with a package is beside the VM's own files.
    pub(super) fn put_image(&self, device: &mut Poly<VirtualDevice>) {
        let Some(backing) = &mut device.backing else { return };
        let Some(backing) = backing.downcast_mut::<VirtualCdromIsoBackingInfo>() else { return };
        if let Some(name) = backing.file_name.strip_prefix("ovf:/file/") {
            let file = self.directory.join(name);
            backing.datastore = self.datastores.get(file.datastore.as_str()).cloned();
            backing.file_name = file.to_string().into();
        }
    }

    /// The first of `vm1.vmdk`, `vm1_1.vmdk`... that no disk has, on this datastore or that of the VM.
    fn free_file(&self, datastore: Option<String>, devices: &[Device]) -> DatastorePath {
        let directory = DatastorePath {
            datastore: datastore.unwrap_or_else(|| self.directory.datastore.clone()),
            path: self.directory.path.clone(),
        };
        let file = |suffix: String| directory.join(&format!("{}{suffix}.vmdk", self.name));
        let names = std::iter::once(String::new()).chain((1..).map(|number| format!("_{number}")));
        let is_free =
            |file: &DatastorePath| disks(devices).all(|disk| file_of(disk).as_ref() != Some(file));
        let mut files = names.map(file);
        files.find(is_free).unwrap_or(directory)
    }
}
