//! The reasons of `VmFaultToleranceConfigIssue`: every one of the schema, and those it does not know.

use vim25::DataObject;
use vim25::types::VmFaultToleranceConfigIssue;

use super::{Words, named};

/// Reason, cause, remedy. `{}` stands for the VM or host that the fault names.
pub(super) const REASONS: &[(&str, &str, &str)] = &[
    ("haNotEnabled", "HA is off in the cluster of {}", "turn HA on in the cluster"),
    (
        "moreThanOneSecondary",
        "{} has more than one secondary",
        "turn Fault Tolerance off and on again",
    ),
    (
        "recordReplayNotSupported",
        "{} does not support record/replay",
        "use vSphere 6.0 or newer, which does not need it",
    ),
    (
        "replayNotSupported",
        "{} cannot be replayed",
        "use vSphere 6.0 or newer, which does not need it",
    ),
    ("templateVm", "{} is a template", "turn the template into a VM first"),
    (
        "multipleVCPU",
        "{} has more than one vCPU, which legacy Fault Tolerance cannot do",
        "use vSphere 6.0 or newer, or one vCPU",
    ),
    (
        "hostInactive",
        "{} is disconnected, in maintenance or in standby",
        "connect the host and end its maintenance mode",
    ),
    (
        "ftUnsupportedHardware",
        "the hardware of {} cannot do Fault Tolerance",
        "use hosts whose CPU supports it",
    ),
    ("ftUnsupportedProduct", "the ESXi version of {} cannot do Fault Tolerance", "update the host"),
    (
        "missingVMotionNic",
        "{} has no VMkernel adapter for vMotion",
        "select vMotion on a VMkernel adapter of the host",
    ),
    (
        "missingFTLoggingNic",
        "{} has no VMkernel adapter for FT logging",
        "select FT logging on a VMkernel adapter of the host",
    ),
    (
        "thinDisk",
        "{} has a thin disk, which legacy Fault Tolerance cannot do",
        "inflate the disk, or use vSphere 6.0 or newer",
    ),
    (
        "verifySSLCertificateFlagNotSet",
        "vCenter does not verify host certificates",
        "turn the check of host certificates on in vCenter's settings",
    ),
    ("hasSnapshots", "{} has snapshots", "delete or consolidate its snapshots"),
    (
        "noConfig",
        "the configuration of {} cannot be read",
        "wait until its host is connected, and check its files",
    ),
    ("ftSecondaryVm", "{} is itself a secondary", "name the primary"),
    ("hasLocalDisk", "{} has a disk on a local datastore", "move its disks to shared storage"),
    ("esxAgentVm", "{} is an agent VM of ESXi", "leave agent VMs out"),
    ("video3dEnabled", "{} has 3D video on", "turn 3D video off"),
    (
        "hasUnsupportedDisk",
        "{} has a disk of a kind that Fault Tolerance cannot do",
        "replace physical raw disks and disks above 2 TB",
    ),
    (
        "insufficientBandwidth",
        "the FT logging network of {} is too slow",
        "give FT logging an adapter with 10 Gbit/s",
    ),
    (
        "hasNestedHVConfiguration",
        "{} exposes hardware virtualisation to its guest",
        "turn nested virtualisation and VBS off",
    ),
    ("hasVFlashConfiguration", "{} uses Flash Read Cache", "remove the cache from its disks"),
    (
        "unsupportedProduct",
        "the product of {} does not support Fault Tolerance",
        "use hosts with a product and licence that support it",
    ),
    (
        "cpuHvUnsupported",
        "the CPU of {} has no hardware virtualisation",
        "use a host with VT-x or AMD-V",
    ),
    (
        "cpuHwmmuUnsupported",
        "the CPU of {} has no hardware MMU virtualisation",
        "use a host with EPT or RVI",
    ),
    (
        "cpuHvDisabled",
        "hardware virtualisation is off in the BIOS of {}",
        "turn VT-x or AMD-V on in the host's BIOS",
    ),
    (
        "hasEFIFirmware",
        "{} boots by EFI, which this version cannot do",
        "use vSphere 6.7 or newer, or BIOS firmware",
    ),
    (
        "tooManyVCPUs",
        "{} has more vCPUs than Fault Tolerance or the licence allows",
        "give the VM fewer vCPUs, or assign a bigger licence",
    ),
    ("tooMuchMemory", "{} has more memory than Fault Tolerance allows", "give the VM less memory"),
    (
        "vMotionNotLicensed",
        "the licence of {} does not include vMotion",
        "assign a licence that includes it",
    ),
    (
        "ftNotLicensed",
        "the licence of {} does not include Fault Tolerance",
        "assign a licence that includes it",
    ),
    (
        "haAgentIssue",
        "the HA agent of {} is not well",
        "wait a minute, or reconfigure the host for HA",
    ),
    (
        "unsupportedSPBM",
        "{} has a storage policy that Fault Tolerance cannot do",
        "remove the policy from the VM and its disks",
    ),
    ("hasLinkedCloneDisk", "{} is a linked clone", "make it a full clone"),
    (
        "unsupportedPMemHAFailOver",
        "{} uses persistent memory",
        "remove persistent memory from the VM",
    ),
    (
        "unsupportedEncryptedDisk",
        "{} has an encrypted disk, which this version cannot do",
        "use vSphere 7.0 Update 2 or newer, or decrypt the disk",
    ),
    (
        "ftMetroClusterNotEditable",
        "{} is under metro cluster Fault Tolerance, which cannot be changed so",
        "turn Fault Tolerance off and on again with the wanted setting",
    ),
    (
        "noHostGroupConfigured",
        "no host group is configured for metro cluster Fault Tolerance of {}",
        "configure the host groups of the cluster",
    ),
];

pub(super) fn words(fault: &dyn DataObject) -> Option<Words> {
    let fault = fault.as_type::<VmFaultToleranceConfigIssue>()?;
    let entity = fault.entity.as_ref().map(ToString::to_string);
    let subject = named(fault.entity_name.as_deref().or(entity.as_deref()), "the VM or host");
    let Some(reason) = fault.reason.as_deref() else {
        return Some(Words::cause_only(format!("{subject} does not fit Fault Tolerance")));
    };
    let known = REASONS.iter().find(|(name, _, _)| *name == reason);
    Some(match known {
        Some((_, cause, fix)) => Words::new(cause.replace("{}", &subject), *fix),
        None => Words::cause_only(format!("{subject} does not fit Fault Tolerance: `{reason}`")),
    })
}
