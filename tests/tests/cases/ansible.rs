//! Ansible's community.vmware drives the mock: all it is told becomes true, once, and pyVmomi and Lockstep see
//! the same.

use e2e::{Ansible, Foreign, Lab, VERSIONS};
use mock_vcenter::behaviour::server::HostCertificate;
use mock_vcenter::clock::Pace;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::foreign;
use crate::playbooks::HOSTS;

/// Mock seconds for each second: each module starts a Python of its own, so it is slower than our client, and
/// vim tasks that ended must be found until it looks.
const PACE: f64 = 20.0;

async fn lab(model: &str) -> Lab {
    Lab::start(Lab::builder().model(model).clock(Pace::Scaled(PACE))).await
}

/// Plays twice: the first time every task changes something, the second time none does. What the second one sent
/// all the same.
async fn play_twice(lab: &Lab, name: &str, variables: &[(&str, String)]) -> Vec<String> {
    let ansible = Ansible::new();
    let first = ansible.play(lab, name, variables).await;
    assert_eq!((first.failed, first.changed), (0, first.ok), "{}", first.text);
    let before = lab.changes().len();
    let second = ansible.play(lab, name, variables).await;
    assert_eq!((second.failed, second.changed), (0, 0), "{}", second.text);
    assert_eq!(second.ok, first.ok, "{}", second.text);
    let repeated = lab.changes().split_off(before);
    let logins = ["Login", "Logout"];
    assert_eq!(lab.mock().sessions(), 0, "a session is left");
    let methods = repeated.into_iter().map(|call| call.method);
    methods.filter(|method| !logins.contains(&method.as_str())).collect()
}

/// A package whose disk qemu-img wrote.
async fn package(lab: &Lab) -> String {
    let made = Command::new(VERSIONS[0].python())
        .arg(Foreign::script("ansible/package.py"))
        .arg(lab.folder())
        .status()
        .await
        .unwrap();
    assert!(made.success(), "the package is not made; is qemu-img installed?");
    lab.folder().join("machine.ova").to_string_lossy().into_owned()
}

