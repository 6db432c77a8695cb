//! `/folder`: the files of datastores over HTTP.
//!
//! `/folder/PATH?dcPath=DATACENTER&dsName=DATASTORE` is a file or a directory; without `dsName` the datastores
//! are listed, without both the datacenters. A host by itself knows its datacenter as `ha-datacenter`.

use std::fs::File;
use std::sync::Arc;

use hyper::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RANGE,
};
use hyper::{Method, Response, StatusCode};
use vim25::MoRef;

use crate::behaviour::datastore;
use crate::behaviour::datastore_files::{self, Listed};
use crate::core::Core;
use crate::storage::{DatastorePath, FilePath, StorageError, Upload, UploadError};
use crate::store::Origin;
use crate::transport::{Answer, Download, HttpRequest};

use super::access::Access;
use super::file_call::{Broken, FileCall, admit, receive, refused};
use super::listing;
use super::reply;
use super::url;

/// What a request asks for.
enum Place {
    Datacenters,
    Datastores(MoRef),
    File { datastore: MoRef, at: DatastorePath },
}

pub(super) async fn answer(core: &Arc<Core>, request: HttpRequest) -> Answer {
    let object = url::decoded(&request.path).unwrap_or_default();
    let call = match FileCall::begin(core, &request, "/folder", &object).await {
        Ok(call) => call,
        Err(answer) => return answer,
    };
    let reads = matches!(request.method, Method::GET | Method::HEAD);
    let privilege = if reads { "Datastore.Browse" } else { "Datastore.FileManagement" };
    let who = match admit(core, &request, &call.strike, privilege) {
        Ok(who) => who,
        Err(answer) => return call.end(core, None, *answer),
    };
    let answer = match place(core, &request) {
        Ok(place) => handle(core, request, &place, &call, &who).await,
        Err(answer) => *answer,
    };
    call.end(core, Some(&who), answer)
}

fn not_there() -> Answer {
    refused(StatusCode::NOT_FOUND, "The file does not exist.")
}

fn place(core: &Core, request: &HttpRequest) -> Result<Place, Box<Answer>> {
    let rest = request.path.strip_prefix("/folder").unwrap_or_default();
    let path = url::decoded(rest).as_deref().and_then(FilePath::parse);
    let path = path.ok_or_else(|| {
        Box::new(refused(StatusCode::BAD_REQUEST, "The path is not that of a file."))
    })?;
    let snapshot = core.store.snapshot();
    let datacenter = match url::parameter(&request.query, "dcPath") {
        Some(named) => datastore_files::datacenter_at(&snapshot, &named)
            .ok_or_else(|| Box::new(not_there()))?,
        None => match snapshot.of_kind("Datacenter") {
            [only] if !request.query.is_empty() || !path.is_root() => only.clone(),
            _ if path.is_root() => return Ok(Place::Datacenters),
            _ => return Err(not_there().into()),
        },
    };
    let Some(named) = url::parameter(&request.query, "dsName") else {
        return if path.is_root() {
            Ok(Place::Datastores(datacenter))
        } else {
            Err(not_there().into())
        };
    };
    let datastore = datastore_files::datastore_in(&snapshot, &datacenter, &named);
    let datastore = datastore.ok_or_else(|| Box::new(not_there()))?;
    Ok(Place::File { datastore, at: DatastorePath { datastore: named, path } })
}

async fn handle(
    core: &Arc<Core>,
    request: HttpRequest,
    place: &Place,
    call: &FileCall,
    who: &Access,
) -> Answer {
    let (datastore, at) = match place {
        Place::File { datastore, at } => (datastore, at),
        _ if !matches!(request.method, Method::GET | Method::HEAD) => {
            return refused(StatusCode::METHOD_NOT_ALLOWED, "That is no file.");
        }
        Place::Datacenters => return page(&request, listing::datacenters(&core.store.snapshot())),
        Place::Datastores(datacenter) => {
            return page(&request, listing::datastores(&core.store.snapshot(), datacenter));
        }
    };
    match request.method {
        Method::GET | Method::HEAD => read(core, &request, datastore, at),
        Method::PUT => put(core, request, datastore, at, call, who).await,
        Method::DELETE => delete(core, datastore, at, who),
        _ => refused(StatusCode::METHOD_NOT_ALLOWED, "The verb is not supported."),
    }
}

