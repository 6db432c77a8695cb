//! The counters that this server has: [`TABLE`].
//!
//! Keys below 1000 are those that vCenters of our days commonly use; a client must not rely on them, and the others are
//! this server's own. Units, types and levels are those of the tables in the documentation of `PerformanceManager`.

use vim25::enums::PerfStatsType::{self, Absolute, Delta, Rate};
use vim25::enums::PerfSummaryType::{self, Average, Latest, Summation};

use super::counter::Counter;
use super::counter::Device::{Cpu, Disk, Nic};
use super::counter::Kind::{Cluster, Datastore, Host, ResourcePool, Vm};
use super::counter::Scope::{self, Both, Each, Whole};
use super::load::{Load, share};

type Value = fn(&Load) -> f64;

/// 100 % in hundredths of a percent.
pub(super) const PERCENT: f64 = 10_000.0;
/// KiB read from and written to disks per second; writing grows with the CPU's work.
const READ: f64 = 120.0;
const WRITTEN: f64 = 2_000.0;
/// Requests for that per second.
const READS: f64 = 8.0;
const WRITES: f64 = 20.0;
/// KiB received and sent per second; sending grows with the CPU's work.
const RECEIVED: f64 = 80.0;
const SENT: f64 = 1_000.0;
/// What does not happen here: reservations, sharing, ballooning, swapping, errors.
const NOTHING: Value = |_| 0.0;