async fn settings(lab: &Lab) -> Value {
    foreign::run(lab, VERSIONS[0], "settings.py", []).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ansible_builds_a_cluster_and_lockstep_finds_nothing_left_to_do() {
    let lab = lab("seed-lab").await;
    let thumbprints: Value = HOSTS
        .iter()
        .map(|name| (*name, HostCertificate::of(name, 0).thumbprint.to_string()))
        .collect();
    let variables =
        [("HOST_THUMBPRINTS", thumbprints.to_string()), ("PACKAGE", package(&lab).await)];
    assert_eq!(play_twice(&lab, "vcenter.yaml", &variables).await, Vec::<String>::new());

    let found = settings(&lab).await;
    let cluster = &found["Cluster"];
    assert_eq!(cluster["ha"], json!([true, "enabled", "vmMonitoringOnly"]), "{cluster}");
    assert_eq!(cluster["failover"], 1);
    assert_eq!(cluster["isolation"], "powerOff");
    assert_eq!(cluster["options"], json!({ "das.ignoreRedundantNetWarning": "true" }));
    assert_eq!(cluster["evc"], "intel-ivybridge");
    assert_eq!(cluster["hosts"], json!(HOSTS));
    for (name, address, lockdown) in
        [(HOSTS[0], "10.10.0.1", "lockdownDisabled"), (HOSTS[1], "10.10.0.2", "lockdownNormal")]
    {
        let host = &found[name];
        assert_eq!(host["connected"], "connected", "{host}");
        assert_eq!(host["rulesets"]["syslog"], json!(["10.0.0.0/8", "192.168.8.9"]), "{host}");
        assert_eq!(host["rulesets"]["ntpClient"], "all", "it follows its service");
        assert_eq!(host["rulesets"]["webAccess"], Value::Null);
        assert_eq!(host["services"]["TSM-SSH"], json!([true, "on"]));
        assert_eq!(host["services"]["ntpd"], json!([true, "on"]));
        assert_eq!(host["issues"], json!(["RemoteTSMEnabledEvent"]));
        assert_eq!(host["vlans"]["FT"], 20);
        let uses = json!(["faultToleranceLogging", "vmotion"]);
        assert_eq!(host["vmk1"], json!(["FT", address, "255.255.255.0", 9000, uses]));
        assert_eq!(host["lockdown"], lockdown);
    }

    let machine = &found["appliance"];
    assert_eq!(machine["disks"], json!([[4 << 20, false]]), "{machine}");
    assert_eq!(machine["size"], json!([1, 1024]));
    assert_eq!(machine["networks"], json!(["VM Network"]));
    assert_eq!((&machine["power"], &machine["host"]), (&json!("poweredOn"), &json!(HOSTS[0])));

    lab.write("same.yaml", SAME);
    lab.lockstep(["plan", "same.yaml", "--detailed-exitcode"]).run().await.ends_with(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ansible_makes_changes_copies_and_saves_virtual_machines() {
    let lab = lab("ft-ready").await;
    // The module for adapters edits the one that is there in any case, and looks whether that made a difference.
    assert_eq!(play_twice(&lab, "vms.yaml", &[]).await, ["ReconfigVM_Task"]);
    let found = settings(&lab).await;
    let gigabytes = |size: u64| size << 30;
    let (web, copy) = (&found["web"], &found["web2"]);
    assert_eq!(web["size"], json!([2, 1024]), "{web}");
    assert_eq!(web["disks"], json!([[gigabytes(4), true], [gigabytes(2), false]]));
    assert_eq!((&web["power"], &copy["power"]), (&json!("poweredOn"), &json!("poweredOn")));
    assert_eq!(copy["size"], json!([4, 2048]), "{copy}");
    assert_eq!(copy["disks"][2], json!([gigabytes(1), true]));
    assert_eq!(copy["networks"], json!(["VM Network"]));
    assert_eq!(found["master"]["power"], "poweredOff");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ansible_finds_what_it_asks_for_and_makes_a_role() {
    let lab = lab("ft-ready").await;
    let played = Ansible::new().play(&lab, "questions.yaml", &[]).await;
    assert_eq!((played.failed, played.changed), (0, 1), "{}", played.text);
    let methods = lab.changes().into_iter().map(|call| call.method);
    let changing: Vec<String> =
        methods.filter(|method| method != "Login" && method != "Logout").collect();
    assert_eq!(changing, ["AddAuthorizationRole"]);
}

/// What the play for a vCenter sets, in our own words.
const SAME: &str = r#"
connections: { default: {} }
vars: { hosts: [esx1.lab.local, esx2.lab.local] }
tasks:
  - id: hosts
    loop: "{{ hosts }}"
    host:
      hostname: "{{ item }}"
      cluster: Cluster
      datacenter: Datacenter
      username: root
      password: { env: LOCKSTEP_ESX_PASSWORD }
      trust: on_first_use
  - id: adapters
    needs: [hosts]
    loop: "{{ hosts }}"
    vmkernel:
      host: "{{ item }}"
      datacenter: Datacenter
      device: vmk1
      services: [vmotion, fault_tolerance_logging]
  - id: firewall
    needs: [hosts]
    firewall: { host: "{{ hosts }}", ruleset: syslog, allowed_hosts: [192.168.8.9, 10.0.0.0/8] }
  - id: page
    needs: [hosts]
    firewall: { host: "{{ hosts }}", ruleset: webAccess, enabled: false }
  - id: ssh
    needs: [hosts]
    service: { host: "{{ hosts }}", name: ssh, policy: on, running: true }
  - id: ntpd
    needs: [hosts]
    service: { host: "{{ hosts }}", name: ntp, policy: on, running: true }
"#;

/// What the play for a host sets, in our own words.
const SAME_HOST: &str = r#"
connections: { default: {} }
tasks:
  - firewall: { ruleset: syslog, allowed_hosts: [192.168.8.9, 10.0.0.0/8] }
  - service: { name: ssh, policy: on, running: true, suppress_warning: true }
  - advanced_options:
      options: { Syslog.global.logHost: "udp://192.168.8.9:514", Syslog.global.defaultRotate: 20 }
  - vmkernel: { host: esx1.lab.local, device: vmk1, services: [fault_tolerance_logging] }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ansible_sets_up_a_host_that_it_talks_to_directly() {
    let lab = lab("esxi").await;
    assert_eq!(play_twice(&lab, "esxi.yaml", &[]).await, Vec::<String>::new());
    let found = settings(&lab).await;
    let host = &found["esx1.lab.local"];
    assert_eq!(host["rulesets"]["syslog"], json!(["10.0.0.0/8", "192.168.8.9"]), "{host}");
    assert_eq!(host["services"]["TSM-SSH"], json!([true, "on"]));
    assert_eq!(host["options"]["Syslog.global.logHost"], "udp://192.168.8.9:514");
    assert_eq!(host["options"]["Syslog.global.defaultRotate"], 20);
    assert_eq!(host["issues"], json!([]), "the warning about SSH is suppressed");
    assert_eq!(host["ntp"], json!(["192.168.8.1", "192.168.8.2"]));
    let uses = json!(["faultToleranceLogging"]);
    assert_eq!(host["vmk1"], json!(["FT", "10.10.0.1", "255.255.255.0", 1500, uses]));

    lab.write("same.yaml", SAME_HOST);
    lab.lockstep(["plan", "same.yaml", "--detailed-exitcode"]).run().await.ends_with(0);
}
