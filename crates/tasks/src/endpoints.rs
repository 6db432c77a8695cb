//! The servers of a run by connection name: open from the start, or opened when they are first needed.
//!
//! A server that a task of the same playbook installs cannot be logged in to beforehand. Until it answers, a
//! look at it ends in "not yet", which a plan shows as "decided after that task".

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use orchestrator::{BoxFuture, Delivery, TaskError};
use tokio::sync::OnceCell;

/// Opens the session of one connection. Called until it succeeds once.
pub trait Opener<C>: Send + Sync {
    /// Logs in.
    fn open(&self) -> BoxFuture<'_, Result<C, NotOpened>>;
}

/// Why a session was not opened.
#[derive(Debug)]
pub enum NotOpened {
    /// Nothing answers at the address.
    Silent(Box<dyn Error + Send + Sync>),
    /// Something answers, and it cannot be used.
    Refused {
        /// Why.
        cause: Box<dyn Error + Send + Sync>,
        /// What the operator can do about it.
        hint: Option<String>,
    },
}

/// Connections with what talks to their servers: readers in a plan, writers in an apply.
pub struct Endpoints<C> {
    open: BTreeMap<String, C>,
    late: BTreeMap<String, Late<C>>,
}

struct Late<C> {
    opener: Arc<dyn Opener<C>>,
    installed_by: String,
    opened: OnceCell<C>,
}

impl<C> Endpoints<C> {
    /// These are open.
    pub fn new(open: impl IntoIterator<Item = (String, C)>) -> Self {
        Self { open: open.into_iter().collect(), late: BTreeMap::new() }
    }

    /// Adds a server that the task `installed_by` brings up.
    #[must_use]
    pub fn late(
        mut self,
        connection: impl Into<String>,
        installed_by: impl Into<String>,
        opener: Arc<dyn Opener<C>>,
    ) -> Self {
        let installed_by = installed_by.into();
        let late = Late { opener, installed_by, opened: OnceCell::new() };
        self.late.insert(connection.into(), late);
        self
    }

    /// What talks to the server of that connection.
    ///
    /// # Errors
    /// When there is none, when it does not answer yet, or when it refuses the login.
    pub(crate) async fn get(&self, connection: &str) -> Result<&C, TaskError> {
        if let Some(open) = self.open.get(connection) {
            return Ok(open);
        }
        let Some(late) = self.late.get(connection) else { return Err(not_connected(connection)) };
        let opening = late.opened.get_or_try_init(|| late.opener.open());
        opening.await.map_err(|why| late.not_opened(connection, why))
    }
}

impl<C> Late<C> {
    fn not_opened(&self, connection: &str, why: NotOpened) -> TaskError {
        let failed = |code| TaskError::new(code, "cannot log in over connection", connection);
        match why {
            NotOpened::Silent(cause) => {
                let task = &self.installed_by;
                failed("server-silent")
                    .caused_by(cause)
                    .delivery(Delivery::NotSent)
                    .away()
                    .hint(format!("task `{task}` brings this server up; see whether it did"))
                    .not_yet(format!("`{task}` has brought the server of `{connection}` up"))
            }
            NotOpened::Refused { cause, hint } => {
                let error = failed("server-refused").caused_by(cause);
                match hint {
                    Some(hint) => error.hint(hint),
                    None => error,
                }
            }
        }
    }
}

impl<C> fmt::Debug for Endpoints<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.open.keys().chain(self.late.keys());
        f.debug_set().entries(names).finish()
    }
}

fn not_connected(connection: &str) -> TaskError {
    TaskError::new("not-connected", "there is no open connection", connection)
        .hint("this is a bug in Lockstep, please report it")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use orchestrator::Retry;

    use super::*;

    /// Silent the first time, there the second.
    struct Booting(AtomicU32);

    impl Opener<u32> for Booting {
        fn open(&self) -> BoxFuture<'_, Result<u32, NotOpened>> {
            let tried = self.0.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                if tried == 0 { Err(NotOpened::Silent("refused".into())) } else { Ok(tried) }
            })
        }
    }

    #[tokio::test]
    async fn a_server_that_is_installed_later_is_opened_once_it_answers_and_only_once() {
        let booting = Arc::new(Booting(AtomicU32::new(0)));
        let endpoints = Endpoints::new([("vc".to_owned(), 7)]).late("esx", "install", booting);
        assert_eq!(endpoints.get("vc").await.ok(), Some(&7));
        let error = endpoints.get("esx").await.unwrap_err();
        assert_eq!(error.waits_for(), Some("`install` has brought the server of `esx` up"));
        assert_eq!(error.retry, Retry::Away);
        for _ in 0..2 {
            assert_eq!(endpoints.get("esx").await.ok(), Some(&1));
        }
        assert!(endpoints.get("other").await.unwrap_err().waits_for().is_none());
    }
}
