//! `/guestFile?id=N&token=T`: a file on its way to or from a guest. The token is all that is asked for.

use std::sync::Arc;

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, StatusCode};

use crate::behaviour::guest_operations::{self, Direction, Pending};
use crate::core::Core;
use crate::transport::{Answer, HttpRequest};

use super::file_call::{FileCall, refused};
use super::reply;
use super::url;

/// Guests keep their files in memory, so they cannot be big.
const MAX_FILE: u64 = 64 * 1024 * 1024;

pub(super) async fn answer(core: &Arc<Core>, request: HttpRequest) -> Answer {
    let call = match FileCall::begin(core, &request, "/guestFile", "").await {
        Ok(call) => call,
        Err(answer) => return answer,
    };
    let token = url::parameter(&request.query, "token").unwrap_or_default();
    let answer = match (&call.strike.fault, guest_operations::redeem(core, &token)) {
        (Some(fault), _) => refused(StatusCode::INTERNAL_SERVER_ERROR, &fault.message),
        (None, None) => refused(StatusCode::NOT_FOUND, "The address is not known."),
        (None, Some(pending)) => serve(core, request, &pending).await,
    };
    call.end(core, None, answer)
}

async fn serve(core: &Core, mut request: HttpRequest, pending: &Pending) -> Answer {
    match (&request.method, &pending.direction) {
        (&Method::GET, Direction::FromGuest) => match guest_operations::file_for(core, pending) {
            None => refused(StatusCode::NOT_FOUND, "The file is gone."),
            Some(content) => {
                let mut reply = reply::empty(StatusCode::OK);
                *reply.body_mut() = content.to_vec();
                let kind = HeaderValue::from_static("application/octet-stream");
                reply.headers_mut().insert(CONTENT_TYPE, kind);
                Answer::Reply(reply)
            }
        },
        (&Method::PUT, Direction::ToGuest { size }) => {
            let limit = (*size).min(MAX_FILE);
            let mut content = Vec::new();
            while let Some(piece) = request.stream.next().await {
                let Ok(piece) = piece else { return Answer::Cut };
                content.extend_from_slice(&piece);
                if content.len() as u64 > limit {
                    return refused(StatusCode::PAYLOAD_TOO_LARGE, "More came than was told.");
                }
            }
            if content.len() as u64 != *size {
                return refused(StatusCode::BAD_REQUEST, "Less came than was told.");
            }
            match guest_operations::store_file(core, pending, content) {
                Ok(()) => Answer::Reply(reply::empty(StatusCode::OK)),
                Err(fault) => refused(StatusCode::INTERNAL_SERVER_ERROR, &fault.message),
            }
        }
        _ => refused(StatusCode::METHOD_NOT_ALLOWED, "The file goes the other way."),
    }
}
