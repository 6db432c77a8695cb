//! The table of `kickstart`.

use playbook::{Capability, Field, Kind};

use super::release::{KEYBOARDS, RELEASES};
use super::rule::rule;

const DISK: &[Field] = &[
    Field::optional(
        "device",
        Kind::Text,
        "The disk by the name ESXi gives it, such as `mpx.vmhba1:C0:T0:L0` or `naa.…`.",
    ),
    Field::optional(
        "first",
        Kind::List(&Kind::Text),
        "The first disk that fits, in this order: `local`, `remote`, `usb`, `esx` (one that holds ESXi), a \
         model or a driver.",
    ),
    Field::with_default(
        "overwrite_vmfs",
        Kind::Boolean,
        "false",
        "Erase a VMFS datastore that is on the disk.",
    ),
    Field::with_default(
        "preserve_vmfs",
        Kind::Boolean,
        "false",
        "Keep a VMFS datastore that is on the disk.",
    ),
    Field::with_default(
        "overwrite_vsan",
        Kind::Boolean,
        "false",
        "Erase a vSAN disk group that the disk belongs to.",
    ),
    Field::with_default(
        "no_vmfs",
        Kind::Boolean,
        "false",
        "Make no VMFS datastore on the disk of the installation.",
    ),
    Field::with_default("ignore_ssd", Kind::Boolean, "false", "Leave out solid-state disks."),
    Field::with_default(
        "dpu_pci_slots",
        Kind::List(&Kind::Text),
        "[]",
        "PCI slots of the DPUs to install as well; from 8.0 on.",
    ),
    Field::with_default(
        "ignore_prereq_warnings",
        Kind::Boolean,
        "false",
        "Go on although the installer warns about the hardware; from 8.0 on.",
    ),
    Field::with_default(
        "force_unsupported",
        Kind::Boolean,
        "false",
        "Install on hardware that the release no longer supports; from 8.0 on.",
    ),
];

const NETWORK: &[Field] = &[
    Field::with_default(
        "device",
        Kind::Text,
        "vmnic0",
        "The adapter of the management network: `vmnic0`, or its MAC address.",
    ),
    Field::with_default(
        "protocol",
        Kind::Choice(&["static", "dhcp"]),
        "static",
        "Where the address comes from.",
    ),
    Field::optional("address", Kind::Text, "IPv4 address."),
    Field::optional("netmask", Kind::Text, "Mask of the subnet, such as `255.255.255.0`."),
    Field::optional("gateway", Kind::Text, "Default gateway."),
    Field::with_default("nameservers", Kind::List(&Kind::Text), "[]", "One or two DNS servers."),
    Field::optional("hostname", Kind::Text, "Full name of the host."),
    Field::optional("vlan", Kind::Integer { min: 0, max: 4095 }, "VLAN of the management network."),
    Field::with_default(
        "vm_port_group",
        Kind::Boolean,
        "true",
        "Make the port group `VM Network` on the same switch.",
    ),
];

const BOOT: &[Field] = &[
    Field::with_default(
        "source",
        Kind::Text,
        "cdrom:/KS.CFG",
        "Where the installer finds `ks.cfg`, unless `serve` serves it: `cdrom:/KS.CFG`, `usb:/ks.cfg`, or an \
         `http`, `https`, `nfs` or `ftp` address.",
    ),
    Field::optional(
        "boot_cfg",
        Kind::Text,
        "The `boot.cfg` of the installation media. A copy that starts the script is written; without it only \
         the line to put there is.",
    ),
    Field::optional(
        "system_media_size",
        Kind::Choice(&["min", "small", "default", "max"]),
        "How much of the disk ESXi takes for itself; from 7.0 on.",
    ),
    Field::with_default(
        "allow_legacy_cpu",
        Kind::Boolean,
        "false",
        "Install on processors that the release no longer supports; from 7.0 on.",
    ),
    Field::with_default(
        "options",
        Kind::List(&Kind::Text),
        "[]",
        "Further boot options, such as `gdbPort=none`.",
    ),
];

const SERVE: &[Field] = &[
    Field::required(
        "listen",
        Kind::Text,
        "Address and port to serve `ks.cfg` on, such as `192.168.8.5:8099`.",
    ),
    Field::optional(
        "address",
        Kind::Text,
        "Name or address under which the host reaches this machine. Left out, it is that of `listen`.",
    ),
];

const WAIT_FOR: &[Field] = &[
    Field::optional(
        "url",
        Kind::Text,
        "Where the installed host answers. Left out, it is the address of `network`.",
    ),
    Field::optional(
        "build",
        Kind::Text,
        "The build it must run. Left out, any build of `release` will do.",
    ),
    Field::with_default("within", Kind::Duration, "1h", "How long the installation may take."),
    Field::with_default("every", Kind::Duration, "5s", "How often the host is asked."),
];

const FIELDS: &[Field] = &[
    Field::required("release", Kind::Choice(RELEASES), "The release of ESXi that is installed."),
    Field::required(
        "folder",
        Kind::Text,
        "Folder in which `ks.cfg`, `boot.cfg` and `ks.iso` are written, beside the playbook unless it is \
         absolute. Only you can read them.",
    ),
    Field::required(
        "accept_eula",
        Kind::Boolean,
        "Accepts the licence agreement of ESXi, which the installer would ask for.",
    ),
    Field::required("disk", Kind::Record(DISK), "The disk to install on."),
    Field::with_default(
        "keyboard",
        Kind::Choice(KEYBOARDS),
        "US Default",
        "Layout of the keyboard.",
    ),
    Field::required(
        "root_password",
        Kind::Secret,
        "Password of `root`. Only its salted hash is written.",
    ),
    Field::required("network", Kind::Record(NETWORK), "The management network."),
    Field::with_default(
        "ssh",
        Kind::Boolean,
        "false",
        "Enable and start SSH at the first boot. The capability `service` does it without a script.",
    ),
    Field::with_default(
        "first_boot",
        Kind::List(&Kind::Text),
        "[]",
        "Commands of ESXi's shell that run once, at the first boot. UEFI Secure Boot keeps them from running.",
    ),
    Field::optional("boot", Kind::Record(BOOT), "How the installer is started."),
    Field::with_default("iso", Kind::Boolean, "true", "Write a small image that carries `KS.CFG`."),
    Field::optional(
        "serve",
        Kind::Record(SERVE),
        "Serve `ks.cfg` over HTTP while the task waits, under an address that cannot be guessed.",
    ),
    Field::optional(
        "wait_for",
        Kind::Record(WAIT_FOR),
        "Wait until the host answers. When it answers already, nothing is written or served.",
    ),
];

const EXAMPLE: &str = "  - id: install
    kickstart:
      release: \"8.0\"
      folder: kickstart/esx1
      accept_eula: true
      disk: { first: [local], overwrite_vmfs: true }
      root_password: { env: LOCKSTEP_ESX_PASSWORD }
      network:
        device: vmnic0
        address: 192.168.8.11
        netmask: 255.255.252.0
        gateway: 192.168.8.1
        hostname: esx1.lab.local
      serve: { listen: \"192.168.8.5:8099\" }
      wait_for: { build: \"24022510\" }
";

/// What `kickstart` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: EXAMPLE,
    methods: &["RetrieveServiceContent"],
    manual_steps: "16 per host: boot the media, confirm, choose disk, keyboard and password, install, reboot, \
                   log in, choose the adapter, set the address",
    rule: Some(rule),
    connects: false,
    ..Capability::new("kickstart", "ESXi is installed on a bare host by a script.")
};
