//! `HostSystem.capability`: what the host can do, with the reasons why not Fault Tolerance.

use vim25::enums::HostCapabilityFtUnsupportedReason as Reason;
use vim25::types::HostCapability;
use vim25::{Str, Version, WireEnum};

use crate::behaviour::license;
use crate::behaviour::look::Look;
use crate::product::Product;

use super::object::HostSystem;

/// Why Fault Tolerance cannot run on the host now, as far as the host is concerned.
pub fn ft_issues<'a>(host: &HostSystem, look: impl Look<'a>) -> Vec<Reason> {
    let hardware = &host.server.hardware;
    let edition = license::edition(&host.server.license, look);
    let mut issues = Vec::new();
    let mut check = |holds: bool, reason: Reason| {
        if !holds {
            issues.push(reason);
        }
    };
    check(edition.has_vmotion(), Reason::VMotionNotLicensed);
    check(host.uses("vmotion"), Reason::MissingVMotionNic);
    check(host.uses("faultToleranceLogging"), Reason::MissingFTLoggingNic);
    check(edition.ft_vcpus(host.product) > 0, Reason::FtNotLicensed);
    check(host.ha_is_healthy(), Reason::HaAgentIssue);
    check(is_at_least(host.server.product, "6.0"), Reason::UnsupportedProduct);
    check(hardware.cpu.has_hv && is_new_enough(host), Reason::CpuHvUnsupported);
    check(hardware.cpu.has_hwmmu, Reason::CpuHwmmuUnsupported);
    check(hardware.hv_enabled, Reason::CpuHvDisabled);
    issues
}

/// Fast checkpointing asks for Sandy Bridge or Bulldozer at least.
fn is_new_enough(host: &HostSystem) -> bool {
    use crate::behaviour::cluster_evc_manager::EvcMode;
    let reaches = |key| {
        let mode = host.server.hardware.evc_mode();
        mode.zip(EvcMode::find(key)).is_some_and(|(mode, oldest)| mode.covers(oldest))
    };
    reaches("intel-sandybridge") || reaches("amd-bulldozer")
}

fn is_at_least(product: Product, version: &str) -> bool {
    Version::parse(version).is_some_and(|version| product.api().knows(version))
}

/// Most vCPUs of a VM under Fault Tolerance that hosts of this release carry.
#[must_use]
pub fn max_ft_vcpus(product: Product) -> i32 {
    if is_at_least(product, "6.7") { 8 } else { 4 }
}

/// Most memory in megabytes of a VM under Fault Tolerance that hosts of this release carry.
#[must_use]
pub fn max_ft_memory(product: Product) -> i32 {
    if is_at_least(product, "6.7") { 131_072 } else { 65_536 }
}

/// What a host can do.
pub fn of<'a>(host: &HostSystem, look: impl Look<'a>) -> HostCapability {
    let issues: Vec<Str> =
        ft_issues(host, look).iter().map(|reason| Str::from(reason.as_str())).collect();
    let mut legacy = issues.clone();
    legacy.push("incompatibleProduct".into());
    let product = host.server.product;
    let since = |version| Some(is_at_least(product, version));
    HostCapability {
        smp_ft_supported: issues.is_empty(),
        smp_ft_compatibility_issues: issues,
        ft_supported: false,
        ft_compatibility_issues: legacy,
        replay_unsupported_reason: Some("incompatibleProduct".into()),
        replay_compatibility_issues: vec!["incompatibleProduct".into()],
        max_vcpus_per_ft_vm: Some(max_ft_vcpus(product)),
        max_mem_mb_per_ft_vm: Some(max_ft_memory(product)),
        ft_efi_supported: since("6.7"),
        ft_vmcp_supported: since("6.7"),
        encrypted_ft_supported: since("7.0.2.0"),
        encryption_fault_tolerance_supported: Some(false),
        ..general()
    }
}

fn general() -> HostCapability {
    HostCapability {
        recursive_resource_pools_supported: true,
        cpu_memory_resource_configuration_supported: true,
        reboot_supported: true,
        shutdown_supported: true,
        vmotion_supported: true,
        standby_supported: true,
        ipmi_supported: Some(true),
        max_supported_v_ms: Some(1024),
        max_running_v_ms: Some(1024),
        max_supported_vcpus: Some(4096),
        max_registered_v_ms: Some(4096),
        max_host_running_vms: Some(1024),
        max_host_supported_vcpus: Some(4096),
        datastore_principal_supported: false,
        san_supported: true,
        nfs_supported: true,
        iscsi_supported: true,
        vlan_tagging_supported: true,
        nic_teaming_supported: true,
        high_guest_mem_supported: true,
        maintenance_mode_supported: true,
        suspended_relocate_supported: true,
        restricted_snapshot_relocate_supported: true,
        per_vm_swap_files: true,
        local_swap_datastore_supported: true,
        unshared_swap_v_motion_supported: true,
        background_snapshots_supported: true,
        pre_assigned_pci_unit_numbers_supported: true,
        storage_v_motion_supported: true,
        vmotion_with_storage_v_motion_supported: true,
        vmotion_across_network_supported: Some(true),
        clone_from_snapshot_supported: true,
        delta_disk_backings_supported: true,
        firewall_ip_rules_supported: Some(true),
        nested_hv_supported: true,
        feature_capabilities_supported: true,
        host_access_manager_supported: Some(true),
        multiple_network_stack_instance_supported: Some(true),
        provisioning_nic_selection_supported: true,
        login_by_ssl_thumbprint_supported: Some(true),
        cpu_hw_mmu_supported: Some(true),
        gateway_on_nic_supported: Some(true),
        encrypted_v_motion_supported: Some(true),
        supported_vmfs_major_version: vec![5, 6],
        ..Default::default()
    }
}