fn page(request: &HttpRequest, html: String) -> Answer {
    if request.method == Method::HEAD {
        return Answer::Reply(reply::empty(StatusCode::OK));
    }
    Answer::Reply(reply::html(StatusCode::OK, html))
}

fn failure(error: &StorageError) -> Answer {
    let status = match error {
        StorageError::NotFound(_) => StatusCode::NOT_FOUND,
        StorageError::Exists(_) | StorageError::WrongKind(_) => StatusCode::CONFLICT,
        StorageError::System { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    refused(status, &error.to_string())
}

fn read(core: &Core, request: &HttpRequest, datastore: &MoRef, at: &DatastorePath) -> Answer {
    let snapshot = core.store.snapshot();
    let found = match core.storage.look(at) {
        Ok(found) => found,
        Err(error) => return failure(&error),
    };
    if found.is_none()
        && let Some(content) = datastore_files::content(&snapshot, datastore, at)
    {
        return generated(request, &content);
    }
    let Some(size) = found.and_then(|entry| entry.size) else {
        let listed = datastore_files::list(&snapshot, &core.storage, datastore, at);
        return match listed {
            Ok(Some(entries)) => page(request, directory(request, at, &entries)),
            Ok(None) => not_there(),
            Err(error) => failure(&error),
        };
    };
    let place = match core.storage.locate(at) {
        Ok(place) => place,
        Err(error) => return failure(&error),
    };
    let part = match wanted_part(request, size) {
        Ok(part) => part,
        Err(answer) => return *answer,
    };
    let (start, length) = part.unwrap_or((0, size));
    if request.method == Method::HEAD {
        let reply = file_head(size, part, reply::empty(StatusCode::OK));
        return Answer::Reply(reply);
    }
    let opened = File::open(place).and_then(|file| Download::part(file, start, length));
    match opened {
        Ok(body) => Answer::File(file_head(size, part, Response::new(body))),
        Err(_) => not_there(),
    }
}

/// A file whose content is worked out for each reader.
fn generated(request: &HttpRequest, content: &[u8]) -> Answer {
    let size = content.len() as u64;
    let part = match wanted_part(request, size) {
        Ok(part) => part,
        Err(answer) => return *answer,
    };
    let (start, length) = part.unwrap_or((0, size));
    let wanted = usize::try_from(start).ok().zip(usize::try_from(start + length).ok());
    let body = wanted.and_then(|(start, end)| content.get(start..end)).unwrap_or_default();
    if request.method == Method::HEAD {
        return Answer::Reply(file_head(size, part, Response::new(Vec::new())));
    }
    let mut reply = file_head(size, part, Response::new(body.to_vec()));
    // It may be compressed on its way.
    reply.headers_mut().remove(CONTENT_LENGTH);
    Answer::Reply(reply)
}

fn directory(request: &HttpRequest, at: &DatastorePath, entries: &[Listed]) -> String {
    listing::directory(at, entries, &request.query)
}

fn file_head<B>(size: u64, part: Option<(u64, u64)>, mut response: Response<B>) -> Response<B> {
    let length = part.map_or(size, |(_, length)| length);
    if let Some((start, length)) = part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let text = format!("bytes {start}-{}/{size}", start + length - 1);
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(CONTENT_RANGE, value);
        }
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// The part that a `Range` header asks for as start and length; several parts are answered with the whole.
fn wanted_part(request: &HttpRequest, size: u64) -> Result<Option<(u64, u64)>, Box<Answer>> {
    let range = request.headers.get(RANGE).and_then(|value| value.to_str().ok());
    let Some((first, last)) = range
        .and_then(|range| range.strip_prefix("bytes="))
        .and_then(|range| range.split_once('-'))
        .filter(|(_, last)| !last.contains(','))
    else {
        return Ok(None);
    };
    let part = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(start), Ok(end)) if start <= end => (start, end.min(size.saturating_sub(1))),
        (Ok(start), Err(_)) if last.trim().is_empty() => (start, size.saturating_sub(1)),
        (Err(_), Ok(count)) if first.trim().is_empty() => {
            (size.saturating_sub(count), size.saturating_sub(1))
        }
        _ => return Ok(None),
    };
    if part.0 >= size {
        let mut reply = reply::plain(StatusCode::RANGE_NOT_SATISFIABLE, "There is no such part.");
        if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
            reply.headers_mut().insert(CONTENT_RANGE, value);
        }
        return Err(Box::new(Answer::Reply(reply)));
    }
    Ok(Some((part.0, part.1 - part.0 + 1)))
}

