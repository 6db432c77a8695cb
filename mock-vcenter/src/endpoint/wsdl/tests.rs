//! What the documents say; that clients made from them work is proved by foreign ones.

use hyper::header::{HOST, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};

use crate::Mock;
use crate::testing::Rig;
use crate::transport::Answer;

async fn read(rig: &Rig, path: &str, host: &'static str) -> String {
    let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
    match rig.send(Method::GET, path, headers, Vec::new()).await {
        Answer::Reply(reply) if reply.status() == StatusCode::OK => {
            String::from_utf8(reply.into_body()).unwrap()
        }
        other => panic!("{path}: {other:?}"),
    }
}

#[tokio::test]
async fn the_service_is_where_the_client_found_it_and_needs_no_session() {
    let rig = Rig::anonymous("empty");
    for path in ["/sdk/vimService.wsdl", "/sdk/vimService?wsdl", "/sdk?WSDL"] {
        let text = read(&rig, path, "vc.lab:8989").await;
        assert!(text.contains("location=\"https://vc.lab:8989/sdk/vimService\""), "{text}");
    }
    let text = read(&rig, "/sdk/vimService.wsdl", "a\"b").await;
    assert!(text.contains("https://localhost/sdk"), "{text}");
}

#[tokio::test]
async fn an_older_server_describes_only_what_it_knows() {
    let method = "name=\"QueryFaultToleranceCompatibilityEx\"";
    let member = "name=\"ftEncryptionMode\"";
    for (version, knows_method, knows_member) in
        [("5.5", false, false), ("6.5", true, false), ("8.0.3", true, true)]
    {
        let rig = Rig::of(Mock::builder().model("empty").release(version));
        let methods = read(&rig, "/sdk/vim.wsdl", "vc").await;
        let types = read(&rig, "/sdk/vim-types.xsd", "vc").await;
        assert_eq!(methods.contains(method), knows_method, "{version}");
        assert_eq!(types.contains(member), knows_member, "{version}");
    }
}
