//! What a descriptor says: [`Descriptor`] and its parts.
//!
//! Texts that OVF allows in several languages stand here in the descriptor's own language.

use super::property::Property;

/// What an OVF package says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor {
    /// Which edition of OVF it is written in.
    pub edition: Edition,
    /// Files of the package, in the order in which an archive holds them.
    pub files: Vec<FileReference>,
    /// Virtual disks.
    pub disks: Vec<Disk>,
    /// Networks that virtual machines of the package connect to.
    pub networks: Vec<Network>,
    /// Deployment options, of which one is chosen when deploying.
    pub deployment_options: Vec<DeploymentOption>,
    /// Virtual machines.
    pub systems: Vec<VirtualSystem>,
    /// Several virtual machines in a `VirtualSystemCollection`; deploying makes a vApp.
    pub is_collection: bool,
    /// Products with their properties, in the order of the document.
    pub products: Vec<Product>,
    /// Licence agreements, in the order of the document.
    pub eulas: Vec<Eula>,
    /// Notes of the vendor.
    pub annotation: Option<String>,
}

/// The edition of OVF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// 1.0 or 1.1; they share a namespace.
    V1,
    /// 2.0.
    V2,
}

/// A file of the package as the descriptor tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReference {
    /// What disks call it.
    pub id: String,
    /// Its name, relative to the descriptor.
    pub href: String,
    /// Its size in bytes as it lies in the package.
    pub size: Option<u64>,
    /// It is cut into parts `HREF.000000000`, `HREF.000000001` of so many bytes.
    pub chunk_size: Option<u64>,
    /// How it is compressed.
    pub compression: Compression,
}

/// How a file of the package is compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// With gzip.
    Gzip,
    /// In a way that Lockstep does not know.
    Other(String),
}

/// A virtual disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What hardware calls it.
    pub id: String,
    /// How large it appears to its virtual machine.
    pub capacity: Capacity,
    /// Bytes that are in use, as the vendor estimates.
    pub populated: Option<u64>,
    /// The id of the file with its content; without one it is empty.
    pub file: Option<String>,
    /// A URI that names the format.
    pub format: Option<String>,
    /// The id of the disk that this one holds the differences to.
    pub parent: Option<String>,
}

/// The size of a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// In bytes.
    Bytes(u64),
    /// The value of a property, times so many bytes.
    Property {
        /// The property's key.
        key: String,
        /// Bytes that the value counts.
        unit: u64,
    },
}

/// A network of the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// The name that is mapped to a network of the host.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
}

/// A deployment option, such as a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentOption {
    /// What is declared to choose it.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// What it means.
    pub description: String,
    /// It is taken when none is chosen.
    pub is_default: bool,
}

/// A virtual machine of the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualSystem {
    /// Its id.
    pub id: String,
    /// Its name, if it has one besides its id.
    pub name: Option<String>,
    /// The guest's operating system in words.
    pub operating_system: Option<String>,
    /// Families of virtual hardware that it runs on, such as `vmx-07`.
    pub hardware_versions: Vec<String>,
    /// Ways by which it takes its properties, such as `com.vmware.guestInfo`.
    pub transports: Vec<String>,
    /// Devices.
    pub devices: Vec<Device>,
}

/// A piece of virtual hardware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id within the virtual machine.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// CIM's number for its kind: 3 processor, 4 memory, 10 network adapter, 17 disk.
    pub kind: Option<u16>,
    /// The model, such as `VmxNet3`.
    pub model: Option<String>,
    /// How many; for memory in bytes.
    pub quantity: Option<u64>,
    /// Networks that it is connected to.
    pub networks: Vec<String>,
    /// What backs it, such as `ovf:/disk/vmdisk1`.
    pub backing: Vec<String>,
    /// Deployment options that it belongs to; none means all.
    pub deployment_options: Vec<String>,
}

/// A piece of software in the package, and what can be set for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The first part of its properties' keys.
    pub class: Option<String>,
    /// The last part of its properties' keys.
    pub instance: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its version with more detail.
    pub full_version: Option<String>,
    /// Where the product is told about.
    pub product_url: Option<String>,
    /// Where the vendor is told about.
    pub vendor_url: Option<String>,
    /// What can be set.
    pub properties: Vec<Property>,
}

/// A licence agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eula {
    /// What is agreed to.
    pub text: String,
}

impl Descriptor {
    /// The product that the package is about: the first that has a name.
    pub fn product(&self) -> Option<&Product> {
        self.products.iter().find(|product| product.name.is_some())
    }

    /// All properties of all products.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.products.iter().flat_map(|product| &product.properties)
    }

    /// The property with this key.
    pub fn property(&self, key: &str) -> Option<&Property> {
        self.properties().find(|property| property.key == key)
    }

    /// The file with this id.
    pub fn file(&self, id: &str) -> Option<&FileReference> {
        self.files.iter().find(|file| file.id == id)
    }

    /// The disks whose content is in this file.
    pub fn disks_in<'a>(&'a self, file: &FileReference) -> impl Iterator<Item = &'a Disk> {
        let id = file.id.clone();
        self.disks.iter().filter(move |disk| disk.file.as_ref() == Some(&id))
    }

    /// The option that is taken when none is chosen: the one marked so, else the first.
    pub fn default_option(&self) -> Option<&DeploymentOption> {
        let marked = self.deployment_options.iter().find(|option| option.is_default);
        marked.or(self.deployment_options.first())
    }

    /// What a new virtual machine is called when nobody says otherwise: the product's name, else the id.
    pub fn default_name(&self) -> Option<&str> {
        let product = self.product().and_then(|product| product.name.as_deref());
        product.or_else(|| self.systems.first().map(|system| system.id.as_str()))
    }
}

impl VirtualSystem {
    /// Devices of CIM's number `kind` with `option` chosen.
    pub fn devices_of(&self, kind: u16, option: Option<&str>) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(move |device| {
            let options = &device.deployment_options;
            let chosen =
                options.is_empty() || options.iter().any(|one| Some(one.as_str()) == option);
            device.kind == Some(kind) && chosen
        })
    }

    /// Virtual processors with `option` chosen. An item for the option goes before one for all.
    pub fn processors(&self, option: Option<&str>) -> Option<u64> {
        self.amount(3, option)
    }

    /// Bytes of memory with `option` chosen.
    pub fn memory(&self, option: Option<&str>) -> Option<u64> {
        self.amount(4, option)
    }

    fn amount(&self, kind: u16, option: Option<&str>) -> Option<u64> {
        let devices = self.devices_of(kind, option).collect::<Vec<_>>();
        let own = devices.iter().find(|device| !device.deployment_options.is_empty());
        own.or(devices.first()).and_then(|device| device.quantity)
    }
}
