//! The methods of property collectors and filters.

use std::time::Duration;

use vim25::methods::{
    CancelRetrievePropertiesEx, CancelWaitForUpdates, CheckForUpdates,
    ContinueRetrievePropertiesEx, CreateFilter, CreatePropertyCollector, DestroyPropertyCollector,
    DestroyPropertyFilter, Fetch, RetrieveProperties, RetrievePropertiesEx, WaitForUpdates,
    WaitForUpdatesEx,
};
use vim25::types::{ObjectContent, RetrieveResult, UpdateSet, WaitOptions};
use vim25::{MoRef, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::session::Privileges;
use crate::store::Reading;

use super::collectors::Patience;
use super::difference::Detail;
use super::filter::Filter;
use super::objects::{PropertyCollector, PropertyFilter};
use super::reader::{Reader, Seen, Wanted};
use super::selection::Plan;
use super::{path, retrieve};

/// Adds the methods of the property collector to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<RetrievePropertiesEx>(retrieve_ex);
    dispatch.add::<RetrieveProperties>(retrieve_all);
    dispatch.add::<ContinueRetrievePropertiesEx>(|call, asked| {
        call.core().collectors.pages.follow(call.this(), &call.session_key(), &asked.token)
    });
    dispatch.add::<CancelRetrievePropertiesEx>(|call, asked| {
        call.core().collectors.pages.cancel(call.this(), &call.session_key(), &asked.token)
    });
    dispatch.add::<CreateFilter>(create_filter);
    dispatch.add::<DestroyPropertyFilter>(|call, _| {
        call.core().collectors.remove_filter(call.this());
        call.commit(|tx| {
            tx.remove(call.this());
            Ok(())
        })
    });
    dispatch.add::<CreatePropertyCollector>(create_collector);
    dispatch.add::<DestroyPropertyCollector>(destroy_collector);
    dispatch.add_waiting::<WaitForUpdatesEx, _>(wait_ex);
    dispatch.add_waiting::<WaitForUpdates, _>(|call, asked| async move {
        let version = asked.version.unwrap_or_default();
        let updates = wait(&call, &version, None, Patience::Endless).await?;
        updates.ok_or_else(|| Fault::system_error("An endless wait ended."))
    });
    dispatch.add_waiting::<CheckForUpdates, _>(|call, asked| async move {
        let updates = wait(&call, &asked.version.unwrap_or_default(), None, Patience::None).await?;
        Ok(updates.map(Box::new))
    });
    dispatch.add::<CancelWaitForUpdates>(|call, _| {
        call.core().collectors.of_session(&call.session_key(), call.this()).cancel();
        Ok(())
    });
    dispatch.add::<Fetch>(fetch);
}

fn reader(call: &Call) -> Reader {
    let session = call.caller().session.as_ref();
    Reader {
        version: call.version(),
        session: call.session_key(),
        privileges: session.map_or_else(
            || Privileges::only([] as [&str; 0]),
            |session| session.privileges.clone(),
        ),
    }
}

/// Without a session, only what a client needs before it logs in may be read.
fn check_session(call: &Call, object: &MoRef) -> Result<(), Fault> {
    let open = matches!(object.kind.as_str(), "ServiceInstance" | "SessionManager");
    if call.caller().session.is_some() || open {
        Ok(())
    } else {
        Err(Fault::not_authenticated(object, "System.View"))
    }
}

fn retrieve_ex(
    call: &Call,
    asked: RetrievePropertiesEx,
) -> Result<Option<Box<RetrieveResult>>, Fault> {
    let page = match asked.options.max_objects {
        None => None,
        Some(count) => match usize::try_from(count) {
            Ok(count) if count > 0 => Some(count),
            _ => return Err(Fault::invalid_argument("options.maxObjects")),
        },
    };
    for spec in asked.spec_set.iter().flat_map(|set| &set.object_set) {
        check_session(call, &spec.obj)?;
    }
    let (snapshot, reader) = (call.snapshot(), reader(call));
    let selected = retrieve::select(&snapshot, &asked.spec_set, &reader)?;
    let pages = &call.core().collectors.pages;
    Ok(pages.first(call.this(), snapshot, reader, selected, page).map(Box::new))
}

fn retrieve_all(call: &Call, asked: RetrieveProperties) -> Result<Vec<ObjectContent>, Fault> {
    for spec in asked.spec_set.iter().flat_map(|set| &set.object_set) {
        check_session(call, &spec.obj)?;
    }
    let (snapshot, reader) = (call.snapshot(), reader(call));
    let selected = retrieve::select(&snapshot, &asked.spec_set, &reader)?;
    Ok(retrieve::contents(&snapshot, &reader, &selected))
}

