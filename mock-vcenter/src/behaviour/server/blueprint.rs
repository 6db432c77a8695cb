//! What is built from plain data: [`VmBlueprint`] and [`Volume`], used by models and by hosts that are taken in.

use vim25::Str;

/// A datastore's storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// Name of the datastore.
    pub name: Str,
    /// Size in bytes.
    pub capacity: i64,
    /// Bytes taken by what is not modelled.
    pub other_use: i64,
}

/// How a virtual disk is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiskKind {
    /// Allocated as it fills.
    #[default]
    Thin,
    /// Allocated at once.
    Thick,
    /// A raw LUN passed through physically.
    PhysicalRdm,
    /// A linked clone of another disk.
    LinkedClone,
}

/// A virtual disk.
#[derive(Clone, Debug, PartialEq)]
pub struct DiskBlueprint {
    /// Size in gigabytes.
    pub gigabytes: i64,
    /// Name of its datastore.
    pub datastore: Str,
    /// How it is made.
    pub kind: DiskKind,
}

/// What is special about a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// A snapshot exists.
    Snapshot,
    /// A template.
    Template,
    /// A CD-ROM backed by the client's device, connected.
    ClientCdrom,
    /// A floppy backed by the host's device.
    HostFloppy,
    /// A serial port.
    SerialPort,
    /// A USB controller with a device.
    UsbDevice,
    /// A sound card.
    SoundCard,
    /// A PCI device passed through.
    Passthrough,
    /// 3D graphics.
    Video3d,
    /// Hardware virtualization shown to the guest.
    NestedHv,
    /// EFI firmware.
    EfiFirmware,
    /// Encrypted disks.
    Encrypted,
    /// Belongs to an extension, as cluster agent VMs do.
    AgentVm,
    /// CPU and memory can be added while it runs.
    HotPlug,
    /// vSphere Replication is set up.
    Replicated,
    /// A storage policy is assigned.
    StoragePolicy,
    /// Flash read cache is reserved.
    FlashCache,
}

/// Power state to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Power {
    /// Running.
    #[default]
    On,
    /// Off.
    Off,
    /// Suspended.
    Suspended,
}

/// A virtual machine to be built.
#[derive(Clone, Debug, PartialEq)]
pub struct VmBlueprint {
    /// Name.
    pub name: Str,
    /// Number of virtual processors.
    pub cpus: i32,
    /// Memory in megabytes.
    pub memory: i32,
    /// Disks; the first one's datastore also holds the VM's directory.
    pub disks: Vec<DiskBlueprint>,
    /// Names of the networks of its adapters.
    pub networks: Vec<Str>,
    /// Power state.
    pub power: Power,
    /// Virtual hardware version.
    pub hardware: i32,
    /// What is special about it.
    pub quirks: Vec<Quirk>,
}

impl VmBlueprint {
    /// A VM with one vCPU, 4 GB of memory, one disk of 16 GB on `datastore` and one adapter in `VM Network`,
    /// powered on.
    #[must_use]
    pub fn new(name: impl Into<Str>, datastore: &str) -> Self {
        let disk =
            DiskBlueprint { gigabytes: 16, datastore: datastore.into(), kind: DiskKind::Thin };
        Self {
            name: name.into(),
            cpus: 1,
            memory: 4096,
            disks: vec![disk],
            networks: vec!["VM Network".into()],
            power: Power::On,
            hardware: 11,
            quirks: Vec::new(),
        }
    }

    /// The same with so many vCPUs.
    #[must_use]
    pub fn with_cpus(self, cpus: i32) -> Self {
        Self { cpus, ..self }
    }

    /// The same in another power state.
    #[must_use]
    pub fn powered(self, power: Power) -> Self {
        Self { power, ..self }
    }

    /// The same with something special.
    #[must_use]
    pub fn with(mut self, quirk: Quirk) -> Self {
        self.quirks.push(quirk);
        self
    }

    /// The same with its first disk made in another way.
    #[must_use]
    pub fn with_disk(mut self, kind: DiskKind) -> Self {
        if let Some(disk) = self.disks.first_mut() {
            disk.kind = kind;
        }
        self
    }
}
