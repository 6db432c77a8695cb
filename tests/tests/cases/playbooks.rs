//! Playbooks of the cases, and the names in the lab that they are about.

/// The playbook of the demonstration: the whole column.
pub(crate) const SOFTWARE_FT: &str = include_str!("../../../playbooks/software-ft.yaml");

/// A whole estate at once.
pub(crate) const BATCH_FT: &str = include_str!("../../../playbooks/batch-ft.yaml");

/// What is set on hosts beside their network.
pub(crate) const HOST_SETTINGS: &str = include_str!("../../../playbooks/host-settings.yaml");

pub(crate) const DATACENTER: &str = "Datacenter";
pub(crate) const CLUSTER: &str = "FT-Cluster";
pub(crate) const EVC: &str = "intel-ivybridge";
pub(crate) const HOSTS: [&str; 2] = ["esx1.lab.local", "esx2.lab.local"];
pub(crate) const VMS: [&str; 8] = ["vm1", "vm2", "vm3", "vm4", "vm5", "vm6", "vm7", "vm8"];

/// The same without the limits of Fault Tolerance that its eight VMs need.
pub(crate) fn without_ft_caps() -> String {
    let is_kept = |line: &&str| {
        let line = line.trim_start();
        !line.starts_with("ft:") && !line.starts_with("max_")
    };
    let kept: Vec<_> = SOFTWARE_FT.lines().filter(is_kept).collect();
    assert_eq!(kept.len() + 3, SOFTWARE_FT.lines().count(), "the limits are written otherwise");
    kept.join("\n") + "\n"
}
