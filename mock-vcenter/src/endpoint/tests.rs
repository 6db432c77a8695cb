//! The protocol around the methods: sessions, versions, faults, disturbances, the control endpoint.

use hyper::header::HeaderMap;
use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};
use vim25::methods::{
    CreateFolder, CurrentTime, Login, Logout, ReconfigVMTask, RenameTask, RetrieveServiceContent,
    SessionIsActive, TerminateSession,
};
use vim25::types::{
    NoPermission, ResourceAllocationInfo, SharesInfo, UserSession, VirtualMachineConfigSpec,
};
use vim25::{MoRef, Value, soap};

use crate::disturb::{Kind, Rule};
use crate::session::{Account, session_manager_id};
use crate::testing::{Rig, fault_type};
use crate::transport::Answer;
use crate::{Mock, service::service_instance_id};

fn time() -> CurrentTime {
    CurrentTime { this: service_instance_id(), ..Default::default() }
}

fn folder(rig: &Rig, name: &str) -> CreateFolder {
    CreateFolder { this: rig.root(), name: name.into(), ..Default::default() }
}

async fn control(rig: &Rig, method: Method, topic: &str, body: Json) -> (StatusCode, Json) {
    let body = serde_json::to_vec(&body).unwrap();
    let path = format!("/mock/{topic}");
    match rig.send(method, &path, HeaderMap::new(), body).await {
        Answer::Cut | Answer::File(_) => panic!("the control endpoint is never cut"),
        Answer::Reply(reply) => {
            (reply.status(), serde_json::from_slice(reply.body()).unwrap_or(Json::Null))
        }
    }
}

#[tokio::test]
async fn without_a_session_only_anonymous_methods_answer() {
    let rig = Rig::anonymous("empty");
    let content = RetrieveServiceContent { this: service_instance_id(), ..Default::default() };
    let content = rig.call(content).await.unwrap();
    assert_eq!(content.about.api_type, "VirtualCenter");
    assert_eq!(fault_type(rig.call(time()).await), "NotAuthenticated");
    let manager = session_manager_id(&rig.core.product);
    assert_eq!(rig.fetch(&manager, "currentSession").await, None);
    assert_eq!(fault_type(rig.login("user", "wrong").await), "InvalidLogin");
    assert_eq!(fault_type(rig.login("other", "pass").await), "InvalidLogin");
    rig.login("user", "pass").await.unwrap();
    rig.call(time()).await.unwrap();
    assert_eq!(fault_type(rig.login("user", "pass").await), "InvalidLogin");
}

#[tokio::test]
async fn a_session_lives_half_an_hour_after_its_last_call_and_takes_its_objects_along() {
    let rig = Rig::logged_in("empty").await;
    for _ in 0..4 {
        rig.advance(29 * 60);
        rig.call(time()).await.unwrap();
    }
    let view =
        vim25::methods::CreateListView { this: rig.first("ViewManager"), ..Default::default() };
    let view = rig.call(view).await.unwrap();
    rig.advance(30 * 60);
    assert_eq!(fault_type(rig.call(time()).await), "NotAuthenticated");
    assert!(!rig.core.store.snapshot().contains(&view));
    assert!(rig.core.sessions.list().is_empty());
    rig.login("user", "pass").await.unwrap();
    rig.call(time()).await.unwrap();
}

#[tokio::test]
async fn sessions_are_listed_checked_and_terminated() {
    let rig = Rig::logged_in("empty").await;
    let other = rig.another().await;
    let manager = session_manager_id(&rig.core.product);
    let sessions = rig.fetch(&manager, "sessionList").await.unwrap();
    assert_eq!(sessions.items().len(), 2);
    let own = other.fetch(&manager, "currentSession").await.unwrap();
    let key = own.as_object::<UserSession>().unwrap().key.clone();
    let is_active = SessionIsActive {
        this: manager.clone(),
        session_id: key.clone(),
        user_name: "user".into(),
        ..Default::default()
    };
    assert!(rig.call(is_active.clone()).await.unwrap());
    let terminate =
        TerminateSession { this: manager.clone(), session_id: vec![key], ..Default::default() };
    assert_eq!(fault_type(other.call(terminate.clone()).await), "InvalidArgument");
    rig.call(terminate.clone()).await.unwrap();
    assert!(!rig.call(is_active).await.unwrap());
    assert_eq!(fault_type(other.call(time()).await), "NotAuthenticated");
    assert_eq!(fault_type(rig.call(terminate).await), "NotFound");
    rig.call(Logout { this: manager, ..Default::default() }).await.unwrap();
    assert_eq!(fault_type(rig.call(time()).await), "NotAuthenticated");
}

