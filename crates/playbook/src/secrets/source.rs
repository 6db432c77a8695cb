//! Turns references into values: [`SecretSource`], and [`StandardSecrets`] for all four kinds.
//!
//! The environment and the operator are reached only through functions handed in, so nothing here reads the
//! process environment or the terminal by itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::command::{self, CommandLimits};
use super::reference::SecretRef;

/// A secret longer than this is taken for a mistake.
pub(super) const LONGEST: usize = 64 * 1024;

/// Turns a reference into the secret itself.
pub trait SecretSource: Send + Sync {
    /// Reads the secret. A single line break at its end is not part of it.
    ///
    /// # Errors
    /// When the place does not exist, is not safe, or holds nothing.
    fn resolve(&self, reference: &SecretRef) -> Result<SecretString, SecretError>;
}

/// Why a secret could not be had. No variant ever carries any part of a secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable does not exist.
    #[error("environment variable `{0}` is not set")]
    NotSet(String),
    /// The place exists but holds nothing.
    #[error("{0} holds no secret")]
    Empty(SecretRef),
    /// The content is not text.
    #[error("{0} does not hold UTF-8 text")]
    NotText(SecretRef),
    /// The content is longer than any secret.
    #[error("{0} holds more than 64 KiB")]
    TooLong(SecretRef),
    /// The file cannot be read.
    #[error("cannot read secret file `{path}`")]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Not a regular file.
    #[error("secret file `{0}` is not a regular file")]
    NotAFile(PathBuf),
    /// Others can read or write the file.
    #[error("secret file `{path}` can be used by others (mode {mode:04o}), run `chmod 600 {path}`")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The program cannot be started.
    #[error("cannot run secret command `{program}`")]
    RunCommand {
        /// The program.
        program: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The program did not end with success.
    #[error("secret command `{program}` failed ({status})")]
    CommandFailed {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
    },
    /// The program took too long and was stopped.
    #[error("secret command `{program}` did not end within {seconds} s")]
    CommandTimeout {
        /// The program.
        program: String,
        /// The time it had, in seconds.
        seconds: u64,
    },
    /// Nobody can be asked.
    #[error("cannot ask for `{0}`: no terminal")]
    NoTerminal(String),
    /// Asking failed.
    #[error("cannot ask for `{text}`")]
    Prompt {
        /// The text of the question.
        text: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

type Lookup = dyn Fn(&str) -> Option<SecretString> + Send + Sync;
type Ask = dyn Fn(&str) -> io::Result<SecretString> + Send + Sync;

/// Reads secrets from variables, files, programs and the operator.
pub struct StandardSecrets {
    lookup: Box<Lookup>,
    ask: Option<Box<Ask>>,
    base: PathBuf,
    limits: CommandLimits,
}

impl StandardSecrets {
    /// A source that looks variables up with `lookup` and takes relative paths from `base`, the playbook's
    /// folder. It cannot ask anybody until [`with_prompt`](Self::with_prompt).
    pub fn new(
        base: impl Into<PathBuf>,
        lookup: impl Fn(&str) -> Option<SecretString> + Send + Sync + 'static,
    ) -> Self {
        StandardSecrets {
            lookup: Box::new(lookup),
            ask: None,
            base: base.into(),
            limits: CommandLimits::default(),
        }
    }

    /// Lets the source ask the operator.
    #[must_use]
    pub fn with_prompt(
        mut self,
        ask: impl Fn(&str) -> io::Result<SecretString> + Send + Sync + 'static,
    ) -> Self {
        self.ask = Some(Box::new(ask));
        self
    }

    /// Sets how long programs may run.
    #[must_use]
    pub fn with_limits(mut self, limits: CommandLimits) -> Self {
        self.limits = limits;
        self
    }

    fn env(&self, name: &str) -> Result<SecretString, SecretError> {
        (self.lookup)(name).ok_or_else(|| SecretError::NotSet(name.to_owned()))
    }

    fn prompt(&self, text: &str) -> Result<SecretString, SecretError> {
        let ask = self.ask.as_ref().ok_or_else(|| SecretError::NoTerminal(text.to_owned()))?;
        ask(text).map_err(|cause| SecretError::Prompt { text: text.to_owned(), cause })
    }
}

impl SecretSource for StandardSecrets {
    fn resolve(&self, reference: &SecretRef) -> Result<SecretString, SecretError> {
        use secrecy::ExposeSecret;
        let secret = match reference {
            SecretRef::Env(name) => self.env(name)?,
            SecretRef::Prompt(text) => self.prompt(text)?,
            SecretRef::File(path) => {
                let bytes = read_file(&self.base.join(path), reference)?;
                to_secret(bytes, reference)?
            }
            SecretRef::Command(argv) => {
                let bytes = command::run(argv, &self.base, self.limits, reference)?;
                to_secret(bytes, reference)?
            }
        };
        match secret.expose_secret().is_empty() {
            true => Err(SecretError::Empty(reference.clone())),
            false => Ok(secret),
        }
    }
}

/// Permissions are read from the open file, so that nobody can swap it between the look and the read.
fn read_file(path: &Path, reference: &SecretRef) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let failed = |cause| SecretError::ReadFile { path: path.to_owned(), cause };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(SecretError::NotAFile(path.to_owned()));
    }
    refuse_exposed(path, &metadata)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() > LONGEST {
        true => Err(SecretError::TooLong(reference.clone())),
        false => Ok(bytes),
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, metadata: &std::fs::Metadata) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(SecretError::Exposed { path: path.to_owned(), mode }),
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path, _metadata: &std::fs::Metadata) -> Result<(), SecretError> {
    Ok(())
}

fn to_secret(
    bytes: Zeroizing<Vec<u8>>,
    reference: &SecretRef,
) -> Result<SecretString, SecretError> {
    let text = std::str::from_utf8(&bytes).map_err(|_| SecretError::NotText(reference.clone()))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(SecretString::from(text.strip_suffix('\r').unwrap_or(text)))
}
