//! The connection of a task: made when first needed, used again while it lives, made anew after it broke.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use orchestrator::{Delivery, TaskError};
use playbook::SecretRef;
use russh::keys::{PrivateKey, decode_secret_key};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::client::{HostKeyPolicy, LoginWith, Mask, Session, SshError, Target, connect};
use super::spec::Spec;
use crate::world::VsphereReader;

/// Between two tries to reach a machine that does not answer yet.
const PAUSE: Duration = Duration::from_secs(2);

/// The connection of a task, while there is one.
#[derive(Default)]
pub(super) struct Link(Mutex<Option<Session>>);

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

impl Link {
    pub(super) async fn session(&self, target: &Target) -> Result<Session, SshError> {
        let kept = self.0.lock().await.take().filter(Session::is_alive);
        match kept {
            Some(session) => Ok(session),
            None => connect(target).await,
        }
    }

    pub(super) async fn keep(&self, session: Session) {
        *self.0.lock().await = Some(session);
    }
}

/// What it takes to talk to the machine, with its secrets read.
pub(super) struct Access {
    pub(super) target: Target,
    pub(super) mask: Mask,
}

impl Access {
    pub(super) async fn of(spec: &Spec, reader: &VsphereReader) -> Result<Self, TaskError> {
        let mut mask = Mask::default();
        let password = secret(spec.password.as_ref(), reader, &mut mask).await?;
        let initial_password = secret(spec.initial_password.as_ref(), reader, &mut mask).await?;
        let passphrase = secret(spec.passphrase.as_ref(), reader, &mut mask).await?;
        let key = match secret(spec.private_key.as_ref(), reader, &mut mask).await? {
            Some(text) => Some(Arc::new(private_key(spec, &text, passphrase.as_ref())?)),
            None => None,
        };
        let user = spec.username.clone();
        let login = LoginWith { user, key, password, initial_password };
        let target = Target {
            host: spec.address.clone(),
            port: spec.port,
            login,
            host_key: policy(spec, reader),
            legacy: spec.legacy_algorithms,
            within: spec.connect_timeout,
            keepalive: spec.keepalive,
        };
        Ok(Self { target, mask })
    }

    /// A failure in the engine's words, without secrets.
    pub(super) fn failed(&self, what: &str, error: SshError) -> TaskError {
        let passes = error.passes();
        let delivery = match error {
            _ if error.was_before_login() => Delivery::NotSent,
            SshError::Lost { .. } | SshError::Late { .. } => Delivery::Unknown,
            _ => Delivery::Answered,
        };
        let failure = TaskError::new(error.code(), what, self.target.address())
            .hint(error.hint())
            .delivery(delivery);
        let failure = if passes { failure.transient() } else { failure };
        failure.caused_by(self.masked(error))
    }

    fn masked(&self, error: SshError) -> SshError {
        let hide = |tail: String| self.mask.apply(&tail);
        match error {
            SshError::Late { within, tail } => SshError::Late { within, tail: hide(tail) },
            SshError::UnknownPrompt { tail } => SshError::UnknownPrompt { tail: hide(tail) },
            SshError::TooOften { prompt, times, tail } => {
                SshError::TooOften { prompt, times, tail: hide(tail) }
            }
            other => other,
        }
    }
}

async fn secret(
    reference: Option<&SecretRef>,
    reader: &VsphereReader,
    mask: &mut Mask,
) -> Result<Option<SecretString>, TaskError> {
    let Some(reference) = reference else { return Ok(None) };
    let secret = reader.secret(reference).await?;
    mask.add(&secret);
    Ok(Some(secret))
}

fn private_key(
    spec: &Spec,
    text: &SecretString,
    passphrase: Option<&SecretString>,
) -> Result<PrivateKey, TaskError> {
    let passphrase = passphrase.map(ExposeSecret::expose_secret);
    // The cause of the library names no part of the key.
    decode_secret_key(text.expose_secret(), passphrase).map_err(|cause| {
        let error = SshError::PrivateKey { address: spec.address.clone(), cause: Box::new(cause) };
        TaskError::new(error.code(), "cannot log in to", spec.address.clone())
            .hint(error.hint())
            .caused_by(error)
    })
}

fn policy(spec: &Spec, reader: &VsphereReader) -> HostKeyPolicy {
    let declared = &spec.host_key;
    match &declared.known_hosts {
        _ if declared.insecure => HostKeyPolicy::Insecure,
        Some(file) => {
            HostKeyPolicy::Known { file: reader.file(file), learn: declared.on_first_use }
        }
        None if declared.on_first_use => HostKeyPolicy::FirstUse,
        None => HostKeyPolicy::Pinned(declared.sha256.clone()),
    }
}

/// Repeats what only looks while the machine does not answer: not at all in a plan, else for
/// `answers_within`.
pub(super) async fn patiently<T, L>(
    spec: &Spec,
    reader: &VsphereReader,
    look: impl Fn() -> L,
) -> Result<T, SshError>
where
    L: Future<Output = Result<T, SshError>> + Send,
{
    let mut last = match look().await {
        Err(error) if error.passes() && reader.is_patient() => error,
        other => return other,
    };
    let trying = async {
        loop {
            sleep(PAUSE).await;
            match look().await {
                Err(error) if error.passes() => last = error,
                other => return other,
            }
        }
    };
    match timeout(spec.answers_within, trying).await {
        Ok(found) => found,
        Err(_) => Err(last),
    }
}
