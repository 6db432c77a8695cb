//! Fault Tolerance on whole estates: how long the checks before a run take, how near a run comes to the shortest
//! time that its limits allow, and what CPU and memory `lockstep` needs for it.
//!
//! The mock keeps the time: its clock runs ahead of this machine's. The bound knows nothing of the order in which
//! `lockstep` works. It is made of the vim tasks that the mock ran and of the limits alone: no order ends before
//! the busiest limit is through.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use e2e::{Lab, Outcome};
use mock_vcenter::behaviour::virtual_machine::{Pairing, VirtualMachine};
use mock_vcenter::clock::Pace;
use mock_vcenter::task::VimTask;
use vim25::{DateTime, MoRef};

use crate::Failure;
use crate::account::Account;
use crate::figures::{median, most};

/// The argument that runs this alone.
pub(crate) const COMMAND: &str = "estate";
/// VMs and hosts that the checks look at.
const LARGE: &str = "estate:vms=10000,hosts=320,clusters=20";
/// VMs that are protected.
const PROTECTED: u32 = 1000;
/// Where they are.
const UNEVEN: &str = "estate:vms=1000,hosts=32,clusters=2";
/// Mock seconds for each second of this machine. The faster, the longer the moments that an answer takes count.
///
/// The slower, the more CPU a VM costs. Task-clock of `perf stat` with 200 VMs on 32 hosts, mock on the same two
/// cores, release build: 9.0 ms per VM at 20, 3.4 at 400.
const PACE: f64 = 20.0;
/// Rounds of the checks.
const ROUNDS: usize = 3;
/// What may run at once on the vCenter, in a cluster, on a host, between two hosts.
const LIMITS: [(&str, u32); 4] = [("vcenter", 16), ("cluster", 8), ("host", 2), ("host_pair", 2)];

pub(crate) async fn measure() -> Result<(), Failure> {
    check_before().await?;
    protect().await
}

/// The playbook of the project, on an estate of its size.
fn write_playbook(lab: &Lab) -> Result<(), Failure> {
    let shipped = e2e::workspace().join("playbooks/batch-ft.yaml");
    lab.write("batch.yaml", &std::fs::read_to_string(shipped)?);
    Ok(())
}

