//! Sessions that are open at servers: noted, so that the ones of a killed process are ended by the next one. That
//! frees the server, and makes sure that nothing which the dead process had sent is still carried out.
//!
//! What is noted is a digest of a session's key: on some servers the key is all that is needed to use a session.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use state::{Journal, SessionRecord, digest_of};
use vsphere::objects::SessionManager;
use vsphere::{CallError, Client, Writer};

use super::holder::{Life, life, this_process};
use super::place::{read, refused};
use crate::connection::Sessions;
use crate::error::CliError;
use crate::surroundings::Surroundings;

/// Servers end idle sessions by themselves, usually after half an hour.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// The sessions of this process, as they are noted.
pub(crate) struct Noted {
    journal: Journal,
    digests: Arc<Mutex<Vec<String>>>,
}

impl Noted {
    /// Notes the open sessions and ends those that killed processes left behind.
    pub(crate) async fn note(
        journal: &Journal,
        sessions: &Sessions,
        surroundings: &Surroundings,
    ) -> Result<Self, CliError> {
        let noted = Self { journal: journal.clone(), digests: Arc::default() };
        for (_, client) in sessions.clients() {
            let holder = this_process(&surroundings.environment);
            let server = client.reader().url().authority();
            let record = move |digest| SessionRecord {
                server: server.clone(),
                digest,
                holder: holder.clone(),
                at: SystemTime::now(),
            };
            noted.note_later(client, record.clone());
            let Some(digest) = own(client).await else { continue };
            journal.session_opened(record(digest.clone())).await.map_err(refused)?;
            noted.digests().push(digest);
        }
        end_left_behind(journal, sessions, surroundings).await?;
        Ok(noted)
    }

    /// Notes what is opened when the server ends a session.
    fn note_later(
        &self,
        client: &Client,
        record: impl Fn(String) -> SessionRecord + Send + Sync + 'static,
    ) {
        let Self { journal, digests } = self;
        let (journal, digests) = (journal.clone(), Arc::clone(digests));
        client.on_new_session(move |session| {
            let digest = digest_of(session.key.as_bytes());
            journal.session_reopened(record(digest.clone()));
            digests.lock().unwrap_or_else(PoisonError::into_inner).push(digest);
        });
    }

    fn digests(&self) -> MutexGuard<'_, Vec<String>> {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets them, after they were closed.
    pub(crate) async fn closed(self) {
        // A journal that is full has been told of already; the sessions are looked for once in vain then.
        let digests = std::mem::take(&mut *self.digests());
        if let Err(error) = self.journal.sessions_ended(digests).await {
            tracing::debug!(%error, "sessions that were closed stay noted");
        }
    }
}

/// The digest of a client's session; without one nobody can tell it later.
async fn own(client: &Client) -> Option<String> {
    let reader = client.reader();
    let manager = SessionManager::new(reader.content().session_manager.clone()?);
    let session = manager.retrieve_current_session(&reader).await.ok().flatten()?;
    Some(digest_of(session.key.as_bytes()))
}

async fn end_left_behind(
    journal: &Journal,
    sessions: &Sessions,
    surroundings: &Surroundings,
) -> Result<(), CliError> {
    let Some(reader) = read(&surroundings.environment)? else { return Ok(()) };
    let left = reader.sessions().map_err(refused)?;
    let left: Vec<SessionRecord> =
        left.into_iter().filter(|session| life(&session.holder) == Life::Died).collect();
    let mut ended = Vec::new();
    for (name, client) in sessions.clients() {
        let server = client.reader().url().authority();
        let of_server = left.iter().filter(|session| session.server == server);
        let digests: Vec<&str> = of_server.map(|session| session.digest.as_str()).collect();
        if digests.is_empty() {
            continue;
        }
        match end(&client.writer(), &digests).await {
            Ok(()) => ended.extend(digests.into_iter().map(str::to_owned)),
            Err(error) => surroundings.console.detail(&format!(
                "{name}: a session that a killed run left behind stays until it is idle for long enough: {error}"
            )),
        }
    }
    let is_old = |session: &&SessionRecord| {
        session.at.elapsed().is_ok_and(|age| age > FORGOTTEN) && !ended.contains(&session.digest)
    };
    let old: Vec<String> = left.iter().filter(is_old).map(|old| old.digest.clone()).collect();
    ended.extend(old);
    if ended.is_empty() {
        return Ok(());
    }
    journal.sessions_ended(ended).await.map_err(refused)
}

async fn end(writer: &Writer, digests: &[&str]) -> Result<(), CallError> {
    let Some(manager) = writer.content().session_manager.clone() else { return Ok(()) };
    let manager = SessionManager::new(manager);
    for session in manager.retrieve_sessions(writer).await? {
        if digests.contains(&digest_of(session.key.as_bytes()).as_str()) {
            manager.terminate(writer, &session.key).await?;
        }
    }
    Ok(())
}
