//! Starts and stops services and sets their policies, and proves it.

use std::time::Duration;

use orchestrator::{StepOutcome, StepScope, TaskError};
use vim25::MoRef;
use vim25::types::{HostService, HostServiceInfo};
use vsphere::objects::HostServiceSystem;
use vsphere::{ObjectProperties, Writer};

use super::plan::SetService;
use super::spec::Target;
use crate::outcome::outcome;
use crate::trouble::Doing;

/// How long the host may take to show what it was told.
const SHOWN: Duration = Duration::from_secs(60);

/// Brings a service to its target: the policy first, so that a started one stays.
pub(crate) async fn set(
    step: &SetService,
    writer: &Writer,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let SetService { manager, host, key, target } = step;
    let doing = Doing::new("service-set", &format!("cannot set service `{key}` of host"), host);
    let system = HostServiceSystem::new(manager.clone());
    let services = system.retrieve_services(writer).await.map_err(|error| doing.failed(error))?;
    let services = services.unwrap_or_default();
    let service = services.iter().find(|service| service.key == key.as_str());
    let service = service.ok_or_else(|| doing.error().caused_by("the host does not have it"))?;
    let mut worked = false;
    if let Some(policy) = target.policy.as_deref().filter(|policy| service.policy != *policy) {
        let set = system.update_service_policy(writer, key, policy).await;
        set.map_err(|error| doing.failed(error))?;
        worked = true;
    }
    if let Some(running) = target.running.filter(|running| *running != service.running) {
        let done = match running {
            true => system.start_service(writer, key).await,
            false => system.stop_service(writer, key).await,
        };
        done.map_err(|error| doing.failed(error))?;
        worked = true;
    }
    let proof = prove(manager, key, target, writer).await.map_err(|error| doing.failed(error))?;
    Ok(outcome(scope, worked, proof))
}

/// Restarts a service, so that it reads its settings anew.
pub(crate) async fn restart(
    (manager, host, key): (&MoRef, &str, &str),
    writer: &Writer,
) -> Result<StepOutcome, TaskError> {
    let what = format!("cannot restart service `{key}` of host");
    let doing = Doing::new("service-restart", &what, host);
    let system = HostServiceSystem::new(manager.clone());
    system.restart_service(writer, key).await.map_err(|error| doing.failed(error))?;
    let target = Target { policy: None, running: Some(true) };
    let proof = prove(manager, key, &target, writer).await.map_err(|error| doing.failed(error))?;
    Ok(StepOutcome::changed(proof))
}

async fn prove(
    manager: &MoRef,
    key: &str,
    target: &Target,
    writer: &Writer,
) -> Result<String, vsphere::WaitError> {
    let there = |service: &&HostService| {
        service.key == key
            && target.policy.as_deref().is_none_or(|policy| service.policy == policy)
            && target.running.is_none_or(|running| service.running == running)
    };
    let condition = |seen: &ObjectProperties| {
        let info = seen.object::<HostServiceInfo>("serviceInfo")?;
        let service = info.service.iter().find(there)?;
        let state = if service.running { "runs" } else { "does not run" };
        Some(format!("`{key}` {state}, policy {}", service.policy))
    };
    writer.wait_until(manager, &["serviceInfo"], SHOWN, condition).await
}
