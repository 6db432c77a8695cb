//! The services of a host: [`Services`], the one source of `serviceInfo` and `config.service`, and which
//! firewall rulesets belong to which service.

use std::sync::Arc;

use vim25::types::{HostService, HostServiceInfo, HostServiceSourcePackage};
use vim25::{DateTime, Str, Version};

use crate::product::Product;

/// Hosts of one kind as far as services and firewall go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// Before 8.0.
    Older,
    /// 8.0 and later.
    Current,
}

impl Generation {
    pub(super) fn of(product: Product) -> Self {
        let is_new = Version::parse("8.0.0.0").is_some_and(|version| product.api().knows(version));
        if is_new { Self::Current } else { Self::Older }
    }
}

/// What never changes about a service.
#[derive(Debug, PartialEq)]
struct Kind {
    key: &'static str,
    label: &'static str,
    /// `R`uns and policy `on`; `P`olicy `on` without running; `!` required; `8` only since 8.0; `<` only before.
    flags: &'static str,
    package: &'static str,
}

const fn kind(
    key: &'static str,
    label: &'static str,
    flags: &'static str,
    package: &'static str,
) -> Kind {
    Kind { key, label, flags, package }
}

const SERVICES: &[Kind] = &[
    kind("DCUI", "Direct Console UI", "R", "esx-base"),
    kind("TSM", "ESXi Shell", "", "esx-base"),
    kind("TSM-SSH", "SSH", "", "esx-base"),
    kind("apiForwarder", "apiForwarder", "R8", "esx-base"),
    kind("attestd", "attestd", "8", "esx-base"),
    kind("dpd", "dpd", "8", "vmware-dp"),
    kind("entropyd", "entropyd", "8", "esx-base"),
    kind("gpuManager", "gpuManager", "P8", "esx-base"),
    kind("hbrsrv", "hbrsrv", "8", "vmware-hbrsrv"),
    kind("infravisor", "infravisor", "R8", "infravisor"),
    kind("kmxd", "kmxd", "8", "esx-base"),
    kind("lbtd", "Load-Based Teaming Daemon", "R", "esx-base"),
    kind("lwsmd", "Active Directory Service", "", "esx-base"),
    kind("ntpd", "NTP Daemon", "", "esx-base"),
    kind("nvmf-discoveryd", "nvmf-discoveryd", "8", "esx-base"),
    kind("pcscd", "PC/SC Smart Card Daemon", "", "esx-base"),
    kind("ptpd", "PTP Daemon", "8", "esx-base"),
    kind("sfcbd-watchdog", "CIM Server", "P8", "esx-base"),
    kind("sfcbd-watchdog", "CIM Server", "R<", "esx-base"),
    kind("slpd", "slpd", "8", "esx-base"),
    kind("snmpd", "SNMP Server", "P", "esx-base"),
    kind("vdtc", "VDTC Service", "R8", "esx-base"),
    kind("vltd", "vltd", "8", "vmware-dp-vlt"),
    kind("vmsyslogd", "Syslog Server", "R!", "esx-base"),
    kind("vpxa", "VMware vCenter Agent", "R", "esx-base"),
    kind("xorg", "X.Org Server", "P", "esx-xserver"),
];

/// Present only while a vCenter manages the host.
const AGENT: &str = "vpxa";

/// Service, the ruleset it needs, and whether hosts since 8.0 say so.
const OPENS: &[(&str, &str, bool)] = &[
    ("dpd", "dpd", true),
    ("ntpd", "ntpClient", false),
    ("ptpd", "ptpd", false),
    ("sfcbd-watchdog", "CIMHttpServer", false),
    ("sfcbd-watchdog", "CIMHttpsServer", false),
    ("slpd", "CIMSLP", false),
    ("snmpd", "snmp", false),
    ("vltd", "vltd", true),
    ("vpxa", "vpxHeartbeats", true),
];

/// The rulesets through which a service talks.
pub fn rulesets_of(service: &str) -> impl Iterator<Item = &'static str> {
    OPENS.iter().filter(move |(opener, ..)| *opener == service).map(|(_, ruleset, _)| *ruleset)
}

/// The service that a ruleset is for.
#[must_use]
pub fn service_of(ruleset: &str) -> Option<&'static str> {
    OPENS.iter().find(|(_, opened, _)| *opened == ruleset).map(|(service, ..)| *service)
}