async fn put(
    core: &Arc<Core>,
    mut request: HttpRequest,
    datastore: &MoRef,
    at: &DatastorePath,
    call: &FileCall,
    who: &Access,
) -> Answer {
    if at.path.is_root() || request.path.ends_with('/') {
        return refused(StatusCode::CONFLICT, "The path is that of a directory.");
    }
    let replaced = match prepare(core, datastore, at) {
        Ok(replaced) => replaced,
        Err(answer) => return *answer,
    };
    let free = datastore::free_in(&core.store.snapshot(), datastore);
    let free = u64::try_from(free).unwrap_or(0) + replaced.unwrap_or(0);
    if request.stream.length().is_some_and(|length| length > free) {
        request.stream.linger().await;
        return no_space();
    }
    let received = match Upload::begin(&core.storage, at.clone(), free) {
        Ok(mut upload) => {
            let trouble = call.strike.upload.as_ref();
            match receive(&mut request.stream, &mut upload, trouble, |_| true).await {
                Ok(()) => upload.finish().await.map_err(Broken::Write),
                Err(broken) => Err(broken),
            }
        }
        Err(error) => Err(Broken::Write(error)),
    };
    match received {
        Ok(_) => {
            recount(core, datastore, who);
            let status = if replaced.is_some() { StatusCode::OK } else { StatusCode::CREATED };
            Answer::Reply(reply::empty(status))
        }
        Err(broken) => unreceived(&broken),
    }
}

/// Makes sure that the file can be put there; the size of one that it will replace.
fn prepare(core: &Core, datastore: &MoRef, at: &DatastorePath) -> Result<Option<u64>, Box<Answer>> {
    let parent = DatastorePath { path: at.path.parent(), ..at.clone() };
    let snapshot = core.store.snapshot();
    let listed = datastore_files::list(&snapshot, &core.storage, datastore, &parent);
    if listed.map_err(|error| Box::new(failure(&error)))?.is_none() {
        return Err(refused(StatusCode::NOT_FOUND, "The directory does not exist.").into());
    }
    // The directory of a VM may be one that nothing real is in yet.
    core.storage.make_directory(&parent).map_err(|error| Box::new(failure(&error)))?;
    match core.storage.look(at).map_err(|error| Box::new(failure(&error)))? {
        Some(entry) if entry.size.is_none() => {
            Err(refused(StatusCode::CONFLICT, "The path is that of a directory.").into())
        }
        found => Ok(found.and_then(|entry| entry.size)),
    }
}

fn no_space() -> Answer {
    refused(StatusCode::INSUFFICIENT_STORAGE, "Insufficient disk space on datastore.")
}

fn unreceived(broken: &Broken) -> Answer {
    match broken {
        Broken::Connection => Answer::Cut,
        Broken::Write(UploadError::NoSpace(_)) => no_space(),
        Broken::Write(UploadError::Storage(error)) => failure(error),
        Broken::Write(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        Broken::Ordered(fault) => refused(StatusCode::INTERNAL_SERVER_ERROR, &fault.message),
        Broken::Unwanted => refused(StatusCode::GONE, "Nobody waits for the file any more."),
    }
}

fn delete(core: &Core, datastore: &MoRef, at: &DatastorePath, who: &Access) -> Answer {
    let removed = match core.storage.look(at) {
        Ok(Some(entry)) if entry.size.is_some() => core.storage.remove(at),
        Ok(Some(_)) => match core.storage.list(at) {
            Ok(inside) if inside.is_empty() => core.storage.remove(at),
            _ => return refused(StatusCode::CONFLICT, "The directory is not empty."),
        },
        Ok(None) => return not_there(),
        Err(error) => Err(error),
    };
    match removed {
        Ok(()) => {
            recount(core, datastore, who);
            Answer::Reply(reply::empty(StatusCode::NO_CONTENT))
        }
        Err(error) => failure(&error),
    }
}

fn recount(core: &Core, datastore: &MoRef, who: &Access) {
    let origin = Origin { user: who.user.clone(), ..Origin::default() };
    let counted =
        core.store.commit(&origin, |tx| datastore_files::recount(tx, &core.storage, datastore));
    if let Err(fault) = counted {
        tracing::warn!(%fault, "the files of a datastore were not counted");
    }
}
