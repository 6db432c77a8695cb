//! The managed object `Datastore`: VMFS storage that hosts mount.
//!
//! Which hosts mount it and how full it is follow from the hosts and the VMs.

use vim25::enums::HostMountMode;
use vim25::types::{
    DatastoreCapability, DatastoreHostMount, DatastoreSummary, HostFileSystemMountInfo,
    HostMountInfo, HostScsiDiskPartition, HostVmfsVolume, StorageIORMInfo, VmfsDatastoreInfo,
};
use vim25::{MoRef, Poly, Str, Value, WireEnum};

use crate::behaviour::host_system::{HostSystem, MOUNTS};
use crate::behaviour::server::Lab;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::{self, USES_DATASTORE};
use crate::inventory::{Entity, child_named};
use crate::store::{At, Links, ManagedObject, Property, Reading, Snapshot, Transaction};

/// A datastore.
#[derive(Clone)]
pub struct Datastore {
    /// What it has in common with other entities.
    pub entity: Entity,
    /// Where hosts mount it.
    pub url: Str,
    /// Size in bytes.
    pub capacity: i64,
    /// Bytes taken by what is not modelled.
    pub other_use: i64,
    /// Bytes of files that belong to no disk of a VM.
    pub file_bytes: i64,
    /// Hosts lost the way to it.
    pub inaccessible: bool,
}

impl Datastore {
    fn free(&self, at: &At<'_>) -> i64 {
        self.left(at).max(0)
    }

    /// What is left, less than nothing when VMs were given more than there is.
    fn left(&self, at: &At<'_>) -> i64 {
        let vms = virtual_machine::with_files_on(at, at.this());
        let used = vms.map(|vm| virtual_machine::bytes_on(vm, at.this()));
        let used = used.fold(0, i64::saturating_add);
        (self.capacity(at) - self.other_use - self.file_bytes).saturating_sub(used)
    }

    /// Its size, unless the settings say otherwise.
    fn capacity(&self, at: &At<'_>) -> i64 {
        let settings = at.get::<Behaviour>(&Behaviour::id());
        let told = settings.and_then(|told| told.capacities.get(self.entity.name.as_str()));
        told.copied().unwrap_or(self.capacity)
    }

    fn summary(&self, at: &At<'_>) -> DatastoreSummary {
        DatastoreSummary {
            datastore: Some(at.this().clone()),
            name: self.entity.name.clone(),
            url: self.url.clone(),
            capacity: self.capacity(at),
            free_space: self.free(at),
            uncommitted: Some(0),
            accessible: !self.inaccessible,
            multiple_host_access: Some(at.referrers(MOUNTS).len() > 1),
            type_: "VMFS".into(),
            maintenance_mode: Some("normal".into()),
            ..Default::default()
        }
    }

    /// The volume that it is, seen from anywhere; `this` is its own reference.
    fn volume(&self, this: &MoRef, at: &At<'_>) -> HostVmfsVolume {
        let uuid: Str = self.url.trim_end_matches('/').rsplit('/').next().unwrap_or("").into();
        let mut volume = HostVmfsVolume {
            block_size_mb: 1,
            max_blocks: 63_963_136,
            major_version: 6,
            version: "6.82".into(),
            uuid,
            ssd: Some(false),
            local: Some(at.referrers_of(this, MOUNTS).len() < 2),
            ..Default::default()
        };
        volume.extent = vec![HostScsiDiskPartition {
            disk_name: format!("naa.{}", volume.uuid.replace('-', "")).into(),
            partition: 1,
            ..Default::default()
        }];
        volume.type_ = "VMFS".into();
        volume.name = self.entity.name.clone();
        volume.capacity = self.capacity(at);
        volume
    }

    /// How a host that mounts it lists its volume; `this` is its own reference.
    #[must_use]
    pub fn mounted(&self, this: &MoRef, at: &At<'_>) -> HostFileSystemMountInfo {
        HostFileSystemMountInfo {
            mount_info: self.mount_info(),
            volume: Poly::new(self.volume(this, at)),
            v_storage_support: Some("vStorageUnsupported".into()),
            ..Default::default()
        }
    }

    fn info(&self, at: &At<'_>) -> VmfsDatastoreInfo {
        let mut info = VmfsDatastoreInfo {
            max_physical_rdm_file_size: 70_368_744_177_664,
            max_virtual_rdm_file_size: 68_169_720_922_112,
            vmfs: Some(Box::new(self.volume(at.this(), at))),
            ..Default::default()
        };
        info.name = self.entity.name.clone();
        info.url = self.url.clone();
        info.free_space = self.free(at);
        info.max_file_size = 70_368_744_177_664;
        info.max_virtual_disk_capacity = Some(68_169_720_922_112);
        info.max_memory_file_size = 11_499_512_463_360;
        info
    }

