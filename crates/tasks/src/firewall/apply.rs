//! Opens and closes rulesets, and proves it.

use orchestrator::{StepOutcome, StepScope, TaskError};
use vsphere::Writer;
use vsphere::objects::HostFirewallSystem;

use super::observe::Ruleset;
use super::plan::{SetRuleset, words};
use crate::outcome::outcome;
use crate::trouble::Doing;

/// Brings a ruleset to its target. Who is allowed comes before opening and after closing, so that it is
/// never open for more than before or after.
pub(crate) async fn set(
    step: &SetRuleset,
    writer: &Writer,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let SetRuleset { manager, host, key, target } = step;
    let what = format!("cannot set firewall ruleset `{key}` of host");
    let doing = Doing::new("ruleset-set", &what, host);
    let system = HostFirewallSystem::new(manager.clone());
    let before = look(&system, key, writer, &doing).await?;
    let mut worked = false;
    if !target.enabled && before.enabled {
        system.disable_ruleset(writer, key).await.map_err(|error| doing.failed(error))?;
        worked = true;
    }
    if let Some(allowed) = target.allowed.as_ref().filter(|allowed| **allowed != before.allowed) {
        let set = system.update_ruleset(writer, key, allowed.into()).await;
        set.map_err(|error| doing.failed(error))?;
        worked = true;
    }
    if target.enabled && !before.enabled {
        system.enable_ruleset(writer, key).await.map_err(|error| doing.failed(error))?;
        worked = true;
    }
    let after = look(&system, key, writer, &doing).await?;
    let listed = target.allowed.as_ref().is_none_or(|allowed| *allowed == after.allowed);
    if after.enabled != target.enabled || !listed {
        let cause = format!("the host took the order, and {}", words(&after));
        return Err(doing.error().caused_by(cause));
    }
    Ok(outcome(scope, worked, words(&after)))
}

async fn look(
    system: &HostFirewallSystem,
    key: &str,
    writer: &Writer,
    doing: &Doing,
) -> Result<Ruleset, TaskError> {
    let rulesets = system.retrieve_rulesets(writer).await.map_err(|error| doing.failed(error))?;
    let rulesets = rulesets.unwrap_or_default();
    let own = rulesets.iter().find(|ruleset| ruleset.key == key);
    own.map(Ruleset::from).ok_or_else(|| doing.error().caused_by("the host does not have it"))
}
