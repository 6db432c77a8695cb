//! What a playbook declares about a deployment.

use std::time::Duration;

use playbook::{Args, SecretRef};

/// Disk formats, as playbooks spell them.
pub(super) const FORMATS: &[&str] = &["thick-lazy", "thick-eager", "thin"];

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) source_ca_file: Option<String>,
    pub(super) datacenter: Option<String>,
    pub(super) cluster: Option<String>,
    pub(super) host: Option<String>,
    pub(super) resource_pool: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) datastore: Option<String>,
    pub(super) disk_format: DiskFormat,
    /// Network of the package, and what it is connected to.
    pub(super) networks: Vec<(String, String)>,
    pub(super) properties: Vec<(String, Given)>,
    pub(super) deployment_option: Option<String>,
    pub(super) accept_eula: Option<Accepted>,
    pub(super) require_manifest: bool,
    pub(super) power_on: bool,
    pub(super) wait: Wait,
    pub(super) timeout: Duration,
}

/// What is waited for in the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) tools: bool,
    pub(super) address: bool,
}

/// How space for disks is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiskFormat {
    ThickLazy,
    ThickEager,
    Thin,
}

/// A value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Text(String),
    Secret(SecretRef),
}

/// How a licence agreement is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Accepted {
    /// Whatever it says.
    Any,
    /// The one with this SHA-256, in lower case.
    Digest(String),
}

impl Accepted {
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if text == "yes" || text == "true" {
            return Some(Self::Any);
        }
        let digits = text.strip_prefix("sha256:")?;
        let is_digest = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_digest.then(|| Self::Digest(digits.to_owned()))
    }
}

impl DiskFormat {
    fn of(name: &str) -> Self {
        match name {
            "thin" => Self::Thin,
            "thick-eager" => Self::ThickEager,
            _ => Self::ThickLazy,
        }
    }

    /// As playbooks spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ThickLazy => "thick-lazy",
            Self::ThickEager => "thick-eager",
            Self::Thin => "thin",
        }
    }

    /// As the API spells it: what it calls thick is zeroed later.
    pub(super) fn wire(self) -> &'static str {
        match self {
            Self::ThickLazy => "thick",
            Self::ThickEager => "eagerZeroedThick",
            Self::Thin => "thin",
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let text = |field: &str| args.opt_text(field).map(str::to_owned);
        let networks = args
            .map("networks")
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())));
        let properties = args.map("properties").iter().filter_map(|(key, value)| {
            let given = match (value.as_secret(), value.as_text()) {
                (Some(secret), _) => Given::Secret(secret.clone()),
                (None, text) => Given::Text(text?.to_owned()),
            };
            Some((key.clone(), given))
        });
        Self {
            name: args.text("name").to_owned(),
            source: args.text("source").to_owned(),
            source_ca_file: text("source_ca_file"),
            datacenter: text("datacenter"),
            cluster: text("cluster"),
            host: text("host"),
            resource_pool: text("resource_pool"),
            folder: text("folder"),
            datastore: text("datastore"),
            disk_format: DiskFormat::of(args.text("disk_format")),
            networks: networks.collect(),
            properties: properties.collect(),
            deployment_option: text("deployment_option"),
            accept_eula: args.opt_text("accept_eula").and_then(Accepted::of),
            require_manifest: args.boolean("require_manifest"),
            power_on: args.boolean("power_on"),
            wait: Wait {
                tools: args.boolean("wait_for_tools"),
                address: args.boolean("wait_for_address"),
            },
            timeout: args.duration("timeout"),
        }
    }
}
