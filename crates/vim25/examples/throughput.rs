//! Prints how fast a property answer is written and read, in MB/s of XML.
//!
//! `cargo run --release -p vim25 --example throughput [VMS] [FILE]`: makes an answer with VMS virtual
//! machines (10,000 unless told), measures, and writes the answer to FILE for other decoders.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for people who measure")]

use std::time::Instant;

use vim25::enums::{
    ManagedEntityStatus, VirtualMachineConnectionState, VirtualMachineFaultToleranceState,
    VirtualMachinePowerState, VirtualMachineRecordReplayState,
};
use vim25::soap::{self, Limits};
use vim25::types::{
    DynamicProperty, GuestInfo, GuestNicInfo, ObjectContent, RetrieveResult,
    VirtualMachineConfigSummary, VirtualMachineFileInfo, VirtualMachineQuickStats,
    VirtualMachineRuntimeInfo, VirtualMachineSummary,
};
use vim25::{DateTime, MoRef, Value, Version, methods};

const ROUNDS: usize = 5;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let machines = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let answer = Some(Box::new(RetrieveResult {
        objects: (0..machines).map(machine).collect(),
        ..RetrieveResult::default()
    }));
    let version = Version::parse("8.0.2.0").unwrap();
    let encode = || soap::encode_response::<methods::RetrievePropertiesEx>(&answer, version);
    let xml = encode();
    if let Some(path) = arguments.next() {
        std::fs::write(path, &xml).unwrap();
    }
    let written = best(&xml, || drop(encode()));
    let read = best(&xml, || {
        let limits = Limits::default();
        let reply = soap::decode_response::<methods::RetrievePropertiesEx>(&xml, &limits).unwrap();
        assert_eq!(reply.unwrap().unwrap().objects.len(), machines);
    });
    println!("{} bytes, encode {written:.0} MB/s, decode {read:.0} MB/s", xml.len());
}

/// MB/s of the fastest of some rounds.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn best(xml: &[u8], mut work: impl FnMut()) -> f64 {
    (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            xml.len() as f64 / start.elapsed().as_secs_f64() / 1e6
        })
        .fold(0.0, f64::max)
}

fn machine(number: usize) -> ObjectContent {
    let name = format!("vm-{number:05}");
    let properties = [
        ("name", Value::from(name.as_str())),
        ("runtime.powerState", Value::constant(&VirtualMachinePowerState::PoweredOn)),
        ("runtime.host", Value::from(host(number))),
        ("config.hardware.numCPU", Value::Int(2)),
        ("config.hardware.memoryMB", Value::Int(4096)),
        ("config.files", Value::object(files(&name))),
        ("summary", Value::object(summary(number, &name))),
        ("guest", Value::object(guest(number, &name))),
    ];
    ObjectContent {
        obj: MoRef::new("VirtualMachine", name.as_str()),
        prop_set: properties
            .into_iter()
            .map(|(name, val)| DynamicProperty {
                name: name.into(),
                val,
                ..DynamicProperty::default()
            })
            .collect(),
        ..ObjectContent::default()
    }
}

fn host(number: usize) -> MoRef {
    MoRef::new("HostSystem", format!("host-{}", number % 64))
}

fn files(name: &str) -> VirtualMachineFileInfo {
    VirtualMachineFileInfo {
        vm_path_name: Some(format!("[datastore1] {name}/{name}.vmx").into()),
        snapshot_directory: Some(format!("[datastore1] {name}/").into()),
        suspend_directory: Some(format!("[datastore1] {name}/").into()),
        log_directory: Some(format!("[datastore1] {name}/").into()),
        ..VirtualMachineFileInfo::default()
    }
}

fn summary(number: usize, name: &str) -> VirtualMachineSummary {
    VirtualMachineSummary {
        vm: Some(MoRef::new("VirtualMachine", name)),
        runtime: VirtualMachineRuntimeInfo {
            host: Some(host(number)),
            connection_state: VirtualMachineConnectionState::Connected,
            power_state: VirtualMachinePowerState::PoweredOn,
            fault_tolerance_state: VirtualMachineFaultToleranceState::NotConfigured,
            record_replay_state: VirtualMachineRecordReplayState::Inactive,
            tools_installer_mounted: false,
            boot_time: Some(DateTime::from_text("2026-11-22T08:00:00.000000Z")),
            num_mks_connections: 0,
            max_cpu_usage: Some(5000),
            max_memory_usage: Some(4096),
            ..VirtualMachineRuntimeInfo::default()
        },
        config: VirtualMachineConfigSummary {
            name: name.into(),
            template: false,
            vm_path_name: format!("[datastore1] {name}/{name}.vmx").into(),
            memory_size_mb: Some(4096),
            num_cpu: Some(2),
            num_ethernet_cards: Some(1),
            num_virtual_disks: Some(1),
            uuid: Some("42241a5a-0c3f-5d6e-9f0a-1b2c3d4e5f60".into()),
            guest_full_name: Some("Debian GNU/Linux 12 (64-bit)".into()),
            ..VirtualMachineConfigSummary::default()
        },
        quick_stats: VirtualMachineQuickStats {
            overall_cpu_usage: Some(120),
            guest_memory_usage: Some(512),
            ..VirtualMachineQuickStats::default()
        },
        overall_status: ManagedEntityStatus::Green,
        ..VirtualMachineSummary::default()
    }
}

fn guest(number: usize, name: &str) -> GuestInfo {
    GuestInfo {
        guest_id: Some("debian12_64Guest".into()),
        guest_full_name: Some("Debian GNU/Linux 12 (64-bit)".into()),
        host_name: Some(name.into()),
        ip_address: Some(format!("10.0.{}.{}", number / 250, number % 250).into()),
        net: vec![GuestNicInfo {
            network: Some("VM Network".into()),
            mac_address: Some("00:50:56:aa:bb:cc".into()),
            connected: true,
            device_config_id: 4000,
            ..GuestNicInfo::default()
        }],
        guest_state: "running".into(),
        ..GuestInfo::default()
    }
}