    fn mount(&self, host: &MoRef) -> DatastoreHostMount {
        DatastoreHostMount {
            key: host.clone(),
            mount_info: self.mount_info(),
            ..Default::default()
        }
    }

    fn mount_info(&self) -> HostMountInfo {
        HostMountInfo {
            path: Some(self.url.trim_start_matches("ds://").trim_end_matches('/').into()),
            access_mode: HostMountMode::ReadWrite.as_str().into(),
            mounted: Some(true),
            accessible: Some(!self.inaccessible),
            ..Default::default()
        }
    }
}

impl ManagedObject for Datastore {
    fn kind(&self) -> &'static str {
        "Datastore"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "summary" => Property::object(self.summary(at)),
            "info" => Property::object(self.info(at)),
            "host" => {
                let mounts = at.referrers(MOUNTS).iter().map(|host| self.mount(host));
                Property::of(Value::objects_of("DatastoreHostMount", mounts))
            }
            "vm" => Property::refs(at.referrers(USES_DATASTORE)),
            "browser" => Property::of(browser_id(at.this())),
            "capability" => Property::object(DatastoreCapability {
                directory_hierarchy_supported: true,
                raw_disk_mappings_supported: true,
                per_file_thin_provisioning_supported: true,
                storage_iorm_supported: true,
                top_level_directory_create_supported: Some(true),
                vmfs_sparse_supported: Some(true),
                ..Default::default()
            }),
            "iormConfiguration" => {
                Property::object(StorageIORMInfo { congestion_threshold: 30, ..Default::default() })
            }
            _ => self.entity.property(name, at),
        }
    }

    fn links(&self, links: &mut Links) {
        self.entity.links(links);
    }
}

/// Browses the files of a datastore, or of all that a host mounts.
#[derive(Clone)]
pub struct DatastoreBrowser(pub MoRef);

impl ManagedObject for DatastoreBrowser {
    fn kind(&self) -> &'static str {
        "HostDatastoreBrowser"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "datastore" => Property::refs(match at.get::<HostSystem>(&self.0) {
                Some(host) => host.datastores.as_slice(),
                None => std::slice::from_ref(&self.0),
            }),
            "supportedType" => Property::of(Value::array_of("FileQuery", [])),
            _ => None,
        }
    }
}

/// The browser of a datastore or host.
#[must_use]
pub fn browser_id(datastore: &MoRef) -> MoRef {
    MoRef::new("HostDatastoreBrowser", format!("datastoreBrowser-{}", datastore.value))
}

/// The datastore called `name` in a folder, made if need be from the lab's storage.
pub fn ensure_datastore(tx: &mut Transaction<'_>, folder: &MoRef, name: &str) -> MoRef {
    if let Some(known) = child_named(tx.view(), folder, name) {
        return known;
    }
    let lab = Lab::of(tx);
    let (capacity, other_use) =
        lab.volume(name).map_or((1 << 40, 1 << 30), |volume| (volume.capacity, volume.other_use));
    let uuid = tx.new_uuid();
    let datastore = Datastore {
        entity: Entity::new(name, Some(folder)),
        url: format!("ds:///vmfs/volumes/{}/", &uuid[..35]).into(),
        capacity,
        other_use,
        file_bytes: 0,
        inaccessible: false,
    };
    let id = tx.create("datastore", datastore);
    tx.insert(browser_id(&id), DatastoreBrowser(id.clone()));
    id
}

/// Takes a datastore away once no host mounts it.
pub fn forget_unmounted(tx: &mut Transaction<'_>, datastore: &MoRef) {
    if tx.view().referrers(datastore, MOUNTS).is_empty() {
        tx.remove(&browser_id(datastore));
        tx.remove(datastore);
    }
}

/// True when the host mounts the datastore and reaches it.
#[must_use]
pub fn is_reachable(tx: &Transaction<'_>, datastore: &MoRef, host: &MoRef) -> bool {
    let accessible = tx.get::<Datastore>(datastore).is_ok_and(|datastore| !datastore.inaccessible);
    accessible && tx.get::<HostSystem>(host).is_ok_and(|host| host.datastores.contains(datastore))
}

/// Free bytes on a datastore.
pub fn free_bytes(tx: &mut Transaction<'_>, datastore: &MoRef) -> i64 {
    free_in(tx.view(), datastore)
}

/// What is left on a datastore, less than nothing when VMs were given more than there is.
#[must_use]
pub fn balance(snapshot: &Snapshot, datastore: &MoRef) -> i64 {
    let at = At::new(Reading::of(snapshot), datastore);
    snapshot.get::<Datastore>(datastore).map_or(0, |found| found.left(&at))
}

/// Free bytes on a datastore in a snapshot.
#[must_use]
pub fn free_in(snapshot: &Snapshot, datastore: &MoRef) -> i64 {
    balance(snapshot, datastore).max(0)
}
