//! Packages are deployed bit for bit, or not at all; images come into drives and out of them.

use e2e::{Lab, Outcome, TestPackage};
use mock_vcenter::clock::Pace;
use mock_vcenter::disturb::{Kind, Rule};
use vim25::types::{OptionValue, VirtualDeviceFileBackingInfo, VirtualDisk};
use vsphere::inventory::Kind as Sort;

pub(crate) const MIB: usize = 1 << 20;
/// More than an import takes, and slow enough that a lease outlives a busy machine.
pub(crate) const PACE: f64 = 20.0;

pub(crate) const TASK: &str = "tasks:\n  - ovf:\n      name: box\n      source: box.ova\n      datastore: DATASTORE\n      \
                    networks: { management: VM Network }\n      properties:\n        hostname: box.lab.local\n        \
                    password: { env: LOCKSTEP_ESX_PASSWORD }\n      accept_eula: yes\n";

/// A lab with a package in its folder, and the task that deploys it.
pub(crate) async fn lab(model: &str, datastore: &str, content: &[usize]) -> (Lab, TestPackage) {
    let lab = Lab::start(Lab::builder().model(model).clock(Pace::Scaled(PACE))).await;
    let package = TestPackage::make(lab.folder(), content);
    lab.write("box.yaml", &TASK.replace("DATASTORE", datastore));
    (lab, package)
}

pub(crate) async fn apply(lab: &Lab) -> Outcome {
    lab.lockstep(["apply", "box.yaml", "--yes"]).run().await
}

