//! The settings that a vCenter comes with.
//!
//! What the server read from its configuration file, `config.` in front, is text whatever it stands for.

use vim25::types::OptionValue;
use vim25::{Poly, Str, Value};

use crate::behaviour::host_system::VCENTER_ADDRESS;
use crate::product::{Product, Role};

/// How many receivers of SNMP traps there may be.
const SNMP_RECEIVERS: i32 = 4;

const FLAGS: &[(&str, bool)] = &[
    ("VirtualCenter.DataCollector.Enabled", false),
    ("ads.checkIntervalEnabled", true),
    ("ads.maxFetchEnabled", true),
    ("client.VerifySSLCertificates", true),
    ("config.vpxd.enableDebugBrowse", true),
    ("event.maxAgeEnabled", true),
    ("task.maxAgeEnabled", true),
    ("vpxd.cluster.roboMMEnabled", true),
    ("vpxd.event.burstFilter.compressToDb", true),
    ("vpxd.event.burstFilter.compressToSyslog", false),
    ("vpxd.event.syslog.enabled", true),
    ("vpxd.hostkey.newIfMissing", true),
    ("vpxd.npivWwnGeneration.singleNodeWwn", true),
    ("vpxd.usageStats.persist", true),
];

const NUMBERS: &[(&str, i32)] = &[
    ("Perf.Stats.MaxCollectionThreads", 2),
    ("VirtualCenter.MaxDBConnection", 50),
    ("VirtualCenter.VimPasswordExpirationInDays", 30),
    ("WebService.Ports.http", 80),
    ("WebService.Ports.https", 443),
    ("ads.checkInterval", 1440),
    ("ads.maxFetch", 5000),
    ("ads.timeout", 60),
    ("client.timeout.long", 120),
    ("client.timeout.normal", 30),
    ("event.batchsize", 2000),
    ("event.maxAge", 30),
    ("instance.id", 1),
    ("mail.smtp.port", 25),
    ("task.batchsize", 2000),
    ("task.maxAge", 30),
    ("vpxd.cert.threshold", 30),
    ("vpxd.certmgmt.certs.daysValid", 1825),
    ("vpxd.certmgmt.certs.hardThreshold", 30),
    ("vpxd.certmgmt.certs.minutesBefore", 1440),
    ("vpxd.certmgmt.certs.pollIntervalDays", 5),
    ("vpxd.certmgmt.certs.softThreshold", 240),
    ("vpxd.httpClientIdleTimeout", 900),
    ("vpxd.npivWwnGeneration.portWwnNumber", 4),
];

const TEXTS: &[(&str, &str)] = &[
    ("SSL.Version", "all"),
    ("VirtualCenter.AutoManagedIPV4", VCENTER_ADDRESS),
    ("VirtualCenter.AutoManagedIPV6", ""),
    ("VirtualCenter.FQDN", "localhost"),
    ("VirtualCenter.InstanceName", "mock-vcenter"),
    ("VirtualCenter.ManagedIP", ""),
    ("VirtualCenter.VimApiUrl", "https://localhost/sdk"),
    ("VirtualCenter.VimWebServicesUrl", ""),
    ("config.log.compressOnRoll", "true"),
    ("config.log.level", "info"),
    ("config.log.maxFileNum", "30"),
    ("config.log.maxFileSize", "52428800"),
    ("config.log.outputToConsole", "false"),
    ("config.log.outputToFiles", "true"),
    ("config.task.minCompletedLifetime", "60"),
    ("config.vpxd.heartbeat.udp-port", "902"),
    ("config.vpxd.hostnameUrl", "localhost"),
    ("config.vpxd.network.rollback", "true"),
    ("config.vpxd.rhttpproxy.httpport", "80"),
    ("config.vpxd.rhttpproxy.httpsport", "443"),
    ("config.vpxd.soapPort", "8085"),
    ("config.vpxd.sso.default.admin", "Administrator@vsphere.local"),
    ("config.vpxd.sso.default.isGroup", "false"),
    ("etc.issue", ""),
    ("etc.motd", ""),
    ("log.level", "info"),
    ("mail.sender", ""),
    ("mail.smtp.password", ""),
    ("mail.smtp.server", ""),
    ("mail.smtp.username", ""),
    ("vpxd.certmgmt.certs.cn.country", "US"),
    ("vpxd.certmgmt.certs.cn.email", "vmca@vmware.com"),
    ("vpxd.certmgmt.certs.cn.localityName", "Palo Alto"),
    ("vpxd.certmgmt.certs.cn.organizationName", "VMware"),
    ("vpxd.certmgmt.certs.cn.organizationalUnitName", "VMware Engineering"),
    ("vpxd.certmgmt.certs.cn.state", "California"),
    ("vpxd.certmgmt.mode", "vmca"),
    ("vpxd.locale", ""),
    ("vpxd.motd", ""),
];

/// The settings of a new server, by key; a host by itself has none here.
pub(super) fn defaults(product: &Product) -> Vec<Poly<OptionValue>> {
    if product.role() == Role::Esxi {
        return Vec::new();
    }
    let flags = FLAGS.iter().map(|(key, value)| setting(key, (*value).into()));
    let numbers = NUMBERS.iter().map(|(key, value)| setting(key, (*value).into()));
    let texts = TEXTS.iter().map(|(key, value)| setting(key, (*value).into()));
    let receivers = (1..=SNMP_RECEIVERS).flat_map(snmp_receiver);
    let mut all: Vec<_> = flags.chain(numbers).chain(texts).chain(receivers).collect();
    all.sort_by(|one, other| one.key.cmp(&other.key));
    all
}

/// The first one is the server itself.
fn snmp_receiver(number: i32) -> [Poly<OptionValue>; 4] {
    let (name, community) = if number == 1 { ("localhost", "public") } else { ("", "") };
    let key = |part: &str| format!("snmp.receiver.{number}.{part}");
    [
        setting(&key("community"), community.into()),
        setting(&key("enabled"), (number == 1).into()),
        setting(&key("name"), name.into()),
        setting(&key("port"), 162.into()),
    ]
}

fn setting(key: &str, value: Value) -> Poly<OptionValue> {
    let mut option = OptionValue::default();
    option.key = Str::from(key);
    option.value = Some(value);
    Poly::new(option)
}
