//! The exact JSON of exchanges, refusals of each kind, the call log, disturbances, releases; and every operation has
//! its place below `/rest`.

use hyper::header::HeaderMap;
use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::service::Served;
use crate::rest::dialect::Resource;
use crate::rest::operation::Operation;
use crate::session::Account;
use crate::testing::Rig;
use crate::transport::Answer;
use crate::{Mock, MockBuilder};

const PASSWORD: &str = "com.vmware.vapi.std.security.user_pass";
const SESSION: &str = "com.vmware.vapi.std.security.session_id";

async fn send(rig: &Rig, body: impl Into<Vec<u8>>) -> (StatusCode, Json) {
    match rig.send(Method::POST, "/api", HeaderMap::new(), body.into()).await {
        Answer::Reply(reply) => {
            (reply.status(), serde_json::from_slice(reply.body()).unwrap_or_default())
        }
        Answer::Cut | Answer::File(_) => panic!("an answer is expected"),
    }
}

fn message(operation: &str, security: &Json, fields: &Json) -> Json {
    let (service, operation) = operation.rsplit_once('.').unwrap();
    json!({
        "jsonrpc": "2.0", "id": "7", "method": "invoke",
        "params": {
            "serviceId": format!("com.vmware.{service}"),
            "operationId": operation,
            "ctx": { "appCtx": { "opId": "x" }, "securityCtx": security },
            "input": { "STRUCTURE": { "operation-input": fields } },
        },
    })
}

/// A mock and a session of this protocol.
struct Client {
    rig: Rig,
    security: Json,
}

impl Client {
    async fn new(builder: MockBuilder, user: &str) -> Self {
        let rig = Rig::of(builder);
        let security = json!({ "schemeId": PASSWORD, "userName": user, "password": "pass" });
        let mut client = Self { rig, security };
        let token = client.output("cis.session.create", json!({})).await;
        let token = token["SECRET"].as_str().unwrap();
        client.security = json!({ "schemeId": SESSION, "sessionId": token });
        client
    }

    async fn call(&self, operation: &str, fields: Json) -> Json {
        let message = message(operation, &self.security, &fields);
        let (status, answer) = send(&self.rig, message.to_string()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!("7")));
        answer["result"].clone()
    }

    async fn output(&self, operation: &str, fields: Json) -> Json {
        let result = self.call(operation, fields).await;
        assert_eq!(result["error"], Json::Null, "{operation}: {result}");
        result["output"].clone()
    }

    /// The kind of a refusal.
    async fn refused(&self, operation: &str, fields: Json) -> String {
        let result = self.call(operation, fields).await;
        let error = result["error"]["ERROR"].as_object().expect("an error");
        let (name, fields) = error.iter().next().unwrap();
        let name = name.strip_prefix("com.vmware.vapi.std.errors.").unwrap();
        assert_eq!(fields["error_type"]["OPTIONAL"], name.to_uppercase());
        name.to_owned()
    }

    async fn category(&self) -> Json {
        let spec = json!({ "STRUCTURE": { "com.vmware.cis.tagging.category.create_spec": {
            "name": "Tier", "description": "d", "cardinality": "SINGLE",
            "associable_types": ["VirtualMachine"], "category_id": { "OPTIONAL": null },
        } } });
        self.output("cis.tagging.category.create", json!({ "create_spec": spec })).await
    }
}

fn lab() -> MockBuilder {
    Mock::builder().model("ft-ready")
}

#[test]
fn every_operation_has_its_place_below_rest() {
    for served in Served::all() {
        let input = json!({ "category_id": "a", "tag_id": "b", "vm": "c" });
        let plan = served.plan(input).unwrap();
        let known = Operation::of(&plan.method, &plan.asked).is_some();
        assert_eq!(known, plan.asked.resource != Resource::Session, "{}", served.name());
    }
}

#[tokio::test]
async fn a_category_is_made_and_shown_as_the_structure_of_the_metamodel() {
    let client = Client::new(lab(), "user").await;
    let id = client.category().await;
    let shown = client.call("cis.tagging.category.get", json!({ "category_id": id })).await;
    let expected = json!({ "output": { "STRUCTURE": { "com.vmware.cis.tagging.category_model": {
        "id": id, "name": "Tier", "description": "d", "cardinality": "SINGLE",
        "associable_types": ["VirtualMachine"], "used_by": [],
    } } } });
    assert_eq!(shown, expected);
    let done = client.call("cis.tagging.category.delete", json!({ "category_id": id })).await;
    assert_eq!(done, json!({ "output": null }));
    assert_eq!(client.output("cis.tagging.category.list", json!({})).await, json!([]));
}