#[tokio::test]
async fn a_missing_privilege_is_named_with_its_object() {
    let account = Account::limited("reader", "pass", ["Task.Create"]);
    let rig = Rig::of(Mock::builder().account(account));
    rig.login("reader", "pass").await.unwrap();
    let refused = rig.call(folder(&rig, "f")).await.unwrap_err();
    let detail = refused.detail.unwrap();
    let detail = detail.downcast_ref::<NoPermission>().unwrap();
    assert_eq!(detail.object, Some(rig.root()));
    assert_eq!(detail.privilege_id.as_deref(), Some("Folder.Create"));
    assert_eq!(rig.fetch(&rig.root(), "name").await, Some(Value::from("Datacenters")));
}

#[tokio::test]
async fn what_is_not_there_has_one_fault_each() {
    let rig = Rig::logged_in("empty").await;
    let gone = CreateFolder { this: MoRef::new("Folder", "group-x"), ..Default::default() };
    assert_eq!(fault_type(rig.call(gone).await), "ManagedObjectNotFound");
    let unmodelled = vim25::methods::CreateStoragePod { this: rig.root(), ..Default::default() };
    let refused = rig.call(unmodelled).await.unwrap_err();
    assert!(refused.message.contains("Folder.CreateStoragePod"), "{}", refused.message);
    assert_eq!(refused.detail.unwrap().type_name(), "NotSupported");
    let stranger =
        CreateFolder { this: rig.first("Datacenter"), name: "f".into(), ..Default::default() };
    assert_eq!(fault_type(rig.call(stranger).await), "MethodNotFound");
}

