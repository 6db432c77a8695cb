//! Plain HTTP answers.

use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

fn with_type(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

pub(super) fn xml(status: StatusCode, body: Vec<u8>) -> Response<Vec<u8>> {
    with_type(status, "text/xml; charset=utf-8", body)
}

pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Vec<u8>> {
    with_type(status, "application/json", serde_json::to_vec_pretty(body).unwrap_or_default())
}

pub(super) fn html(status: StatusCode, page: String) -> Response<Vec<u8>> {
    with_type(status, "text/html; charset=utf-8", page.into_bytes())
}

pub(super) fn plain(status: StatusCode, message: &str) -> Response<Vec<u8>> {
    with_type(status, "text/plain; charset=utf-8", format!("{message}\n").into_bytes())
}

pub(crate) fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

/// The answer of an overloaded or restarting server: a page for people, as the proxy before vCenter sends it.
pub(super) fn unavailable() -> Response<Vec<u8>> {
    let page = b"<html><body><h1>503 Service Unavailable</h1></body></html>".to_vec();
    with_type(StatusCode::SERVICE_UNAVAILABLE, "text/html", page)
}

pub(super) fn not_found(path: &str) -> Response<Vec<u8>> {
    let message = json!({
        "error_type": "NOT_FOUND",
        "messages": [{
            "id": "mock-vcenter.not_served",
            "default_message": format!("{path} is not served"),
            "args": [path],
        }],
    });
    json(StatusCode::NOT_FOUND, &message)
}
