//! Packages on a web server: an archive, a descriptor with its files beside it, and files that are compressed.

use e2e::{FileServer, Lab, TestPackage};

use crate::ovf::{MIB, apply, disks_of_box, lab};

const CONTENT: &[usize] = &[3 * MIB, MIB + 4096];

/// A lab whose playbook takes `name` from a server of its own.
async fn served(name: &str) -> (Lab, TestPackage, FileServer) {
    let (lab, package) = lab("esxi", "datastore1", CONTENT).await;
    let server = FileServer::start(&lab.folder().join("parts")).await;
    point_at(&lab, &server, name);
    (lab, package, server)
}

fn point_at(lab: &Lab, server: &FileServer, name: &str) {
    lab.write("files.pem", &server.ca);
    let playbook = std::fs::read_to_string(lab.folder().join("box.yaml")).unwrap();
    let source = format!("source: {}{name}\n      source_ca_file: files.pem", server.url);
    lab.write("box.yaml", &playbook.replace("source: box.ova", &source));
}

async fn is_deployed_once(lab: &Lab, package: &TestPackage) {
    apply(lab).await.ends_with(0).says(["deployed from the package", "powered on"]);
    let disks = disks_of_box(lab).await.unwrap();
    assert_eq!(disks.len(), package.disks.len());
    for (stored, source) in disks.iter().zip(&package.disks) {
        let path = lab.mock().file(stored).unwrap();
        let same = std::fs::read(path).unwrap() == std::fs::read(source).unwrap();
        assert!(same, "`{stored}` is not what was sent");
    }
    apply(lab).await.ends_with(0).says(["0 changed, 1 unchanged"]);
    assert_eq!(lab.calls_of("ImportVApp").len(), 1);
}

async fn fails<const N: usize>(lab: &Lab, parts: [&str; N]) {
    let outcome = apply(lab).await;
    outcome.says(parts);
    assert_ne!(outcome.code, Some(0), "{}", outcome.text());
    assert_eq!(disks_of_box(lab).await, None, "a part of the VM is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_descriptor_and_the_files_beside_it_are_deployed_bit_for_bit() {
    let (lab, package, server) = served("box.ovf").await;
    lab.lockstep(["plan", "box.yaml"])
        .run()
        .await
        .ends_with(0)
        .says(["deploy `box`", "SHA256 verified while it is sent"]);
    let read: Vec<String> = server.requests();
    assert!(!read.iter().any(|request| request == "GET disk0.vmdk"), "a plan reads no disk");
    is_deployed_once(&lab, &package).await;
    let disks = server.requests().iter().filter(|request| *request == "GET disk0.vmdk").count();
    assert_eq!(disks, 1, "a disk is read once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compressed_files_are_decompressed_on_their_way() {
    for name in ["box.ovf", "box.ova"] {
        let (lab, package, _server) = served(name).await;
        package.compress();
        is_deployed_once(&lab, &package).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_damaged_or_missing_beside_a_descriptor_leaves_no_vm() {
    let (lab, package, _server) = served("box.ovf").await;
    let disk = &package.disks[1];
    let whole = std::fs::read(disk).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    std::fs::write(disk, &damaged).unwrap();
    fails(&lab, ["cannot deploy `box`", "does not match the manifest", "disk1.vmdk"]).await;
    assert!(lab.calls_of("HttpNfcLeaseComplete").is_empty());
    lab.mock().forget_calls();
    std::fs::write(disk, &whole[..whole.len() - 7]).unwrap();
    fails(&lab, ["cannot deploy `box`", "disk1.vmdk"]).await;
    std::fs::remove_file(disk).unwrap();
    fails(&lab, ["cannot deploy `box`", "disk1.vmdk"]).await;
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compressed_file_that_is_damaged_leaves_no_vm() {
    for name in ["box.ovf", "box.ova"] {
        let (lab, package, _server) = served(name).await;
        package.compress();
        package.damage_compressed();
        fails(&lab, ["cannot deploy `box`", "get the package anew"]).await;
        assert!(lab.calls_of("HttpNfcLeaseComplete").is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_on_another_server_is_followed_only_if_that_is_trusted() {
    let (lab, package, server) = served("box.ovf").await;
    let other = FileServer::start(&lab.folder().join("parts")).await;
    server.redirect("disk0.vmdk", &format!("{}disk0.vmdk", other.url));
    fails(&lab, ["cannot deploy `box`", "disk0.vmdk"]).await;
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    assert!(other.requests().is_empty(), "a server that is not trusted is asked nothing");
    lab.write("files.pem", &format!("{}{}", server.ca, other.ca));
    is_deployed_once(&lab, &package).await;
    let read = other.requests().iter().filter(|request| *request == "GET disk0.vmdk").count();
    assert_eq!(read, 1, "{:?}", other.requests());
}
