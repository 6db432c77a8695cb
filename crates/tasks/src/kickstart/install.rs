//! Waits until the host runs what was declared, and serves the script meanwhile.

use std::time::Duration;

use orchestrator::{Delivery, StepOutcome, StepScope, TaskError};

use super::answer::{Answer, ask};
use super::serve::{Served, Server};
use super::spec::{Spec, WaitFor};
use crate::outcome::outcome;

/// Serves what is to be served until the host answers.
pub(super) async fn install(
    spec: &Spec,
    served: Option<Served>,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let Some(waits) = &spec.wait_for else {
        return Ok(StepOutcome::already_done("nothing is to be waited for"));
    };
    if let Answer::Expected(text) = ask(spec, waits).await {
        return Ok(outcome(scope, false, format!("answers as {text}")));
    }
    let server = match served {
        Some(served) => Some(Server::bind(served).await?),
        None => None,
    };
    let serving = async {
        match &server {
            Some(server) => server.run().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        answered = wait(spec, waits, server.as_ref(), scope) => answered,
        () = serving => Err(TaskError::new("kickstart-listen", "stopped listening for", spec.subject())),
        () = scope.cancelled().cancelled() => Err(TaskError::cancelled(
            "stopped waiting for",
            spec.subject(),
            Delivery::NotSent,
        )),
    }
}

async fn wait(
    spec: &Spec,
    waits: &WaitFor,
    server: Option<&Server>,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let start = scope.clock().monotonic();
    loop {
        let answer = ask(spec, waits).await;
        if let Answer::Expected(text) = &answer {
            return Ok(StepOutcome::changed(format!("answers as {text}")));
        }
        let waited = scope.clock().monotonic().saturating_sub(start);
        let fetched = server.map(Server::fetched);
        if waited >= waits.within {
            return Err(too_late(spec, waits, &answer, fetched));
        }
        scope.progress(percent(waited, waits.within), progress_text(&answer, fetched));
        scope.clock().sleep(waits.every).await;
    }
}

/// How much of the time that it may take is gone: more is not known of an installation.
fn percent(waited: Duration, within: Duration) -> Option<u8> {
    let percent = waited.as_millis().saturating_mul(100) / within.as_millis().max(1);
    u8::try_from(percent).ok().map(|percent| percent.min(99))
}

fn progress_text(answer: &Answer, fetched: Option<u32>) -> String {
    match (answer, fetched) {
        (Answer::Other(text), _) => format!("still answers as {text}"),
        (_, Some(0)) => "the installer has not fetched `ks.cfg` yet".to_owned(),
        (_, Some(_)) => "the installer fetched `ks.cfg`; the host does not answer yet".to_owned(),
        (_, None) => "the host does not answer yet".to_owned(),
    }
}

fn too_late(spec: &Spec, waits: &WaitFor, answer: &Answer, fetched: Option<u32>) -> TaskError {
    let cause = match answer {
        Answer::Other(text) => format!("after {:?} it answers as {text}", waits.within),
        Answer::Silent(why) => format!("no answer within {:?}: {why}", waits.within),
        _ => format!("no answer within {:?}", waits.within),
    };
    let hint = match fetched {
        Some(0) => {
            "`ks.cfg` was never fetched: see whether the host booted the installer with the `kernelopt` of \
             `boot.cfg`, and whether it reaches this machine"
        }
        _ => "look at the console of the host; the installer says there what it does not like",
    };
    TaskError::new("kickstart-no-answer", "cannot see the installation end on", spec.subject())
        .caused_by(cause)
        .hint(hint)
        .delivery(Delivery::Answered)
}
