//! The firewall rulesets of ESXi as tables.

/// What never changes about a ruleset.
#[derive(Debug, PartialEq)]
pub(super) struct Kind {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    /// State to begin with and flags: `R`equired, `U`ser controllable, `F`ixed list of addresses.
    pub(super) flags: &'static str,
    /// Ports, protocol, direction (`<` in, `>` out), `s` for a rule by source port.
    pub(super) rules: &'static str,
}

const fn kind(
    key: &'static str,
    label: &'static str,
    flags: &'static str,
    rules: &'static str,
) -> Kind {
    Kind { key, label, flags, rules }
}

/// ESXi 8.0.3 as it was seen, but for `ntpClient`, which is open only while its service runs.
pub(super) const CURRENT: &[Kind] = &[
    kind("CIMHttpServer", "CIM Server", "on", "5988/tcp<"),
    kind("CIMHttpsServer", "CIM Secure Server", "off", "5989/tcp<"),
    kind("CIMSLP", "CIM SLP", "off", "427/udp< 427/udp> 427/tcp< 427/tcp>"),
    kind("DHCPv6", "DHCPv6", "on", "547/tcp> 546/tcp< 547/udp> 546/udp<"),
    kind("DVFilter", "DVFilter", "off U", "2222/tcp<"),
    kind("DVSSync", "DVSSync", "on", "8302/udp> 8301/udp< 8301/udp> 8302/udp<"),
    kind("HBR", "HBR", "on", "31031/tcp> 44046/tcp>"),
    kind("NFC", "NFC", "on", "902/tcp< 902/tcp>"),
    kind("WOL", "WOL", "on U", "9/udp>"),
    kind(
        "activeDirectoryAll",
        "Active Directory All",
        "off",
        "88/udp> 88/tcp> 123/udp> 137/udp> 139/tcp> 389/tcp> 389/udp> 445/tcp> 464/udp> 464/tcp> \
         3268/tcp> 7476/tcp> 2020/tcp<",
    ),
    kind(
        "cmmds",
        "vSAN Clustering Service",
        "on",
        "12345/udp< 23451/udp< 12345/udp> 23451/udp> 12321/udp< 12321/udp>",
    ),
    kind("dhcp", "DHCP Client", "on", "68/udp< 68/udp>s"),
    kind("dns", "DNS Client", "on U", "53/udp> 53/tcp>"),
    kind("dpd", "dpd", "off", "443/tcp>"),
    kind("esxio-orchestrator", "esxio-orchestrator", "off", "8084/tcp<"),
    kind(
        "esxioComm",
        "esxioComm",
        "off",
        "9197/tcp< 9197/tcp> 5000/tcp< 5000/tcp> 2480/tcp< 2480/tcp> 8848/tcp< 8848/tcp> 8514/tcp< \
         8514/tcp> 162/udp< 162/udp> 8586/udp< 8586/udp>",
    ),
    kind("esxupdate", "esxupdate", "off", "443/tcp>"),
    kind("etcdClientComm", "etcdClientComm", "on", "2379/tcp< 2379/tcp>"),
    kind("etcdPeerComm", "etcdPeerComm", "on", "2380/tcp< 2380/tcp>"),
    kind("faultTolerance", "Fault Tolerance", "on U", "80/tcp> 8300/tcp< 8300/tcp>"),
    kind("ftpClient", "FTP Client", "off U", "21/tcp> 20/tcp<s"),
    kind("gdbserver", "gdbserver", "off U", "1000-9999/tcp< 50000-50999/tcp<"),
    kind("gstored", "gstored", "off", "443/tcp>"),
    kind("httpClient", "httpClient", "off U", "80/tcp> 443/tcp>"),
    kind("iSCSI", "Software iSCSI Client", "off", "3260/tcp>"),
    kind("iofiltervp", "iofiltervp", "on", "9080/tcp<"),
    kind("ipfam", "NSX Distributed Logical Router Service", "off U", "6999/udp< 6999/udp>"),
    kind("iwarp-pm", "iwarp-pm", "off U", "3935/udp< 3935/udp>"),
    kind("nfs41Client", "nfs41Client", "off F", "0-65535/tcp>"),
    kind("nfsClient", "NFS Client", "off F", "0-65535/tcp>"),
    kind("ntpClient", "NTP Client", "off", "123/udp>"),
    kind("nvmemdns", "nvmemdns", "off", "5353/udp> 5353/udp<"),
    kind("nvmetcp", "nvmetcp", "off", "8009/tcp> 4420/tcp>"),
    kind("proxy", "proxy", "off F", "1443/tcp<"),
    kind("ptpd", "PTP Client", "off", "319-320/udp< 319-320/udp>"),
    kind("pvrdma", "pvrdma", "off U", "28250-28761/tcp> 28250-28761/tcp<"),
    kind("rdt", "vSAN Transport", "on", "2233/tcp< 2233/tcp> 12443/tcp< 12443/tcp>"),
    kind(
        "remoteSerialPort",
        "VM serial port connected over network",
        "off U",
        "0-65535/tcp> 23/tcp< 1024-65535/tcp<",
    ),
    kind("settingsd", "settingsd", "off", "8083/tcp< 8083/tcp>"),
    kind("snmp", "SNMP Server", "off", "161/udp<"),
    kind("sshClient", "SSH Client", "off U", "22/tcp>"),
    kind("sshServer", "SSH Server", "on RU", "22/tcp<"),
    kind("syslog", "syslog", "off U", "514/udp> 514/tcp> 1514/tcp>"),
    kind("trusted-infrastructure-kmxa", "trusted-infrastructure-kmxa", "off F", "0-65535/tcp>"),
    kind("trusted-infrastructure-kmxd", "trusted-infrastructure-kmxd", "off F", "0-65535/tcp>"),
    kind("updateManager", "vCenter Update Manager", "on U", "80/tcp> 9000-9100/tcp>"),
    kind("vMotion", "vMotion", "on", "8000/tcp< 8000/tcp>"),
    kind("vSPC", "VM serial port connected to vSPC", "off U", "0-65535/tcp>"),
    kind("vSphereClient", "vSphere Web Client", "on RU", "902/tcp< 443/tcp<"),
    kind("vdfs", "vdfs", "off", "1564/tcp< 1564/tcp>"),
    kind("vic-engine", "vic-engine", "off U", "2377/tcp>"),
    kind("vltd", "vltd", "off", "1492/tcp> 443/tcp>"),
    kind("vpxHeartbeats", "VMware vCenter Agent", "on", "902/udp>"),
    kind("vsanEncryption", "vsanEncryption", "off F", "0-65535/tcp>"),
    kind(
        "vsanhealth-unicasttest",
        "vsanhealth-unicasttest",
        "off",
        "5201/udp> 5201/udp< 5201/tcp> 5201/tcp<",
    ),
    kind("vsanmgmt-https-tunnel", "vsanmgmt-https-tunnel", "on", "443/tcp>"),
    kind("webAccess", "vSphere Web Access", "on U", "80/tcp<"),
];

