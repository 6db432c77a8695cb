//! Opens the sessions of a command and closes them on every way out: [`Sessions`].
//!
//! A server that a task installs is logged in to when a task first needs it; see [`Later`].

use std::sync::Arc;
use std::time::Duration;

use orchestrator::{Outside, RunFacts, ServerFacts};
use playbook::{ConnectionKind, SecretError, SecretRef};
use secrecy::SecretString;
use tasks::Endpoints;
use vsphere::{Client, Endpoint, Notice, Reader, Writer};

use super::later::Later;
use super::refused::refused;
use super::silence::tell_of_silence;
use super::target::{Password, Target};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::saved::program;
use crate::secrets::Secrets;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// How long a login that is on its way is waited for when the operator stops.
const LAST_CHANCE: Duration = Duration::from_secs(2);

/// The sessions by name of their connection. Close them in the end.
#[derive(Default)]
pub(crate) struct Sessions {
    clients: Vec<(String, Client)>,
    later: Vec<Arc<Later>>,
    outside: Outside,
}

#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error("cannot read the password of connection `{name}`")]
    Password {
        name: String,
        #[source]
        cause: SecretError,
    },
    #[error("connection `{name}` leads to {found}, the playbook says it is {wanted}")]
    OtherKind { name: String, found: &'static str, wanted: &'static str },
}

impl Sessions {
    /// Opens a session for each target, in order. When one fails, those before are closed. Servers that a task
    /// installs are left for later.
    pub(crate) async fn open(
        targets: Vec<Target>,
        secrets: &Secrets,
        surroundings: &Surroundings,
        stop: &Stop,
    ) -> Result<Self, CliError> {
        let mut sessions = Sessions::default();
        for target in targets {
            if target.installed_by.is_some() {
                let outside = sessions.outside();
                let later = Later::new(target, secrets, surroundings, stop, outside);
                sessions.later.push(Arc::new(later));
                continue;
            }
            match open(target, secrets, &surroundings.console, stop).await {
                Ok((name, client)) => {
                    tell_of_silence(&name, &client, sessions.outside());
                    sessions.clients.push((name, client));
                }
                Err(error) => {
                    sessions.close(surroundings).await;
                    return Err(error);
                }
            }
        }
        Ok(sessions)
    }

    /// What can look at the servers.
    pub(crate) fn readers(&self) -> Endpoints<Reader> {
        let open = self.clients.iter().map(|(name, client)| (name.clone(), client.reader()));
        self.later.iter().fold(Endpoints::new(open), |all, later| {
            all.late(later.name(), later.installed_by(), Arc::clone(later) as _)
        })
    }

    /// What can change the servers.
    pub(crate) fn writers(&self) -> Endpoints<Writer> {
        let open = self.clients.iter().map(|(name, client)| (name.clone(), client.writer()));
        self.later.iter().fold(Endpoints::new(open), |all, later| {
            all.late(later.name(), later.installed_by(), Arc::clone(later) as _)
        })
    }

    /// The clients that are open from the start, by name of their connection.
    pub(crate) fn clients(&self) -> impl Iterator<Item = (&str, &Client)> {
        self.clients.iter().map(|(name, client)| (name.as_str(), client))
    }

    /// Where it is said, during a run, what becomes of the servers.
    pub(crate) fn outside(&self) -> Outside {
        self.outside.clone()
    }

    /// Who this program is, and which servers it reached.
    pub(crate) fn facts(&self) -> RunFacts {
        let server = |(name, client): &(String, Client)| {
            let about = client.reader().about().clone();
            ServerFacts {
                name: name.clone(),
                product: about.full_name.to_string(),
                instance: about.instance_uuid.map(|id| id.to_string()).unwrap_or_default(),
            }
        };
        RunFacts { program: program(), servers: self.clients.iter().map(server).collect() }
    }

    /// Logs out everywhere; each client bounds the time that takes.
    pub(crate) async fn close(self, surroundings: &Surroundings) {
        let mut clients = self.clients;
        for later in self.later {
            clients.extend(later.take().await.map(|client| (later.name().to_owned(), client)));
        }
        for (name, client) in clients {
            tell(client.take_notices(), &surroundings.console);
            if let Err(error) = client.close().await {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
                surroundings.console.note(&format!("{name}: {error}{cause}"));
            }
        }
    }
}

/// Reads the password and logs in.
pub(super) async fn open(
    target: Target,
    secrets: &Secrets,
    console: &Console,
    stop: &Stop,
) -> Result<(String, Client), CliError> {
    for origin in &target.origins {
        console.detail(origin);
    }
    let Target { name, url, username, password, trust, kind, .. } = target;
    let password = match password {
        Password::Known(password) => password,
        Password::From(reference) => stop.or(read(secrets, reference, &name)).await?,
    };
    let mut endpoint = Endpoint::new(url, username, password);
    endpoint.tls = trust.trust.into();
    let client = connect(endpoint, stop).await?;
    tell(client.take_notices(), console);
    if let Err(error) = check_kind(&name, kind, &client) {
        // The error is what matters; the server drops the session by itself if this fails.
        let _ = client.close().await;
        return Err(error);
    }
    let about = &client.reader().about().full_name.clone();
    console.detail(&format!("{name}: logged in to {about}"));
    Ok((name, client))
}

async fn read(
    secrets: &Secrets,
    reference: SecretRef,
    name: &str,
) -> Result<SecretString, CliError> {
    secrets.read(reference).await?.map_err(|cause| {
        let interrupted = matches!(&cause, SecretError::Prompt { cause, .. }
            if cause.kind() == std::io::ErrorKind::Interrupted);
        let asked = matches!(cause, SecretError::NoTerminal(_));
        let error = CliError::new(OpenError::Password { name: name.to_owned(), cause });
        match (interrupted, asked) {
            (true, _) => CliError::stopped(),
            (_, true) => error.exit(Exit::ERROR).hint(
                "set LOCKSTEP_PASSWORD (or GOVC_PASSWORD), or give `password: { file: PATH }` in the playbook",
            ),
            _ => error,
        }
    })
}

/// A login on its way may still succeed, and then there is a session to close.
async fn connect(endpoint: Endpoint, stop: &Stop) -> Result<Client, CliError> {
    let mut connecting = tokio::spawn(Client::connect(endpoint));
    let cancel = stop.cancel();
    tokio::select! {
        biased;
        () = cancel.stopping() => {
            if let Ok(Ok(Ok(client))) = tokio::time::timeout(LAST_CHANCE, &mut connecting).await {
                let _ = client.close().await;
            }
            Err(CliError::stopped())
        }
        connected = &mut connecting => match connected {
            Ok(connected) => connected.map_err(refused),
            Err(panic) => Err(CliError::bug(&panic.to_string())),
        },
    }
}

fn check_kind(name: &str, kind: Option<ConnectionKind>, client: &Client) -> Result<(), CliError> {
    let found = client.reader().is_vcenter();
    let names = |vcenter| if vcenter { "a vCenter" } else { "a host" };
    let wanted = match kind {
        None => return Ok(()),
        Some(kind) => kind == ConnectionKind::Vcenter,
    };
    if wanted == found {
        return Ok(());
    }
    let (name, found, wanted) = (name.to_owned(), names(found), names(wanted));
    Err(CliError::new(OpenError::OtherKind { name, found, wanted })
        .hint("correct the address or `kind:` of the connection"))
}

fn tell(notices: Vec<Notice>, console: &Console) {
    for notice in notices {
        console.warn(&notice.to_string());
    }
}