fn create_filter(call: &Call, asked: CreateFilter) -> Result<MoRef, Fault> {
    let reader = reader(call);
    let plan = Plan::new(&asked.spec, reader.version)?;
    let snapshot = call.snapshot();
    plan.select(&Reading::of(&snapshot).with_session(Some(&reader.session)))?;
    let id = call.commit(|tx| {
        let id = call.session_object(tx, "PropertyFilter")?;
        let filter = PropertyFilter {
            session: call.session_key(),
            collector: call.this().clone(),
            spec: asked.spec.clone(),
            partial_updates: asked.partial_updates,
        };
        tx.insert(id.clone(), filter);
        Ok(id)
    })?;
    let detail = if asked.partial_updates { Detail::Nested } else { Detail::Whole };
    let collector = call.core().collectors.of_session(&call.session_key(), call.this());
    collector.add(Filter::new(id.clone(), plan, reader, detail));
    Ok(id)
}

fn create_collector(call: &Call, _: CreatePropertyCollector) -> Result<MoRef, Fault> {
    call.commit(|tx| {
        let id = call.session_object(tx, "PropertyCollector")?;
        tx.insert(id.clone(), PropertyCollector::of_session(call.session_key()));
        Ok(id)
    })
}

fn destroy_collector(call: &Call, _: DestroyPropertyCollector) -> Result<(), Fault> {
    let session = call.session_key();
    if !call.this().value.starts_with("session[") {
        return Err(Fault::not_supported("The server's own collector cannot be destroyed."));
    }
    call.commit(|tx| {
        let filters = tx.view().referrers(call.this(), "filter").to_vec();
        for filter in &filters {
            tx.remove(filter);
        }
        tx.remove(call.this());
        Ok(())
    })?;
    call.core().collectors.close(&session, call.this());
    Ok(())
}

async fn wait_ex(call: Call, asked: WaitForUpdatesEx) -> Result<Option<Box<UpdateSet>>, Fault> {
    let (patience, limit) = options(asked.options.as_deref())?;
    let version = asked.version.unwrap_or_default();
    Ok(wait(&call, &version, limit, patience).await?.map(Box::new))
}

fn options(options: Option<&WaitOptions>) -> Result<(Patience, Option<usize>), Fault> {
    let patience = match options.and_then(|options| options.max_wait_seconds) {
        None => Patience::Endless,
        Some(0) => Patience::None,
        Some(seconds) => match u64::try_from(seconds) {
            Ok(seconds) => Patience::For(Duration::from_secs(seconds)),
            Err(_) => return Err(Fault::invalid_argument("options.maxWaitSeconds")),
        },
    };
    let limit = match options.and_then(|options| options.max_object_updates) {
        None => None,
        Some(count) => match usize::try_from(count) {
            Ok(count) if count > 0 => Some(count),
            _ => return Err(Fault::invalid_argument("options.maxObjectUpdates")),
        },
    };
    Ok((patience, limit))
}

async fn wait(
    call: &Call,
    version: &str,
    limit: Option<usize>,
    patience: Patience,
) -> Result<Option<UpdateSet>, Fault> {
    let core = call.core();
    let session = call.session_key();
    let collector = core.collectors.of_session(&session, call.this());
    let updates = core.collectors.wait(&core.store, &collector, version, limit, patience).await;
    core.sessions.renew(&session, core.clock().elapsed());
    updates
}

/// One property of one object, as pyVmomi reads it.
fn fetch(call: &Call, asked: Fetch) -> Result<Option<Value>, Fault> {
    let id = call.this();
    check_session(call, id)?;
    if !path::exists(&id.kind, &asked.prop, call.version()) {
        return Err(Fault::invalid_property(&asked.prop));
    }
    let (snapshot, reader) = (call.snapshot(), reader(call));
    let reading = Reading::of(&snapshot)
        .with_session(call.caller().session.as_ref().map(|session| session.key.as_str()));
    let mut result = Ok(None);
    reader.read(&reading, id, &Wanted::Paths(vec![asked.prop]), |_, seen| match seen {
        Seen::Set(value) => result = Ok(Some(value)),
        Seen::Unset => {}
        Seen::Refused(fault) => result = Err(fault),
    });
    result
}
