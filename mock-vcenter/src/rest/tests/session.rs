//! Sessions by cookie, what is told of them, and HEAD.

use hyper::header::{CONTENT_LENGTH, COOKIE, HeaderMap, SET_COOKIE};
use hyper::{Method, Response, StatusCode};
use serde_json::Value as Json;

use super::*;

async fn reply(rig: &Rig, method: Method, path: &str, headers: HeaderMap) -> Response<Vec<u8>> {
    match rig.send(method, path, headers, Vec::new()).await {
        Answer::Reply(reply) => reply,
        Answer::Cut | Answer::File(_) => panic!("an answer is expected"),
    }
}

fn with_cookie(cookie: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, format!("other=1; {cookie}").parse().unwrap());
    headers
}

fn basic() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let pair = STANDARD.encode("user:pass");
    headers.insert(AUTHORIZATION, format!("Basic {pair}").parse().unwrap());
    headers
}

#[tokio::test]
async fn a_login_sets_a_cookie_that_is_as_good_as_the_header() {
    for (path, root) in [("/api/session", "/api"), ("/rest/com/vmware/cis/session", "/rest")] {
        let rig = Rig::anonymous("ft-ready");
        let made = reply(&rig, Method::POST, path, basic()).await;
        let body: Json = serde_json::from_slice(made.body()).unwrap();
        let token = body.as_str().or_else(|| body["value"].as_str()).unwrap();
        let cookie = made.headers()[SET_COOKIE].to_str().unwrap().to_owned();
        assert_eq!(
            cookie,
            format!("vmware-api-session-id={token};Path={root};Secure;HttpOnly"),
            "{path}"
        );
        let pair = cookie.split(';').next().unwrap();
        let shown = reply(&rig, Method::GET, path, with_cookie(pair)).await;
        assert_eq!(shown.status(), StatusCode::OK);
        let ended = reply(&rig, Method::DELETE, path, with_cookie(pair)).await;
        assert!(ended.status().is_success() && ended.body().is_empty());
        let shown = reply(&rig, Method::GET, path, with_cookie(pair)).await;
        assert_eq!(shown.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_header_counts_before_a_cookie_of_an_earlier_session() {
    let rig = Rig::anonymous("ft-ready");
    let token = token(&rig).await;
    let mut headers = with_cookie("vmware-api-session-id=stale");
    headers.insert("vmware-api-session-id", token.parse().unwrap());
    let shown = reply(&rig, Method::GET, "/api/session", headers).await;
    assert_eq!(shown.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_session_tells_its_user_when_it_began_and_when_it_was_used_last() {
    let rig = Rig::anonymous("ft-ready");
    let began = vim25::DateTime::from_system_time(rig.clock().now());
    let token = token(&rig).await;
    rig.advance(90);
    let (status, shown) = send(&rig, Method::GET, "/api/session", Some(&token), Json::Null).await;
    assert_eq!((status, &shown["user"]), (StatusCode::OK, &json!("user")));
    let created = shown["created_time"].as_str().unwrap();
    assert_eq!(created, format!("{}Z", &began.as_str()[..23]));
    let seconds = |name: &str| {
        let text = vim25::DateTime::from_text(shown[name].as_str().unwrap());
        text.to_system_time().unwrap()
    };
    let between = seconds("last_accessed_time").duration_since(seconds("created_time")).unwrap();
    assert_eq!(between.as_secs(), 90);
    let older = "/rest/com/vmware/cis/session?~action=get";
    let (_, wrapped) = send(&rig, Method::POST, older, Some(&token), Json::Null).await;
    assert_eq!(wrapped["value"], shown);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let rig = Rig::anonymous("ft-ready");
    let token = token(&rig).await;
    for (path, status) in [
        ("/api/session", StatusCode::OK),
        ("/api/cis/tagging/category", StatusCode::OK),
        ("/api/cis/tagging/category/none", StatusCode::NOT_FOUND),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("vmware-api-session-id", token.parse().unwrap());
        let whole = reply(&rig, Method::GET, path, headers.clone()).await;
        let head = reply(&rig, Method::HEAD, path, headers).await;
        assert_eq!((head.status(), head.body().is_empty()), (status, true), "{path}");
        assert_eq!(head.headers()[CONTENT_LENGTH], whole.body().len().to_string(), "{path}");
    }
}
