//! What a descriptor says: [`Descriptor`].

/// A file of the package.
#[derive(Clone, Debug, Default)]
pub(super) struct PackageFile {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) size: Option<i64>,
    pub(super) compression: Option<String>,
    pub(super) chunk_size: Option<i64>,
}

/// A virtual disk.
#[derive(Clone, Debug, Default)]
pub(super) struct PackageDisk {
    pub(super) id: String,
    pub(super) file: Option<String>,
    pub(super) capacity: i64,
    pub(super) populated: Option<i64>,
}

/// A way to deploy the package.
#[derive(Clone, Debug, Default)]
pub(super) struct DeploymentOption {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) description: String,
    pub(super) is_default: bool,
}

/// A setting of the software inside.
#[derive(Clone, Debug, Default)]
pub(super) struct Property {
    pub(super) class: String,
    pub(super) instance: String,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) qualifiers: String,
    pub(super) default: String,
    /// Other defaults, by deployment option.
    pub(super) defaults: Vec<(String, String)>,
    pub(super) user_configurable: bool,
    pub(super) category: String,
    pub(super) label: String,
    pub(super) description: String,
    pub(super) is_password: bool,
}

impl Property {
    /// The key under which a client sets it.
    pub(super) fn key(&self) -> String {
        let parts = [&self.class, &self.id, &self.instance];
        let parts: Vec<&str> = parts.map(String::as_str).into();
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
    }

    /// Its default in a deployment option.
    pub(super) fn default_in(&self, option: &str) -> &str {
        let other = self.defaults.iter().find(|(id, _)| id == option);
        other.map_or(&self.default, |(_, value)| value)
    }
}

/// The software inside.
#[derive(Clone, Debug, Default)]
pub(super) struct Product {
    pub(super) class: String,
    pub(super) instance: String,
    pub(super) name: String,
    pub(super) vendor: String,
    pub(super) version: String,
    pub(super) full_version: String,
    pub(super) product_url: String,
    pub(super) vendor_url: String,
    pub(super) app_url: String,
    pub(super) properties: Vec<Property>,
}

/// An item of virtual hardware.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) kind: i32,
    pub(super) sub_type: String,
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) address: Option<i32>,
    pub(super) name: String,
    pub(super) host_resource: Option<String>,
    pub(super) connection: Option<String>,
    pub(super) quantity: i64,
    pub(super) units: String,
    pub(super) starts_connected: bool,
    pub(super) required: bool,
    /// Deployment options that have it; all when empty.
    pub(super) options: Vec<String>,
    pub(super) line: i32,
}

/// The hardware of the VM.
#[derive(Clone, Debug, Default)]
pub(super) struct Hardware {
    pub(super) families: Vec<String>,
    pub(super) transport: Vec<String>,
    pub(super) items: Vec<Item>,
    pub(super) extra_config: Vec<(String, String)>,
    pub(super) firmware: Option<String>,
    pub(super) line: i32,
}

/// A package's descriptor.
#[derive(Clone, Debug, Default)]
pub(super) struct Descriptor {
    pub(super) files: Vec<PackageFile>,
    pub(super) disks: Vec<PackageDisk>,
    /// Names and descriptions.
    pub(super) networks: Vec<(String, String)>,
    pub(super) options: Vec<DeploymentOption>,
    /// It holds several VMs; only what all packages have is read then.
    pub(super) is_collection: bool,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) eulas: Vec<String>,
    pub(super) products: Vec<Product>,
    pub(super) annotation: String,
    /// Number, vSphere's name when given, and description of the operating system.
    pub(super) os: Option<(i32, Option<String>, String)>,
    pub(super) hardware: Hardware,
    pub(super) line: i32,
    /// Required sections that are not known: line, name, info.
    pub(super) unknown_required: Vec<(i32, String, String)>,
    /// Sections that are not known and can be done without.
    pub(super) unknown_optional: Vec<(i32, String, String)>,
}

impl Descriptor {
    /// What the VM is called when nobody says.
    pub(super) fn default_name(&self) -> &str {
        let product = self.products.first().map_or("", |product| product.name.as_str());
        [self.name.as_str(), product, self.id.as_str()]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or("vm")
    }

    /// The deployment option in force; `None` when there is no such option.
    pub(super) fn option(&self, asked: &str) -> Option<&str> {
        if asked.is_empty() {
            return Some(self.default_option());
        }
        self.options.iter().find(|option| option.id == asked).map(|option| option.id.as_str())
    }

    /// The default deployment option; empty without any.
    pub(super) fn default_option(&self) -> &str {
        let marked = self.options.iter().find(|option| option.is_default);
        marked.or(self.options.first()).map_or("", |option| option.id.as_str())
    }

    pub(super) fn file(&self, id: &str) -> Option<&PackageFile> {
        self.files.iter().find(|file| file.id == id)
    }

    pub(super) fn disk(&self, id: &str) -> Option<&PackageDisk> {
        self.disks.iter().find(|disk| disk.id == id)
    }

    pub(super) fn properties(&self) -> impl Iterator<Item = &Property> {
        self.products.iter().flat_map(|product| &product.properties)
    }

    /// The items of a deployment option: of several with one id, the one made for the option.
    pub(super) fn items(&self, option: &str) -> Vec<&Item> {
        let in_force = |item: &&Item| {
            item.options.is_empty() || item.options.iter().any(|other| other == option)
        };
        let all: Vec<&Item> = self.hardware.items.iter().filter(in_force).collect();
        let is_outdone = |item: &Item| {
            item.options.is_empty()
                && all.iter().any(|other| other.id == item.id && !other.options.is_empty())
        };
        all.iter().copied().filter(|item| !is_outdone(item)).collect()
    }
}