#[tokio::test]
async fn bad_requests_get_a_well_formed_fault() {
    let rig = Rig::logged_in("empty").await;
    let good = soap::encode_request(&time(), rig.version, None);
    let text = String::from_utf8(good.clone()).unwrap();
    let cases = [
        (good.clone(), "urn:vim25/99.0"),
        (good.clone(), "urn:vim25/8.0.3.0.0"),
        (good, "urn:other"),
        (b"not xml".to_vec(), "urn:vim25/8.0.3.0"),
        (text.replace("CurrentTime", "NoSuchMethod").into_bytes(), "urn:vim25/8.0.3.0"),
        (Vec::new(), "urn:vim25/8.0.3.0"),
    ];
    for (body, action) in cases {
        let (status, answer) = rig.post(body, action).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(status, 500, "{action}");
        assert!(
            answer.contains("<faultcode>ServerFaultCode</faultcode>")
                && answer.contains(
                    "<InvalidRequestFault xmlns=\"urn:vim25\" xsi:type=\"InvalidRequest\">"
                ),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_constant_that_an_enumeration_does_not_have_is_refused_and_changes_nothing() {
    let rig = Rig::logged_in("ft-ready").await;
    let vm = rig.first("VirtualMachine");
    let shares = SharesInfo { level: "nix".into(), ..Default::default() };
    let allocation =
        ResourceAllocationInfo { shares: Some(Box::new(shares)), ..Default::default() };
    let spec = VirtualMachineConfigSpec {
        cpu_allocation: Some(Box::new(allocation)),
        ..Default::default()
    };
    let before = rig.fetch(&vm, "config.cpuAllocation").await;
    let asked = ReconfigVMTask { this: vm.clone(), spec, ..Default::default() };
    let refused = rig.call(asked).await.unwrap_err();
    assert!(refused.message.contains("SharesLevel") && refused.message.contains("'nix'"));
    assert_eq!(refused.detail.unwrap().type_name(), "InvalidRequest");
    rig.advance(10);
    assert_eq!(rig.fetch(&vm, "config.cpuAllocation").await, before);
}

/// Clients that read the WSDL leave out an attribute it does not require, and post to the address it was read from.
#[tokio::test]
async fn an_untyped_receiver_and_any_path_below_sdk_are_understood() {
    let rig = Rig::anonymous("empty");
    let content = RetrieveServiceContent { this: service_instance_id(), ..Default::default() };
    let text = String::from_utf8(soap::encode_request(&content, rig.version, None)).unwrap();
    let untyped = text.replace(" type=\"ServiceInstance\"", "");
    assert_ne!(untyped, text);
    for path in ["/sdk", "/sdk/vimService", "/sdk/vimService.wsdl", "/sdk/"] {
        let body = untyped.clone().into_bytes();
        let answer = rig.send(Method::POST, path, HeaderMap::new(), body).await;
        let Answer::Reply(reply) = answer else { panic!("{path} was cut") };
        assert_eq!(reply.status(), StatusCode::OK, "{path}");
        let answer = String::from_utf8(reply.into_body()).unwrap();
        assert!(answer.contains("<apiType>VirtualCenter</apiType>"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn an_untyped_receiver_is_found_by_its_id_where_a_base_type_declares_the_method() {
    let rig = Rig::logged_in("ft-ready").await;
    let cluster = rig.first("ClusterComputeResource");
    let rename = |this: MoRef| RenameTask { this, new_name: "C2".into(), ..Default::default() };
    let untyped = |this: &MoRef| rename(MoRef::new("", this.value.clone()));
    rig.call(untyped(&cluster)).await.unwrap();
    rig.advance(5);
    rig.settle().await;
    assert_eq!(rig.fetch(&cluster, "name").await.unwrap().as_str(), Some("C2"));
    let nobody = MoRef::new("Folder", "group-x");
    assert_eq!(fault_type(rig.call(untyped(&nobody)).await), "ManagedObjectNotFound");
}

#[tokio::test]
async fn an_older_client_is_spared_newer_members() {
    let mut rig = Rig::logged_in("empty").await;
    let content = RetrieveServiceContent { this: service_instance_id(), ..Default::default() };
    let patch_level = async |rig: &Rig| rig.call(content.clone()).await.unwrap().about.patch_level;
    assert!(patch_level(&rig).await.is_some());
    rig.version = vim25::Version::parse("6.0").unwrap();
    assert!(patch_level(&rig).await.is_none());
}

#[tokio::test]
async fn calls_are_logged_with_what_they_did() {
    let rig = Rig::logged_in("empty").await;
    rig.call(folder(&rig, "f")).await.unwrap();
    let _ = rig.call(folder(&rig, "f")).await;
    let calls = rig.core.calls.list();
    let last: Vec<_> = calls
        .iter()
        .map(|call| (call.number, call.method.as_str(), call.changed(), call.fault.as_deref()))
        .collect();
    assert_eq!(
        last,
        [
            (1, "Login", false, None),
            (2, "CreateFolder", true, None),
            (3, "CreateFolder", false, Some("DuplicateName")),
        ]
    );
    assert_eq!((calls[1].user.as_str(), calls[1].object.as_str()), ("user", "group-d1"));
    let shown = control(&rig, Method::GET, "calls", Json::Null).await.1;
    assert_eq!(shown[2]["fault"], "DuplicateName");
    assert!(!shown.to_string().contains("pass"));
}

#[tokio::test]
async fn disturbances_strike_at_the_stage_they_name() {
    let rig = Rig::logged_in("empty").await;
    let body = |name: &str| soap::encode_request(&folder(&rig, name), rig.version, None);
    let strike = |kind| {
        rig.core.disturbances.replace(vec![Rule::new(kind).on("CreateFolder").times(1)]);
    };
    let exists = |name: &str| {
        crate::inventory::child_named(&rig.core.store.snapshot(), &rig.root(), name).is_some()
    };
    let action = "urn:vim25/8.0.3.0";

    strike(Kind::DropResponse);
    assert!(rig.post(body("dropped"), action).await.is_none());
    assert!(exists("dropped"));

    strike(Kind::Cut);
    assert!(rig.post(body("cut"), action).await.is_none());
    assert!(!exists("cut"));

    strike(Kind::Unavailable);
    assert_eq!(rig.post(body("busy"), action).await.unwrap().0, 503);
    assert!(!exists("busy"));

    strike(Kind::Fault { fault: "TaskInProgress".into(), message: None });
    assert_eq!(fault_type(rig.call(folder(&rig, "fault")).await), "TaskInProgress");
    assert!(!exists("fault"));

    strike(Kind::ExpireSessions);
    assert_eq!(fault_type(rig.call(folder(&rig, "late")).await), "NotAuthenticated");
}

#[tokio::test]
async fn a_panicking_handler_answers_a_fault_and_the_server_lives_on() {
    let mut builder_core = Mock::builder().build().unwrap();
    let core = std::sync::Arc::get_mut(&mut builder_core).unwrap();
    core.dispatch.add::<CreateFolder>(|call, _| {
        call.commit(|tx| {
            crate::inventory::add_folder(tx, call.this(), "half")?;
            panic!("a bug in a handler")
        })
    });
    let rig = Rig::with_core(builder_core);
    rig.login("user", "pass").await.unwrap();
    assert_eq!(fault_type(rig.call(folder(&rig, "f")).await), "SystemError");
    let half = crate::inventory::child_named(&rig.core.store.snapshot(), &rig.root(), "half");
    assert_eq!(half, None);
    rig.call(time()).await.unwrap();
}

#[tokio::test]
async fn the_control_endpoint_moves_time_sets_rules_and_ends_sessions() {
    let rig = Rig::logged_in("empty").await;
    let (_, clock) = control(&rig, Method::POST, "clock", json!({ "advanceMillis": 90_000 })).await;
    assert_eq!(clock["elapsedMillis"], 90_000);
    assert_eq!(rig.clock().elapsed().as_secs(), 90);
    let rule = json!({ "kind": "fault", "fault": "HostNotReachable", "method": "CurrentTime" });
    let (status, rules) = control(&rig, Method::POST, "disturb", rule).await;
    assert_eq!((status, rules[0]["strikes"].as_u64()), (StatusCode::OK, Some(0)));
    assert_eq!(fault_type(rig.call(time()).await), "HostNotReachable");
    let (_, rules) = control(&rig, Method::GET, "disturb", Json::Null).await;
    assert_eq!(rules[0]["strikes"], 1);
    let (status, _) = control(&rig, Method::POST, "disturb", json!({ "kind": "nonsense" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    control(&rig, Method::DELETE, "disturb", Json::Null).await;
    rig.call(time()).await.unwrap();
    let (_, ended) = control(&rig, Method::DELETE, "sessions", Json::Null).await;
    assert_eq!(ended["ended"], 1);
    assert_eq!(fault_type(rig.call(time()).await), "NotAuthenticated");
    let (_, coverage) = control(&rig, Method::GET, "coverage", Json::Null).await;
    assert!(coverage["modelled"].as_u64().unwrap() > 40);
    assert_eq!(coverage["total"].as_u64().unwrap() as usize, vim25::registry::methods().len());
    assert_eq!(control(&rig, Method::GET, "nothing", Json::Null).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_password_appears_in_no_answer_and_no_record() {
    let rig = Rig::of(Mock::builder().credentials("root", "correct horse"));
    rig.login("root", "correct horse").await.unwrap();
    let login = Login {
        this: session_manager_id(&rig.core.product),
        user_name: "root".into(),
        password: "correct horse".into(),
        ..Default::default()
    };
    let body = soap::encode_request(&login, rig.version, None);
    let (_, answer) = rig.post(body, "urn:vim25/8.0.3.0").await.unwrap();
    assert!(!String::from_utf8(answer).unwrap().contains("correct horse"));
    assert!(!format!("{:?}", rig.core.calls.list()).contains("correct horse"));
}
