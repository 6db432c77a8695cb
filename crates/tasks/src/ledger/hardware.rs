//! The list for a server that is fault tolerant by itself, an appliance and all: 64 steps.

use super::column::Means::{Api, Gate, Guest, Kickstart, Unneeded};
use super::column::{Line, SeedStep, phase};

pub(super) const PHASES: [&str; 4] = [
    "prepare the server",
    "install ESXi",
    "configure ESXi and install the management appliance",
    "add the host to vCenter",
];

const PREPARE: [Line; 6] = [
    ("pull every drive but the first of node 0", Gate, None),
    ("unplug all network cables", Gate, None),
    ("enter the BIOS", Gate, None),
    ("switch off option ROMs and boot monitoring", Gate, None),
    ("save and leave", Gate, None),
    ("confirm", Gate, None),
];

const INSTALL: [Line; 18] = [
    ("insert the installation media and boot it", Gate, None),
    ("start the installation", Kickstart, Some("kickstart")),
    ("accept the licence agreement", Kickstart, Some("kickstart")),
    ("choose the disk", Kickstart, Some("kickstart")),
    ("choose the keyboard", Kickstart, Some("kickstart")),
    ("type the password of root", Kickstart, Some("kickstart")),
    ("confirm the installation", Kickstart, Some("kickstart")),
    ("plug in the network cables and reboot", Gate, None),
    ("ask for the login screen", Unneeded, None),
    ("log in at the console", Unneeded, None),
    ("open the management network", Kickstart, Some("kickstart")),
    ("open the list of adapters", Kickstart, Some("kickstart")),
    ("choose the adapter", Kickstart, Some("kickstart")),
    ("open the IPv4 settings", Kickstart, Some("kickstart")),
    ("type address and mask", Kickstart, Some("kickstart")),
    ("restart the management network", Unneeded, None),
    ("open the troubleshooting options", Unneeded, None),
    ("enable SSH", Api, Some("service")),
];

const APPLIANCE: [Line; 32] = [
    ("log in to the host", Api, Some("firewall")),
    ("open its configuration", Unneeded, None),
    ("open its security profile", Api, Some("firewall")),
    ("open the properties of its firewall", Api, Some("firewall")),
    ("let syslog through", Api, Some("firewall")),
    ("insert the DVD and start to deploy a template", Api, Some("ovf")),
    ("choose the appliance's file", Api, Some("ovf")),
    ("read its details", Api, Some("ovf")),
    ("accept its licence agreements", Api, Some("ovf")),
    ("name the appliance", Api, Some("ovf")),
    ("choose the local datastore", Api, Some("ovf")),
    ("choose the format of its disks", Api, Some("ovf")),
    ("finish, and power it on", Api, Some("ovf")),
    ("open its console", Unneeded, None),
    ("open its network settings", Guest, None),
    ("choose the settings of the address", Guest, None),
    ("type its address", Guest, None),
    ("type its mask", Guest, None),
    ("leave its network settings", Guest, None),
    ("go to its login", Guest, None),
    ("log in with the initial password", Guest, None),
    ("give root another password", Guest, None),
    ("insert a drive into node 1", Gate, None),
    ("mount the DVD in the appliance", Api, Some("iso")),
    ("start the installer of the control software", Guest, None),
    ("type the host's address", Guest, None),
    ("type the host's user", Guest, None),
    ("type the host's password", Guest, None),
    ("confirm that the documentation was read", Guest, None),
    ("confirm what else is asked", Guest, None),
    ("let it reboot the host", Guest, None),
    ("wait until both nodes are in step", Guest, None),
];

const VCENTER: [Line; 8] = [
    ("log in to vCenter", Api, Some("host")),
    ("start to add a host to the datacenter", Api, Some("host")),
    ("type its name and credentials", Api, Some("host")),
    ("accept its certificate", Api, Some("host")),
    ("look at what it is", Api, Some("host")),
    ("assign a licence", Api, Some("host")),
    ("choose the lockdown mode", Api, Some("host")),
    ("check and finish", Api, Some("host")),
];

pub(super) fn steps() -> Vec<SeedStep> {
    let prepare = phase(1, 0, &PREPARE);
    let install = phase(2, 0, &INSTALL);
    let appliance = phase(3, 0, &APPLIANCE);
    prepare.chain(install).chain(appliance).chain(phase(4, 0, &VCENTER)).collect()
}
