//! Runs a command or holds a dialogue.

use std::collections::BTreeMap;

use orchestrator::{StepOutcome, StepScope, TaskError};
use secrecy::SecretString;

use super::client::{
    Conversation, HostKeyPolicy, Output, Prompt, Said, Session, SshError, remember,
};
use super::link::{Access, patiently};
use super::observe::{holds, is_needed};
use super::plan::Step;
use super::spec::{Needed, Run, Spec};
use super::until::Looking;
use crate::outcome::outcome;
use crate::secret_text::filled;
use crate::world::VsphereReader;

type Secrets = BTreeMap<String, SecretString>;

pub(super) async fn apply(
    spec: &Spec,
    Step(at): Step,
    reader: &VsphereReader,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let Some(run) = spec.run.get(at) else {
        return Ok(StepOutcome::already_done("there is no such command"));
    };
    let mut access = Access::of(spec, reader).await?;
    let secrets = secrets(spec, reader, &mut access).await?;
    scope.progress(None, "connecting");
    let ready = patiently(spec, reader, || look_again(spec, run, &access)).await;
    let (session, needed) = ready.map_err(|error| access.failed("cannot reach", error))?;
    trust(&access, &session).map_err(|error| access.failed("cannot trust", error))?;
    if !needed {
        spec.link.keep(session).await;
        return Ok(outcome(scope, false, format!("`{}` is not needed any more", run.command)));
    }
    scope.progress(None, run.title());
    if let Needed::UntilItPrints(_, pause) = run.needed {
        spec.link.keep(session).await;
        let looking = Looking { spec, run, access: &access, reader };
        return looking.until_it_prints(pause, scope).await;
    }
    let proof = carry_out(run, &access, &session, &secrets, scope).await?;
    // After a new password the next look logs in with it: that is the proof.
    if run.needed != Needed::UntilPasswordIsTaken && session.is_alive() {
        spec.link.keep(session).await;
    }
    Ok(outcome(scope, true, proof))
}

/// A session, and whether the command is needed still.
pub(super) async fn look_again(
    spec: &Spec,
    run: &Run,
    access: &Access,
) -> Result<(Session, bool), SshError> {
    let session = spec.link.session(&access.target).await?;
    let proved = match (&run.needed, &spec.proof) {
        (Needed::UntilProof, Some(proof)) => holds(proof, access, &session).await?.0,
        _ => false,
    };
    let needed = is_needed(run, proved, &session).await?;
    Ok((session, needed))
}

async fn secrets(
    spec: &Spec,
    reader: &VsphereReader,
    access: &mut Access,
) -> Result<Secrets, TaskError> {
    let mut secrets = Secrets::new();
    for (name, reference) in &spec.secrets {
        let secret = reader.secret(reference).await?;
        access.mask.add(&secret);
        secrets.insert(name.clone(), secret);
    }
    Ok(secrets)
}

/// Keeps a host key that was learnt, before anything is sent.
fn trust(access: &Access, session: &Session) -> Result<(), SshError> {
    match &access.target.host_key {
        HostKeyPolicy::Known { file, learn: true } if session.first_seen().is_some() => {
            remember(file, &access.target.host, access.target.port, &session.host_key)
        }
        _ => Ok(()),
    }
}

async fn carry_out(
    run: &Run,
    access: &Access,
    session: &Session,
    secrets: &Secrets,
    scope: &StepScope,
) -> Result<String, TaskError> {
    let what = "cannot finish a command on";
    let said = if run.prompts.is_empty() && run.done.is_none() {
        let input = run.input.as_deref().map(|text| filled(text, secrets));
        match session.run(&run.command, input.as_ref(), run.timeout).await {
            Ok(output) => Said::Ended(output),
            Err(SshError::Lost { .. }) if run.may_be_lost => Said::Lost,
            Err(error) => return Err(access.failed(what, error)),
        }
    } else {
        let conversation = conversation(run, secrets);
        let heard = |prompt: &str| scope.progress(None, format!("answered prompt `{prompt}`"));
        let said = session.talk(&conversation, heard).await;
        said.map_err(|error| access.failed(what, error))?
    };
    match said {
        Said::Lost => Ok(format!("`{}` took the connection down, as declared", run.command)),
        Said::Done(_) => Ok(format!("`{}` said that it is done", run.command)),
        Said::Ended(output) if output.status.is_some_and(|code| run.exit.contains(&code)) => {
            Ok(format!("`{}` ended with {}", run.command, output.status.unwrap_or_default()))
        }
        Said::Ended(output) => Err(failed(run, access, &output)),
    }
}

fn failed(run: &Run, access: &Access, output: &Output) -> TaskError {
    let ended = match output.status {
        Some(code) => format!("it ended with {code}"),
        None => "a signal ended it".to_owned(),
    };
    let said = access.mask.apply(&output.tail());
    let cause = if said.is_empty() { ended } else { format!("{ended} and said:\n{said}") };
    TaskError::new(
        "ssh-command-failed",
        format!("`{}` failed on", run.command),
        access.target.address(),
    )
    .hint("see what it said; `exit` lists exit codes that are good")
    .delivery(orchestrator::Delivery::Answered)
    .caused_by(cause)
}

fn conversation(run: &Run, secrets: &Secrets) -> Conversation {
    let prompts = run.prompts.iter().map(|prompt| Prompt {
        name: prompt.name.clone(),
        pattern: prompt.pattern.clone(),
        answer: filled(&prompt.answer, secrets),
        times: prompt.times,
        may_be_last: prompt.may_be_last,
    });
    Conversation {
        command: run.command.clone(),
        prompts: prompts.collect(),
        done: run.done.clone(),
        may_be_lost: run.may_be_lost,
        within: run.timeout,
    }
}
