//! Whether the server completed an import that nobody saw the end of: [`Completion`].
//!
//! Between the completion of the lease and the mark that the VM is whole a process can die. Right before it asks for
//! the completion it writes down for which VM, which lease and which session; by then all files were sent and found
//! right. A later run asks the lease itself, so that a VM that is whole is not deleted and sent again. A lease ends
//! with its session, and a server deletes the VM of a lease that ends without completion; so where lease and session
//! are gone and the VM is there, it was completed.

use std::time::Duration;

use orchestrator::{Call, OpenWork, StepScope, TaskError};
use vim25::enums::HttpNfcLeaseState;
use vim25::{DateTime, MoRef};
use vsphere::objects::SessionManager;
use vsphere::transfer::{LEASE_PATHS, Lease};
use vsphere::{CallError, Writer};

use super::send::SendError;
use crate::trouble::Doing;
use crate::vim_work::{name_of, object_named, object_of};

const COMPLETE: &str = "HttpNfcLeaseComplete";
/// Longer than a lease lasts without a sign of life (five minutes by default). Whatever was not completed by then was
/// deleted by its server.
const OUTLIVES_LEASES: Duration = Duration::from_secs(3600);

/// Between the names of a lease and of its session.
const OF_SESSION: &str = " of session ";

/// What earlier runs, or earlier tries, were about to complete.
pub(super) struct Completion(Vec<OpenWork>);

/// Writes down that the lease is about to be completed.
pub(super) async fn note(
    writer: &Writer,
    scope: &StepScope,
    lease: &Lease,
    entity: &MoRef,
) -> Result<(), SendError> {
    let at = writer.current_time().await.map_err(|error| SendError::Lease(error.into()))?;
    let (object, work) = (name_of(writer, entity), COMPLETE.to_owned());
    let call = Call { object, work, at: at.as_str().to_owned() };
    scope.calling(call).await.map_err(SendError::Noting)?;
    let key = own_session(writer).await.map_err(|error| SendError::Lease(error.into()))?;
    let lease = name_of(writer, lease.object());
    scope.started(format!("{lease}{OF_SESSION}{}", key.unwrap_or_default())).await;
    Ok(())
}

impl Completion {
    pub(super) fn open_in(scope: &StepScope) -> Self {
        let open = scope.open_here().into_iter();
        Self(open.filter(|work| work.call.work == COMPLETE).collect())
    }

    /// Whether the import of this VM was completed. Without proof it was not.
    pub(super) async fn is_proved(
        &self,
        vm: &MoRef,
        writer: &Writer,
        doing: &Doing,
    ) -> Result<bool, TaskError> {
        for work in self.0.iter().filter(|work| object_of(work, writer).as_ref() == Some(vm)) {
            let state = state_of(work, writer).await.map_err(|error| doing.failed(error))?;
            let proved = match state {
                Some(state) => state == HttpNfcLeaseState::Done,
                None => is_over(work, writer).await.map_err(|error| doing.failed(error))?,
            };
            if proved {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Notes that this is no longer open.
    pub(super) async fn settled(&self, scope: &StepScope, how: &str) {
        for work in &self.0 {
            scope.settled(work, how).await;
        }
    }
}

/// The lease's state; nothing when its server has forgotten it.
async fn state_of(
    work: &OpenWork,
    writer: &Writer,
) -> Result<Option<HttpNfcLeaseState>, CallError> {
    let name = work.reference.as_deref().and_then(|text| text.split(OF_SESSION).next());
    let lease = name.and_then(|name| object_named(name, writer));
    let seen = writer.retrieve_many(lease.as_slice(), LEASE_PATHS).await?;
    Ok(seen.first().and_then(|lease| lease.text("state")).map(Into::into))
}

/// Whether a forgotten lease has ended, and is not just hidden from us.
async fn is_over(work: &OpenWork, writer: &Writer) -> Result<bool, CallError> {
    let session = work.reference.as_deref().and_then(|text| Some(text.split_once(OF_SESSION)?.1));
    let session = session.filter(|key| !key.is_empty());
    Ok(match session {
        Some(key) if !is_there(key, writer).await? => true,
        _ => is_long_ago(work, writer).await?,
    })
}

/// Whether a session lasts, as far as we may see.
async fn is_there(key: &str, writer: &Writer) -> Result<bool, CallError> {
    let Some(manager) = writer.content().session_manager.clone() else { return Ok(true) };
    let all = SessionManager::new(manager).retrieve_sessions(writer).await?;
    let own = own_session(writer).await?;
    // Who may not see all of them does not see the own one either.
    let sees_all = all.iter().any(|session| Some(session.key.as_str()) == own.as_deref());
    Ok(!sees_all || all.iter().any(|session| session.key == key))
}

async fn own_session(writer: &Writer) -> Result<Option<String>, CallError> {
    let Some(manager) = writer.content().session_manager.clone() else { return Ok(None) };
    let own = SessionManager::new(manager).retrieve_current_session(writer).await?;
    Ok(own.map(|session| session.key.to_string()))
}

async fn is_long_ago(work: &OpenWork, writer: &Writer) -> Result<bool, CallError> {
    let now = writer.current_time().await?.to_system_time();
    let then = DateTime::from_text(work.call.at.as_str()).to_system_time();
    let past = now.zip(then).and_then(|(now, then)| now.duration_since(then).ok());
    Ok(past.is_some_and(|past| past > OUTLIVES_LEASES))
}