async fn check_before() -> Result<(), Failure> {
    println!("\nChecks before a run, `lockstep plan` on {LARGE}");
    let lab = Lab::start(Lab::builder().model(LARGE)).await;
    write_playbook(&lab)?;
    let account = lab.folder().join("account");
    let (mut seconds, mut cpu, mut memory) = (Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..ROUNDS {
        lab.mock().forget_calls();
        let began = Instant::now();
        let run = lab.lockstep(["plan", "batch.yaml", "-q"]).accounted(&account).run().await;
        seconds.push(began.elapsed().as_secs_f64());
        ended_with(&run, 0)?;
        let used = Account::read(&account)?;
        cpu.push(used.cpu);
        memory = memory.max(used.mib);
    }
    most("wall time", median(seconds), "s", Some(3.0));
    most("CPU", median(cpu), "s", None);
    most("memory", memory, "MiB", Some(200.0));
    tell_calls(&lab);
    Ok(())
}

fn tell_calls(lab: &Lab) {
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    lab.mock().calls().into_iter().for_each(|call| *calls.entry(call.method).or_default() += 1);
    println!("  calls: {calls:?}");
}

async fn protect() -> Result<(), Failure> {
    println!(
        "\nProtecting the VMs of {UNEVEN}, `lockstep apply` at {PACE} times this machine's clock"
    );
    let lab = Lab::start(Lab::builder().model(UNEVEN).clock(Pace::Scaled(PACE))).await;
    write_playbook(&lab)?;
    let account = lab.folder().join("account");
    let limits =
        LIMITS.iter().flat_map(|(name, most)| ["--limit".to_owned(), format!("{name}={most}")]);
    let limits: Vec<String> = limits.collect();
    let run = lab.lockstep(["apply", "batch.yaml", "--yes", "-q"]);
    let run = run.words(limits.iter().map(String::as_str)).accounted(&account);
    let mut seen = BTreeMap::new();
    let mut running = std::pin::pin!(run.run());
    let run = loop {
        match tokio::time::timeout(Duration::from_secs(1), &mut running).await {
            Ok(run) => break run,
            Err(_) => note_tasks(&lab, &mut seen),
        }
    };
    note_tasks(&lab, &mut seen);
    ended_with(&run, 0)?;
    let protected = lab.protected().len();
    if protected != PROTECTED as usize {
        return Err(format!("{protected} VMs are protected").into());
    }
    let used = Account::read(&account)?;
    let shortest = lower_bound(&lab, &seen)?;
    let first = seen.values().map(|time| time.from).fold(f64::MAX, f64::min);
    let last = seen.values().map(|time| time.to).fold(0.0, f64::max);
    println!("  from the first task to the last {:.0} s, at least {shortest:.0} s", last - first);
    most("ratio", (last - first) / shortest, "", Some(1.05));
    most("CPU per VM", used.cpu * 1000.0 / f64::from(PROTECTED), "ms", Some(2.0));
    most("memory", used.mib, "MiB", None);
    tell_calls(&lab);
    Ok(())
}

fn ended_with(run: &Outcome, code: i32) -> Result<(), Failure> {
    if run.code == Some(code) {
        return Ok(());
    }
    let told: Vec<&str> = run.stderr.lines().take(20).collect();
    Err(format!("`lockstep` ended with {:?}: {}", run.code, told.join(" / ")).into())
}

/// When the first task on a VM began and the last one ended, in seconds.
#[derive(Debug, Clone, Copy)]
struct Busy {
    from: f64,
    to: f64,
}

/// The mock forgets its tasks after ten minutes, so they are looked at again and again.
fn note_tasks(lab: &Lab, seen: &mut BTreeMap<MoRef, Busy>) {
    let snapshot = lab.mock().store().snapshot();
    for task in snapshot.of_kind("Task").iter().filter_map(|id| snapshot.get::<VimTask>(id)) {
        let times = [&task.info.start_time, &task.info.complete_time].map(seconds);
        let (Some(vm), [Some(from), Some(to)]) = (&task.info.entity, times) else { continue };
        let busy = seen.entry(vm.clone()).or_insert(Busy { from, to });
        *busy = Busy { from: busy.from.min(from), to: busy.to.max(to) };
    }
}

/// Since 1970.
fn seconds(at: &Option<DateTime>) -> Option<f64> {
    let since = at.as_ref()?.to_system_time()?.duration_since(SystemTime::UNIX_EPOCH);
    Some(since.ok()?.as_secs_f64())
}

/// Seconds that every order of the same work takes.
fn lower_bound(lab: &Lab, seen: &BTreeMap<MoRef, Busy>) -> Result<f64, Failure> {
    let snapshot = lab.mock().store().snapshot();
    let mut work: BTreeMap<(usize, String), f64> = BTreeMap::new();
    let mut longest = 0.0_f64;
    for id in snapshot.of_kind("VirtualMachine").iter() {
        let Some(vm) = snapshot.get::<VirtualMachine>(id) else { continue };
        let Pairing::Primary { secondary } = &vm.ft.pairing else { continue };
        let other = snapshot.get::<VirtualMachine>(secondary).ok_or("a secondary is gone")?;
        let busy = seen.get(id).ok_or_else(|| format!("no task on {id} was seen"))?;
        // vCenter's own task, which synchronises the two, is on the secondary.
        let to = seen.get(secondary).map_or(busy.to, |sync| sync.to.max(busy.to));
        let seconds = to - busy.from;
        let mut hosts = [&vm.host, &other.host].map(|host| format!("{host:?}"));
        hosts.sort();
        // In this model each cluster has one pool.
        let cluster = format!("{:?}", vm.pool);
        let places = [
            (0, String::new()),
            (1, cluster),
            (2, hosts[0].clone()),
            (2, hosts[1].clone()),
            (3, hosts.concat()),
        ];
        places.into_iter().for_each(|place| *work.entry(place).or_default() += seconds);
        longest = longest.max(seconds);
    }
    Ok(work
        .iter()
        .map(|((limit, _), work)| work / f64::from(LIMITS[*limit].1))
        .fold(longest, f64::max))
}
