//! Reads the rulesets of a host's firewall.

use orchestrator::TaskError;
use vim25::MoRef;
use vim25::enums::HostFirewallRuleDirection;
use vim25::types::{HostFirewallRule, HostFirewallRuleset};
use vsphere::Reader;
use vsphere::objects::HostFirewallSystem;

use super::allow::AllowList;
use crate::per_host::{Found, manager};
use crate::trouble::reading;

/// The firewall of a host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Rulesets {
    pub(crate) manager: MoRef,
    pub(crate) rulesets: Vec<Ruleset>,
}

/// One ruleset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ruleset {
    pub(crate) key: String,
    pub(crate) required: bool,
    pub(crate) enabled: bool,
    /// The service that it goes with.
    pub(crate) service: Option<String>,
    pub(crate) allowed: AllowList,
    /// Since 8.0.2 some are switched by their service alone.
    pub(crate) controllable: bool,
    pub(crate) list_configurable: bool,
    /// Protocol, first and last port of what it lets out.
    pub(crate) outbound: Vec<(String, i32, i32)>,
}

impl Rulesets {
    pub(crate) fn find(&self, key: &str) -> Option<&Ruleset> {
        self.rulesets.iter().find(|ruleset| ruleset.key == key)
    }
}

impl From<&HostFirewallRuleset> for Ruleset {
    fn from(ruleset: &HostFirewallRuleset) -> Self {
        let out = |rule: &&HostFirewallRule| rule.direction == HostFirewallRuleDirection::Outbound;
        let ports = |rule: &HostFirewallRule| {
            let last = rule.end_port.unwrap_or(rule.port).max(rule.port);
            (rule.protocol.to_ascii_lowercase().to_string(), rule.port, last)
        };
        Self {
            key: ruleset.key.to_string(),
            required: ruleset.required,
            enabled: ruleset.enabled,
            service: ruleset.service.as_ref().map(ToString::to_string),
            allowed: ruleset.allowed_hosts.as_deref().map_or(AllowList::All, AllowList::from),
            controllable: ruleset.user_controllable != Some(false),
            list_configurable: ruleset.ip_list_user_configurable != Some(false),
            outbound: ruleset.rule.iter().filter(out).map(ports).collect(),
        }
    }
}

/// The rulesets of a host; `None` when it shows none.
pub(crate) async fn read_rulesets(
    found: &Found,
    reader: &Reader,
) -> Result<Option<Rulesets>, TaskError> {
    let Some(manager) = manager(reader, found, "configManager.firewallSystem").await? else {
        return Ok(None);
    };
    let rulesets = HostFirewallSystem::new(manager.clone()).retrieve_rulesets(reader).await;
    let rulesets = rulesets.map_err(|error| reading(&found.name).failed(error))?;
    let all = |rulesets: Vec<HostFirewallRuleset>| rulesets.iter().map(Ruleset::from).collect();
    Ok(rulesets.map(|rulesets| Rulesets { manager, rulesets: all(rulesets) }))
}