/// The service that a ruleset names as its own.
pub(super) fn opener_of(generation: Generation, ruleset: &str) -> Option<&'static str> {
    let shown = |is_told: bool| is_told || generation == Generation::Older;
    OPENS
        .iter()
        .find(|(_, opened, is_told)| *opened == ruleset && shown(*is_told))
        .map(|(service, ..)| *service)
}

/// A service as far as it can change.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    kind: &'static Kind,
    /// Whether it runs.
    pub running: bool,
    /// `on`, `automatic` or `off`.
    pub policy: Str,
    /// When it was started; absent while it does not run, and for what runs since the host was started.
    pub since: Option<DateTime>,
}

impl Service {
    fn initial(kind: &'static Kind) -> Self {
        let running = kind.flags.contains('R');
        let policy = if running || kind.flags.contains('P') { "on" } else { "off" };
        Self { kind, running, policy: policy.into(), since: None }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.kind.key
    }

    /// Cannot be stopped.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.kind.flags.contains('!')
    }
}

/// A host's services.
#[derive(Clone, Debug, PartialEq)]
pub struct Services {
    generation: Generation,
    /// All services, by key; the agent of vCenter too while no vCenter manages the host.
    pub all: Arc<Vec<Service>>,
}

impl Services {
    /// The services of a host that was just installed.
    #[must_use]
    pub fn initial(product: Product) -> Self {
        let generation = Generation::of(product);
        let absent = if generation == Generation::Current { '<' } else { '8' };
        let present = SERVICES.iter().filter(|kind| !kind.flags.contains(absent));
        Self { generation, all: Arc::new(present.map(Service::initial).collect()) }
    }

    /// The service called `key`, the agent only on a host that is `managed`.
    #[must_use]
    pub fn find(&self, key: &str, managed: bool) -> Option<&Service> {
        self.all.iter().find(|service| service.key() == key && (managed || key != AGENT))
    }

    /// The service called `key`, to be changed.
    pub fn find_mut(&mut self, key: &str, managed: bool) -> Option<&mut Service> {
        self.find(key, managed)?;
        Arc::make_mut(&mut self.all).iter_mut().find(|service| service.key() == key)
    }

    /// True while it runs.
    #[must_use]
    pub fn runs(&self, key: &str) -> bool {
        self.find(key, true).is_some_and(|service| service.running)
    }

    /// `HostServiceInfo` of these services; a host that is `managed` has vCenter's agent.
    #[must_use]
    pub fn info(&self, managed: bool) -> HostServiceInfo {
        let shown = self.all.iter().filter(|service| managed || service.key() != AGENT);
        let service = shown.map(|service| self.service_info(service)).collect();
        HostServiceInfo { service, ..Default::default() }
    }

    fn service_info(&self, service: &Service) -> HostService {
        let kind = service.kind;
        let package = HostServiceSourcePackage {
            source_package_name: kind.package.into(),
            description: format!("The package {}.", kind.package).into(),
            ..Default::default()
        };
        let rulesets = rulesets_of(kind.key)
            .filter(|ruleset| opener_of(self.generation, ruleset).is_some())
            .map(Str::from);
        HostService {
            key: kind.key.into(),
            label: kind.label.into(),
            required: service.is_required(),
            uninstallable: false,
            running: service.running,
            ruleset: rulesets.collect(),
            policy: service.policy.clone(),
            source_package: Some(Box::new(package)),
            ..Default::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::product::Role;

    use super::*;

    fn shown(release: &str, managed: bool) -> Vec<HostService> {
        Services::initial(Product::new(Role::Esxi, release).unwrap()).info(managed).service
    }

    #[test]
    fn the_agent_of_vcenter_is_there_only_on_managed_hosts() {
        for release in ["6.5", "8.0.3"] {
            assert_eq!(shown(release, true).len(), shown(release, false).len() + 1, "{release}");
        }
    }

    #[test]
    fn releases_differ_in_their_services() {
        let names = |release| {
            let keys = shown(release, true).into_iter().map(|service| service.key.to_string());
            keys.collect::<Vec<_>>()
        };
        assert_eq!((names("6.5").len(), names("8.0.3").len()), (12, 25));
        let rulesets = |release, key: &str| {
            let services = shown(release, true);
            services.into_iter().find(|service| service.key == key).unwrap().ruleset
        };
        assert_eq!(rulesets("6.5", "ntpd"), ["ntpClient"]);
        assert!(rulesets("8.0.3", "ntpd").is_empty());
        assert_eq!(rulesets("8.0.3", "vpxa"), ["vpxHeartbeats"]);
    }
}
