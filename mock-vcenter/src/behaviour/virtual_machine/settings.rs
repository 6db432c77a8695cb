//! What of a VM's configuration the mock keeps and tells, and nothing else depends on: flags, boot options, shares...

use std::sync::Arc;

use vim25::enums::SharesLevel;
use vim25::object::overlaid;
use vim25::types::{
    ManagedByInfo, ResourceAllocationInfo, SharesInfo, VirtualMachineConfigInfo,
    VirtualMachineConfigSpec,
};

use crate::behaviour::server::Quirk;

use super::object::VirtualMachine;

/// A share of a resource: `reservation` and `limit` in MHz or MB, `shares` of a VM of this size at the normal level.
fn normal(reservation: i64, limit: i64, shares: i32) -> ResourceAllocationInfo {
    ResourceAllocationInfo {
        reservation: Some(reservation),
        expandable_reservation: Some(false),
        limit: Some(limit),
        shares: Some(Box::new(SharesInfo {
            shares,
            level: SharesLevel::Normal,
            ..Default::default()
        })),
        ..Default::default()
    }
}

/// Whether an allocation is one that a server takes: no less than nothing, and no more than any host has.
#[must_use]
pub fn is_allocation(asked: &ResourceAllocationInfo) -> bool {
    const MOST: i64 = 1 << 32;
    let shares = asked.shares.as_deref().map_or(0, |shares| shares.shares);
    asked.reservation.is_none_or(|amount| (0..=MOST).contains(&amount))
        && asked.limit.is_none_or(|amount| (-1..=MOST).contains(&amount))
        && (0..=1_000_000_000).contains(&shares)
}

/// The allocation that was asked for, on `usual`. Any level of shares but a number of one's own follows from
/// `normal`, the shares at the normal level.
#[must_use]
pub fn shared_out(
    usual: &ResourceAllocationInfo,
    asked: &ResourceAllocationInfo,
    normal: i32,
) -> ResourceAllocationInfo {
    let mut found = overlaid(usual, asked);
    if let Some(shares) = &mut found.shares {
        match &shares.level {
            SharesLevel::Low => shares.shares = normal / 2,
            SharesLevel::Normal => shares.shares = normal,
            SharesLevel::High => shares.shares = normal * 2,
            _ => {}
        }
    }
    found
}

impl VirtualMachine {
    /// How CPU is shared out to it.
    #[must_use]
    pub fn cpu_allocation(&self) -> ResourceAllocationInfo {
        let kept = self.settings.as_deref().and_then(|kept| kept.cpu_allocation.as_deref());
        let shares = self.cpus * 1000;
        let usual = normal(0, -1, shares);
        kept.map_or_else(|| usual.clone(), |kept| shared_out(&usual, kept, shares))
    }

    /// How memory is shared out to it.
    #[must_use]
    pub fn memory_allocation(&self) -> ResourceAllocationInfo {
        let kept = self.settings.as_deref().and_then(|kept| kept.memory_allocation.as_deref());
        let shares = self.memory * 10;
        let usual = normal(self.memory_reservation, self.memory_limit, shares);
        kept.map_or_else(|| usual.clone(), |kept| shared_out(&usual, kept, shares))
    }

    /// Processors can be added while it runs; never under Fault Tolerance.
    pub(super) fn has_cpu_hot_add(&self) -> bool {
        let kept = self.settings.as_deref().and_then(|kept| kept.cpu_hot_add_enabled);
        kept.unwrap_or(self.has(Quirk::HotPlug)) && self.partner().is_none()
    }

    /// Memory can be added while it runs; never under Fault Tolerance.
    pub(super) fn has_memory_hot_add(&self) -> bool {
        let kept = self.settings.as_deref().and_then(|kept| kept.memory_hot_add_enabled);
        kept.unwrap_or(self.has(Quirk::HotPlug)) && self.partner().is_none()
    }

    /// Processors can be taken away while it runs.
    pub(super) fn has_cpu_hot_remove(&self) -> bool {
        let kept = self.settings.as_deref().and_then(|kept| kept.cpu_hot_remove_enabled);
        kept.unwrap_or(false) && self.partner().is_none()
    }

