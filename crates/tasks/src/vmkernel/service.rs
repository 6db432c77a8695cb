//! The sorts of traffic, by the playbook's word and the API's.

/// FT logging, in the API's words.
pub(crate) const FT_LOGGING: &str = "faultToleranceLogging";
/// vMotion, in the API's words.
pub(crate) const VMOTION: &str = "vmotion";
/// Management, in the API's words.
pub(super) const MANAGEMENT: &str = "management";

/// Words of the playbook.
pub(super) const NAMES: &[&str] = &[
    "vmotion",
    "fault_tolerance_logging",
    "management",
    "vsan",
    "vsan_witness",
    "replication",
    "replication_nfc",
    "provisioning",
    "backup_nfc",
    "ptp",
    "nvme_tcp",
    "nvme_rdma",
];

const NIC_TYPES: &[&str] = &[
    VMOTION,
    FT_LOGGING,
    MANAGEMENT,
    "vsan",
    "vsanWitness",
    "vSphereReplication",
    "vSphereReplicationNFC",
    "vSphereProvisioning",
    "vSphereBackupNFC",
    "ptp",
    "nvmeTcp",
    "nvmeRdma",
];

/// The API's word for a word of the playbook.
pub(super) fn nic_type(name: &str) -> &'static str {
    NAMES.iter().position(|own| *own == name).map_or("", |at| NIC_TYPES[at])
}

/// The playbook's word; an unknown one of the API stands for itself.
pub(super) fn name_of(nic_type: &str) -> &str {
    NIC_TYPES.iter().position(|known| *known == nic_type).map_or(nic_type, |at| NAMES[at])
}
