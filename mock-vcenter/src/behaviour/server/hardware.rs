//! The hardware of a host: [`Hardware`].

use vim25::types::{
    HostBIOSInfo, HostCpuInfo, HostCpuPackage, HostCpuPowerManagementInfo, HostHardwareInfo,
    HostHardwareSummary, HostSystemInfo,
};
use vim25::{DateTime, Str};

use crate::behaviour::cluster_evc_manager::EvcMode;

use super::cpuid;

/// A processor model.
#[derive(Debug, PartialEq, Eq)]
pub struct Cpu {
    /// What the hardware calls itself.
    pub name: &'static str,
    /// The newest EVC mode it reaches; empty when it reaches none.
    pub evc_mode: &'static str,
    /// Clock in MHz.
    pub mhz: i32,
    /// Cores of one package.
    pub cores: i16,
    /// Hardware virtualization exists.
    pub has_hv: bool,
    /// Hardware MMU virtualization exists.
    pub has_hwmmu: bool,
    /// Family, model and stepping.
    pub signature: (i16, i16, i16),
}

/// Xeon E5-2670 v2, the processor of the lab's hosts.
pub const XEON_E5_2670_V2: Cpu = Cpu {
    name: "Intel(R) Xeon(R) CPU E5-2670 v2 @ 2.50GHz",
    evc_mode: "intel-ivybridge",
    mhz: 2500,
    cores: 10,
    has_hv: true,
    has_hwmmu: true,
    signature: (6, 62, 4),
};

/// Xeon X5670, one generation too old for Fault Tolerance of today.
pub const XEON_X5670: Cpu = Cpu {
    name: "Intel(R) Xeon(R) CPU X5670 @ 2.93GHz",
    evc_mode: "intel-westmere",
    mhz: 2930,
    cores: 6,
    has_hv: true,
    has_hwmmu: true,
    signature: (6, 44, 2),
};

/// Xeon Gold 6330.
pub const XEON_GOLD_6330: Cpu = Cpu {
    name: "Intel(R) Xeon(R) Gold 6330 CPU @ 2.00GHz",
    evc_mode: "intel-icelake",
    mhz: 2000,
    cores: 28,
    has_hv: true,
    has_hwmmu: true,
    signature: (6, 106, 6),
};

/// EPYC 7302, for clusters of the other vendor.
pub const EPYC_7302: Cpu = Cpu {
    name: "AMD EPYC 7302 16-Core Processor",
    evc_mode: "amd-zen2",
    mhz: 3000,
    cores: 16,
    has_hv: true,
    has_hwmmu: true,
    signature: (23, 49, 0),
};

impl Cpu {
    /// `intel`, `amd` or empty.
    #[must_use]
    pub fn vendor(&self) -> &'static str {
        self.evc_mode.split('-').next().unwrap_or_default()
    }
}

/// A machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardware {
    /// Maker.
    pub vendor: &'static str,
    /// Model.
    pub model: &'static str,
    /// BIOS UUID.
    pub uuid: Str,
    /// Serial number.
    pub serial: Str,
    /// Processor.
    pub cpu: &'static Cpu,
    /// Number of processor packages.
    pub packages: i16,
    /// Memory in bytes.
    pub memory: i64,
    /// Hardware virtualization is switched on in the BIOS.
    pub hv_enabled: bool,
}

impl Hardware {
    /// Cores of all packages.
    #[must_use]
    pub fn cores(&self) -> i16 {
        self.cpu.cores * self.packages
    }

    /// The newest EVC mode the processor reaches.
    #[must_use]
    pub fn evc_mode(&self) -> Option<&'static EvcMode> {
        EvcMode::find(self.cpu.evc_mode)
    }

    /// MHz of all cores.
    #[must_use]
    pub fn total_mhz(&self) -> i32 {
        self.cpu.mhz * i32::from(self.cores())
    }

    /// The short form in `summary.hardware`.
    #[must_use]
    pub fn summary(&self, nics: i32) -> HostHardwareSummary {
        HostHardwareSummary {
            vendor: self.vendor.into(),
            model: self.model.into(),
            uuid: self.uuid.clone(),
            memory_size: self.memory,
            cpu_model: self.cpu.name.into(),
            cpu_mhz: self.cpu.mhz,
            num_cpu_pkgs: self.packages,
            num_cpu_cores: self.cores(),
            num_cpu_threads: self.cores() * 2,
            num_nics: nics,
            num_hb_as: 3,
            ..Default::default()
        }
    }

    /// The long form, `hardware`.
    #[must_use]
    pub fn info(&self) -> HostHardwareInfo {
        HostHardwareInfo {
            system_info: HostSystemInfo {
                vendor: self.vendor.into(),
                model: self.model.into(),
                uuid: self.uuid.clone(),
                serial_number: Some(self.serial.clone()),
                ..Default::default()
            },
            cpu_power_management_info: Some(Box::new(HostCpuPowerManagementInfo {
                current_policy: Some("Balanced".into()),
                hardware_support: Some("Enhanced Intel SpeedStep(R)".into()),
                ..Default::default()
            })),
            cpu_info: HostCpuInfo {
                num_cpu_packages: self.packages,
                num_cpu_cores: self.cores(),
                num_cpu_threads: self.cores() * 2,
                hz: i64::from(self.cpu.mhz) * 1_000_000,
                ..Default::default()
            },
            cpu_pkg: (0..self.packages).map(|index| self.package(index)).collect(),
            memory_size: self.memory,
            cpu_feature: cpuid::levels(self.cpu),
            bios_info: Some(Box::new(HostBIOSInfo {
                bios_version: Some("4.6.4012".into()),
                vendor: Some("American Megatrends Inc.".into()),
                release_date: Some(DateTime::from_text("2014-06-17T00:00:00Z")),
                ..Default::default()
            })),
            ..Default::default()
        }
    }

    fn package(&self, index: i16) -> HostCpuPackage {
        let threads = self.cpu.cores * 2;
        let (family, model, stepping) = self.cpu.signature;
        HostCpuPackage {
            index,
            vendor: self.cpu.vendor().into(),
            hz: i64::from(self.cpu.mhz) * 1_000_000,
            bus_hz: 100_000_000,
            description: self.cpu.name.into(),
            thread_id: (index * threads..(index + 1) * threads).collect(),
            cpu_feature: cpuid::levels(self.cpu),
            family: Some(family),
            model: Some(model),
            stepping: Some(stepping),
            ..Default::default()
        }
    }
}
