//! Both dialects against one state: sessions, tagging, refusals, the call log, releases.

mod inventory;
mod session;
mod tagging;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, HeaderMap};
use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};
use vim25::MoRef;

use crate::Mock;
use crate::dispatch::Nature;
use crate::session::Account;
use crate::testing::Rig;
use crate::transport::Answer;

/// A server, and the session of somebody who may do next to nothing there.
async fn as_reader() -> (Rig, String) {
    let account = Account::limited("reader", "pass", ["Task.Create"]);
    let rig = Rig::of(Mock::builder().model("ft-ready").account(account));
    let (_, token) = log_in(&rig, "/api/session", "reader", "pass").await;
    (rig, token.as_str().unwrap().to_owned())
}

async fn send(
    rig: &Rig,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Json,
) -> (StatusCode, Json) {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        headers.insert("vmware-api-session-id", token.parse().unwrap());
    }
    finish(rig, method, path, headers, body).await
}

async fn finish(
    rig: &Rig,
    method: Method,
    path: &str,
    headers: HeaderMap,
    body: Json,
) -> (StatusCode, Json) {
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(&body).unwrap() };
    match rig.send(method, path, headers, body).await {
        Answer::Reply(reply) => {
            (reply.status(), serde_json::from_slice(reply.body()).unwrap_or(Json::Null))
        }
        Answer::Cut | Answer::File(_) => panic!("an answer is expected"),
    }
}

async fn log_in(rig: &Rig, path: &str, user: &str, password: &str) -> (StatusCode, Json) {
    let mut headers = HeaderMap::new();
    let pair = STANDARD.encode(format!("{user}:{password}"));
    headers.insert(AUTHORIZATION, format!("Basic {pair}").parse().unwrap());
    finish(rig, Method::POST, path, headers, Json::Null).await
}

async fn token(rig: &Rig) -> String {
    let (status, body) = log_in(rig, "/api/session", "user", "pass").await;
    assert_eq!(status, StatusCode::CREATED);
    body.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sessions_of_both_dialects_begin_with_a_password_and_end_when_told() {
    let rig = Rig::logged_in("ft-ready").await;
    let (status, body) = log_in(&rig, "/api/session", "user", "wrong").await;
    assert_eq!(
        (status, &body["error_type"]),
        (StatusCode::UNAUTHORIZED, &json!("UNAUTHENTICATED"))
    );
    let (status, body) = log_in(&rig, "/rest/com/vmware/cis/session", "user", "pass").await;
    assert_eq!(status, StatusCode::OK);
    let older = body["value"].as_str().unwrap().to_owned();
    let path = "/api/cis/tagging/tag";
    assert_eq!(send(&rig, Method::GET, path, None, Json::Null).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&rig, Method::GET, path, Some(&older), Json::Null).await.0, StatusCode::OK);
    let newer = token(&rig).await;
    let ended = send(&rig, Method::DELETE, "/api/session", Some(&newer), Json::Null).await;
    assert_eq!(ended.0, StatusCode::NO_CONTENT);
    let path = "/rest/com/vmware/cis/tagging/tag";
    let (status, body) = send(&rig, Method::GET, path, Some(&newer), Json::Null).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(body["type"], "com.vmware.vapi.std.errors.unauthenticated");
}

/// A category of one tag each for VMs, with the tags Gold and Silver, and a VM that is Gold.
struct Tagged {
    rig: Rig,
    token: String,
    category: String,
    gold: String,
    silver: String,
    vm: MoRef,
}

impl Tagged {
    async fn new() -> Self {
        let rig = Rig::logged_in("ft-ready").await;
        let token = token(&rig).await;
        let vm = rig.first("VirtualMachine");
        let mut tagged = Self {
            rig,
            token,
            category: String::new(),
            gold: String::new(),
            silver: String::new(),
            vm,
        };
        let (status, id) = tagged.post("/api/cis/tagging/category", tier()).await;
        assert_eq!(status, StatusCode::CREATED);
        tagged.category = id.as_str().unwrap().to_owned();
        let wrapped = json!({ "create_spec": tagged.spec("Gold") });
        let (_, gold) = tagged.post("/rest/com/vmware/cis/tagging/tag", wrapped).await;
        tagged.gold = gold["value"].as_str().unwrap().to_owned();
        let (_, silver) = tagged.post("/api/cis/tagging/tag", tagged.spec("Silver")).await;
        tagged.silver = silver.as_str().unwrap().to_owned();
        for _ in 0..2 {
            let (status, _) = tagged.attach(&tagged.gold).await;
            assert_eq!(status, StatusCode::NO_CONTENT, "attaching twice is attaching once");
        }
        tagged
    }

    fn spec(&self, name: &str) -> Json {
        json!({ "name": name, "description": "", "category_id": self.category })
    }

    fn object(&self) -> Json {
        json!({ "object_id": { "id": &*self.vm.value, "type": "VirtualMachine" } })
    }

    async fn post(&self, path: &str, body: Json) -> (StatusCode, Json) {
        send(&self.rig, Method::POST, path, Some(&self.token), body).await
    }

