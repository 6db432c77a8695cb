//! Waits for the HA agents of a cluster that has hosts when HA is switched on: vCenter sets them up in vim tasks of
//! its own, after the one that was asked for.

use std::time::Duration;

use orchestrator::{StepScope, TaskError};
use vsphere::objects::ClusterComputeResource;
use vsphere::{ObjectProperties, WaitError, Writer};

use crate::host::{AgentState, agent_state};
use crate::trouble::Doing;

/// The longest that all of them may take together.
const WITHIN: Duration = Duration::from_secs(900);
/// What shows how an agent is.
const STATE: &[&str] =
    &["name", "runtime.connectionState", "runtime.inMaintenanceMode", "runtime.dasHostState"];

/// Waits until each host that can have an agent has one that is well, and says in words what came of it. One that
/// does not get well is told of and concerns nobody else.
///
/// # Errors
/// When the hosts cannot be read or followed.
pub(super) async fn await_agents(
    (cluster, name): (&ClusterComputeResource, &str),
    writer: &Writer,
    scope: &StepScope,
) -> Result<String, TaskError> {
    let doing = Doing::new("host-agent", "cannot wait for the HA agents of cluster", name);
    let hosts = writer.retrieve(cluster.moref(), &["host"]).await;
    let hosts = hosts.map_err(|error| doing.failed(error))?.morefs("host");
    let deadline = writer.clock().now() + WITHIN;
    let mut well = 0;
    for (at, host) in hosts.iter().enumerate() {
        let percent = u8::try_from(at * 100 / hosts.len()).unwrap_or(100);
        scope.progress(Some(percent), "waiting for the HA agents");
        let left = deadline.saturating_duration_since(writer.clock().now());
        match writer.wait_until(host, STATE, left, settled).await {
            Ok(Settled::Well) => well += 1,
            Ok(Settled::NeedsNone) | Err(WaitError::Gone { .. }) => {}
            Ok(Settled::Failed(name)) => scope.notice(not_well(&name)),
            Err(WaitError::Deadline { last, .. }) => {
                scope.notice(not_well(last.text("name").unwrap_or(&host.value)));
            }
            Err(error) => return Err(doing.failed(error)),
        }
    }
    Ok(format!("the HA agents of {well} hosts are well"))
}

enum Settled {
    Well,
    Failed(String),
    /// It is not connected, or in maintenance.
    NeedsNone,
}

fn settled(seen: &ObjectProperties) -> Option<Settled> {
    let connected = seen.text("runtime.connectionState") == Some("connected");
    if !connected || seen.boolean("runtime.inMaintenanceMode") == Some(true) {
        return Some(Settled::NeedsNone);
    }
    match agent_state(seen) {
        AgentState::Well => Some(Settled::Well),
        AgentState::Failed => {
            Some(Settled::Failed(seen.text("name").unwrap_or_default().to_owned()))
        }
        AgentState::Settling | AgentState::None => None,
    }
}

fn not_well(host: &str) -> String {
    format!("the HA agent of host `{host}` is not well; a `host` task sets it up anew")
}
