//! One call of a method, as a handler sees it: [`Call`].

use std::sync::{Arc, Mutex, PoisonError};

use vim25::descriptor::MethodDesc;
use vim25::{DateTime, MoRef, Str, Version};

use crate::core::Core;
use crate::fault::Fault;
use crate::session::Session;
use crate::store::{Origin, Snapshot, Store, Transaction};
use crate::task::TaskSpec;

/// Where a call came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) address: Str,
    pub(crate) user_agent: Str,
    pub(crate) session: Option<Arc<Session>>,
}

impl Caller {
    /// True when the caller may do what `privilege` allows.
    pub(crate) fn may(&self, privilege: &str) -> bool {
        self.session.as_ref().is_some_and(|session| session.privileges.contains(privilege))
    }
}

/// A call under way.
#[derive(Clone)]
pub struct Call {
    core: Arc<Core>,
    caller: Caller,
    this: MoRef,
    method: &'static MethodDesc,
    version: Version,
    cookie: Arc<Mutex<Option<Str>>>,
}

impl Call {
    pub(crate) fn new(
        core: Arc<Core>,
        caller: Caller,
        this: MoRef,
        method: &'static MethodDesc,
        version: Version,
    ) -> Self {
        Self { core, caller, this, method, version, cookie: Arc::default() }
    }

    /// The object whose method is called.
    #[must_use]
    pub fn this(&self) -> &MoRef {
        &self.this
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'static MethodDesc {
        self.method
    }

    /// The version of the API that the client speaks.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The user's name; empty without a session.
    #[must_use]
    pub fn user(&self) -> &str {
        self.caller.session.as_ref().map_or("", |session| &session.user)
    }

    /// Key of the session; empty without one.
    #[must_use]
    pub fn session_key(&self) -> Str {
        self.caller.session.as_ref().map(|session| session.key.clone()).unwrap_or_default()
    }

    /// The time on the server's clock.
    #[must_use]
    pub fn timestamp(&self) -> DateTime {
        DateTime::from_system_time(self.core.store.clock().now())
    }

    /// The state as of now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.core.store.snapshot()
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.core.store
    }

    /// Changes the state in the name of the caller.
    ///
    /// # Errors
    /// Whatever `change` returns; nothing has changed then.
    pub fn commit<T>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.core.store.commit(&self.origin(), change)
    }

    /// Starts a task in a commit of its own.
    ///
    /// # Errors
    /// None today; the result fits a handler's.
    pub fn start(&self, task: TaskSpec) -> Result<MoRef, Fault> {
        self.commit(|tx| Ok(tx.start_task(task.name_if_unset(self.method.name))))
    }

    /// True when the caller may do what `privilege` allows.
    #[must_use]
    pub fn may(&self, privilege: &str) -> bool {
        self.caller.may(privilege)
    }

    /// A reference for an object that lives as long as the caller's session.
    ///
    /// # Errors
    /// `NotAuthenticated` without a session.
    pub fn session_object(&self, tx: &mut Transaction<'_>, kind: &str) -> Result<MoRef, Fault> {
        let key = self.session_key();
        if key.is_empty() {
            return Err(Fault::not_authenticated(&self.this, "System.View"));
        }
        Ok(MoRef::new(kind, format!("session[{key}]{}", tx.new_uuid())))
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin {
            user: self.user().into(),
            session: self.caller.session.as_ref().map(|session| session.key.clone()),
            chain: 0,
        }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Lets the answer carry this session cookie.
    pub(crate) fn give_cookie(&self, value: Str) {
        *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    pub(crate) fn cookie(&self) -> Option<Str> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
