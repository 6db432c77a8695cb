//! What the server answers on which path: `/sdk`, the list of versions, `/mock/...`, and nothing else.

mod control;
mod isolate;
mod reply;
mod soap;
mod versions;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use hyper::{Method, StatusCode};

use crate::core::Core;
use crate::transport::{Answer, Exchange, HttpRequest};

/// Routes requests to one server.
pub(crate) struct Endpoint(pub(crate) Arc<Core>);

impl Exchange for Endpoint {
    async fn answer(&self, request: HttpRequest) -> Answer {
        let path = request.path.trim_end_matches('/').to_owned();
        if !path.starts_with("/mock/") && self.0.is_away() {
            return Answer::Cut;
        }
        match (&request.method, path.as_str()) {
            (&Method::POST, "/sdk" | "/sdk/vimService") => soap::answer(&self.0, request).await,
            (&Method::GET, "/sdk/vimServiceVersions.xml") => {
                Answer::Reply(reply::xml(StatusCode::OK, versions::document(&self.0.product)))
            }
            (_, "/sdk" | "/sdk/vimService") => {
                Answer::Reply(reply::empty(StatusCode::METHOD_NOT_ALLOWED))
            }
            _ => match path.strip_prefix("/mock/") {
                Some(topic) => Answer::Reply(control::answer(&self.0, topic, &request)),
                None => Answer::Reply(reply::not_found(&path)),
            },
        }
    }
}
