//! `make bench`: how fast Lockstep's codec and client are, beside pyVmomi's, in one run.
//!
//! Serves 10,000 virtual machines from a mock vCenter in this process. `codec` measures one answer in memory,
//! `reading` whole client processes that fetch it over TLS. `estate` turns Fault Tolerance on for many machines,
//! `deploy` sends a large package, beside curl. Judges nothing: targets stand beside the figures.
#![expect(clippy::print_stdout, reason = "a program for people who measure")]

mod account;
mod codec;
mod deploy;
mod estate;
mod figures;
mod reading;

use e2e::{Lab, VERSIONS};

/// Virtual machines in the estate.
const MACHINES: usize = 10_000;
/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 5;
/// What a list of virtual machines wants to know of each.
const EIGHT: [&str; 8] = [
    "name",
    "runtime.powerState",
    "runtime.host",
    "config.hardware.numCPU",
    "config.hardware.memoryMB",
    "config.files",
    "summary",
    "guest",
];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.split_first() {
        Some((command, paths)) if command == reading::COMMAND => {
            // A client is measured with the one thread that it needs.
            drop(runtime);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(reading::read_as_client(paths))
        }
        Some((command, size)) if command == deploy::COMMAND => {
            let mib = size.first().map_or(Ok(deploy::MIB), |size| size.parse())?;
            runtime.block_on(deploy::measure(mib))
        }
        Some((command, [])) if command == estate::COMMAND => runtime.block_on(estate::measure()),
        None => runtime.block_on(measure()),
        Some(_) => Err("usage: bench [deploy [MIB] | estate]".into()),
    }
}

async fn measure() -> Result<(), Failure> {
    let python = VERSIONS[0].python();
    println!("Serving {MACHINES} virtual machines from a mock vCenter ...");
    let lab = Lab::of(&format!("estate:vms={MACHINES}")).await;
    codec::measure(&lab, &python).await?;
    reading::measure(&lab, &python).await?;
    drop(lab);
    estate::measure().await?;
    deploy::measure(deploy::MIB).await?;
    println!(
        "\nFigures beside pyVmomi {} are medians of {ROUNDS} rounds, in turn on this machine.",
        VERSIONS[0].version
    );
    Ok(())
}
