//! Firewall and services of a host: [`Ruleset`] and [`Service`], as data.

use vim25::Str;
use vim25::enums::{HostFirewallRuleDirection, HostFirewallRulePortType};
use vim25::types::{
    HostFirewallDefaultPolicy, HostFirewallInfo, HostFirewallRule, HostFirewallRuleset,
    HostFirewallRulesetIpList, HostService, HostServiceInfo,
};

/// A firewall ruleset as far as it can change.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruleset {
    /// Its key.
    pub key: &'static str,
    /// Open or closed.
    pub enabled: bool,
    /// Cannot be closed.
    pub required: bool,
    /// A user may open and close it; others follow their service.
    pub user_controllable: bool,
    rules: &'static str,
}

/// Key, initial state with flags (`R`equired, `U`ser controllable) and rules: ports, protocol, direction
/// (`<` in, `>` out), `s` for a rule by source port.
const RULESETS: &[(&str, &str, &str)] = &[
    ("CIMHttpServer", "on", "5988/tcp<"),
    ("CIMHttpsServer", "off", "5989/tcp<"),
    ("DHCPv6", "on", "547/tcp> 546/tcp< 547/udp> 546/udp<"),
    ("DVSSync", "on", "8302/udp> 8301/udp< 8301/udp> 8302/udp<"),
    ("HBR", "on", "31031/tcp> 44046/tcp>"),
    ("NFC", "on", "902/tcp< 902/tcp>"),
    ("WOL", "on U", "9/udp>"),
    ("dhcp", "on", "68/udp< 68/udp>s"),
    ("dns", "on U", "53/udp> 53/tcp>"),
    ("esxupdate", "off", "443/tcp>"),
    ("faultTolerance", "on U", "80/tcp> 8300/tcp< 8300/tcp>"),
    ("ftpClient", "off U", "21/tcp> 20/tcp<s"),
    ("gdbserver", "off U", "1000-9999/tcp< 50000-50999/tcp<"),
    ("httpClient", "off U", "80/tcp> 443/tcp>"),
    ("iSCSI", "off", "3260/tcp>"),
    ("nfs41Client", "off", "0-65535/tcp>"),
    ("nfsClient", "off", "0-65535/tcp>"),
    ("ntpClient", "on", "123/udp>"),
    ("ptpd", "off", "319-320/udp< 319-320/udp>"),
    ("remoteSerialPort", "off U", "0-65535/tcp> 23/tcp< 1024-65535/tcp<"),
    ("snmp", "off", "161/udp<"),
    ("sshClient", "off U", "22/tcp>"),
    ("sshServer", "on RU", "22/tcp<"),
    ("syslog", "off U", "514/udp> 514/tcp> 1514/tcp>"),
    ("updateManager", "on U", "80/tcp> 9000-9100/tcp>"),
    ("vMotion", "on", "8000/tcp< 8000/tcp>"),
    ("vSPC", "off U", "0-65535/tcp>"),
    ("vSphereClient", "on RU", "902/tcp< 443/tcp<"),
    ("vpxHeartbeats", "on", "902/udp>"),
    ("webAccess", "on U", "80/tcp<"),
];

impl Ruleset {
    /// The rulesets of a fresh host.
    #[must_use]
    pub fn initial() -> Vec<Self> {
        let parse = |(key, flags, rules): &(&'static str, &str, &'static str)| Self {
            key,
            enabled: flags.starts_with("on"),
            required: flags.contains('R'),
            user_controllable: flags.contains('U'),
            rules,
        };
        RULESETS.iter().map(parse).collect()
    }

    fn info(&self) -> HostFirewallRuleset {
        let label = match self.key {
            "faultTolerance" => "Fault Tolerance",
            "sshServer" => "SSH Server",
            "ntpClient" => "NTP Client",
            key => key,
        };
        let any = HostFirewallRulesetIpList { all_ip: true, ..Default::default() };
        HostFirewallRuleset {
            key: self.key.into(),
            label: label.into(),
            required: self.required,
            rule: self.rules.split(' ').filter_map(parse_rule).collect(),
            enabled: self.enabled,
            allowed_hosts: Some(Box::new(any)),
            user_controllable: Some(self.user_controllable),
            ip_list_user_configurable: Some(self.user_controllable),
            ..Default::default()
        }
    }
}

/// `HostFirewallInfo` of these rulesets.
#[must_use]
pub fn firewall_info(rulesets: &[Ruleset]) -> HostFirewallInfo {
    HostFirewallInfo {
        default_policy: HostFirewallDefaultPolicy {
            incoming_blocked: Some(true),
            outgoing_blocked: Some(true),
            ..Default::default()
        },
        ruleset: rulesets.iter().map(Ruleset::info).collect(),
        ..Default::default()
    }
}

fn parse_rule(text: &str) -> Option<HostFirewallRule> {
    let (ports, rest) = text.split_once('/')?;
    let (first, last) = ports.split_once('-').unwrap_or((ports, ""));
    let inbound = rest.contains('<');
    Some(HostFirewallRule {
        port: first.parse().ok()?,
        end_port: last.parse().ok(),
        direction: if inbound {
            HostFirewallRuleDirection::Inbound
        } else {
            HostFirewallRuleDirection::Outbound
        },
        port_type: Some(if rest.ends_with('s') {
            HostFirewallRulePortType::Src
        } else {
            HostFirewallRulePortType::Dst
        }),
        protocol: rest.get(..3)?.into(),
        ..Default::default()
    })
}

/// A service of a host.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its key.
    pub key: &'static str,
    /// Whether it runs.
    pub running: bool,
    /// `on`, `automatic` or `off`.
    pub policy: Str,
    label: &'static str,
    required: bool,
}

impl Service {
    /// The services of a fresh host.
    #[must_use]
    pub fn initial() -> Vec<Self> {
        let service = |key, label, running| Self {
            key,
            label,
            running,
            policy: if running { "on" } else { "off" }.into(),
            required: key == "vmsyslogd",
        };
        vec![
            service("DCUI", "Direct Console UI", true),
            service("TSM", "ESXi Shell", false),
            service("TSM-SSH", "SSH", false),
            service("lbtd", "Load-Based Teaming Daemon", true),
            service("lwsmd", "Active Directory Service", false),
            service("ntpd", "NTP Daemon", false),
            service("pcscd", "PC/SC Smart Card Daemon", false),
            service("sfcbd-watchdog", "CIM Server", true),
            service("snmpd", "SNMP Server", false),
            service("vmsyslogd", "Syslog Server", true),
            service("vpxa", "VMware vCenter Agent", true),
            service("xorg", "X.Org Server", false),
        ]
    }
}

/// `HostServiceInfo` of these services.
#[must_use]
pub fn service_info(services: &[Service]) -> HostServiceInfo {
    let info = |service: &Service| HostService {
        key: service.key.into(),
        label: service.label.into(),
        required: service.required,
        running: service.running,
        policy: service.policy.clone(),
        ..Default::default()
    };
    HostServiceInfo { service: services.iter().map(info).collect(), ..Default::default() }
}
