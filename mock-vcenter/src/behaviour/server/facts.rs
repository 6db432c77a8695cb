//! The machine: [`Server`].

use std::sync::Arc;

use sha_crypt::{PasswordVerifier as _, ShaCrypt};
use vim25::Str;
use vim25::enums::HostLockdownMode;
use vim25::types::{HealthSystemRuntime, HostHardwareInfo};

use crate::product::Product;

use super::blueprint::VmBlueprint;
use super::certificate::HostCertificate;
use super::firewall::Firewall;
use super::hardware::{Hardware, XEON_E5_2670_V2};
use super::network::{HostNetwork, Pnic, VirtualSwitch, port_group, vnic_spec};
use super::options::Options;
use super::services::Services;
use super::time::TimeSettings;
use super::{health, pci};

/// The password of `root` on every host, unless a model says otherwise.
const ROOT_PASSWORD: &str = "VMware1!";

/// The password of `root`.
#[derive(Clone)]
enum RootPassword {
    Plain(Str),
    /// SHA-512 crypt, as an installation script gives it.
    Hashed(Str),
}

impl RootPassword {
    fn fits(&self, password: &str) -> bool {
        match self {
            Self::Plain(known) => password == known.as_str(),
            Self::Hashed(hash) => {
                ShaCrypt::SHA512.verify_password(password.as_bytes(), hash.as_str()).is_ok()
            }
        }
    }
}

/// A machine that runs ESXi.
#[derive(Clone)]
pub struct Server {
    /// Name by which it is reached.
    pub name: Str,
    /// Address of its management adapter.
    pub address: Str,
    /// What it runs.
    pub product: Product,
    /// Its hardware.
    pub hardware: Arc<Hardware>,
    /// Its certificate.
    pub certificate: HostCertificate,
    /// Its network.
    pub network: HostNetwork,
    /// Its firewall.
    pub firewall: Firewall,
    /// Its services.
    pub services: Services,
    /// Its advanced options.
    pub options: Options,
    /// How it keeps time.
    pub time: TimeSettings,
    /// Who may log in directly.
    pub lockdown: HostLockdownMode,
    /// Users that lockdown does not keep out.
    pub lockdown_exceptions: Vec<Str>,
    /// Names of the datastores it mounts.
    pub volumes: Vec<Str>,
    /// Address of the other vCenter that manages it.
    pub managed_by: Option<Str>,
    /// Key of its licence; empty stands for the evaluation.
    pub license: Str,
    /// VMs registered on it while it is in no inventory.
    pub vms: Vec<VmBlueprint>,
    password: RootPassword,
}

impl Server {
    /// A rack server with two ten-core processors and 192 GB, called `name`; `number` tells it from others.
    #[must_use]
    pub fn new(name: &str, number: u32, product: Product) -> Self {
        let hardware = Hardware {
            vendor: "NEC",
            model: "Express5800/R120e-1M [N8100-2054]",
            uuid: format!("4c4c4544-0052-3010-8045-b7c04f{number:06x}").into(),
            serial: format!("R120E{number:05}").into(),
            cpu: &XEON_E5_2670_V2,
            packages: 2,
            memory: 192 << 30,
            hv_enabled: true,
        };
        let address: Str = format!("192.168.{}.{}", 10 + number / 200, 10 + number % 200).into();
        Self {
            name: name.into(),
            network: initial_network(name, number, &address),
            address,
            product,
            hardware: Arc::new(hardware),
            certificate: HostCertificate::of(name, 0),
            firewall: Firewall::initial(product),
            services: Services::initial(product),
            options: Options::default(),
            time: TimeSettings::default(),
            lockdown: HostLockdownMode::LockdownDisabled,
            lockdown_exceptions: Vec::new(),
            volumes: Vec::new(),
            managed_by: None,
            license: Str::default(),
            vms: Vec::new(),
            password: RootPassword::Plain(ROOT_PASSWORD.into()),
        }
    }

    /// The same with changed hardware.
    #[must_use]
    pub fn with_hardware(mut self, change: impl FnOnce(&mut Hardware)) -> Self {
        change(Arc::make_mut(&mut self.hardware));
        self
    }

    /// The same mounting these datastores.
    #[must_use]
    pub fn mounting(mut self, volumes: &[&str]) -> Self {
        self.volumes = volumes.iter().map(|name| Str::from(*name)).collect();
        self
    }

    /// Its hardware as the API shows it, with the devices that other parts of it are made of.
    #[must_use]
    pub fn hardware_info(&self) -> HostHardwareInfo {
        let pnics = self.network.info().pnic;
        let devices = pnics.iter().filter_map(pci::of_pnic);
        HostHardwareInfo { pci_device: devices.collect(), ..self.hardware.info() }
    }

    /// What its sensors say.
    #[must_use]
    pub fn health(&self) -> HealthSystemRuntime {
        health::healthy()
    }

    /// Gives `root` another password.
    pub fn set_root_password(&mut self, password: &str) {
        self.password = RootPassword::Plain(password.into());
    }

    /// Gives `root` the password of this hash.
    pub fn set_root_hash(&mut self, hash: &str) {
        self.password = RootPassword::Hashed(hash.into());
    }

    /// Whether the machine accepts this login: `root` with its password, in lockdown only for exceptions.
    #[must_use]
    pub fn accepts(&self, user: &str, password: &str) -> bool {
        let locked = self.lockdown != HostLockdownMode::LockdownDisabled;
        let excepted = self.lockdown_exceptions.iter().any(|name| name == user);
        user == "root" && self.password.fits(password) && (!locked || excepted)
    }
}

fn initial_network(name: &str, number: u32, address: &str) -> HostNetwork {
    let (host_name, domain) = name.split_once('.').unwrap_or((name, "localdomain"));
    let mac = |port: u32| -> Str {
        let [_, high, middle, low] = (number * 16 + port).to_be_bytes();
        format!("8c:df:9d:{high:02x}:{middle:02x}:{low:02x}").into()
    };
    let pnic =
        |port: u32, speed| Pnic { device: format!("vmnic{port}").into(), mac: mac(port), speed };
    let vmk0 = vnic_spec("Management Network", address, "255.255.252.0", &mac(0));
    HostNetwork {
        host_name: host_name.into(),
        domain: domain.into(),
        gateway: "192.168.8.1".into(),
        pnics: vec![pnic(0, 10000), pnic(1, 10000)],
        name_servers: vec!["192.168.8.1".into()],
        search_domains: vec![domain.into()],
        switches: vec![VirtualSwitch::new("vSwitch0", vec!["vmnic0".into()])],
        port_groups: vec![
            port_group("VM Network", "vSwitch0", 0),
            port_group("Management Network", "vSwitch0", 0),
        ],
        vnics: vec![("vmk0".into(), vmk0)],
        selected: [("management", vec![Str::from("vmk0")])].into(),
    }
}
