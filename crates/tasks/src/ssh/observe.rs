//! Looks which commands are needed, by running what the playbook says only looks.

use std::time::Duration;

use orchestrator::{Reason, TaskError};

use super::client::{Credential, Session, SshError};
use super::link::{Access, patiently};
use super::spec::{Needed, Proof, Run, Spec};
use crate::lookup::reason;
use crate::world::VsphereReader;

/// How long a command that only looks may take.
pub(super) const LOOK: Duration = Duration::from_secs(60);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Machine(MachineSeen),
    /// It answers, but lets us not in, or is somebody else.
    Closed(Reason),
}

/// A machine that was logged in to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MachineSeen {
    /// Whether each command is needed, in their order.
    pub(super) needed: Vec<bool>,
    /// Whether the proof holds, and what was seen of it.
    pub(super) proof: Option<(bool, String)>,
    /// The fingerprint of a host key that nobody vouched for.
    pub(super) first_seen: Option<String>,
}

pub(super) async fn observe(spec: &Spec, reader: &VsphereReader) -> Result<Seen, TaskError> {
    let access = Access::of(spec, reader).await?;
    let looked = patiently(spec, reader, || look_once(spec, &access)).await;
    match (looked, &spec.after) {
        (Ok(seen), _) => Ok(Seen::Machine(seen)),
        (Err(error), Some(task)) => {
            let waits_for = format!("task `{task}` makes `{}` ready", spec.address);
            Err(access.failed("cannot look at", error).not_yet(waits_for))
        }
        (Err(error), None) if is_closed(&error) => {
            let what = format!("cannot log in to `{}`", spec.address);
            let fix = error.hint();
            Ok(Seen::Closed(reason(error.code(), what, error.to_string(), fix)))
        }
        (Err(error), None) => Err(access.failed("cannot look at", error)),
    }
}

fn is_closed(error: &SshError) -> bool {
    matches!(
        error,
        SshError::UnknownHostKey { .. } | SshError::WrongHostKey { .. } | SshError::Refused { .. }
    )
}

async fn look_once(spec: &Spec, access: &Access) -> Result<MachineSeen, SshError> {
    let session = spec.link.session(&access.target).await?;
    let seen = look(spec, access, &session).await?;
    spec.link.keep(session).await;
    Ok(seen)
}

async fn look(spec: &Spec, access: &Access, session: &Session) -> Result<MachineSeen, SshError> {
    let proof = match &spec.proof {
        Some(proof) => Some(holds(proof, access, session).await?),
        None => None,
    };
    let mut needed = Vec::new();
    for run in &spec.run {
        let proved = proof.as_ref().is_some_and(|(holds, _)| *holds);
        needed.push(is_needed(run, proved, session).await?);
    }
    Ok(MachineSeen { needed, proof, first_seen: session.first_seen() })
}

/// Whether a command is needed; `proved` says whether the task's proof holds.
pub(super) async fn is_needed(
    run: &Run,
    proved: bool,
    session: &Session,
) -> Result<bool, SshError> {
    match &run.needed {
        Needed::UntilProof => Ok(!proved),
        Needed::UntilPasswordIsTaken => Ok(session.credential == Credential::InitialPassword),
        Needed::UntilItPrints(pattern, _) => {
            Ok(!pattern.is_in(&session.run(&run.command, None, LOOK).await?.text))
        }
        Needed::Unless(check) => Ok(session.run(check, None, LOOK).await?.status != Some(0)),
    }
}

/// Whether the proof holds, and the end of what it printed.
pub(super) async fn holds(
    proof: &Proof,
    access: &Access,
    session: &Session,
) -> Result<(bool, String), SshError> {
    let output = session.run(&proof.command, None, LOOK).await?;
    let matches = proof.matches.as_ref().is_none_or(|pattern| pattern.is_in(&output.text));
    let shown = access.mask.apply(&output.tail());
    Ok((matches && output.status == Some(proof.exit), shown))
}
