//! The real source of secrets, for playbooks and connections: [`Secrets`].
//!
//! Each reference is read once per process, so nobody is asked twice. The operator is asked only on a terminal.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use playbook::{Args, Data, SecretError, SecretRef, SecretSource, StandardSecrets, Value};
use secrecy::SecretString;

use crate::error::CliError;
use crate::surroundings::Surroundings;
use crate::terminal::ask_secret;

/// Reads secrets and remembers them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Secrets(Arc<Cached>);

struct Cached {
    source: Box<dyn SecretSource>,
    known: Mutex<HashMap<SecretRef, SecretString>>,
}

impl Secrets {
    /// The secrets of this machine; relative paths are meant from `base`, the playbook's folder.
    pub(crate) fn new(base: impl Into<PathBuf>, surroundings: &Surroundings) -> Self {
        let environment = surroundings.environment.clone();
        let source =
            StandardSecrets::new(base, move |name| environment.get(name).map(SecretString::from));
        let source = match surroundings.console.terminals.can_ask() {
            true => source.with_prompt(ask_secret),
            false => source,
        };
        Secrets(Arc::new(Cached { source: Box::new(source), known: Mutex::default() }))
    }

    /// For the tasks.
    pub(crate) fn source(&self) -> Arc<dyn SecretSource> {
        Arc::clone(&self.0) as Arc<dyn SecretSource>
    }

    /// Reads one without holding up the runtime.
    ///
    /// The outer error is a bug, the inner one the operator's affair.
    pub(crate) async fn read(
        &self,
        reference: SecretRef,
    ) -> Result<Result<SecretString, SecretError>, CliError> {
        let cached = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || cached.resolve(&reference))
            .await
            .map_err(|panic| CliError::bug(&panic.to_string()))
    }
}

impl SecretSource for Cached {
    fn resolve(&self, reference: &SecretRef) -> Result<SecretString, SecretError> {
        // Held while the operator is asked, so that two questions never mix.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = known.get(reference) {
            return Ok(secret.clone());
        }
        let secret = self.source.resolve(reference)?;
        known.insert(reference.clone(), secret.clone());
        Ok(secret)
    }
}

/// The questions that a task will ask, so that they can be asked before bars are drawn.
pub(crate) fn prompts(args: &Args) -> Vec<SecretRef> {
    args.names().filter_map(|name| args.value(name)).flat_map(prompts_in).collect()
}

fn prompts_in(value: &Value) -> Vec<SecretRef> {
    match &value.data {
        Data::Secret(reference @ SecretRef::Prompt(_)) => vec![reference.clone()],
        Data::List(items) => items.iter().flat_map(prompts_in).collect(),
        Data::Map(entries) => entries.iter().flat_map(|(_, value)| prompts_in(value)).collect(),
        Data::Record(args) => prompts(args),
        _ => Vec::new(),
    }
}