/// All counters, in the order in which clients see them.
#[rustfmt::skip]
pub(super) static TABLE: &[Counter] = &[
    row(2, "cpu", "usage", Average, Rate, "percent", (1, 3), &[Whole(Vm), Both(Host, Cpu), Whole(Cluster)], |load| PERCENT * load.busy()),
    row(6, "cpu", "usagemhz", Average, Rate, "megaHertz", (1, 3), &[Both(Vm, Cpu), Whole(Host), Whole(Cluster), Whole(ResourcePool)], |load| load.used_mhz),
    row(9, "cpu", "reservedCapacity", Average, Absolute, "megaHertz", (2, 3), &[Whole(Host)], NOTHING),
    row(10, "cpu", "system", Summation, Delta, "millisecond", (3, 3), &[Both(Vm, Cpu)], |load| load.cpu_time() * load.busy() / 100.0),
    row(11, "cpu", "wait", Summation, Delta, "millisecond", (3, 3), &[Both(Vm, Cpu)], |load| load.cpu_time() * (1.0 - load.busy())),
    row(12, "cpu", "ready", Summation, Delta, "millisecond", (1, 3), &[Both(Vm, Cpu), Whole(Host)], |load| load.cpu_time() * load.busy() / 50.0),
    row(13, "cpu", "idle", Summation, Delta, "millisecond", (2, 3), &[Both(Vm, Cpu), Both(Host, Cpu)], |load| load.cpu_time() * (1.0 - load.busy())),
    row(14, "cpu", "used", Summation, Delta, "millisecond", (3, 3), &[Both(Vm, Cpu), Both(Host, Cpu)], |load| load.cpu_time() * load.busy()),
    row(24, "mem", "usage", Average, Absolute, "percent", (1, 4), &[Whole(Vm), Whole(Host), Whole(Cluster)], |load| PERCENT * share(load.consumed, load.memory)),
    row(29, "mem", "granted", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Vm), Whole(Host)], |load| load.consumed),
    row(33, "mem", "active", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Vm), Whole(Host)], |load| load.active),
    row(37, "mem", "shared", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Vm), Whole(Host)], NOTHING),
    row(41, "mem", "zero", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Vm), Whole(Host)], NOTHING),
    row(70, "mem", "swapped", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Vm)], NOTHING),
    row(85, "mem", "swapinRate", Average, Rate, "kiloBytesPerSecond", (1, 3), &[Whole(Vm), Whole(Host)], NOTHING),
    row(86, "mem", "swapoutRate", Average, Rate, "kiloBytesPerSecond", (1, 3), &[Whole(Vm), Whole(Host)], NOTHING),
    row(90, "mem", "vmmemctl", Average, Absolute, "kiloBytes", (1, 4), &[Whole(Vm), Whole(Host), Whole(Cluster)], NOTHING),
    row(98, "mem", "consumed", Average, Absolute, "kiloBytes", (1, 4), &[Whole(Vm), Whole(Host), Whole(Cluster), Whole(ResourcePool)], |load| load.consumed),
    row(102, "mem", "overhead", Average, Absolute, "kiloBytes", (1, 4), &[Whole(Vm), Whole(Host), Whole(Cluster)], |load| load.memory / 100.0),
    row(125, "disk", "usage", Average, Rate, "kiloBytesPerSecond", (1, 3), &[Whole(Vm), Whole(Host)], |load| READ + WRITTEN * load.busy()),
    row(128, "disk", "numberRead", Summation, Delta, "number", (3, 3), &[Whole(Vm), Whole(Host)], |load| READS * load.interval),
    row(129, "disk", "numberWrite", Summation, Delta, "number", (3, 3), &[Whole(Vm), Whole(Host)], |load| WRITES * load.interval),
    row(130, "disk", "read", Average, Rate, "kiloBytesPerSecond", (2, 3), &[Whole(Vm), Whole(Host)], |_| READ),
    row(131, "disk", "write", Average, Rate, "kiloBytesPerSecond", (2, 3), &[Whole(Vm), Whole(Host)], |load| WRITTEN * load.busy()),
    row(133, "disk", "maxTotalLatency", Latest, Absolute, "millisecond", (1, 3), &[Whole(Vm), Whole(Host)], |_| 1.0),
    row(134, "disk", "commandsAborted", Summation, Delta, "number", (2, 3), &[Whole(Vm), Whole(Host)], NOTHING),
    row(136, "disk", "numberReadAveraged", Average, Rate, "number", (1, 3), &[Whole(Vm), Whole(Host)], |_| READS),
    row(137, "disk", "numberWriteAveraged", Average, Rate, "number", (1, 3), &[Whole(Vm), Whole(Host)], |_| WRITES),
    row(143, "net", "usage", Average, Rate, "kiloBytesPerSecond", (1, 3), &[Both(Vm, Nic), Both(Host, Nic)], |load| RECEIVED + SENT * load.busy()),
    row(146, "net", "packetsRx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], |load| RECEIVED * load.interval),
    row(147, "net", "packetsTx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], |load| SENT * load.interval * load.busy()),
    row(148, "net", "received", Average, Rate, "kiloBytesPerSecond", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], |_| RECEIVED),
    row(149, "net", "transmitted", Average, Rate, "kiloBytesPerSecond", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], |load| SENT * load.busy()),
    row(155, "sys", "uptime", Latest, Absolute, "second", (1, 3), &[Whole(Vm), Whole(Host)], |load| load.uptime - load.age),
    row(156, "sys", "heartbeat", Summation, Delta, "number", (1, 3), &[Whole(Vm)], |load| load.interval),
    row(157, "power", "power", Average, Rate, "watt", (2, 3), &[Whole(Vm), Whole(Host)], |load| load.used_mhz / 100.0),
    row(159, "power", "energy", Summation, Delta, "joule", (3, 3), &[Whole(Vm), Whole(Host)], |load| load.used_mhz / 100.0 * load.interval),
    row(171, "virtualDisk", "numberReadAveraged", Average, Rate, "number", (1, 3), &[Each(Vm, Disk)], |_| READS),
    row(172, "virtualDisk", "numberWriteAveraged", Average, Rate, "number", (1, 3), &[Each(Vm, Disk)], |_| WRITES),
    row(173, "virtualDisk", "read", Average, Rate, "kiloBytesPerSecond", (2, 2), &[Each(Vm, Disk)], |_| READ),
    row(174, "virtualDisk", "write", Average, Rate, "kiloBytesPerSecond", (2, 2), &[Each(Vm, Disk)], |load| WRITTEN * load.busy()),
    row(175, "virtualDisk", "totalReadLatency", Average, Absolute, "millisecond", (1, 3), &[Each(Vm, Disk)], |_| 1.0),
    row(176, "virtualDisk", "totalWriteLatency", Average, Absolute, "millisecond", (1, 3), &[Each(Vm, Disk)], |_| 1.0),
    row(1001, "cpu", "demand", Average, Absolute, "megaHertz", (2, 3), &[Whole(Vm), Whole(Host)], |load| load.used_mhz),
    row(1002, "cpu", "costop", Summation, Delta, "millisecond", (2, 3), &[Both(Vm, Cpu), Whole(Host)], NOTHING),
    row(1003, "cpu", "maxlimited", Summation, Delta, "millisecond", (2, 3), &[Both(Vm, Cpu)], NOTHING),
    row(1004, "cpu", "swapwait", Summation, Delta, "millisecond", (3, 3), &[Both(Vm, Cpu), Whole(Host)], NOTHING),
    row(1005, "cpu", "latency", Average, Rate, "percent", (2, 3), &[Whole(Vm), Whole(Host)], NOTHING),
    row(1006, "cpu", "readiness", Average, Rate, "percent", (4, 4), &[Both(Vm, Cpu), Whole(Host)], |load| PERCENT * load.busy() / 50.0),
    row(1007, "cpu", "entitlement", Latest, Absolute, "megaHertz", (2, 3), &[Whole(Vm)], |load| load.mhz),
    row(1008, "cpu", "utilization", Average, Rate, "percent", (2, 3), &[Both(Host, Cpu)], |load| PERCENT * load.busy()),
    row(1009, "cpu", "coreUtilization", Average, Rate, "percent", (2, 3), &[Both(Host, Cpu)], |load| PERCENT * load.busy()),
    row(1010, "cpu", "totalCapacity", Average, Absolute, "megaHertz", (2, 3), &[Whole(Host)], |load| load.mhz),
    row(1011, "mem", "entitlement", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Vm)], |load| load.memory),
    row(1012, "mem", "swapin", Average, Absolute, "kiloBytes", (2, 3), &[Whole(Vm), Whole(Host)], NOTHING),
    row(1013, "mem", "swapout", Average, Absolute, "kiloBytes", (2, 3), &[Whole(Vm), Whole(Host)], NOTHING),
    row(1014, "mem", "swapused", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Host)], NOTHING),
    row(1015, "mem", "compressed", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Vm), Whole(Host)], NOTHING),
    row(1016, "mem", "latency", Average, Absolute, "percent", (2, 4), &[Whole(Vm), Whole(Host)], NOTHING),
    row(1017, "mem", "unreserved", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Host)], |load| load.memory - load.consumed),
    row(1018, "mem", "totalCapacity", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Host)], |load| load.memory),
    row(1019, "mem", "sysUsage", Average, Absolute, "kiloBytes", (2, 4), &[Whole(Host)], |load| load.memory / 100.0),
    row(1020, "mem", "state", Latest, Absolute, "number", (2, 4), &[Whole(Host)], NOTHING),
    row(1021, "disk", "totalLatency", Average, Absolute, "millisecond", (3, 3), &[Whole(Host)], |_| 1.0),
    row(1022, "disk", "busResets", Summation, Delta, "number", (2, 3), &[Whole(Vm), Whole(Host)], NOTHING),
    row(1023, "disk", "capacity", Latest, Absolute, "kiloBytes", (1, 3), &[Whole(Datastore)], |load| load.storage.0),
    row(1024, "disk", "provisioned", Latest, Absolute, "kiloBytes", (1, 1), &[Whole(Datastore)], |load| load.storage.0 - load.storage.1),
    row(1025, "disk", "used", Latest, Absolute, "kiloBytes", (1, 1), &[Whole(Datastore)], |load| load.storage.0 - load.storage.1),
    row(1026, "net", "bytesRx", Average, Rate, "kiloBytesPerSecond", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], |_| RECEIVED),
    row(1027, "net", "bytesTx", Average, Rate, "kiloBytesPerSecond", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], |load| SENT * load.busy()),
    row(1028, "net", "droppedRx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], NOTHING),
    row(1029, "net", "droppedTx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], NOTHING),
    row(1030, "net", "errorsRx", Summation, Delta, "number", (2, 3), &[Both(Host, Nic)], NOTHING),
    row(1031, "net", "errorsTx", Summation, Delta, "number", (2, 3), &[Both(Host, Nic)], NOTHING),
    row(1032, "net", "multicastRx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], NOTHING),
    row(1033, "net", "multicastTx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], NOTHING),
    row(1034, "net", "broadcastRx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], NOTHING),
    row(1035, "net", "broadcastTx", Summation, Delta, "number", (2, 3), &[Both(Vm, Nic), Both(Host, Nic)], NOTHING),
    row(1036, "sys", "osUptime", Latest, Absolute, "second", (4, 4), &[Whole(Vm)], |load| load.uptime - load.age),
    row(1037, "clusterServices", "effectivecpu", Average, Rate, "megaHertz", (1, 3), &[Whole(Cluster)], |load| load.mhz),
    row(1038, "clusterServices", "effectivemem", Average, Absolute, "megaBytes", (1, 3), &[Whole(Cluster)], |load| load.memory / 1024.0),
    row(1039, "clusterServices", "failover", Latest, Absolute, "number", (1, 3), &[Whole(Cluster)], NOTHING),
];

#[expect(clippy::too_many_arguments, reason = "a row of a table reads best on one line")]
const fn row(
    key: i32,
    group: &'static str,
    name: &'static str,
    rollup: PerfSummaryType,
    stats: PerfStatsType,
    unit: &'static str,
    levels: (i32, i32),
    scopes: &'static [Scope],
    value: Value,
) -> Counter {
    Counter { key, group, name, rollup, stats, unit, levels, scopes, value }
}

/// The counter with this key.
pub(super) fn counter(key: i32) -> Option<&'static Counter> {
    TABLE.iter().find(|counter| counter.key == key)
}