/// What ESXi before 8.0 has in place of rulesets of the same key, or besides them.
pub(super) const OLDER: &[Kind] = &[
    kind("CIMHttpServer", "CIM Server", "on", "5988/tcp<"),
    kind("CIMHttpsServer", "CIM Secure Server", "on", "5989/tcp<"),
    kind("CIMSLP", "CIM SLP", "on", "427/udp< 427/udp> 427/tcp< 427/tcp>"),
    kind(
        "cmmds",
        "Virtual SAN Clustering Service",
        "off",
        "12345/udp< 23451/udp< 12345/udp> 23451/udp> 12321/udp< 12321/udp>",
    ),
    kind("dns", "DNS Client", "on", "53/udp< 53/udp> 53/tcp>"),
    kind("rabbitmqproxy", "rabbitmqproxy", "off", "5671/tcp>"),
    kind("rdt", "Virtual SAN Transport", "off", "2233/tcp< 2233/tcp>"),
    kind("snmp", "SNMP Server", "on", "161/udp<"),
    kind("vsanhealth-multicasttest", "vsanhealth-multicasttest", "off", "5001/udp< 5001/udp>"),
    kind("vsanvp", "vsanvp", "off", "8080/tcp< 8080/tcp>"),
    kind("vvold", "vvold", "off", "0-65535/tcp>"),
];

/// Keys of [`CURRENT`] that releases before 8.0 lack.
pub(super) const NEW_IN_8: &[&str] = &[
    "dpd",
    "esxio-orchestrator",
    "esxioComm",
    "etcdClientComm",
    "etcdPeerComm",
    "gstored",
    "iwarp-pm",
    "nvmemdns",
    "nvmetcp",
    "proxy",
    "ptpd",
    "settingsd",
    "trusted-infrastructure-kmxa",
    "trusted-infrastructure-kmxd",
    "vdfs",
    "vic-engine",
    "vltd",
    "vsanEncryption",
    "vsanhealth-unicasttest",
    "vsanmgmt-https-tunnel",
];
