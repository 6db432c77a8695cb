//! A VM is imported as a client does it: specification, lease, files, end.

use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use vim25::methods::{
    CreateFolder, CreateImportSpec, DestroyTask, HttpNfcLeaseAbort, HttpNfcLeaseComplete,
    HttpNfcLeaseGetManifest, HttpNfcLeaseProgress, ImportVApp, PowerOnVMTask,
};
use vim25::types::{
    GuestInfo, HttpNfcLeaseInfo, KeyValue, LocalizedMethodFault, OvfCreateImportSpecParams,
    OvfCreateImportSpecResult, OvfNetworkMapping, VirtualController, VirtualMachineConfigInfo,
    VirtualMachineFileInfo,
};
use vim25::{MoRef, Poly, Value};

use crate::behaviour::datastore;
use crate::disturb::{Kind, Rule};
use crate::storage::DatastorePath;
use crate::testing::{Rig, fault_type};
use crate::transport::Answer;

pub(crate) const APPLIANCE: &str = include_str!("../ovf/appliance.ovf");

struct Lab {
    rig: Rig,
    pool: MoRef,
    datastore: MoRef,
    folder: MoRef,
}

async fn lab(model: &str) -> Lab {
    let rig = Rig::logged_in(model).await;
    let snapshot = rig.core.store.snapshot();
    let datastores = snapshot.of_kind("Datastore").to_vec();
    let datacenter = rig.first("Datacenter");
    let Some(Value::Ref(folder)) = rig.fetch(&datacenter, "vmFolder").await else { panic!() };
    let (pool, datastore) = (rig.first("ResourcePool"), datastores[0].clone());
    Lab { rig, pool, datastore, folder }
}

