//! Selects and deselects traffic of VMkernel adapters, and proves it.

use std::time::Duration;

use orchestrator::{StepOutcome, StepScope, TaskError};
use vsphere::Writer;
use vsphere::objects::HostVirtualNicManager;

use super::observe::service;
use super::plan::{Carry, Step};
use super::service::{FT_LOGGING, VMOTION, name_of};
use super::spec::Spec;
use crate::outcome::outcome;
use crate::trouble::Doing;

/// How long vCenter may take to hear of the change from the host.
const HEARD: Duration = Duration::from_secs(120);

pub(super) async fn apply(
    spec: &Spec,
    step: &Step,
    writer: &Writer,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let device = spec.device.as_str();
    let doing = Doing::new(
        "vmkernel-configure",
        &format!("cannot configure `{device}` of host"),
        &step.name,
    );
    let manager = HostVirtualNicManager::new(step.manager.clone());
    let there = carries(&manager, step, device, writer, &doing).await?;
    let wanted = step.to == Carry::Yes;
    if there != wanted {
        let done = match step.to {
            Carry::Yes => manager.select_vnic(writer, &step.nic_type, device).await,
            Carry::No => manager.deselect_vnic(writer, &step.nic_type, device).await,
        };
        done.map_err(|error| doing.failed(error))?;
        if carries(&manager, step, device, writer, &doing).await? != wanted {
            return Err(doing.error().caused_by("the host took the order and shows no difference"));
        }
    }
    if wanted {
        scope.progress(Some(50), "waiting for vCenter to hear of it");
        hear(step, writer, &doing).await?;
    }
    let word = name_of(&step.nic_type);
    let proof = match step.to {
        Carry::Yes => format!("`{device}` carries {word}"),
        Carry::No => format!("`{device}` does not carry {word}"),
    };
    Ok(outcome(scope, there != wanted, proof))
}

async fn carries(
    manager: &HostVirtualNicManager,
    step: &Step,
    device: &str,
    writer: &Writer,
    doing: &Doing,
) -> Result<bool, TaskError> {
    let config = manager.query_net_config(writer, &step.nic_type).await;
    let config = config.map_err(|error| doing.failed(error))?;
    Ok(config.is_some_and(|config| service(&config).selected.iter().any(|own| own == device)))
}

/// The host's summary says so too; Fault Tolerance goes by that.
async fn hear(step: &Step, writer: &Writer, doing: &Doing) -> Result<(), TaskError> {
    let path = match step.nic_type.as_str() {
        VMOTION => "summary.config.vmotionEnabled",
        FT_LOGGING => "summary.config.faultToleranceEnabled",
        _ => return Ok(()),
    };
    let heard = writer
        .wait_until(&step.host, &[path], HEARD, |seen| (seen.boolean(path)?).then_some(()))
        .await;
    heard.map_err(|error| doing.failed(error))
}
