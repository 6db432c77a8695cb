//! The list for vSphere Fault Tolerance on two servers, with eight VMs: 101 steps.

use super::column::Means::{Api, Gate, Kickstart, Unneeded};
use super::column::{Line, SeedStep, phase};

const HOSTS: usize = 2;
const VMS: usize = 8;

const INSTALL: [Line; 16] = [
    ("insert the installation media and boot it", Gate, Some("kickstart")),
    ("start the installation", Kickstart, Some("kickstart")),
    ("accept the licence agreement", Kickstart, Some("kickstart")),
    ("choose the disk", Kickstart, Some("kickstart")),
    ("choose the keyboard", Kickstart, Some("kickstart")),
    ("type the password of root", Kickstart, Some("kickstart")),
    ("confirm the installation", Kickstart, Some("kickstart")),
    ("reboot when it is done", Kickstart, Some("kickstart")),
    ("ask for the login screen", Unneeded, None),
    ("log in at the console", Unneeded, None),
    ("open the management network", Kickstart, Some("kickstart")),
    ("open the list of adapters", Kickstart, Some("kickstart")),
    ("choose the adapter", Kickstart, Some("kickstart")),
    ("open the IPv4 settings", Kickstart, Some("kickstart")),
    ("type address and mask", Kickstart, Some("kickstart")),
    ("restart the management network", Unneeded, None),
];

const CLUSTER: [Line; 9] = [
    ("log in to vCenter", Api, Some("cluster")),
    ("start a new cluster", Api, Some("cluster")),
    ("name it and turn on HA", Api, Some("cluster")),
    ("leave HA as it is proposed", Api, Some("cluster")),
    ("leave the options of VMs", Api, Some("cluster")),
    ("leave the monitoring of VMs", Api, Some("cluster")),
    ("enable EVC for the oldest processor", Api, Some("cluster")),
    ("leave the place of swap files", Api, Some("cluster")),
    ("finish", Api, Some("cluster")),
];

const ADD_HOST: [Line; 10] = [
    ("start to add a host", Api, Some("host")),
    ("type its name and credentials", Api, Some("host")),
    ("accept its certificate", Api, Some("host")),
    ("look at what it is", Api, Some("host")),
    ("assign a licence", Api, Some("host")),
    ("choose the lockdown mode", Api, Some("host")),
    ("check and finish", Api, Some("host")),
    ("open the host's settings", Unneeded, None),
    ("edit its VMkernel port", Api, Some("vmkernel")),
    ("select vMotion and FT logging", Api, Some("vmkernel")),
];

const TURN_ON: [Line; 5] = [
    ("turn on Fault Tolerance", Api, Some("fault_tolerance")),
    ("accept the warnings", Api, Some("fault_tolerance")),
    ("choose the secondary's datastores", Api, Some("fault_tolerance")),
    ("choose the secondary's host", Api, Some("fault_tolerance")),
    ("check and finish", Api, Some("fault_tolerance")),
];

pub(super) fn phases() -> Vec<String> {
    let names = [
        "install ESXi on two servers",
        "configure a high-availability cluster",
        "add both hosts",
        "turn on Fault Tolerance for eight VMs",
    ];
    names.map(str::to_owned).to_vec()
}

pub(super) fn steps() -> Vec<SeedStep> {
    let mut steps = repeated(1, &INSTALL, HOSTS, "host");
    steps.extend(phase(2, 0, &CLUSTER));
    steps.extend(repeated(3, &ADD_HOST, HOSTS, "host"));
    steps.extend(repeated(4, &TURN_ON, VMS, "VM"));
    steps
}

/// The same lines for one object after the other.
fn repeated(number: u32, lines: &[Line], times: usize, object: &str) -> Vec<SeedStep> {
    let all = (0..times).flat_map(|nth| {
        phase(number, nth, lines).map(move |step| SeedStep {
            text: format!("{object} {}: {}", nth + 1, step.text),
            ..step
        })
    });
    (1..).zip(all).map(|(number, step)| SeedStep { number, ..step }).collect()
}
