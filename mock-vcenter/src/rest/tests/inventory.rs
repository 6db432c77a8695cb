//! Lists, one VM, its power and the appliance's version; in both dialects.

use hyper::{Method, StatusCode};
use serde_json::Value as Json;
use vim25::enums::VirtualMachinePowerState as Power;

use crate::behaviour::virtual_machine::VirtualMachine;

use super::*;

struct Asking {
    rig: Rig,
    token: String,
}

impl Asking {
    async fn new(model: &str) -> Self {
        let rig = Rig::anonymous(model);
        let token = token(&rig).await;
        Self { rig, token }
    }

    async fn get(&self, path: &str) -> Json {
        let (status, body) =
            send(&self.rig, Method::GET, path, Some(&self.token), Json::Null).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// Posts while time goes on.
    async fn post(&self, path: &str) -> (StatusCode, Json) {
        let answer = send(&self.rig, Method::POST, path, Some(&self.token), Json::Null);
        let time = async {
            for _ in 0..200 {
                self.rig.settle().await;
                self.rig.clock().advance(std::time::Duration::from_millis(100));
            }
        };
        tokio::join!(answer, time).0
    }

    fn vms(&self) -> Vec<MoRef> {
        self.rig.core.store.snapshot().of_kind("VirtualMachine").to_vec()
    }

    fn power(&self, vm: &MoRef) -> Power {
        self.rig.core.store.snapshot().get::<VirtualMachine>(vm).unwrap().power.clone()
    }
}

fn members(list: &Json, member: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[member].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn every_kind_is_listed_with_its_fields_in_both_dialects() {
    let asking = Asking::new("estate:vms=4,hosts=2,clusters=1").await;
    for (kind, field, fields) in [
        ("cluster", "cluster", &["ha_enabled", "drs_enabled"][..]),
        ("datacenter", "datacenter", &[]),
        ("datastore", "datastore", &["type", "free_space", "capacity"]),
        ("folder", "folder", &["type"]),
        ("host", "host", &["connection_state", "power_state"]),
        ("network", "network", &["type"]),
        ("resource-pool", "resource_pool", &[]),
        ("vm", "vm", &["power_state", "cpu_count", "memory_size_MiB"]),
    ] {
        let listed = asking.get(&format!("/api/vcenter/{kind}")).await;
        let first = listed[0].as_object().unwrap_or_else(|| panic!("{kind}: {listed}"));
        for name in fields.iter().chain(&[field, "name"]) {
            assert!(first.contains_key(*name), "{kind} lacks {name}: {listed}");
        }
        let wrapped = asking.get(&format!("/rest/vcenter/{kind}")).await;
        assert_eq!(wrapped["value"], listed, "{kind}");
        let (id, name) = (first[field].as_str().unwrap(), first["name"].as_str().unwrap());
        let name = name.replace(' ', "+");
        let mine = asking.get(&format!("/api/vcenter/{kind}?{field}s={id}&names={name}")).await;
        assert_eq!(members(&mine, field), [id], "{kind}");
        let none = asking.get(&format!("/rest/vcenter/{kind}?filter.names.1=none")).await;
        assert_eq!(none["value"], json!([]), "{kind}");
    }
}

#[tokio::test]
async fn vms_are_found_by_where_they_are_and_whether_they_run() {
    let asking = Asking::new("estate:vms=4,hosts=2,clusters=1").await;
    let all = asking.get("/api/vcenter/vm").await;
    let hosts = asking.get("/api/vcenter/host").await;
    let on = |host: &str| format!("/api/vcenter/vm?hosts={host}");
    let mut found = 0;
    for host in members(&hosts, "host") {
        found += asking.get(&on(&host)).await.as_array().unwrap().len();
    }
    assert_eq!(found, all.as_array().unwrap().len());
    for (filter, kind, field) in [
        ("clusters", "cluster", "cluster"),
        ("datacenters", "datacenter", "datacenter"),
        ("folders", "folder?type=VIRTUAL_MACHINE", "folder"),
        ("resource_pools", "resource-pool", "resource_pool"),
    ] {
        let containers = asking.get(&format!("/api/vcenter/{kind}")).await;
        let ids = members(&containers, field).join(&format!("&{filter}="));
        let within = asking.get(&format!("/api/vcenter/vm?{filter}={ids}")).await;
        assert_eq!(within, all, "{filter}");
        let outside = asking.get(&format!("/api/vcenter/vm?{filter}=none")).await;
        assert_eq!(outside, json!([]), "{filter}");
    }
    let off = asking.get("/api/vcenter/vm?power_states=POWERED_OFF").await;
    let on = asking.get("/rest/vcenter/vm?filter.power_states.1=POWERED_ON").await;
    let total = off.as_array().unwrap().len() + on["value"].as_array().unwrap().len();
    assert_eq!(total, all.as_array().unwrap().len());
}

#[tokio::test]
async fn a_vm_tells_its_parts_as_a_map_or_as_a_list_of_pairs() {
    let asking = Asking::new("ft-ready").await;
    let vm = asking.vms().remove(0);
    let info = asking.get(&format!("/api/vcenter/vm/{}", vm.value)).await;
    let snapshot = asking.rig.core.store.snapshot();
    let known = snapshot.get::<VirtualMachine>(&vm).unwrap();
    assert_eq!(info["name"], json!(&*known.entity.name));
    assert_eq!(info["identity"]["bios_uuid"], json!(&*known.uuid));
    assert_eq!(info["guest_OS"], "CENTOS_7_64");
    assert_eq!(info["cpu"]["count"], json!(known.cpus));
    assert_eq!(info["memory"]["size_MiB"], json!(known.memory));
    assert!(info["hardware"]["version"].as_str().unwrap().starts_with("VMX_"));
    let disk = &info["disks"]["2000"];
    assert_eq!((&disk["type"], &disk["scsi"]), (&json!("SCSI"), &json!({ "bus": 0, "unit": 0 })));
    assert!(disk["capacity"].as_i64().unwrap() > 0);
    assert_eq!(info["scsi_adapters"]["1000"]["type"], "PVSCSI");
    assert_eq!(info["nics"]["4000"]["backing"]["type"], "STANDARD_PORTGROUP");
    assert_eq!(info["cdroms"]["3000"]["ide"], json!({ "primary": true, "master": true }));
    let older = asking.get(&format!("/rest/vcenter/vm/{}", vm.value)).await;
    assert_eq!(older["value"]["disks"][0]["key"], "2000");
    assert_eq!(&older["value"]["disks"][0]["value"], disk);
}

#[tokio::test]
async fn power_changes_through_a_task_of_the_vim_api_and_is_waited_for() {
    let asking = Asking::new("ft-ready").await;
    let vm = asking.vms().remove(0);
    let other = |power: &Power| if *power == Power::PoweredOn { "stop" } else { "start" };
    for _ in 0..2 {
        let before = asking.power(&vm);
        let path = format!("/api/vcenter/vm/{}/power", vm.value);
        let action = other(&before);
        let (status, body) = asking.post(&format!("{path}?action={action}")).await;
        assert_eq!((status, body), (StatusCode::NO_CONTENT, Json::Null));
        assert_ne!(asking.power(&vm), before);
        let (status, body) = asking.post(&format!("{path}?action={action}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(body["error_type"], "ALREADY_IN_DESIRED_STATE");
        let (status, body) = asking.post(&format!("{path}?action=reset")).await;
        if action == "start" {
            assert_eq!(status, StatusCode::NO_CONTENT);
            assert_eq!(asking.get(&path).await, json!({ "state": "POWERED_ON" }));
        } else {
            assert_eq!(body["error_type"], "NOT_ALLOWED_IN_CURRENT_STATE");
        }
    }
    let action = other(&asking.power(&vm));
    let (status, _) = asking.post(&format!("/rest/vcenter/vm/{}/power/{action}", vm.value)).await;
    assert_eq!(status, StatusCode::OK);
    let calls = asking.rig.core.calls.list();
    assert!(calls.iter().any(|call| call.method.contains("/vm/power") && call.changed()));
}

#[tokio::test]
async fn what_is_not_there_is_404_what_has_no_session_401_and_who_may_not_403() {
    let (rig, token) = as_reader().await;
    let token = Some(token.as_str());
    let vm = rig.first("VirtualMachine").value.to_string();
    let power = format!("/api/vcenter/vm/{vm}/power?action=reset");
    for (method, path, with, status, kind) in [
        (Method::GET, "/api/vcenter/vm/vm-none", token, 404, "NOT_FOUND"),
        (Method::POST, "/api/vcenter/vm/vm-none/power?action=start", token, 404, "NOT_FOUND"),
        (Method::GET, "/api/vcenter/vm", None, 401, "UNAUTHENTICATED"),
        (Method::POST, &power, token, 403, "UNAUTHORIZED"),
        (Method::POST, "/api/vcenter/vm/vm-1/power?action=x", token, 404, "OPERATION_NOT_FOUND"),
    ] {
        let (found, body) = send(&rig, method, path, with, Json::Null).await;
        assert_eq!((found.as_u16(), &body["error_type"]), (status, &json!(kind)), "{path}");
    }
    let (_, older) = send(&rig, Method::GET, "/rest/vcenter/vm/vm-none", token, Json::Null).await;
    assert_eq!(older["type"], "com.vmware.vapi.std.errors.not_found");
}

#[tokio::test]
async fn the_appliance_tells_its_version() {
    let asking = Asking::new("empty").await;
    let version = asking.get("/api/appliance/system/version").await;
    assert!(version["version"].as_str().unwrap().starts_with("8.0.3"));
    for member in ["product", "build", "type", "summary", "releasedate", "install_time"] {
        assert!(version[member].is_string(), "{member}");
    }
    assert_eq!(asking.get("/rest/appliance/system/version").await["value"], version);
}
