//! What a playbook declares about the installation of a host.

use std::net::SocketAddr;
use std::time::Duration;

use playbook::{Args, SecretRef};
use vsphere::{Address, SdkUrl};

use super::release::{When, is_since};

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(super) release: String,
    pub(super) folder: String,
    pub(super) disk: Disk,
    pub(super) keyboard: String,
    pub(super) root_password: Option<SecretRef>,
    pub(super) network: Network,
    /// Commands of the first boot, those for SSH included.
    pub(super) first_boot: Vec<String>,
    pub(super) boot: Boot,
    pub(super) iso: bool,
    pub(super) serve: Option<Serve>,
    pub(super) wait_for: Option<WaitFor>,
}

/// Where ESXi goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disk {
    pub(super) device: Option<String>,
    pub(super) first: Vec<String>,
    /// Options of `install` without a value, as the script spells them.
    pub(super) flags: Vec<&'static str>,
    pub(super) dpu_pci_slots: Vec<String>,
}

/// The management network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) device: String,
    /// Address and mask; `None` with DHCP.
    pub(super) address: Option<(String, String)>,
    pub(super) gateway: Option<String>,
    pub(super) nameservers: Vec<String>,
    pub(super) hostname: Option<String>,
    pub(super) vlan: Option<i64>,
    pub(super) vm_port_group: bool,
}

/// How the installer is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Boot {
    pub(super) source: String,
    /// The `boot.cfg` of the media.
    pub(super) original: Option<String>,
    /// Boot options besides `ks=` and those of the network.
    pub(super) options: Vec<String>,
    legacy_cpu: bool,
}

/// Where `ks.cfg` is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Serve {
    pub(super) listen: SocketAddr,
    /// `host:port` as the host reaches it.
    pub(super) authority: String,
}

/// What the installed host must answer.
#[derive(Debug, Clone)]
pub(super) struct WaitFor {
    pub(super) url: SdkUrl,
    pub(super) build: Option<String>,
    pub(super) within: Duration,
    pub(super) every: Duration,
}

impl Spec {
    /// What the host is called in plans.
    pub(super) fn subject(&self) -> &str {
        let address = self.network.address.as_ref().map(|(address, _)| address.as_str());
        let waited = self.wait_for.as_ref().map(|waits| waits.url.host());
        self.network.hostname.as_deref().or(address).or(waited).unwrap_or(&self.network.device)
    }

    /// Whether a warning's condition holds.
    pub(super) fn is(&self, when: When) -> bool {
        match when {
            When::Always => true,
            When::FirstBoot => !self.first_boot.is_empty(),
            When::Waits => self.wait_for.is_some(),
            When::LegacyCpu => self.boot.legacy_cpu,
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let network = Network::from(args.record("network"));
        let release = args.text("release");
        Self {
            release: release.to_owned(),
            folder: args.text("folder").to_owned(),
            disk: Disk::from(args.record("disk")),
            keyboard: args.text("keyboard").to_owned(),
            root_password: args.secret("root_password").cloned(),
            first_boot: first_boot(args),
            boot: Boot::of(args.record("boot"), release),
            iso: args.boolean("iso"),
            serve: args.opt_record("serve").and_then(Serve::of),
            wait_for: args.opt_record("wait_for").and_then(|waits| WaitFor::of(waits, &network)),
            network,
        }
    }
}

fn first_boot(args: &Args) -> Vec<String> {
    const SSH: [&str; 2] = ["vim-cmd hostsvc/enable_ssh", "vim-cmd hostsvc/start_ssh"];
    let ssh = if args.boolean("ssh") { &SSH[..] } else { &[] };
    ssh.iter().copied().chain(args.texts("first_boot")).map(str::to_owned).collect()
}

impl From<&Args> for Disk {
    fn from(args: &Args) -> Self {
        const FLAGS: [(&str, &str); 7] = [
            ("ignore_ssd", "--ignoressd"),
            ("overwrite_vmfs", "--overwritevmfs"),
            ("preserve_vmfs", "--preservevmfs"),
            ("overwrite_vsan", "--overwritevsan"),
            ("no_vmfs", "--novmfsondisk"),
            ("ignore_prereq_warnings", "--ignoreprereqwarnings"),
            ("force_unsupported", "--forceunsupportedinstall"),
        ];
        let flags = FLAGS.iter().filter(|(field, _)| args.boolean(field));
        Self {
            device: args.opt_text("device").map(str::to_owned),
            first: owned(args, "first"),
            flags: flags.map(|(_, flag)| *flag).collect(),
            dpu_pci_slots: owned(args, "dpu_pci_slots"),
        }
    }
}

impl From<&Args> for Network {
    fn from(args: &Args) -> Self {
        let text = |field| args.opt_text(field).map(str::to_owned);
        let is_static = args.text("protocol") != "dhcp";
        Self {
            device: args.text("device").to_owned(),
            address: text("address").zip(text("netmask")).filter(|_| is_static),
            gateway: text("gateway"),
            nameservers: owned(args, "nameservers"),
            hostname: text("hostname"),
            vlan: args.opt_integer("vlan"),
            vm_port_group: args.boolean("vm_port_group"),
        }
    }
}

impl Boot {
    fn of(args: &Args, release: &str) -> Self {
        let legacy_cpu = args.boolean("allow_legacy_cpu");
        let size = args.opt_text("system_media_size").map(|size| format!("systemMediaSize={size}"));
        let legacy = legacy_cpu.then(|| "allowLegacyCPU=true".to_owned());
        // The table of releases has refused what is too new; this only keeps it out of a script for good.
        let known = is_since(release, "7.0");
        let own = size.into_iter().chain(legacy).filter(|_| known);
        Self {
            source: args.opt_text("source").unwrap_or("cdrom:/KS.CFG").to_owned(),
            original: args.opt_text("boot_cfg").map(str::to_owned),
            options: own.chain(owned(args, "options")).collect(),
            legacy_cpu,
        }
    }
}

impl Serve {
    fn of(args: &Args) -> Option<Self> {
        let listen: SocketAddr = args.text("listen").parse().ok()?;
        let authority = match args.opt_text("address") {
            Some(name) => format!("{name}:{}", listen.port()),
            None => listen.to_string(),
        };
        Some(Self { listen, authority })
    }
}

impl WaitFor {
    fn of(args: &Args, network: &Network) -> Option<Self> {
        let fixed = network.address.as_ref().map(|(address, _)| address.as_str());
        let address: Address = args.opt_text("url").or(fixed)?.parse().ok()?;
        Some(Self {
            url: address.url,
            build: args.opt_text("build").map(str::to_owned),
            within: args.duration("within"),
            every: args.duration("every").max(Duration::from_millis(100)),
        })
    }
}

fn owned(args: &Args, field: &str) -> Vec<String> {
    args.texts(field).into_iter().map(str::to_owned).collect()
}
