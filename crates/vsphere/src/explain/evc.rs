//! Faults about Enhanced vMotion Compatibility.

use vim25::DataObject;
use vim25::types as t;

use super::{Words, all_named, named};

const OTHER_MODE: &str =
    "choose a mode that every host supports (each host's `summary.maxEVCModeKey`)";
const BIOS: &str =
    "check the CPU's virtualisation (VT-x/AMD-V) and NX/XD settings in the host's BIOS";

pub(super) fn words(fault: &dyn DataObject) -> Option<Words> {
    configuring(fault).or_else(|| admitting(fault))
}

fn configuring(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::EVCModeIllegalByVendor>() {
        let cause = format!(
            "the EVC mode is for CPUs of `{}`, the cluster's are of `{}`",
            fault.mode_cpu_vendor, fault.cluster_cpu_vendor
        );
        return Some(Words::new(cause, "choose a mode of the cluster's CPU vendor"));
    }
    if let Some(fault) = fault.as_type::<t::EVCModeUnsupportedByHosts>() {
        let hosts = all_named(&fault.host_name, "at least one host");
        let mode = named(fault.evc_mode.as_deref(), "this mode");
        return Some(Words::new(format!("{hosts} cannot reach EVC mode {mode}"), OTHER_MODE));
    }
    if let Some(fault) = fault.as_type::<t::EVCUnsupportedByHostHardware>() {
        let hosts = all_named(&fault.host_name, "at least one host");
        return Some(Words::new(format!("the CPU of {hosts} cannot do EVC"), BIOS));
    }
    if let Some(fault) = fault.as_type::<t::EVCUnsupportedByHostSoftware>() {
        let hosts = all_named(&fault.host_name, "at least one host");
        let cause = format!("the ESXi version of {hosts} cannot do EVC");
        return Some(Words::new(cause, "update ESXi on these hosts"));
    }
    if let Some(fault) = fault.as_type::<t::ActiveVMsBlockingEVC>() {
        let hosts = all_named(&fault.host_name, "a host");
        let cause = format!("VMs that run on {hosts} use CPU features that the mode hides");
        return Some(Words::new(
            cause,
            "power these VMs off or move them away, or set EVC while the cluster is empty",
        ));
    }
    if fault.as_type::<t::DisconnectedHostsBlockingEVC>().is_some() {
        let cause = "a host of the cluster is disconnected";
        return Some(Words::new(cause, "reconnect it or take it out of the cluster"));
    }
    if fault.as_type::<t::HeterogenousHostsBlockingEVC>().is_some() {
        let cause = "the cluster's hosts have CPUs of different vendors";
        return Some(Words::new(cause, "keep hosts of one CPU vendor per cluster"));
    }
    None
}

fn admitting(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::EVCAdmissionFailedCPUVendor>() {
        let cause = format!(
            "the host's CPU is of `{}`, the cluster's are of `{}`",
            fault.host_cpu_vendor, fault.cluster_cpu_vendor
        );
        return Some(Words::new(cause, "keep hosts of one CPU vendor per cluster"));
    }
    if let Some(fault) = fault.as_type::<t::EVCAdmissionFailedCPUModelForMode>() {
        return Some(too_old(&fault.current_evc_mode_key));
    }
    if let Some(fault) = fault.as_type::<t::EVCAdmissionFailedCPUFeaturesForMode>() {
        let mode = &fault.current_evc_mode_key;
        let cause = format!("the host's CPU does not show all features of EVC mode `{mode}`");
        return Some(Words::new(cause, BIOS));
    }
    if fault.as_type::<t::EVCAdmissionFailedVmActive>().is_some() {
        let cause = "VMs that run on the host use CPU features that the cluster's EVC mode hides";
        return Some(Words::new(cause, "power them off before the host is added"));
    }
    if fault.as_type::<t::EVCAdmissionFailed>().is_some() {
        let words = Words::new("the host does not fit the cluster's EVC mode", OTHER_MODE);
        return Some(words.for_base("EVCAdmissionFailed"));
    }
    None
}

fn too_old(mode: &str) -> Words {
    let cause = format!("the host's CPU is older than the cluster's EVC mode `{mode}`");
    Words::new(cause, OTHER_MODE)
}
