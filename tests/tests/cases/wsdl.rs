//! Clients that know only what the WSDL says: zeep, which is made from it, and libxml2, which holds answers
//! against its schema.

use e2e::{Foreign, Lab, ZEEP};
use serde_json::{Value, json};
use tokio::process::Command;

/// Runs a script to its end and gives back what it printed.
async fn run(lab: &Lab, script: &str, api: &str) -> Value {
    let output = Command::new(ZEEP.python())
        .arg(Foreign::script("wsdl").join(script))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SDK_VERSION", api)
        .envs(lab.variables())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}:\n{complaint}");
    assert_eq!(lab.mock().sessions(), 0, "{script} left a session");
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_made_from_the_wsdl_reads_creates_is_refused_and_waits() {
    let lab = Lab::of("estate:vms=2,hosts=2,clusters=1").await;
    let found = run(&lab, "drive.py", "").await;
    let devices = found["machines"]["vm-00001"].as_array().unwrap();
    assert!(devices.contains(&json!("VirtualDisk")), "{found}");
    let extents = found["extents"].as_object().unwrap();
    assert!(!extents.is_empty() && extents.values().all(|number| *number == 1), "{found}");
    assert_eq!(found["folder"], "Folder");
    assert_eq!(found["refused"], json!(["{urn:vim25}DuplicateNameFault"]));
    assert_eq!(found["renamed"], "success");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_as_the_published_schema_says() {
    for (model, release, api) in [
        ("estate:vms=2,hosts=2,clusters=1", "8.0.3", "8.0.3.0"),
        ("estate:vms=2,hosts=2,clusters=1", "6.5", "6.5"),
        ("esxi", "8.0.3", "8.0.3.0"),
    ] {
        let lab = Lab::start(Lab::builder().model(model).release(release)).await;
        let found = run(&lab, "validate.py", api).await;
        assert_eq!(found["problems"], json!({}), "{model} {release}");
        assert!(found["looked"]["HostSystem"].as_u64() > Some(0), "{found}");
        assert!(found["looked"]["VirtualMachine"].as_u64() > Some(0), "{found}");
    }
}
