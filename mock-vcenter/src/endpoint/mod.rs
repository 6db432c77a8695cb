//! What the server answers on which path: `/sdk`, the list of versions, the WSDL, files at `/folder`, `/nfc` and
//! `/guestFile`, `/api` and `/rest` (see `rest`), `/mock/...`, and nothing else.

mod access;
mod control;
mod file_call;
mod folder;
mod guest_file;
mod isolate;
mod listing;
mod nfc;
pub(crate) mod reply;
mod soap;
pub(crate) mod url;
mod versions;
mod wsdl;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use hyper::{Method, StatusCode};

use crate::core::Core;
use crate::rest;
use crate::transport::{Answer, Exchange, HttpRequest};

pub(crate) use access::{cookie, credentials};
pub(crate) use file_call::FileCall;

/// Routes requests to one server.
pub(crate) struct Endpoint(pub(crate) Arc<Core>);

impl Exchange for Endpoint {
    fn takes_stream(&self, path: &str) -> bool {
        is_below(path, "/folder") || is_below(path, "/nfc") || is_below(path, "/guestFile")
    }

    async fn answer(&self, request: HttpRequest) -> Answer {
        let path = request.path.trim_end_matches('/').to_owned();
        if !path.starts_with("/mock/") && self.0.is_away() {
            return Answer::Cut;
        }
        if request.method == Method::GET
            && let Some(document) = wsdl::document(self.0.product, &request)
        {
            return Answer::Reply(document);
        }
        match (&request.method, path.as_str()) {
            (&Method::POST, _) if is_below(&path, "/sdk") => soap::answer(&self.0, request).await,
            (&Method::GET, "/sdk/vimServiceVersions.xml") => {
                Answer::Reply(reply::xml(StatusCode::OK, versions::document(&self.0.product)))
            }
            (_, "/sdk" | "/sdk/vimService") => {
                Answer::Reply(reply::empty(StatusCode::METHOD_NOT_ALLOWED))
            }
            (&Method::POST, "/api") if rest::speaks_vapi(&self.0) => {
                rest::answer_vapi(&self.0, request).await
            }
            _ if rest::is_rest(&path) => rest::answer(&self.0, request).await,
            _ if is_below(&path, "/folder") => folder::answer(&self.0, request).await,
            _ if is_below(&path, "/guestFile") => guest_file::answer(&self.0, request).await,
            _ if is_below(&path, "/nfc") => nfc::answer(&self.0, request).await,
            _ => match path.strip_prefix("/mock/") {
                Some(topic) => Answer::Reply(control::answer(&self.0, topic, &request)),
                None => Answer::Reply(reply::not_found(&path)),
            },
        }
    }
}

fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
