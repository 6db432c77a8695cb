//! A session that is opened when a task first needs it: [`Later`], for servers that a task installs.

use orchestrator::{BoxFuture, Outside};
use tasks::{NotOpened, Opener};
use tokio::sync::Mutex;
use vsphere::{Client, Reader, Writer};

use super::open::open;
use super::silence::tell_of_silence;
use super::target::Target;
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::secrets::Secrets;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// A session that is not open yet, or is.
pub(crate) struct Later {
    target: Target,
    secrets: Secrets,
    console: Console,
    stop: Stop,
    outside: Outside,
    state: Mutex<State>,
}

enum State {
    Closed,
    Open(Client),
    /// What the server answered to the one login. It is not asked again: accounts get locked.
    Refused(String, Option<String>),
}

/// Why a session was not opened, in text that is safe to show.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Why(String);

impl Later {
    pub(super) fn new(
        target: Target,
        secrets: &Secrets,
        surroundings: &Surroundings,
        stop: &Stop,
        outside: Outside,
    ) -> Self {
        let (secrets, console) = (secrets.clone(), surroundings.console.clone());
        let (stop, state) = (stop.clone(), Mutex::new(State::Closed));
        Self { target, secrets, console, stop, outside, state }
    }

    pub(super) fn name(&self) -> &str {
        &self.target.name
    }

    pub(super) fn installed_by(&self) -> &str {
        self.target.installed_by.as_deref().unwrap_or_default()
    }

    /// The client, to be closed.
    pub(super) async fn take(&self) -> Option<Client> {
        match std::mem::replace(&mut *self.state.lock().await, State::Closed) {
            State::Open(client) => Some(client),
            State::Closed | State::Refused(..) => None,
        }
    }

    async fn session<C>(&self, pick: impl Fn(&Client) -> C) -> Result<C, NotOpened> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Open(client) => return Ok(pick(client)),
            State::Refused(why, hint) => return Err(refused(why.clone(), hint.clone())),
            State::Closed => {}
        }
        match open(self.target.clone(), &self.secrets, &self.console, &self.stop).await {
            Ok((name, client)) => {
                tell_of_silence(&name, &client, self.outside.clone());
                let picked = pick(&client);
                *state = State::Open(client);
                Ok(picked)
            }
            Err(error) => Err(self.not_opened(error, &mut state)),
        }
    }

    fn not_opened(&self, error: CliError, state: &mut State) -> NotOpened {
        let (exit, (why, hint)) = (error.exit_code(), error.into_parts());
        match exit {
            Exit::UNREACHABLE => NotOpened::Silent(Box::new(Why(why))),
            Exit::CANCELLED => refused(why, hint),
            _ => {
                *state = State::Refused(why.clone(), hint.clone());
                refused(why, hint)
            }
        }
    }
}

fn refused(why: String, hint: Option<String>) -> NotOpened {
    NotOpened::Refused { cause: Box::new(Why(why)), hint }
}

impl Opener<Reader> for Later {
    fn open(&self) -> BoxFuture<'_, Result<Reader, NotOpened>> {
        Box::pin(self.session(Client::reader))
    }
}

impl Opener<Writer> for Later {
    fn open(&self) -> BoxFuture<'_, Result<Writer, NotOpened>> {
        Box::pin(self.session(Client::writer))
    }
}
