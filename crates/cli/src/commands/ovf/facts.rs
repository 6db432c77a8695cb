//! What is said of a package: [`Facts`], which is also the JSON document.

use std::time::SystemTime;

use ovf::{
    Algorithm, Capacity, Compression, Descriptor, Disk, Package, Product, Property, Signature,
    Signer, VirtualSystem,
};
use serde::Serialize;

/// A package as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    /// Version of this form.
    pub(super) v: u32,
    pub(super) source: String,
    pub(super) product: Option<ProductFacts>,
    pub(super) annotation: Option<String>,
    pub(super) virtual_machines: Vec<SystemFacts>,
    pub(super) deployment_options: Vec<OptionFacts>,
    pub(super) disks: Vec<DiskFacts>,
    pub(super) files: Vec<FileFacts>,
    pub(super) networks: Vec<NetworkFacts>,
    pub(super) properties: Vec<PropertyFacts>,
    pub(super) eulas: Vec<String>,
    /// Of all licence agreements together.
    pub(super) eula_sha256: Option<String>,
    pub(super) manifest: Option<Vec<String>>,
    pub(super) signature: Option<SignatureFacts>,
    pub(super) contents: Contents,
    pub(super) warnings: Vec<String>,
    /// For a playbook.
    pub(super) task: String,
}

/// What is known of the files' contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Contents {
    /// Nobody looked.
    NotRead,
    /// All there; nothing says how they should be.
    Complete,
    /// All as the manifest says.
    AsInManifest,
}