impl Lab {
    fn params(&self, name: &str) -> OvfCreateImportSpecParams {
        OvfCreateImportSpecParams {
            entity_name: name.into(),
            disk_provisioning: Some("thick".into()),
            network_mapping: vec![OvfNetworkMapping {
                name: "Management".into(),
                network: self.rig.first("Network"),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    async fn spec(&self, params: OvfCreateImportSpecParams) -> OvfCreateImportSpecResult {
        let this =
            MoRef::new("OvfManager", self.rig.core.product.id("OvfManager", "ha-ovf-manager"));
        let asked = CreateImportSpec {
            this,
            ovf_descriptor: APPLIANCE.into(),
            resource_pool: self.pool.clone(),
            datastore: self.datastore.clone(),
            cisp: Poly::new(params),
            ..Default::default()
        };
        self.rig.call(asked).await.unwrap()
    }

    async fn import(&self, params: OvfCreateImportSpecParams) -> (MoRef, HttpNfcLeaseInfo) {
        let made = self.spec(params).await;
        assert_eq!(made.error, []);
        let lease = self.start(&made).await;
        let info = self.rig.fetch(&lease, "info").await.unwrap();
        (lease, info.into_object().unwrap())
    }

    async fn start(&self, made: &OvfCreateImportSpecResult) -> MoRef {
        let import = ImportVApp {
            this: self.pool.clone(),
            spec: made.import_spec.clone().unwrap(),
            folder: Some(self.folder.clone()),
            ..Default::default()
        };
        let lease = self.rig.call(import).await.unwrap();
        assert_eq!(self.state(&lease).await, "initializing");
        self.rig.advance(3);
        lease
    }

    async fn state(&self, lease: &MoRef) -> String {
        self.rig.fetch(lease, "state").await.unwrap().as_str().unwrap().to_owned()
    }

    async fn error(&self, lease: &MoRef) -> String {
        let error = self.rig.fetch(lease, "error").await.unwrap();
        let error: LocalizedMethodFault = error.into_object().unwrap();
        error.fault.type_name().to_owned()
    }

    async fn upload(&self, url: &str, method: Method, body: Vec<u8>) -> Option<StatusCode> {
        let path = &url[url.find("/nfc").unwrap()..];
        let mut headers = HeaderMap::new();
        let vmdk = HeaderValue::from_static("application/x-vnd.vmware-streamVmdk");
        headers.insert(CONTENT_TYPE, vmdk);
        let overwrite = HeaderName::from_static("overwrite");
        headers.insert(overwrite, HeaderValue::from_static("t"));
        match self.rig.send(method, path, headers, body).await {
            Answer::Reply(reply) => Some(reply.status()),
            Answer::File(reply) => Some(reply.status()),
            Answer::Cut => None,
        }
    }

    /// Everything that an import leaves behind when it fails must be gone.
    fn assert_nothing_left(&self, name: &str) {
        let snapshot = self.rig.core.store.snapshot();
        assert!(crate::inventory::child_named(&snapshot, &self.folder, name).is_none());
        let root = format!("[{}] {name}", self.datastore_name());
        let found = self.rig.core.storage.look(&DatastorePath::parse(&root).unwrap());
        assert_eq!(found.unwrap(), None);
    }

    fn datastore_name(&self) -> String {
        let snapshot = self.rig.core.store.snapshot();
        let found = snapshot.get::<datastore::Datastore>(&self.datastore).unwrap();
        found.entity.name.to_string()
    }
}

fn disks() -> [Vec<u8>; 2] {
    [[b"KDMV".as_slice(), &[1; 70_000]].concat(), [b"KDMV".as_slice(), &[2; 5_000]].concat()]
}

#[tokio::test]
async fn what_was_uploaded_lies_on_the_datastore_bit_for_bit() {
    for model in ["esxi", "ft-ready"] {
        let lab = lab(model).await;
        let (lease, info) = lab.import(lab.params("appliance")).await;
        assert_eq!(lab.state(&lease).await, "ready");
        let host = if model == "esxi" { "https://*/nfc/" } else { "https://127.0.0.1/nfc/" };
        for (url, content) in info.device_url.iter().zip(disks()) {
            assert!(url.url.starts_with(host), "{}", url.url);
            let answer = lab.upload(&url.url, Method::POST, content).await;
            assert_eq!(answer, Some(StatusCode::OK));
        }
        let iso = &info.device_url[2];
        assert_eq!((iso.disk, iso.target_id.as_deref()), (Some(false), Some("tools.iso")));
        let answer = lab.upload(&iso.url, Method::PUT, b"image".to_vec()).await;
        assert_eq!(answer, Some(StatusCode::OK));
        let get = HttpNfcLeaseGetManifest { this: lease.clone(), ..Default::default() };
        let manifest = lab.rig.call(get).await.unwrap();
        assert_eq!(manifest.len(), 3);
        assert_eq!(manifest[2].sha1, "0e76292794888d4f1fa75fb3aff4ca27c58f56a6");
        let complete = || HttpNfcLeaseComplete { this: lease.clone(), ..Default::default() };
        lab.rig.call(complete()).await.unwrap();
        assert_eq!(lab.state(&lease).await, "done");
        assert_eq!(fault_type(lab.rig.call(complete()).await), "InvalidState");
        for (name, content) in ["appliance.vmdk", "appliance_1.vmdk"].iter().zip(disks()) {
            let path = format!("[{}] appliance/{name}", lab.datastore_name());
            let place = lab.rig.core.storage.locate(&DatastorePath::parse(&path).unwrap());
            assert_eq!(std::fs::read(place.unwrap()).unwrap(), content);
        }
    }
}

#[tokio::test]
async fn the_vm_has_the_devices_of_the_package_and_its_guest_comes_up_with_its_address() {
    let lab = lab("ft-ready").await;
    let mut params = lab.params("appliance");
    let pair = |key: &str, value: &str| KeyValue {
        key: key.into(),
        value: value.into(),
        ..Default::default()
    };
    params.property_mapping = vec![
        pair("vami.ip0.appliance", "192.168.8.50"),
        pair("vami.gateway.appliance", "192.168.8.1"),
    ];
    let (lease, info) = lab.import(params).await;
    lab.rig.call(HttpNfcLeaseComplete { this: lease, ..Default::default() }).await.unwrap();
    let vm = info.entity;
    let config = lab.rig.fetch(&vm, "config").await.unwrap();
    let config: VirtualMachineConfigInfo = config.into_object().unwrap();
    let kinds: Vec<&str> = config
        .hardware
        .device
        .iter()
        .map(|device| device.type_name())
        .filter(|name| ["VirtualDisk", "VirtualE1000", "VirtualCdrom"].contains(name))
        .collect();
    assert_eq!(kinds, ["VirtualE1000", "VirtualDisk", "VirtualDisk", "VirtualCdrom"]);
    assert_eq!((config.hardware.num_cpu, config.hardware.memory_mb), (2, 1024));
    for device in &config.hardware.device {
        let described = device.device_info.as_ref().map(|it| it.label.as_str()).unwrap_or_default();
        assert!(!described.is_empty(), "{}", device.type_name());
        let (key, name) = (device.key, device.type_name());
        let has_bus = [100, 200, 201, 300, 400].contains(&key);
        assert_eq!(device.controller_key.is_some(), !has_bus, "{name} {key}");
        let lists = config.hardware.device.iter().filter(|other| {
            let controller = other.downcast_ref::<VirtualController>();
            controller.is_some_and(|controller| controller.device.contains(&key))
        });
        let listed: Vec<i32> = lists.map(|controller| controller.key).collect();
        assert_eq!(listed, Vec::from_iter(device.controller_key), "{name} {key}");
    }
    assert_eq!(config.v_app_config.unwrap().eula.len(), 1);
    lab.rig.call(PowerOnVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    lab.rig.advance(10);
    let guest = || async {
        let guest: GuestInfo = lab.rig.fetch(&vm, "guest").await.unwrap().into_object().unwrap();
        (guest.tools_running_status.unwrap().to_string(), guest.ip_address)
    };
    assert_eq!(guest().await, ("guestToolsNotRunning".to_owned(), None));
    lab.rig.advance(30);
    assert_eq!(guest().await, ("guestToolsRunning".to_owned(), Some("192.168.8.50".into())));
}

#[tokio::test]
async fn a_lease_without_word_expires_and_everything_goes_with_it() {
    let lab = lab("esxi").await;
    let (lease, info) = lab.import(lab.params("appliance")).await;
    let [first, _] = disks();
    lab.upload(&info.device_url[0].url, Method::POST, first.clone()).await;
    let word = || HttpNfcLeaseProgress { this: lease.clone(), percent: 0, ..Default::default() };
    for _ in 0..3 {
        lab.rig.advance(200);
        lab.rig.call(word()).await.unwrap();
    }
    lab.rig.advance(301);
    assert_eq!(lab.state(&lease).await, "error");
    assert_eq!(lab.error(&lease).await, "Timedout");
    assert_eq!(fault_type(lab.rig.call(word()).await), "Timedout");
    let late = lab.upload(&info.device_url[1].url, Method::POST, first).await;
    assert_eq!(late, Some(StatusCode::NOT_FOUND));
    lab.assert_nothing_left("appliance");
}

#[tokio::test]
async fn an_import_that_fails_leaves_alone_the_files_of_another_of_its_name() {
    let lab = lab("ft-ready").await;
    let this = lab.folder.clone();
    let sub = CreateFolder { this, name: "sub".into(), ..Default::default() };
    let sub = lab.rig.call(sub).await.unwrap();
    let made = lab.spec(lab.params("twin")).await;
    let import = |folder: &MoRef| ImportVApp {
        this: lab.pool.clone(),
        spec: made.import_spec.clone().unwrap(),
        folder: Some(folder.clone()),
        ..Default::default()
    };
    let first = lab.rig.call(import(&lab.folder)).await.unwrap();
    let second = lab.rig.call(import(&sub)).await.unwrap();
    lab.rig.advance(3);
    let mut vms = Vec::new();
    for lease in [&first, &second] {
        let info = lab.rig.fetch(lease, "info").await.unwrap();
        vms.push(info.into_object::<HttpNfcLeaseInfo>().unwrap().entity);
    }
    lab.rig.call(HttpNfcLeaseAbort { this: second, ..Default::default() }).await.unwrap();
    let files = lab.rig.fetch(&vms[0], "config.files").await.unwrap();
    let vmx = files.as_object::<VirtualMachineFileInfo>().unwrap().vm_path_name.clone().unwrap();
    let directory = DatastorePath::parse(vmx.rsplit_once('/').unwrap().0).unwrap();
    assert!(lab.rig.core.storage.look(&directory).unwrap().is_some(), "{directory} is gone");
}

#[tokio::test]
async fn an_aborted_lease_leaves_nothing_and_cannot_be_aborted_again() {
    let lab = lab("ft-ready").await;
    let (lease, info) = lab.import(lab.params("appliance")).await;
    let [first, _] = disks();
    lab.upload(&info.device_url[0].url, Method::POST, first).await;
    let abort = || HttpNfcLeaseAbort { this: lease.clone(), ..Default::default() };
    lab.rig.call(abort()).await.unwrap();
    assert_eq!(fault_type(lab.rig.call(abort()).await), "InvalidState");
    lab.assert_nothing_left("appliance");
}

#[tokio::test]
async fn a_full_datastore_fails_the_lease_at_once_for_thick_and_half_way_for_thin_disks() {
    let lab = lab("esxi").await;
    let name = lab.datastore_name();
    let free = |bytes: i64| {
        lab.rig.commit(|tx| {
            let now = datastore::free_bytes(tx, &lab.datastore);
            let datastore = tx.edit::<datastore::Datastore>(&lab.datastore)?;
            datastore.other_use += now - bytes;
            Ok(())
        });
    };
    free(60_000);
    let made = lab.spec(lab.params("thick")).await;
    let lease = lab.start(&made).await;
    assert_eq!(lab.error(&lease).await, "NoDiskSpace");
    lab.assert_nothing_left("thick");
    let mut params = lab.params("thin");
    params.disk_provisioning = Some("thin".into());
    let (lease, info) = lab.import(params).await;
    let [big, _] = disks();
    let answer = lab.upload(&info.device_url[0].url, Method::POST, big).await;
    assert_eq!(answer, Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(lab.error(&lease).await, "NoDiskSpace");
    lab.assert_nothing_left("thin");
    assert!(!name.is_empty());
}

#[tokio::test]
async fn a_failing_upload_ends_the_lease_and_a_cut_one_can_be_sent_again() {
    let lab = lab("esxi").await;
    let (lease, info) = lab.import(lab.params("appliance")).await;
    let cut = Rule::new(Kind::CutUpload { after_bytes: 10 }).on("POST /nfc").times(1);
    lab.rig.core.disturbances.add(cut);
    let [first, second] = disks();
    let url = &info.device_url[0].url;
    assert_eq!(lab.upload(url, Method::POST, first.clone()).await, None);
    assert_eq!(lab.upload(url, Method::POST, first).await, Some(StatusCode::OK));
    let fault = "FileFault".to_owned();
    let fail = Rule::new(Kind::FailUpload { after_bytes: 10, fault }).on("POST /nfc");
    lab.rig.core.disturbances.add(fail);
    let answer = lab.upload(&info.device_url[1].url, Method::POST, second).await;
    assert_eq!(answer, Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(lab.error(&lease).await, "FileFault");
    lab.assert_nothing_left("appliance");
}

#[tokio::test]
async fn wrong_verbs_types_and_tickets_are_refused_and_harm_nothing() {
    let lab = lab("esxi").await;
    let (lease, info) = lab.import(lab.params("appliance")).await;
    let [first, _] = disks();
    let url = info.device_url[0].url.as_str();
    let wrong = lab.upload(url, Method::PUT, first.clone()).await;
    assert_eq!(wrong, Some(StatusCode::INTERNAL_SERVER_ERROR));
    let guessed = "https://*/nfc/52000000/disk-0.vmdk";
    let answer = lab.upload(guessed, Method::POST, first.clone()).await;
    assert_eq!(answer, Some(StatusCode::NOT_FOUND));
    assert_eq!(lab.upload(url, Method::POST, first).await, Some(StatusCode::OK));
    assert_eq!(lab.state(&lease).await, "ready");
    let calls = lab.rig.core.calls.list();
    let uploads: Vec<_> = calls.iter().filter(|call| call.managed == "(http)").collect();
    assert_eq!(uploads.iter().filter(|call| call.changed()).count(), 1);
    assert!(uploads.iter().all(|call| call.object == "disk-0.vmdk"));
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_leases_and_a_destroyed_vm_takes_its_files_along() {
    let lab = lab("esxi").await;
    let (_, info) = lab.import(lab.params("appliance")).await;
    assert!(lab.rig.core.store.snapshot().contains(&info.entity));
    lab.rig.core.end_all_sessions();
    lab.assert_nothing_left("appliance");
    lab.rig.forget_cookie();
    lab.rig.login("user", "pass").await.unwrap();
    let (lease, info) = lab.import(lab.params("second")).await;
    let [first, _] = disks();
    lab.upload(&info.device_url[0].url, Method::POST, first).await;
    lab.rig.call(HttpNfcLeaseComplete { this: lease, ..Default::default() }).await.unwrap();
    let destroy = DestroyTask { this: info.entity, ..Default::default() };
    lab.rig.call(destroy).await.unwrap();
    lab.rig.advance(5);
    lab.assert_nothing_left("second");
}
