//! Sets the clock of a host up, and proves it.

use orchestrator::{StepOutcome, StepScope, TaskError};
use vim25::types::{HostDateTimeConfig, HostNtpConfig};
use vsphere::Writer;
use vsphere::objects::HostDateTimeSystem;

use super::observe::Clock;
use super::plan::SetClock;
use crate::outcome::outcome;
use crate::trouble::Doing;

pub(super) async fn set_clock(
    step: &SetClock,
    writer: &Writer,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("time-set", "cannot set where the time comes from on host", &step.host);
    let system = HostDateTimeSystem::new(step.manager.clone());
    let there = is_there(step, &system, writer, &doing).await?;
    if !there {
        let set = system.update_config(writer, config(step)).await;
        set.map_err(|error| doing.failed(error))?;
        if !is_there(step, &system, writer, &doing).await? {
            return Err(doing.error().caused_by("the host took the order and shows no difference"));
        }
    }
    let mut words = Vec::new();
    words.extend(step.servers.as_ref().map(|servers| format!("time from {}", servers.join(", "))));
    words.extend(step.zone.as_ref().map(|zone| format!("time zone {zone}")));
    if words.is_empty() {
        words.push("the clock follows NTP".to_owned());
    }
    Ok(outcome(scope, !there, words.join("; ")))
}

fn config(step: &SetClock) -> HostDateTimeConfig {
    let ntp = |servers: &Vec<String>| HostNtpConfig {
        server: servers.iter().map(|server| server.as_str().into()).collect(),
        ..HostNtpConfig::default()
    };
    HostDateTimeConfig {
        time_zone: step.zone.as_deref().map(Into::into),
        ntp_config: step.servers.as_ref().map(|servers| Box::new(ntp(servers))),
        protocol: step.choose_ntp.then(|| "ntp".into()),
        enabled: step.enable.then_some(true),
        ..HostDateTimeConfig::default()
    }
}

async fn is_there(
    step: &SetClock,
    system: &HostDateTimeSystem,
    writer: &Writer,
    doing: &Doing,
) -> Result<bool, TaskError> {
    let info = system.retrieve_info(writer).await.map_err(|error| doing.failed(error))?;
    let clock = info.as_ref().map(Clock::from).unwrap_or_default();
    Ok(step.servers.as_ref().is_none_or(|servers| *servers == clock.servers)
        && step.zone.as_ref().is_none_or(|zone| *zone == clock.zone)
        && !(step.choose_ntp && clock.other_protocol)
        && !(step.enable && clock.disabled))
}