#[tokio::test]
async fn what_is_attached_is_told_as_structures_within_structures() {
    let client = Client::new(lab(), "user").await;
    let category = client.category().await;
    let spec = json!({ "STRUCTURE": { "com.vmware.cis.tagging.tag.create_spec": {
        "name": "Gold", "description": "", "category_id": category,
    } } });
    let tag = client.output("cis.tagging.tag.create", json!({ "create_spec": spec })).await;
    let vm = client.rig.first("VirtualMachine");
    let object = |id: &str| {
        json!({ "STRUCTURE": { "com.vmware.vapi.std.dynamic_ID": {
            "type": "VirtualMachine", "id": id,
        } } })
    };
    let fields = json!({ "tag_id": tag, "object_ids": [object(&vm.value), object("vm-none")] });
    let association = "cis.tagging.tag_association";
    let done =
        client.output(&format!("{association}.attach_tag_to_multiple_objects"), fields).await;
    let batch = &done["STRUCTURE"]["com.vmware.cis.tagging.tag_association.batch_result"];
    assert_eq!(batch["success"], false);
    let text = &batch["error_messages"][0]["STRUCTURE"]["com.vmware.vapi.std.localizable_message"];
    assert_eq!(text["default_message"], "The object VirtualMachine:vm-none does not exist.");
    assert_eq!(text["localized"], json!({ "OPTIONAL": null }));
    let fields = json!({ "tag_ids": [tag] });
    let seen = client.output(&format!("{association}.list_attached_objects_on_tags"), fields).await;
    let expected = json!([{ "STRUCTURE": {
        "com.vmware.cis.tagging.tag_association.tag_to_objects": {
            "tag_id": tag, "object_ids": [object(&vm.value)],
        },
    } }]);
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_list_is_narrowed_by_a_filter() {
    let client = Client::new(lab(), "user").await;
    let filter = json!({ "OPTIONAL": { "STRUCTURE": { "com.vmware.vcenter.VM.filter_spec": {
        "names": { "OPTIONAL": ["vm1", "a&b=c+d %"] }, "hosts": { "OPTIONAL": null },
        "vms": { "OPTIONAL": [] }, "power_states": { "OPTIONAL": ["POWERED_ON"] },
    } } } });
    let listed = client.output("vcenter.VM.list", json!({ "filter": filter })).await;
    let vm = client.rig.first("VirtualMachine");
    let expected = json!([{ "STRUCTURE": { "com.vmware.vcenter.VM.summary": {
        "vm": &*vm.value, "name": "vm1", "power_state": "POWERED_ON",
        "cpu_count": { "OPTIONAL": 2 }, "memory_size_MiB": { "OPTIONAL": 4096 },
    } } }]);
    assert_eq!(listed, expected);
    let all = client.output("vcenter.VM.list", json!({ "filter": { "OPTIONAL": null } })).await;
    assert!(all.as_array().unwrap().len() > 1);
    let filter = json!({ "STRUCTURE": { "f": { "names": [{ "STRUCTURE": { "a": {} } }] } } });
    let kind = client.refused("vcenter.VM.list", json!({ "filter": filter })).await;
    assert_eq!(kind, "invalid_argument");
}

#[tokio::test]
async fn all_that_there_is_fits_the_structures() {
    for model in ["ft-ready", "flawed", "ft-vcenter", "empty"] {
        let client = Client::new(Mock::builder().model(model), "user").await;
        for kind in [
            "cluster",
            "datacenter",
            "datastore",
            "folder",
            "host",
            "network",
            "resource_pool",
            "VM",
        ] {
            client.output(&format!("vcenter.{kind}.list"), json!({})).await;
        }
        let vms = client.rig.core.store.snapshot().of_kind("VirtualMachine").to_vec();
        for vm in vms {
            let fields = json!({ "vm": &*vm.value });
            let shown = client.output("vcenter.VM.get", fields.clone()).await;
            let disks = &shown["STRUCTURE"]["com.vmware.vcenter.VM.info"]["disks"];
            let disk = &disks[0]["STRUCTURE"]["map-entry"];
            assert!(disk["key"].is_string(), "{disk}");
            client.output("vcenter.vm.power.get", fields).await;
        }
        client.output("appliance.system.version.get", json!({})).await;
        client.output("cis.session.get", json!({})).await;
    }
}

#[tokio::test]
async fn an_error_tells_its_name_and_its_message() {
    let client = Client::new(lab(), "user").await;
    let result = client.call("cis.tagging.tag.get", json!({ "tag_id": "none" })).await;
    let expected = json!({ "error": { "ERROR": { "com.vmware.vapi.std.errors.not_found": {
        "messages": [{ "STRUCTURE": { "com.vmware.vapi.std.localizable_message": {
            "id": "com.vmware.vapi.std.errors.not_found",
            "default_message": "The tag with identifier none does not exist.",
            "args": [],
            "params": { "OPTIONAL": null },
            "localized": { "OPTIONAL": null },
        } } }],
        "data": { "OPTIONAL": null },
        "error_type": { "OPTIONAL": "NOT_FOUND" },
    } } } });
    assert_eq!(result, expected);
}

#[tokio::test]
async fn each_refusal_is_told_by_its_kind() {
    let reader = Account::limited("reader", "pass", ["Task.Create"]);
    let mut client = Client::new(lab().account(reader), "reader").await;
    let vm = json!({ "vm": &*client.rig.first("VirtualMachine").value });
    let spec = json!({ "STRUCTURE": { "spec": { "name": "x" } } });
    for (operation, fields, kind) in [
        ("cis.tagging.tag.none", json!({}), "operation_not_found"),
        ("none.list", json!({}), "operation_not_found"),
        ("cis.tagging.tag.get", json!({}), "invalid_argument"),
        ("cis.tagging.tag_association.list_attached_tags", json!({}), "invalid_argument"),
        ("cis.tagging.category.create", json!({ "create_spec": spec }), "unauthorized"),
        ("vcenter.vm.power.stop", vm.clone(), "unauthorized"),
        ("vcenter.vm.power.start", vm, "already_in_desired_state"),
    ] {
        assert_eq!(client.refused(operation, fields).await, kind, "{operation}");
    }
    client.output("cis.session.delete", json!({})).await;
    for operation in ["cis.tagging.tag.list", "cis.tagging.tag.get"] {
        assert_eq!(client.refused(operation, json!({})).await, "unauthenticated");
    }
    for security in [
        json!(null),
        json!({ "schemeId": PASSWORD, "userName": "reader", "password": "wrong" }),
        json!({ "schemeId": PASSWORD, "userName": "reader" }),
        json!({ "schemeId": "com.vmware.vapi.std.security.saml_bearer_token" }),
    ] {
        client.security = security;
        assert_eq!(client.refused("cis.session.create", json!({})).await, "unauthenticated");
    }
}

#[tokio::test]
async fn what_is_no_message_is_answered_with_an_error_of_the_protocol() {
    let rig = Rig::anonymous("ft-ready");
    let with = |name: &str, value: Json| {
        let mut message = message("cis.session.create", &json!(null), &json!({}));
        *message.pointer_mut(name).unwrap() = value;
        message.to_string()
    };
    let deep = json!({ "a": 1 });
    let nested = format!("\"input\":{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = with("/params/input", json!(0)).replace("\"input\":0", &nested);
    for (body, code, id) in [
        ("{".to_owned(), -32700, json!(null)),
        (nested, -32700, json!(null)),
        ("[]".to_owned(), -32600, json!(null)),
        (with("/jsonrpc", json!("1.0")), -32600, json!(null)),
        (with("/id", json!(null)), -32600, json!(null)),
        (with("/id", json!(1.5)), -32600, json!(null)),
        (with("/method", json!("system.listMethods")), -32601, json!("7")),
        (with("/params", json!([])), -32602, json!("7")),
        (with("/params/serviceId", json!(1)), -32602, json!("7")),
        (with("/params/ctx", json!(null)), -32602, json!("7")),
        (with("/params/input", deep.clone()), -32602, json!("7")),
        (with("/params/input/STRUCTURE/operation-input", json!({ "a": deep })), -32602, json!("7")),
    ] {
        let (status, answer) = send(&rig, body.clone()).await;
        let found = (status, &answer["error"]["code"], &answer["id"]);
        assert_eq!(found, (StatusCode::OK, &json!(code), &id), "{body:.200}");
    }
    let calls = rig.core.calls.list();
    assert!(calls.iter().all(|call| call.method == "POST /api" && call.fault.is_some()));
    assert_eq!(calls[0].fault.as_deref(), Some("JSON-RPC -32700"));
}

#[tokio::test]
async fn the_call_log_knows_the_operation_its_object_and_its_error() {
    let client = Client::new(lab(), "user").await;
    let id = client.category().await;
    client.refused("cis.tagging.category.get", json!({ "category_id": "none" })).await;
    let calls = client.rig.core.calls.list();
    let told: Vec<_> = calls
        .iter()
        .map(|call| (call.method.as_str(), call.object.as_str(), call.changed(), &*call.user))
        .collect();
    assert_eq!(
        told,
        [
            ("POST /api com.vmware.cis.session.create", "", false, ""),
            ("POST /api com.vmware.cis.tagging.category.create", "", true, "user"),
            ("POST /api com.vmware.cis.tagging.category.get", "none", false, "user"),
        ],
        "{id}"
    );
    assert_eq!(calls[2].fault.as_deref(), Some("com.vmware.vapi.std.errors.not_found"));
}

#[tokio::test]
async fn a_disturbance_names_the_operation() {
    let rule = json!([{
        "kind": "fault", "method": "POST /api com.vmware.cis.tagging.tag.list",
        "fault": "SystemError", "message": "out of order",
    }]);
    let client = Client::new(lab(), "user").await;
    client.rig.core.disturbances.replace(serde_json::from_value(rule).unwrap());
    let kind = client.refused("cis.tagging.tag.list", json!({})).await;
    assert_eq!(kind, "internal_server_error");
    client.output("cis.tagging.category.list", json!({})).await;
}

#[tokio::test]
async fn the_protocol_came_with_6_0_the_inventory_with_6_5_and_hosts_have_neither() {
    let client = Client::new(lab().release("6.0"), "user").await;
    client.output("cis.tagging.tag.list", json!({})).await;
    assert_eq!(client.refused("vcenter.VM.list", json!({})).await, "operation_not_found");
    let body = message("cis.session.create", &json!(null), &json!({})).to_string();
    for builder in [lab().release("5.5"), Mock::builder().model("esxi")] {
        assert_eq!(send(&Rig::of(builder), body.clone()).await.0, StatusCode::NOT_FOUND);
    }
}
