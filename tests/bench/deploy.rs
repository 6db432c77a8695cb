//! Deploying a large package to a mock host beside `curl -T` of the same bytes to the same server, in turn, and
//! what memory `lockstep` takes for it.

use std::time::{Duration, Instant};

use e2e::{Lab, PASSWORD, TestPackage, USER};
use mock_vcenter::clock::Pace;
use tokio::process::Command;

use crate::Failure;
use crate::account::Account;
use crate::figures::median;

/// The argument that runs this alone, followed by MiB.
pub(crate) const COMMAND: &str = "deploy";
/// MiB of the package when nobody says otherwise.
pub(crate) const MIB: usize = 4096;
/// Rounds of each; a round writes the whole package twice.
const ROUNDS: usize = 3;
/// Memory that `lockstep` may take, in MiB.
const MEMORY: f64 = 64.0;
/// What of curl's throughput is aimed at.
const TARGET: f64 = 0.8;

const TASK: &str = "tasks:\n  - ovf:\n      name: box\n      source: box.ova\n      datastore: datastore1\n      \
                    networks: { management: VM Network }\n      properties: { hostname: box }\n      \
                    accept_eula: yes\n      power_on: false\n";

pub(crate) async fn measure(mib: usize) -> Result<(), Failure> {
    println!(
        "\nDeploying a package of {mib} MiB with its manifest verified, beside `curl -T` of its bytes"
    );
    let source = tempfile::tempdir()?;
    let half = (mib << 20) / 2;
    let package = TestPackage::make(source.path(), &[half, half]);
    let bytes = std::fs::metadata(&package.ova)?.len();
    let (mut ours, mut theirs, mut memory) = (Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..ROUNDS {
        let (took, peak) = deploy(&package).await?;
        ours.push(rate(bytes, took));
        memory = memory.max(peak);
        theirs.push(rate(bytes, upload(&package).await?));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours / theirs;
    let word = |met: bool| if met { "met" } else { "MISSED" };
    println!("  lockstep {ours:>8.0} MiB/s    the whole run of `lockstep apply`");
    println!("  curl     {theirs:>8.0} MiB/s");
    println!("  ratio    {ratio:>8.2}          >= {TARGET} {}", word(ratio >= TARGET));
    println!("  memory   {memory:>8.0} MiB      <= {MEMORY} {}", word(memory <= MEMORY));
    Ok(())
}

async fn lab(package: &TestPackage) -> Result<Lab, Failure> {
    let lab = Lab::start(Lab::builder().model("esxi").clock(Pace::Scaled(20.0))).await;
    std::os::unix::fs::symlink(&package.ova, lab.folder().join("box.ova"))?;
    lab.write("box.yaml", TASK);
    Ok(lab)
}

/// The time that a run takes, and its peak of memory in MiB.
async fn deploy(package: &TestPackage) -> Result<(Duration, f64), Failure> {
    let lab = lab(package).await?;
    let account = lab.folder().join("account");
    let run = lab.lockstep(["apply", "box.yaml", "--yes", "-q"]).accounted(&account);
    let began = Instant::now();
    let outcome = run.run().await;
    let took = began.elapsed();
    if outcome.code != Some(0) {
        return Err(outcome.text().into());
    }
    Ok((took, Account::read(&account)?.mib))
}

async fn upload(package: &TestPackage) -> Result<Duration, Failure> {
    let lab = lab(package).await?;
    let url = format!(
        "https://{}/folder/box.ova?dcPath=ha-datacenter&dsName=datastore1",
        lab.mock().address()
    );
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--fail", "--cacert"]).arg(lab.ca_file());
    curl.args(["--user", &format!("{USER}:{PASSWORD}"), "-T"]).arg(&package.ova).arg(url);
    let began = Instant::now();
    let output = curl.output().await?;
    let took = began.elapsed();
    match output.status.success() {
        true => Ok(took),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn rate(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / f64::from(1 << 20) / took.as_secs_f64()
}
