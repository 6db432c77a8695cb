//! Runs a program in a guest and waits for its end.

use std::collections::BTreeMap;
use std::time::Duration;

use orchestrator::{Delivery, StepOutcome, StepScope, TaskError, World};
use secrecy::ExposeSecret;
use vim25::types::GuestProgramSpec;
use vsphere::Writer;

use super::inside::{Inside, NotInside, Ran};
use super::observe::{find, is_needed, logins};
use super::plan::Step;
use super::spec::{Run, Spec};
use crate::outcome::outcome;
use crate::secret_text::filled;
use crate::world::VsphereWorld;

/// How long the guest may take to tell an address that it was given.
const TOLD: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn apply(
    spec: &Spec,
    Step(at): Step,
    writer: &Writer,
    world: &VsphereWorld,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let Some(run) = spec.run.get(at) else {
        return Ok(StepOutcome::already_done("there is no such program"));
    };
    let error = |code| TaskError::new(code, "cannot run programs in the guest of", spec.vm.clone());
    let vm = find(spec, writer).await?;
    let vm = vm.map_err(|cause| error("not-found").caused_by(cause))?;
    let entered = Inside::enter(writer, &vm, &spec.vm, logins(spec, world.reader()).await?).await;
    let (inside, login) = entered.map_err(|why| match why {
        NotInside::NotReady => error("guest-not-ready")
            .caused_by("VMware Tools do not run in it")
            .delivery(Delivery::NotSent)
            .transient(),
        NotInside::Refused => error("guest-login-refused").caused_by("no password is taken"),
        NotInside::Failed(error) => error,
    })?;
    if !is_needed(run, login, &vm, &inside, writer).await? {
        return Ok(outcome(scope, false, format!("`{}` is not needed any more", run.program)));
    }
    scope.progress(None, run.title());
    let program = program(spec, run, world).await?;
    let ran = inside.run(writer, program, run.timeout).await?;
    let code = good_code(spec, run, ran)?;
    if run.address.is_some() {
        scope.progress(None, "waiting for the guest to tell its address");
        let told = async {
            while is_needed(run, login, &vm, &inside, writer).await? {
                writer.clock().sleep(PAUSE).await;
            }
            Ok(())
        };
        tokio::select! {
            told = told => told?,
            () = writer.clock().sleep(TOLD) => {
                let cause = "the guest does not tell the address it was given".to_owned();
                return Err(failed(spec, run, cause));
            }
        }
    }
    Ok(outcome(scope, true, format!("`{}` ended with {code}", run.program)))
}

/// The exit code, where it is one that is good.
fn good_code(spec: &Spec, run: &Run, ran: Ran) -> Result<i32, TaskError> {
    match ran {
        Ran::ToItsEnd(code) if run.exit.contains(&code) => Ok(code),
        Ran::ToItsEnd(code) => Err(failed(spec, run, format!("it ended with {code}"))),
        // What it does half done may be worse than what it does late, so it is not ended.
        Ran::Longer { pid } => {
            let within = run.timeout;
            let cause =
                format!("it was not done within {within:?} and still runs as process {pid}");
            Err(failed(spec, run, cause).hint(
                "wait for its end, or end it in the guest; then apply again, with a longer `timeout`",
            ))
        }
    }
}

fn failed(spec: &Spec, run: &Run, cause: String) -> TaskError {
    let what = format!("`{}` failed in guest", run.program);
    TaskError::new("guest-program-failed", what, spec.vm.clone())
        .hint("see on the console of the VM what it says; `exit` lists exit codes that are good")
        .delivery(Delivery::Answered)
        .caused_by(cause)
}

async fn program(
    spec: &Spec,
    run: &Run,
    world: &VsphereWorld,
) -> Result<GuestProgramSpec, TaskError> {
    let mut secrets = BTreeMap::new();
    for (name, reference) in &spec.secrets {
        secrets.insert(name.clone(), world.reader().secret(reference).await?);
    }
    let variables = run
        .environment
        .iter()
        .map(|(name, text)| format!("{name}={}", filled(text, &secrets).expose_secret()).into());
    Ok(GuestProgramSpec {
        program_path: run.program.as_str().into(),
        arguments: run.arguments.as_str().into(),
        working_directory: run.working_directory.as_deref().map(Into::into),
        env_variables: variables.collect(),
        ..Default::default()
    })
}
