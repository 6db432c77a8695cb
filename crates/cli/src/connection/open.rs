//! Opens the sessions of a command and closes them on every way out: [`Sessions`].

use std::time::Duration;

use playbook::{ConnectionKind, SecretError, SecretRef};
use secrecy::SecretString;
use vsphere::{Client, Endpoint, Notice};

use super::refused::refused;
use super::target::{Password, Target};
use crate::error::CliError;
use crate::exit::Exit;
use crate::secrets::Secrets;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// How long a login that is on its way is waited for when the operator stops.
const LAST_CHANCE: Duration = Duration::from_secs(2);

/// The open sessions by name of their connection. Close them in the end.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    clients: Vec<(String, Client)>,
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
    /// Opens a session for each target, in order. When one fails, those before are closed.
    pub(crate) async fn open(
        targets: Vec<Target>,
        secrets: &Secrets,
        surroundings: &Surroundings,
        stop: &Stop,
    ) -> Result<Self, CliError> {
        let mut sessions = Sessions::default();
        for target in targets {
            match open(target, secrets, surroundings, stop).await {
                Ok(session) => sessions.clients.push(session),
                Err(error) => {
                    sessions.close(surroundings).await;
                    return Err(error);
                }
            }
        }
        Ok(sessions)
    }

    /// The clients by name of their connection.
    pub(crate) fn clients(&self) -> impl Iterator<Item = (&str, &Client)> {
        self.clients.iter().map(|(name, client)| (name.as_str(), client))
    }

    /// Logs out everywhere; each client bounds the time that takes.
    pub(crate) async fn close(self, surroundings: &Surroundings) {
        for (name, client) in self.clients {
            tell(client.take_notices(), surroundings);
            if let Err(error) = client.close().await {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
                surroundings.console.note(&format!("{name}: {error}{cause}"));
            }
        }
    }
}

async fn open(
    target: Target,
    secrets: &Secrets,
    surroundings: &Surroundings,
    stop: &Stop,
) -> Result<(String, Client), CliError> {
    for origin in &target.origins {
        surroundings.console.detail(origin);
    }
    let Target { name, url, username, password, trust, kind, .. } = target;
    let password = match password {
        Password::Known(password) => password,
        Password::From(reference) => stop.or(read(secrets, reference, &name)).await?,
    };
    let mut endpoint = Endpoint::new(url, username, password);
    endpoint.tls = trust.trust.into();
    let client = connect(endpoint, stop).await?;
    tell(client.take_notices(), surroundings);
    if let Err(error) = check_kind(&name, kind, &client) {
        // The error is what matters; the server drops the session by itself if this fails.
        let _ = client.close().await;
        return Err(error);
    }
    let about = &client.reader().about().full_name.clone();
    surroundings.console.detail(&format!("{name}: logged in to {about}"));
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

fn tell(notices: Vec<Notice>, surroundings: &Surroundings) {
    for notice in notices {
        surroundings.console.warn(&notice.to_string());
    }
}