    async fn attach(&self, tag: &str) -> (StatusCode, Json) {
        let path = format!("/api/cis/tagging/tag-association/{tag}?action=attach");
        self.post(&path, self.object()).await
    }
}

fn tier() -> Json {
    json!({
        "name": "Tier", "description": "", "cardinality": "SINGLE",
        "associable_types": ["VirtualMachine"],
    })
}

#[tokio::test]
async fn what_is_made_and_attached_in_one_dialect_is_seen_in_both() {
    let tagged = Tagged::new().await;
    let (gold, silver) = (&tagged.gold, &tagged.silver);
    let on_tags = json!({ "tag_ids": [gold, silver] });
    let expected = json!([
        { "tag_id": gold, "object_ids": [{ "id": &*tagged.vm.value, "type": "VirtualMachine" }] },
        { "tag_id": silver, "object_ids": [] },
    ]);
    let api = "/api/cis/tagging/tag-association?action=list-attached-objects-on-tags";
    assert_eq!(tagged.post(api, on_tags.clone()).await.1, expected);
    let rest = "/rest/com/vmware/cis/tagging/tag-association?~action=list-attached-objects-on-tags";
    assert_eq!(tagged.post(rest, on_tags).await.1, json!({ "value": expected }));
    let category = &tagged.category;
    let listed =
        format!("/rest/com/vmware/cis/tagging/tag/id:{category}?~action=list-tags-for-category");
    let listed = tagged.post(&listed, Json::Null).await.1;
    assert_eq!(listed["value"].as_array().unwrap().len(), 2);
    let detach = format!("/api/cis/tagging/tag-association/{gold}?action=detach");
    tagged.post(&detach, tagged.object()).await;
    let attached = format!("/api/cis/tagging/tag-association/{gold}?action=list-attached-objects");
    assert_eq!(tagged.post(&attached, Json::Null).await, (StatusCode::OK, json!([])));
}

#[tokio::test]
async fn a_name_that_is_taken_and_a_second_tag_of_a_single_category_are_refused() {
    let tagged = Tagged::new().await;
    let (status, body) = tagged.post("/api/cis/tagging/category", tier()).await;
    assert_eq!((status, &body["error_type"]), (StatusCode::BAD_REQUEST, &json!("ALREADY_EXISTS")));
    let (status, body) = tagged.attach(&tagged.silver).await;
    assert_eq!(
        (status, &body["error_type"]),
        (StatusCode::BAD_REQUEST, &json!("INVALID_ARGUMENT"))
    );
}

#[tokio::test]
async fn the_call_log_tells_what_changed_something() {
    let tagged = Tagged::new().await;
    let calls = tagged.rig.core.calls.list();
    let changed: Vec<&str> =
        calls.iter().filter(|call| call.changed()).map(|call| &*call.method).collect();
    assert_eq!(
        changed,
        [
            "POST /api/cis/tagging/category",
            "POST /rest/com/vmware/cis/tagging/tag",
            "POST /api/cis/tagging/tag",
            "POST /api/cis/tagging/tag-association?action=attach",
            "POST /api/cis/tagging/tag-association?action=attach",
        ]
    );
    let mut logins = calls.iter().filter(|call| call.method == "POST /api/session");
    assert!(logins.all(|call| call.nature == Nature::Read));
}

#[tokio::test]
async fn what_is_not_modelled_not_there_or_not_allowed_is_refused_in_the_words_of_the_api() {
    let (rig, token) = as_reader().await;
    let token = Some(token.as_str());
    let table = [
        (Method::GET, "/api/vcenter/storage/policies", 404, "OPERATION_NOT_FOUND"),
        (Method::GET, "/api/cis/tagging/tag/none", 404, "NOT_FOUND"),
        (Method::PUT, "/api/cis/tagging/tag", 404, "OPERATION_NOT_FOUND"),
        (Method::POST, "/api/cis/tagging/tag", 403, "UNAUTHORIZED"),
    ];
    for (method, path, status, kind) in table {
        let (found, body) = send(&rig, method, path, token, json!({})).await;
        assert_eq!((found.as_u16(), &body["error_type"]), (status, &json!(kind)), "{path}");
        assert!(body["messages"][0]["default_message"].is_string(), "{body}");
    }
}

#[tokio::test]
async fn an_older_release_has_the_older_dialect_only_and_a_host_has_none() {
    let old = Rig::of(Mock::builder().model("ft-ready").release("6.7"));
    assert_eq!(log_in(&old, "/api/session", "user", "pass").await.0, StatusCode::NOT_FOUND);
    let (status, _) = log_in(&old, "/rest/com/vmware/cis/session", "user", "pass").await;
    assert_eq!(status, StatusCode::OK);
    let host = Rig::of(Mock::builder().model("esxi"));
    for path in ["/api/session", "/rest/com/vmware/cis/session"] {
        assert_eq!(log_in(&host, path, "user", "pass").await.0, StatusCode::NOT_FOUND);
    }
}
