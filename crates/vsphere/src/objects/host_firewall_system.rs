//! `HostFirewallSystem`: what a host's firewall lets through.

use vim25::methods;
use vim25::types::{
    HostFirewallInfo, HostFirewallRuleset, HostFirewallRulesetIpList,
    HostFirewallRulesetRulesetSpec,
};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The firewall of a host.
    HostFirewallSystem
}

impl HostFirewallSystem {
    /// All rulesets; `None` when the host shows none, because it is disconnected or may not be read.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_rulesets(
        &self,
        reader: &Reader,
    ) -> Result<Option<Vec<HostFirewallRuleset>>, CallError> {
        let seen = reader.retrieve(&self.0, &["firewallInfo"]).await?;
        let info = seen.object::<HostFirewallInfo>("firewallInfo");
        Ok(info.map(|info| info.ruleset.clone()))
    }

    /// Opens the ports of a ruleset. A service whose policy is `automatic` starts with it.
    ///
    /// # Errors
    /// `NotFound` for an unknown ruleset, `HostConfigFault`.
    pub async fn enable_ruleset(&self, writer: &Writer, key: &str) -> Result<(), CallError> {
        let (this, id) = (self.0.clone(), key.into());
        writer.invoke(&methods::EnableRuleset { this, id, ..Default::default() }).await
    }

    /// Closes the ports of a ruleset.
    ///
    /// # Errors
    /// `NotFound` for an unknown ruleset, `HostConfigFault`.
    pub async fn disable_ruleset(&self, writer: &Writer, key: &str) -> Result<(), CallError> {
        let (this, id) = (self.0.clone(), key.into());
        writer.invoke(&methods::DisableRuleset { this, id, ..Default::default() }).await
    }

    /// Says who may use the ports of a ruleset. A list without entries and without `all_ip` means nobody.
    ///
    /// # Errors
    /// `NotFound` for an unknown ruleset, `HostConfigFault`.
    pub async fn update_ruleset(
        &self,
        writer: &Writer,
        key: &str,
        allowed_hosts: HostFirewallRulesetIpList,
    ) -> Result<(), CallError> {
        let spec = HostFirewallRulesetRulesetSpec { allowed_hosts, ..Default::default() };
        let (this, id) = (self.0.clone(), key.into());
        writer.invoke(&methods::UpdateRuleset { this, id, spec, ..Default::default() }).await
    }
}
