//! `/nfc/TICKET/FILE`: the files of a VM that is being imported. The ticket is all that is asked for.
//!
//! Disks come with `POST` as `application/x-vnd.vmware-streamVmdk`, other files with `PUT` and `Overwrite: t`.
//! They are kept as they came.

use std::sync::Arc;

use hyper::header::CONTENT_TYPE;
use hyper::{Method, StatusCode};
use vim25::MoRef;

use crate::behaviour::import::{self, Accepted};
use crate::behaviour::settings::Behaviour;
use crate::core::Core;
use crate::fault::Fault;
use crate::storage::{Upload, UploadError};
use crate::transport::{Answer, HttpRequest};

use super::file_call::{Broken, FileCall, receive, refused};
use super::reply;
use super::url;

const STREAM_VMDK: &str = "application/x-vnd.vmware-streamvmdk";
/// What a stream-optimized disk begins with.
const MAGIC: &[u8] = b"KDMV";

pub(super) async fn answer(core: &Arc<Core>, request: HttpRequest) -> Answer {
    let path = url::decoded(&request.path).unwrap_or_default();
    let rest = path.strip_prefix("/nfc/").unwrap_or_default();
    let (ticket, target) = rest.split_once('/').unwrap_or((rest, ""));
    let call = match FileCall::begin(core, &request, "/nfc", target).await {
        Ok(call) => call,
        Err(answer) => return answer,
    };
    let answer = match import::accept(core, ticket, target) {
        None => refused(StatusCode::NOT_FOUND, "No lease waits for this file."),
        Some(accepted) => take_in(core, request, &accepted, &call).await,
    };
    call.end(core, None, answer)
}

async fn take_in(
    core: &Arc<Core>,
    request: HttpRequest,
    accepted: &Accepted,
    call: &FileCall,
) -> Answer {
    let outcome = match (&call.strike.fault, wrong_form(&request, accepted)) {
        (Some(fault), _) => Err(Broken::Ordered(fault.clone())),
        (None, Some(message)) => {
            import::arrived(core, accepted, Ok(None));
            return refused(StatusCode::INTERNAL_SERVER_ERROR, message);
        }
        (None, None) => transfer(core, request, accepted, call).await,
    };
    match outcome {
        Ok(bytes) => {
            import::arrived(core, accepted, Ok(Some(bytes)));
            Answer::Reply(reply::empty(StatusCode::OK))
        }
        Err(Broken::Connection) => {
            import::arrived(core, accepted, Ok(None));
            Answer::Cut
        }
        Err(broken) => {
            let fault = fault_of(&broken, accepted);
            let status = match broken {
                Broken::Unwanted => StatusCode::GONE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            };
            let answer = refused(status, &fault.message);
            import::arrived(core, accepted, Err(fault));
            answer
        }
    }
}

/// What is wrong with the verb and headers.
fn wrong_form(request: &HttpRequest, accepted: &Accepted) -> Option<&'static str> {
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_lowercase();
    if accepted.is_disk {
        if request.method != Method::POST {
            return Some("A disk is sent with POST.");
        }
        return (content_type.trim() != STREAM_VMDK)
            .then_some("A disk is sent as application/x-vnd.vmware-streamVmdk.");
    }
    if request.method != Method::PUT {
        return Some("The file is sent with PUT.");
    }
    let overwrite = request.headers.get("overwrite").is_some_and(|value| value == "t");
    (!overwrite).then_some("The file exists, and the request does not say Overwrite: t.")
}

fn fault_of(broken: &Broken, accepted: &Accepted) -> Fault {
    match broken {
        Broken::Ordered(fault) => fault.clone(),
        Broken::Write(UploadError::NoSpace(_)) => accepted.no_space(),
        Broken::Write(error) => Fault::system_error(error.to_string()),
        Broken::Connection | Broken::Unwanted => Fault::invalid_state("The lease is over."),
    }
}

async fn transfer(
    core: &Arc<Core>,
    mut request: HttpRequest,
    accepted: &Accepted,
    call: &FileCall,
) -> Result<u64, Broken> {
    let mut upload = Upload::begin(&core.storage, accepted.file.clone(), accepted.free)
        .map_err(Broken::Write)?;
    let trouble = call.strike.upload.as_ref();
    let wanted = |_| accepted.is_wanted(&core.store);
    receive(&mut request.stream, &mut upload, trouble, wanted).await?;
    if !wanted(0) {
        return Err(Broken::Unwanted);
    }
    let checks = Behaviour::seen(&core.store.snapshot()).import.check_disk_format;
    if checks && accepted.is_disk && !upload.begins_with(MAGIC) {
        let name = MoRef::new("file", accepted.file.path.name());
        let message = format!("'{}' is not a stream-optimized disk.", name.value);
        return Err(Broken::Ordered(Fault::system_error(message)));
    }
    upload.finish().await.map_err(Broken::Write)
}
