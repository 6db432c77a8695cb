//! What can go wrong over SSH: [`SshError`].

use std::path::PathBuf;
use std::time::Duration;

/// A failure. Texts from the server in it are masked and bounded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SshError {
    /// Nothing was sent; it may answer later.
    #[error("`{address}` does not answer SSH")]
    Unreachable {
        address: String,
        #[source]
        cause: std::io::Error,
    },
    #[error("`{address}` did not finish the SSH handshake within {within:?}")]
    Slow { address: String, within: Duration },
    #[error("cannot agree with `{address}` on how to speak SSH")]
    Handshake {
        address: String,
        #[source]
        cause: russh::Error,
    },
    #[error("the SSH host key of `{address}` is `{found}`, which nothing in the playbook trusts")]
    UnknownHostKey { address: String, found: String },
    #[error("the SSH host key of `{address}` is `{found}`, not `{expected}`")]
    WrongHostKey { address: String, found: String, expected: String },
    #[error("cannot use the known hosts in `{}`", path.display())]
    KnownHosts {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    #[error("cannot use the private key for `{address}`")]
    PrivateKey {
        address: String,
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("`{address}` refuses user `{user}`; it takes: {methods}")]
    Refused { address: String, user: String, methods: String },
    /// What was sent before may have been carried out.
    #[error("the SSH connection to `{address}` was lost")]
    Lost { address: String },
    #[error("`{address}` refuses to run a command")]
    NotRun { address: String },
    #[error("the command was not done within {within:?}; it said:\n{tail}")]
    Late { within: Duration, tail: String },
    #[error("the program asks something that no prompt of the playbook expects:\n{tail}")]
    UnknownPrompt { tail: String },
    #[error("prompt `{prompt}` came more often than {times} times; the screen shows:\n{tail}")]
    TooOften { prompt: String, times: u32, tail: String },
}

impl SshError {
    /// Whether nothing that could change anything left before.
    pub(crate) fn was_before_login(&self) -> bool {
        !matches!(
            self,
            Self::Lost { .. }
                | Self::NotRun { .. }
                | Self::Late { .. }
                | Self::UnknownPrompt { .. }
                | Self::TooOften { .. }
        )
    }

    /// Whether the machine may just be starting.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Slow { .. } | Self::Lost { .. } => true,
            // A server that is going down or coming up closes the connection in the handshake.
            Self::Handshake { cause, .. } => {
                matches!(cause, russh::Error::HUP | russh::Error::Disconnect | russh::Error::IO(_))
            }
            _ => false,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } | Self::Slow { .. } => "ssh-unreachable",
            Self::Handshake { .. } => "ssh-handshake",
            Self::UnknownHostKey { .. } => "ssh-host-key-unknown",
            Self::WrongHostKey { .. } => "ssh-host-key-mismatch",
            Self::KnownHosts { .. } => "ssh-known-hosts",
            Self::PrivateKey { .. } => "ssh-private-key",
            Self::Refused { .. } => "ssh-login-refused",
            Self::Lost { .. } => "ssh-connection-lost",
            Self::NotRun { .. } => "ssh-not-run",
            Self::Late { .. } => "ssh-timeout",
            Self::UnknownPrompt { .. } | Self::TooOften { .. } => "ssh-unknown-prompt",
        }
    }

    /// What the operator can do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } | Self::Slow { .. } => {
                "see that the machine runs, its SSH service is on, and `address` and `port` are right; \
                 `after` names the task that makes it, `answers_within` how long it may take"
            }
            Self::Handshake { .. } => {
                "an old appliance may need `legacy_algorithms: true`; see that an SSH server answers there"
            }
            Self::UnknownHostKey { .. } => {
                "compare the fingerprint with the machine's console, then declare it as `host_key: { sha256: ... }`"
            }
            Self::WrongHostKey { .. } => {
                "somebody may be in between; if the machine was installed anew, declare its new key"
            }
            Self::KnownHosts { .. } => "see that the file can be read and written",
            Self::PrivateKey { .. } => {
                "`private_key` takes an OpenSSH or PEM key, `passphrase` what protects it"
            }
            Self::Refused { .. } => {
                "correct `username`, `password` or `private_key`; nothing is tried twice"
            }
            Self::Lost { .. } => {
                "where the command itself takes the machine down, say `connection_lost: success`"
            }
            Self::NotRun { .. } => "see that this user may run commands",
            Self::Late { .. } => "raise `timeout` if the command may take longer",
            Self::UnknownPrompt { .. } | Self::TooOften { .. } => {
                "add the prompt to `prompts` with a pattern and an answer, or correct the answer before it"
            }
        }
    }
}