    /// Into how many cores a socket is divided.
    pub(super) fn cores_per_socket(&self) -> i32 {
        self.settings.as_deref().and_then(|kept| kept.num_cores_per_socket).unwrap_or(1)
    }

    /// `bios` or `efi`.
    pub(super) fn firmware(&self) -> &str {
        let kept = self.settings.as_deref().and_then(|kept| kept.firmware.as_deref());
        kept.unwrap_or(if self.has(Quirk::EfiFirmware) { "efi" } else { "bios" })
    }

    /// The extension that it belongs to: that of a cluster's agent VMs, or one that said so.
    pub(super) fn managed_by(&self) -> Option<Box<ManagedByInfo>> {
        let agent = ManagedByInfo {
            extension_key: "com.vmware.vim.eam".into(),
            type_: "cluster-agent".into(),
            ..Default::default()
        };
        let kept = self.settings.as_deref().and_then(|kept| kept.managed_by.clone());
        // An empty key says that it belongs to nobody any more.
        kept.filter(|it| !it.extension_key.is_empty())
            .or_else(|| self.has(Quirk::AgentVm).then(|| Box::new(agent)))
    }
}

/// Keeps what of a change is only told.
pub(super) fn keep(machine: &mut VirtualMachine, spec: &VirtualMachineConfigSpec) {
    let old = machine.settings.as_deref().cloned().unwrap_or_default();
    let mut kept = overlaid(&old, &only_told(spec));
    kept.firmware = kept.firmware.filter(|firmware| !firmware.is_empty()).or(old.firmware);
    if kept == VirtualMachineConfigSpec::default() {
        return;
    }
    if let Some(efi) = kept.firmware.as_deref().map(|firmware| firmware == "efi") {
        machine.set_quirk(Quirk::EfiFirmware, efi);
    }
    machine.settings = Some(Arc::new(kept));
}

/// The change without what has a place of its own, cannot be changed so, or is not modelled.
fn only_told(spec: &VirtualMachineConfigSpec) -> VirtualMachineConfigSpec {
    let mut told = VirtualMachineConfigSpec {
        change_version: None,
        name: None,
        version: None,
        uuid: None,
        instance_uuid: None,
        location_id: None,
        guest_id: None,
        annotation: None,
        files: None,
        num_cp_us: None,
        memory_mb: None,
        device_change: Vec::new(),
        extra_config: Vec::new(),
        cpu_feature_mask: Vec::new(),
        v_app_config: None,
        v_app_config_removed: None,
        ft_info: None,
        rep_config: None,
        memory_reservation_locked_to_max: None,
        nested_hv_enabled: None,
        vm_profile: Vec::new(),
        crypto: None,
        ..spec.clone()
    };
    if let Some(memory) = &mut told.memory_allocation {
        (memory.reservation, memory.limit) = (None, None);
    }
    if let Some(flags) = &mut told.flags {
        flags.fault_tolerance_type = None;
    }
    if let Some(tools) = &mut told.tools {
        (tools.tools_version, tools.tools_install_type) = (None, None);
    }
    told
}

/// The configuration with what is kept.
pub(super) fn put_kept(
    vm: &VirtualMachine,
    info: VirtualMachineConfigInfo,
) -> VirtualMachineConfigInfo {
    let Some(kept) = vm.settings.as_deref() else { return info };
    let mut found = overlaid(&info, kept);
    found.hardware = overlaid(&info.hardware, kept);
    // Some follow from more than what was asked for.
    found.cpu_allocation = info.cpu_allocation;
    found.memory_allocation = info.memory_allocation;
    found.cpu_hot_add_enabled = info.cpu_hot_add_enabled;
    found.memory_hot_add_enabled = info.memory_hot_add_enabled;
    found.cpu_hot_remove_enabled = info.cpu_hot_remove_enabled;
    found.managed_by = info.managed_by;
    if let Some(asked) = kept.power_op_info.as_deref() {
        found.default_power_ops = overlaid(&info.default_power_ops, asked);
    }
    found
}