/// The paths of the disks of `box`, in order; none when it is not there.
pub(crate) async fn disks_of_box(lab: &Lab) -> Option<Vec<String>> {
    let client = lab.client().await;
    let reader = client.reader();
    let inventory = reader.inventory().await.unwrap();
    let vm = inventory.find_optional(Sort::VirtualMachine, "box").unwrap();
    let mut files = None;
    if let Some(vm) = vm {
        let seen = reader.retrieve(&vm, &["config.hardware.device"]).await.unwrap();
        let disks = seen.objects::<VirtualDisk>("config.hardware.device");
        let file = |disk: &VirtualDisk| {
            let backing =
                disk.backing.as_ref()?.as_object().as_type::<VirtualDeviceFileBackingInfo>()?;
            Some(backing.file_name.to_string())
        };
        files = Some(disks.filter_map(file).collect());
    }
    client.close().await.unwrap();
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_host_brings_is_not_missed_before_it_has_joined_the_cluster_that_is_there() {
    let (lab, _) = lab("seed-lab", "shared1", &[MIB]).await;
    let cluster = "tasks:\n  - id: c\n    cluster: { name: C, datacenter: Datacenter }\n";
    lab.write("cluster.yaml", cluster);
    lab.lockstep(["apply", "cluster.yaml", "--yes"]).run().await.ends_with(0);
    let host = "  - id: h\n    needs: [c]\n    host:\n      hostname: esx1.lab.local\n      cluster: C\n      \
                datacenter: Datacenter\n      username: root\n      password: { env: LOCKSTEP_ESX_PASSWORD }\n      \
                trust: on_first_use\n";
    let image =
        "  - iso: { datastore: shared1, path: tools/a.iso, image: a.iso }\n    needs: [h]\n";
    let package = TASK
        .replace("DATASTORE", "shared1")
        .replace("tasks:\n  - ovf:\n", "  - needs: [h]\n    ovf:\n      cluster: C\n");
    lab.write("a.iso", "image");
    lab.write("all.yaml", &format!("{cluster}{host}{image}{package}"));
    let plan = lab.lockstep(["plan", "all.yaml"]).run().await;
    plan.ends_with(0).says(["host `esx1.lab.local` is added", "0 blocked"]);
    lab.lockstep(["apply", "all.yaml", "--yes"]).run().await.ends_with(0);
    assert!(disks_of_box(&lab).await.is_some());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vm_of_ours_stays_ours_when_it_is_protected() {
    let (lab, _) = lab("ft-ready", "shared1", &[MIB]).await;
    apply(&lab).await.ends_with(0);
    let protect = "tasks:\n  - fault_tolerance: { vms: [box], secondary: { datastore: shared1 }, warnings: accept }\n";
    lab.write("ft.yaml", protect);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert!(lab.protected().contains("box"), "{:?}", lab.protected());
    let before = lab.changes().len();
    apply(&lab).await.ends_with(0).says(["0 changed, 1 unchanged"]);
    assert_eq!(lab.changes().len(), before);
}

async fn deploys(model: &str, datastore: &str) -> (Lab, TestPackage) {
    let (lab, package) = lab(model, datastore, &[5 * MIB, 3 * MIB + 4096, MIB]).await;
    lab.lockstep(["plan", "box.yaml"]).run().await.ends_with(0).says([
        "deploy `box`",
        "Test Box 1.0 by Tests",
        "SHA256 verified while it is sent",
        "sha256:",
        "secret from environment variable `LOCKSTEP_ESX_PASSWORD`",
    ]);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    apply(&lab).await.ends_with(0).says(["licence agreement sha256:", "powered on"]);
    let disks = disks_of_box(&lab).await.unwrap();
    assert_eq!(disks.len(), package.disks.len());
    for (stored, source) in disks.iter().zip(&package.disks) {
        let path = lab.mock().file(stored).expect("the disk is on its datastore");
        assert!(
            std::fs::read(path).unwrap() == std::fs::read(source).unwrap(),
            "`{stored}` is not what was sent"
        );
    }
    let before = lab.changes().len();
    apply(&lab).await.ends_with(0).says(["0 changed, 1 unchanged"]);
    assert_eq!(lab.changes().len(), before, "the second apply changed something");
    assert_eq!(lab.mock().sessions(), 0);
    (lab, package)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_is_deployed_to_a_bare_host_bit_for_bit_and_only_once() {
    let (lab, _) = deploys("esxi", "datastore1").await;
    let client = lab.client().await;
    let reader = client.reader();
    let vm = reader.inventory().await.unwrap().find(Sort::VirtualMachine, "box").unwrap();
    let seen = reader.retrieve(&vm, &["config.extraConfig"]).await.unwrap();
    let mut options = seen.objects::<OptionValue>("config.extraConfig");
    let environment = options.find(|option| option.key == "guestinfo.ovfEnv").unwrap();
    let text = environment.value.as_ref().unwrap().as_str().unwrap().to_owned();
    assert!(text.contains("oe:key=\"hostname\" oe:value=\"box.lab.local\""), "{text}");
    client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_is_deployed_to_vcenter_bit_for_bit_and_only_once() {
    deploys("ft-ready", "shared1").await;
}

/// Applies and demands that it fails with these words, and that nothing is left.
async fn fails<const N: usize>(lab: &Lab, parts: [&str; N]) {
    let outcome = apply(lab).await;
    outcome.says(parts);
    assert_ne!(outcome.code, Some(0), "{}", outcome.text());
    assert_eq!(disks_of_box(lab).await, None, "a part of the VM is left");
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_that_is_damaged_leaves_no_vm() {
    let (lab, package) = lab("esxi", "datastore1", &[3 * MIB]).await;
    package.damage();
    fails(&lab, ["cannot deploy `box`", "does not match the manifest", "get the package anew"])
        .await;
    assert_eq!(lab.calls_of("HttpNfcLeaseAbort").len(), 1);
    assert!(lab.calls_of("HttpNfcLeaseComplete").is_empty());
    package.truncate();
    lab.mock().forget_calls();
    fails(&lab, ["cannot deploy `box`", "box.ova"]).await;
    assert!(lab.changes().is_empty(), "a truncated archive is seen before anything is changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_playbook_lacks_is_refused_before_anything_is_changed() {
    let (lab, _) = lab("esxi", "datastore1", &[MIB]).await;
    let good = TASK.replace("DATASTORE", "datastore1");
    let table = [
        (
            good.replace("      accept_eula: yes\n", ""),
            ["licence agreement", "lockstep ovf inspect"],
        ),
        (good.replace("{ management: VM Network }", "{}"), ["`management`", "`VM Network`"]),
        (good.replace("hostname:", "host:"), ["no property `host`", "`hostname`"]),
        (
            good.replace("        hostname: box.lab.local\n", ""),
            ["`hostname` needs a value", "add"],
        ),
        (good.replace("datastore1", "datastore9"), ["`datastore9`", "`datastore1`"]),
        (good.replace("name: box", "name: vm1"), ["not deployed by Lockstep", "vm1"]),
    ];
    for (text, parts) in &table {
        lab.write("box.yaml", text);
        fails(&lab, [parts[0], parts[1], "cannot deploy"]).await;
        assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_while_files_are_sent_leaves_no_vm_and_says_what_it_was() {
    let fail = |fault: &str| Kind::FailUpload { after_bytes: 1 << 20, fault: fault.to_owned() };
    let timed_out = Kind::Fault { fault: "Timedout".to_owned(), message: None };
    let cut = Kind::CutUpload { after_bytes: 1 << 20 };
    let delay = Kind::Delay { millis: 60_000 };
    let table = [
        (vec![Rule::new(fail("NoDiskSpace")).on("POST /nfc").times(1)], "NoDiskSpace"),
        (vec![Rule::new(fail("SystemError")).on("POST /nfc").times(1)], "gave the import up"),
        (vec![Rule::new(cut).on("POST /nfc").times(1)], "cannot send `disk0.vmdk`"),
        (
            vec![
                Rule::new(timed_out).on("HttpNfcLeaseProgress"),
                Rule::new(delay).on("POST /nfc").times(1),
            ],
            "ended the import's lease",
        ),
    ];
    for (rules, part) in table {
        let (lab, _) = lab("esxi", "datastore1", &[4 * MIB]).await;
        for rule in rules {
            lab.mock().disturb(rule);
        }
        fails(&lab, ["cannot deploy `box`", part]).await;
        assert!(lab.calls_of("HttpNfcLeaseComplete").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_comes_into_a_drive_and_out_of_it_and_is_sent_once() {
    let lab = Lab::start(Lab::builder().model("esxi").clock(Pace::Scaled(PACE))).await;
    let image: Vec<u8> = (0..3 * MIB / 4).flat_map(|n| (n as u32).to_le_bytes()).collect();
    std::fs::write(lab.folder().join("tools 1.iso"), &image).unwrap();
    let task = "tasks:\n  - iso: { image: tools 1.iso, datastore: datastore1, vm: vm1 }\n";
    lab.write("box.yaml", task);
    apply(&lab).await.ends_with(0).says(["[datastore1] iso/tools 1.iso"]);
    let stored = lab.mock().file("[datastore1] iso/tools 1.iso").unwrap();
    assert!(std::fs::read(&stored).unwrap() == image);
    let note = lab.mock().file("[datastore1] iso/tools 1.iso.sha256").unwrap();
    let check = std::process::Command::new("sha256sum")
        .arg("--check")
        .arg(note)
        .current_dir(stored.parent().unwrap())
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
    lab.mock().forget_calls();
    apply(&lab).await.ends_with(0).says(["0 changed, 1 unchanged"]);
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    let mut other = image;
    other[7] ^= 1;
    std::fs::write(lab.folder().join("tools 1.iso"), &other).unwrap();
    apply(&lab).await.ends_with(0);
    assert!(std::fs::read(&stored).unwrap() == other, "another image of the same size is sent");
    lab.write("box.yaml", "tasks:\n  - iso: { vm: vm1, state: ejected }\n");
    apply(&lab).await.ends_with(0).says(["no image is in the CD-ROM drive"]);
    apply(&lab).await.ends_with(0).says(["0 changed, 1 unchanged"]);
}
