//! pyVmomi, which knows nothing of us: it finds what Lockstep made, and does the same job by itself.

use e2e::{Foreign, Lab, VERSIONS};
use serde_json::Value;
use tokio::process::Command;

use crate::playbooks::{CLUSTER, DATACENTER, EVC, HOSTS, SOFTWARE_FT};

/// Runs a script to its end and gives back what it found.
pub(crate) async fn run<'a>(
    lab: &Lab,
    client: Foreign,
    script: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Value {
    let output = Command::new(client.python())
        .arg(Foreign::script("pyvmomi").join(script))
        .args(words)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(lab.variables())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "pyVmomi {} in {script}:\n{complaint}", client.version);
    assert_eq!(lab.mock().sessions(), 0, "{script} left a session");
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pyvmomi_finds_eight_protected_pairs_after_an_apply() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    for client in VERSIONS {
        let found = run(&lab, client, "verify.py", [CLUSTER, "8"]).await;
        assert_eq!(found["pairs"].as_array().map(Vec::len), Some(8), "{found}");
    }
}

async fn does_it_by_itself(client: Foreign) {
    let lab = Lab::of("seed-lab").await;
    let words = [DATACENTER, CLUSTER, EVC].into_iter().chain(HOSTS);
    let made = run(&lab, client, "drive.py", words).await;
    let states: Vec<_> = made.as_object().into_iter().flatten().collect();
    assert_eq!(states.len(), 8, "{made}");
    assert!(states.iter().all(|(_, state)| **state == "running"), "{made}");
    run(&lab, client, "verify.py", [CLUSTER, "8"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pyvmomi_9_does_the_whole_job_by_itself() {
    does_it_by_itself(VERSIONS[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pyvmomi_8_does_the_whole_job_by_itself() {
    does_it_by_itself(VERSIONS[1]).await;
}

/// A package with a real disk beside its descriptor, and the disk's raw content.
fn package(lab: &Lab) {
    let appliance = include_str!("../../../mock-vcenter/src/behaviour/ovf/appliance.ovf");
    lab.write("appliance.ovf", appliance);
    lab.write("tools.iso", "image");
    let mut content = vec![0_u8; 8 << 20];
    content[1 << 20..][..11].copy_from_slice(b"hello world");
    std::fs::write(lab.folder().join("one.raw"), content).unwrap();
    std::fs::write(lab.folder().join("two.raw"), vec![0_u8; 4 << 20]).unwrap();
    for (raw, disk) in [("one.raw", "disk1.vmdk"), ("two.raw", "disk2.vmdk")] {
        let format = ["convert", "-O", "vmdk", "-o", "subformat=streamOptimized"];
        qemu_img(lab, &[&format[..], &[raw, disk]].concat());
    }
}

fn qemu_img(lab: &Lab, words: &[&str]) {
    let run = std::process::Command::new("qemu-img").args(words).current_dir(lab.folder()).output();
    let output = run.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pyvmomi_imports_a_vm_and_gets_its_disk_back_bit_for_bit() {
    for (model, datastore) in [("esxi", "datastore1"), ("ft-ready", "shared1")] {
        let lab = Lab::of(model).await;
        package(&lab);
        let descriptor = lab.folder().join("appliance.ovf").display().to_string();
        let words = [descriptor.as_str(), "ft1", datastore];
        let made = run(&lab, VERSIONS[0], "import_vm.py", words).await;
        assert_eq!(made["tools"], "guestToolsRunning", "{made}");
        let (sent, back) = (lab.folder().join("disk1.vmdk"), lab.folder().join("ft1.0.vmdk"));
        assert_eq!(std::fs::read(sent).unwrap(), std::fs::read(back).unwrap());
        qemu_img(&lab, &["check", "ft1.0.vmdk"]);
        qemu_img(&lab, &["compare", "one.raw", "ft1.0.vmdk"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pyvmomi_moves_and_deletes_a_disk_and_finds_a_host_by_its_address() {
    for (model, datastore) in [("esxi", "datastore1"), ("ft-ready", "shared1")] {
        let lab = Lab::of(model).await;
        let found = run(&lab, VERSIONS[0], "files.py", [datastore]).await;
        assert_eq!(found["root"], found["sent"]);
        assert_eq!(
            found["sent"],
            serde_json::json!(["kept-flat.vmdk", "one-flat.vmdk", "one.vmdk"])
        );
        assert_eq!(
            found["moved"],
            serde_json::json!(["kept-flat.vmdk", "two-flat.vmdk", "two.vmdk"])
        );
        assert_eq!(found["refused"], format!("[{datastore}] kept-flat.vmdk"));
        assert_eq!(found["itself"], format!("[{datastore}] two.vmdk"));
        assert_eq!(found["deleted"], serde_json::json!(["kept-flat.vmdk"]));
        assert_eq!(found["again"], format!("[{datastore}] two.vmdk"));
        assert_eq!(found["by_address"], true);
    }
}
