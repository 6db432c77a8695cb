//! A request for a file, or of the REST API, from its arrival to the call log: disturbances first, then the work, then the record.

use std::sync::Arc;

use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Response, StatusCode};
use vim25::{MoRef, Str};

use crate::call_log::CallRecord;
use crate::core::Core;
use crate::dispatch::Nature;
use crate::disturb::{Strike, UploadTrouble};
use crate::fault::Fault;
use crate::session::Session;
use crate::storage::Upload;
use crate::transport::{Answer, BodyStream, HttpRequest};

use super::access::{Access, access};
use super::reply;

/// How a request for a file is known in the call log and to disturbances.
pub(crate) struct FileCall {
    /// Verb and first part of the path, such as `PUT /folder`.
    name: String,
    /// The rest of the path, without anything secret.
    object: String,
    nature: Nature,
    pub(crate) strike: Strike,
}

impl FileCall {
    /// Looks what strikes the request and waits as long as it says. An answer of its own ends the request.
    pub(crate) async fn begin(
        core: &Arc<Core>,
        request: &HttpRequest,
        root: &str,
        object: &str,
    ) -> Result<Self, Answer> {
        let name = format!("{} {root}", request.method);
        let this = MoRef::new("(http)", object);
        let strike = core.disturbances.strike(&name, &this, core.clock().elapsed());
        if strike.cut {
            return Err(Answer::Cut);
        }
        if strike.unavailable {
            return Err(Answer::Reply(reply::unavailable()));
        }
        if !strike.delay.is_zero() {
            core.clock().sleep(strike.delay).await;
        }
        if strike.expire_sessions {
            core.end_all_sessions();
        }
        let reads = matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let nature = if reads { Nature::Read } else { Nature::Mutating };
        Ok(Self { name, object: object.to_owned(), nature, strike })
    }

    /// The same as of this nature, where the verb does not tell it.
    pub(crate) fn of_nature(self, nature: Nature) -> Self {
        Self { nature, ..self }
    }

    /// Writes the call log and lets the answer out, unless it is to be lost.
    pub(super) fn end(self, core: &Core, who: Option<&Access>, answer: Answer) -> Answer {
        let fault = of_status(&answer);
        self.finish(core, who.map(|who| (&who.user, &who.session)), fault, answer)
    }

    /// The same for a call in a session of its own kind.
    pub(crate) fn end_as(self, core: &Core, session: Option<&Session>, answer: Answer) -> Answer {
        let fault = of_status(&answer);
        self.end_with(core, session, fault, answer)
    }

    /// The same where the status does not tell whether the call failed.
    pub(crate) fn end_with(
        self,
        core: &Core,
        session: Option<&Session>,
        fault: Option<String>,
        answer: Answer,
    ) -> Answer {
        self.finish(core, session.map(|session| (&session.user, &session.key)), fault, answer)
    }

    fn finish(
        self,
        core: &Core,
        who: Option<(&Str, &Str)>,
        fault: Option<String>,
        answer: Answer,
    ) -> Answer {
        let disturbed = match &self.strike {
            Strike { drop_response: true, .. } => Some("dropResponse"),
            Strike { fault: Some(_), .. } => Some("fault"),
            Strike { upload: Some(_), .. } => Some("upload"),
            Strike { delay, .. } if !delay.is_zero() => Some("delay"),
            _ => None,
        };
        core.calls.add(CallRecord {
            number: 0,
            at_millis: u64::try_from(core.clock().elapsed().as_millis()).unwrap_or(u64::MAX),
            method: self.name,
            managed: "(http)".to_owned(),
            object: self.object,
            user: who.map(|(user, _)| user.to_string()).unwrap_or_default(),
            session: who.map(|(_, key)| key.to_string()).unwrap_or_default(),
            version: String::new(),
            nature: self.nature,
            fault,
            disturbed: disturbed.map(str::to_owned),
        });
        if self.strike.drop_response { Answer::Cut } else { answer }
    }
}

/// What the call log says of an answer that says no.
fn of_status(answer: &Answer) -> Option<String> {
    let status = match answer {
        Answer::Reply(reply) => reply.status(),
        Answer::File(reply) => reply.status(),
        Answer::Cut => StatusCode::BAD_REQUEST,
    };
    let failed = status.is_client_error() || status.is_server_error();
    failed.then(|| format!("HTTP {}", status.as_u16()))
}

/// Whoever asks, if that is known and no fault was ordered; the refusal otherwise.
pub(super) fn admit(
    core: &Core,
    request: &HttpRequest,
    strike: &Strike,
    privilege: &str,
) -> Result<Access, Box<Answer>> {
    if let Some(fault) = &strike.fault {
        return Err(refused(StatusCode::INTERNAL_SERVER_ERROR, &fault.message).into());
    }
    let Some(who) = access(core, request) else {
        let mut response = text(StatusCode::UNAUTHORIZED, "Authentication is needed.");
        let realm = HeaderValue::from_static("Basic realm=\"VMware HTTP server\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, realm);
        return Err(Box::new(Answer::Reply(response)));
    };
    if who.privileges.contains(privilege) {
        Ok(who)
    } else {
        Err(refused(StatusCode::FORBIDDEN, "Permission to perform this operation was denied.")
            .into())
    }
}

fn text(status: StatusCode, message: &str) -> Response<Vec<u8>> {
    reply::plain(status, message)
}

/// An answer that says no.
pub(super) fn refused(status: StatusCode, message: &str) -> Answer {
    Answer::Reply(text(status, message))
}

/// Why an upload ended early.
#[derive(Debug)]
pub(super) enum Broken {
    /// The connection is gone, or is to be cut.
    Connection,
    /// A disturbance.
    Ordered(Fault),
    /// It is no longer wanted.
    Unwanted,
    /// It cannot be written.
    Write(crate::storage::UploadError),
}

/// Takes a body in until it ends, breaks off or `wanted` says no. What is refused is an answer that the client is to
/// get.
pub(super) async fn receive(
    stream: &mut BodyStream,
    upload: &mut Upload,
    trouble: Option<&UploadTrouble>,
    wanted: impl Fn(u64) -> bool,
) -> Result<(), Broken> {
    let received = store(stream, upload, trouble, wanted).await;
    if matches!(received, Err(Broken::Write(_))) {
        stream.linger().await;
    }
    received
}

async fn store(
    stream: &mut BodyStream,
    upload: &mut Upload,
    trouble: Option<&UploadTrouble>,
    wanted: impl Fn(u64) -> bool,
) -> Result<(), Broken> {
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Broken::Connection)?;
        upload.write(&piece).await.map_err(Broken::Write)?;
        if let Some(trouble) = trouble
            && upload.written() >= trouble.after_bytes
        {
            return Err(trouble.fault.clone().map_or(Broken::Connection, Broken::Ordered));
        }
        if !wanted(upload.written()) {
            return Err(Broken::Unwanted);
        }
    }
    Ok(())
}