#[derive(Debug, Serialize)]
pub(super) struct ProductFacts {
    pub(super) name: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) version: Option<String>,
    pub(super) url: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct SystemFacts {
    pub(super) id: String,
    pub(super) operating_system: Option<String>,
    pub(super) hardware: Vec<String>,
    pub(super) processors: Option<u64>,
    pub(super) memory_bytes: Option<u64>,
    pub(super) transports: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct OptionFacts {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) description: String,
    pub(super) default: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct DiskFacts {
    pub(super) id: String,
    pub(super) capacity_bytes: Option<u64>,
    /// The property that decides the capacity.
    pub(super) capacity_property: Option<String>,
    pub(super) file: Option<String>,
    pub(super) format: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct FileFacts {
    pub(super) name: String,
    pub(super) bytes: Option<u64>,
    pub(super) compressed: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct NetworkFacts {
    pub(super) name: String,
    pub(super) description: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct PropertyFacts {
    pub(super) key: String,
    pub(super) label: Option<String>,
    pub(super) description: Option<String>,
    pub(super) category: Option<String>,
    /// Its type, and what else its value must be.
    pub(super) takes: String,
    pub(super) default: Option<String>,
    pub(super) configurable: bool,
    pub(super) secret: bool,
    pub(super) required: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct SignatureFacts {
    /// The signature is one of the manifest with the certificate's key.
    pub(super) matches: bool,
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) certificate_sha256: String,
    pub(super) doubts: Vec<String>,
}

impl Facts {
    /// What is said of `package` at the time `now`. The task is left empty.
    pub(super) fn of(
        package: &Package,
        source: String,
        contents: Contents,
        now: SystemTime,
    ) -> Self {
        let descriptor = package.descriptor();
        let option = descriptor.default_option().map(|option| option.id.as_str());
        let signature = signature(package.signature(), now);
        let manifest = package.manifest().map(ovf::Manifest::algorithms);
        Facts {
            v: 1,
            source,
            product: descriptor.product().map(product),
            annotation: descriptor.annotation.clone(),
            virtual_machines: descriptor.systems.iter().map(|one| system(one, option)).collect(),
            deployment_options: options(descriptor),
            disks: descriptor.disks.iter().map(|one| disk(one, descriptor)).collect(),
            files: package.files().iter().map(file).collect(),
            networks: networks(descriptor),
            properties: descriptor.properties().map(|one| property(one, option)).collect(),
            eulas: descriptor.eulas.iter().map(|eula| eula.text.trim().to_owned()).collect(),
            eula_sha256: descriptor.eula_sha256(),
            warnings: warnings(manifest.as_deref(), signature.as_ref()),
            manifest: manifest.map(|all| all.iter().map(ToString::to_string).collect()),
            signature,
            contents,
            task: String::new(),
        }
    }
}

fn warnings(manifest: Option<&[Algorithm]>, signature: Option<&SignatureFacts>) -> Vec<String> {
    let mut warnings = Vec::new();
    match manifest {
        None => warnings.push(
            "the package has no manifest: nothing tells whether it is as its vendor made it"
                .to_owned(),
        ),
        Some(algorithms) if algorithms.contains(&Algorithm::Sha1) => warnings.push(
            "the manifest uses SHA-1, which protects against damage but not against forgery"
                .to_owned(),
        ),
        Some(_) => {}
    }
    if let Some(signature) = signature {
        if !signature.matches {
            warnings.push("the signature cannot be checked: its key is not one of RSA".to_owned());
        }
        let told = |doubt: &String| format!("signature by `{}`: {doubt}", signature.subject);
        warnings.extend(signature.doubts.iter().map(told));
    }
    warnings
}

fn signature(signature: &Signature, now: SystemTime) -> Option<SignatureFacts> {
    let facts = |signer: &Signer, matches| SignatureFacts {
        matches,
        subject: signer.subject.clone(),
        issuer: signer.issuer.clone(),
        certificate_sha256: signer.sha256.clone(),
        doubts: signer.doubts(now).iter().map(ToString::to_string).collect(),
    };
    match signature {
        Signature::Absent => None,
        Signature::Valid(signer) => Some(facts(signer, true)),
        Signature::NotChecked(signer) => Some(facts(signer, false)),
    }
}

fn product(product: &Product) -> ProductFacts {
    ProductFacts {
        name: product.name.clone(),
        vendor: product.vendor.clone(),
        version: product.full_version.clone().or_else(|| product.version.clone()),
        url: product.product_url.clone(),
    }
}

fn system(system: &VirtualSystem, option: Option<&str>) -> SystemFacts {
    SystemFacts {
        id: system.id.clone(),
        operating_system: system.operating_system.clone(),
        hardware: system.hardware_versions.clone(),
        processors: system.processors(option),
        memory_bytes: system.memory(option),
        transports: system.transports.clone(),
    }
}

fn options(descriptor: &Descriptor) -> Vec<OptionFacts> {
    let default = descriptor.default_option();
    let facts = |option: &ovf::DeploymentOption| OptionFacts {
        id: option.id.clone(),
        label: option.label.clone(),
        description: option.description.clone(),
        default: Some(option) == default,
    };
    descriptor.deployment_options.iter().map(facts).collect()
}

fn disk(disk: &Disk, descriptor: &Descriptor) -> DiskFacts {
    let (capacity_bytes, capacity_property) = match &disk.capacity {
        Capacity::Bytes(bytes) => (Some(*bytes), None),
        Capacity::Property { key, .. } => (None, Some(key.clone())),
    };
    let file = disk.file.as_ref().and_then(|id| descriptor.file(id));
    DiskFacts {
        id: disk.id.clone(),
        capacity_bytes,
        capacity_property,
        file: file.map(|file| file.href.clone()),
        format: disk.format.clone(),
    }
}

fn file(file: &ovf::PackageFile) -> FileFacts {
    FileFacts {
        name: file.reference().href.clone(),
        bytes: file.size(),
        compressed: file.reference().compression != Compression::None,
    }
}

fn networks(descriptor: &Descriptor) -> Vec<NetworkFacts> {
    let facts = |network: &ovf::Network| NetworkFacts {
        name: network.name.clone(),
        description: network.description.clone(),
    };
    descriptor.networks.iter().map(facts).collect()
}

fn property(property: &Property, option: Option<&str>) -> PropertyFacts {
    let default = property.default_for(option).filter(|value| !value.is_empty());
    let mut takes = vec![property.kind.name()];
    takes.extend(property.qualifiers.iter().map(ovf::Qualifier::in_words));
    PropertyFacts {
        key: property.key.clone(),
        label: property.label.clone(),
        description: property.description.clone(),
        category: property.category.clone(),
        takes: takes.join(", "),
        // What a vendor sets as password is nobody's secret, but it need not be on everybody's screen.
        default: default.filter(|_| !property.password).map(str::to_owned),
        configurable: property.user_configurable,
        secret: property.password,
        required: default.is_none() && property.needs_value(),
    }
}
