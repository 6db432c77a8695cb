//! Why a connection could not be opened, in words for the operator: cause, hint and exit code.

use vsphere::tls::{Fingerprint, TrustProblem};
use vsphere::transport::TransportError;
use vsphere::{CallError, CallProblem, ConnectError};

use crate::error::CliError;
use crate::exit::Exit;

/// The error for a connection that was not opened.
pub(super) fn refused(error: ConnectError) -> CliError {
    let hint = hint(&error);
    let exit = exit(&error);
    let refused = CliError::new(error).exit(exit);
    match hint {
        Some(hint) => refused.hint(hint),
        None => refused,
    }
}

fn exit(error: &ConnectError) -> Exit {
    match error {
        ConnectError::WrongPassword { .. }
        | ConnectError::PasswordExpired { .. }
        | ConnectError::NotAllowed { .. } => Exit::DENIED,
        ConnectError::Unreachable { cause, .. } | ConnectError::Login { cause, .. } => {
            call_exit(cause)
        }
        ConnectError::Tls { .. }
        | ConnectError::Transport { .. }
        | ConnectError::Versions { .. } => Exit::ERROR,
    }
}

/// How the process ends when a call fails and nothing was changed. A server that starts, and says so with a 503,
/// cannot be reached either.
pub(crate) fn call_exit(error: &CallError) -> Exit {
    if error.is_unanswered() || error.is_overloaded() {
        return Exit::UNREACHABLE;
    }
    match error.problem() {
        CallProblem::Transport(
            TransportError::Untrusted { .. } | TransportError::Handshake { .. },
        ) => Exit::DENIED,
        CallProblem::Fault(_) if error.fault::<vim25::types::SecurityError>().is_some() => {
            Exit::DENIED
        }
        CallProblem::Relogin(_) => Exit::DENIED,
        _ => Exit::ERROR,
    }
}

/// The error for a call that failed and changed nothing.
pub(crate) fn failed_call(error: CallError) -> CliError {
    let (exit, hint) = (call_exit(&error), error.hint());
    let failed = CliError::new(error).exit(exit);
    match hint {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

fn hint(error: &ConnectError) -> Option<String> {
    let untrusted = match error {
        ConnectError::Unreachable { cause, .. } => untrusted(cause),
        _ => None,
    };
    untrusted.and_then(three_ways).or_else(|| error.hint())
}

fn untrusted(error: &CallError) -> Option<&TrustProblem> {
    match error.problem() {
        CallProblem::Transport(TransportError::Untrusted { cause, .. }) => cause.downcast_ref(),
        _ => None,
    }
}

/// The ways to trust a server that nobody vouches for. One that has changed is another matter.
fn three_ways(problem: &TrustProblem) -> Option<String> {
    let presented: &Fingerprint = match problem {
        TrustProblem::UnknownIssuer { presented }
        | TrustProblem::UnknownServer { presented, .. }
        | TrustProblem::Other { presented, .. } => presented,
        _ => return None,
    };
    Some(format!(
        "compare this SHA-256 with the one on the server's console, then do one of these:\n\
         - trust its authority: `tls: {{ ca_file: FILE }}` in the playbook, or `--ca-file FILE`\n\
         - trust this certificate only: `tls: {{ sha256: \"{presented}\" }}`, or `--sha256 HEX`\n\
         - trust and remember what is seen first: `--trust-on-first-use`"
    ))
}
