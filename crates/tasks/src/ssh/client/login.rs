//! Logging in: [`LoginWith`] says with what, [`Credential`] what the server took.

use std::sync::Arc;

use russh::client::{AuthResult, Handle, Handler, KeyboardInteractiveAuthResponse as Interactive};
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg};
use russh::{MethodKind, MethodSet};
use secrecy::{ExposeSecret, SecretString};

/// How often a server may ask within one login.
const MAX_QUESTIONS: usize = 6;

/// What a login may use, in this order; each is tried once.
#[derive(Clone, Default)]
pub(crate) struct LoginWith {
    pub(crate) user: String,
    pub(crate) key: Option<Arc<PrivateKey>>,
    pub(crate) password: Option<SecretString>,
    /// What a new machine takes until it has been given its password.
    pub(crate) initial_password: Option<SecretString>,
}

/// What the server took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    Key,
    Password,
    InitialPassword,
}

/// Why nothing was taken.
pub(super) enum NotIn {
    Refused(MethodSet),
    Failed(russh::Error),
}

impl From<russh::Error> for NotIn {
    fn from(cause: russh::Error) -> Self {
        Self::Failed(cause)
    }
}

pub(super) async fn log_in<H: Handler>(
    handle: &mut Handle<H>,
    with: &LoginWith,
) -> Result<Credential, NotIn> {
    // Asking what goes costs no attempt with a password.
    let mut methods = match handle.authenticate_none(&with.user).await? {
        AuthResult::Success => return Ok(Credential::Password),
        AuthResult::Failure { remaining_methods, .. } => remaining_methods,
    };
    if let Some(key) = &with.key
        && methods.contains(&MethodKind::PublicKey)
    {
        match with_key(handle, &with.user, key).await? {
            AuthResult::Success => return Ok(Credential::Key),
            AuthResult::Failure { remaining_methods, .. } => methods = remaining_methods,
        }
    }
    let passwords = [
        (&with.password, Credential::Password),
        (&with.initial_password, Credential::InitialPassword),
    ];
    for (password, credential) in passwords {
        let Some(password) = password else { continue };
        match with_password(handle, &with.user, password, &methods).await? {
            None => return Ok(credential),
            Some(remaining) => methods = remaining,
        }
    }
    Err(NotIn::Refused(methods))
}

async fn with_key<H: Handler>(
    handle: &mut Handle<H>,
    user: &str,
    key: &Arc<PrivateKey>,
) -> Result<AuthResult, russh::Error> {
    let hash = match key.algorithm().is_rsa() {
        true => handle.best_supported_rsa_hash().await?.flatten(),
        false => None,
    };
    let key = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
    handle.authenticate_publickey(user, key).await
}

/// `None` when it was taken, else what goes on.
async fn with_password<H: Handler>(
    handle: &mut Handle<H>,
    user: &str,
    password: &SecretString,
    methods: &MethodSet,
) -> Result<Option<MethodSet>, russh::Error> {
    if methods.contains(&MethodKind::Password) {
        let tried = handle.authenticate_password(user, password.expose_secret()).await?;
        return Ok(match tried {
            AuthResult::Success => None,
            AuthResult::Failure { remaining_methods, .. } => Some(remaining_methods),
        });
    }
    if !methods.contains(&MethodKind::KeyboardInteractive) {
        return Ok(Some(methods.clone()));
    }
    let mut asked = handle.authenticate_keyboard_interactive_start(user, None).await?;
    for _ in 0..MAX_QUESTIONS {
        let prompts = match asked {
            Interactive::Success => return Ok(None),
            Interactive::Failure { remaining_methods, .. } => return Ok(Some(remaining_methods)),
            Interactive::InfoRequest { prompts, .. } => prompts,
        };
        // Only what is typed unseen is a password.
        let answer = |echo: bool| match echo {
            true => String::new(),
            false => password.expose_secret().to_owned(),
        };
        let answers = prompts.iter().map(|prompt| answer(prompt.echo)).collect();
        asked = handle.authenticate_keyboard_interactive_respond(answers).await?;
    }
    Ok(Some(methods.clone()))
}

/// Methods in words.
pub(super) fn named(methods: &MethodSet) -> String {
    let names: Vec<String> = methods.iter().map(|method| <&str>::from(method).to_owned()).collect();
    if names.is_empty() { "nothing more".to_owned() } else { names.join(", ") }
}
