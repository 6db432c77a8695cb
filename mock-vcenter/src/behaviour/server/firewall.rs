//! The firewall of a host: [`Firewall`], the one source of `firewallInfo` and `config.firewall`.

use std::sync::Arc;

use vim25::enums::{HostFirewallRuleDirection, HostFirewallRulePortType};
use vim25::types::{
    HostFirewallDefaultPolicy, HostFirewallInfo, HostFirewallRule, HostFirewallRuleset,
    HostFirewallRulesetIpList,
};

use crate::product::Product;

use super::rulesets::{CURRENT, Kind, NEW_IN_8, OLDER};
use super::services::{Generation, opener_of};

/// A ruleset as far as it can change.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruleset {
    kind: &'static Kind,
    /// Open or closed.
    pub enabled: bool,
    /// Who may pass while it is open.
    pub allowed: HostFirewallRulesetIpList,
}

impl Ruleset {
    fn initial(kind: &'static Kind) -> Self {
        let allowed = HostFirewallRulesetIpList { all_ip: true, ..Default::default() };
        Self { kind, enabled: kind.flags.starts_with("on"), allowed }
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.kind.key
    }

    /// Cannot be closed.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.kind.flags.contains('R')
    }

    fn has_fixed_addresses(&self) -> bool {
        self.kind.flags.contains('F')
    }
}

/// A host's firewall.
#[derive(Clone, Debug, PartialEq)]
pub struct Firewall {
    generation: Generation,
    /// All rulesets, by key.
    pub rulesets: Arc<Vec<Ruleset>>,
    /// What happens to traffic that no open ruleset lets pass.
    pub policy: HostFirewallDefaultPolicy,
}

impl Firewall {
    /// The firewall of a host that was just installed.
    #[must_use]
    pub fn initial(product: Product) -> Self {
        let generation = Generation::of(product);
        let kinds: Vec<&'static Kind> = match generation {
            Generation::Current => CURRENT.iter().collect(),
            Generation::Older => {
                let replaced = |key: &str| OLDER.iter().any(|older| older.key == key);
                let kept = CURRENT
                    .iter()
                    .filter(|kind| !NEW_IN_8.contains(&kind.key) && !replaced(kind.key));
                let mut kinds: Vec<_> = kept.chain(OLDER).collect();
                kinds.sort_by_key(|kind| kind.key);
                kinds
            }
        };
        let policy = HostFirewallDefaultPolicy {
            incoming_blocked: Some(true),
            outgoing_blocked: Some(true),
            ..Default::default()
        };
        let rulesets = kinds.into_iter().map(Ruleset::initial).collect();
        Self { generation, rulesets: Arc::new(rulesets), policy }
    }

    /// The ruleset called `key`.
    #[must_use]
    pub fn ruleset(&self, key: &str) -> Option<&Ruleset> {
        self.rulesets.iter().find(|ruleset| ruleset.key() == key)
    }

    /// The ruleset called `key`, to be changed.
    pub fn ruleset_mut(&mut self, key: &str) -> Option<&mut Ruleset> {
        self.ruleset(key)?;
        Arc::make_mut(&mut self.rulesets).iter_mut().find(|ruleset| ruleset.key() == key)
    }

    /// Whether users may open and close a ruleset. Since 8.0 the system does so for most.
    #[must_use]
    pub fn is_user_controllable(&self, ruleset: &Ruleset) -> bool {
        self.generation == Generation::Older || ruleset.kind.flags.contains('U')
    }

    /// Whether users may say who passes.
    #[must_use]
    pub fn has_open_address_list(&self, ruleset: &Ruleset) -> bool {
        self.generation == Generation::Older || !ruleset.has_fixed_addresses()
    }

    /// `HostFirewallInfo` of this firewall.
    #[must_use]
    pub fn info(&self) -> HostFirewallInfo {
        HostFirewallInfo {
            default_policy: self.policy.clone(),
            ruleset: self.rulesets.iter().map(|ruleset| self.ruleset_info(ruleset)).collect(),
            ..Default::default()
        }
    }

    fn ruleset_info(&self, ruleset: &Ruleset) -> HostFirewallRuleset {
        let kind = ruleset.kind;
        let is_current = self.generation == Generation::Current;
        let controllable = self.is_user_controllable(ruleset);
        HostFirewallRuleset {
            key: kind.key.into(),
            label: kind.label.into(),
            required: ruleset.is_required(),
            rule: kind.rules.split(' ').filter_map(parse_rule).collect(),
            service: opener_of(self.generation, kind.key).map(Into::into),
            enabled: ruleset.enabled,
            allowed_hosts: Some(Box::new(ruleset.allowed.clone())),
            user_controllable: is_current.then_some(controllable),
            ip_list_user_configurable: is_current.then_some(!ruleset.has_fixed_addresses()),
            ..Default::default()
        }
    }
}

fn parse_rule(text: &str) -> Option<HostFirewallRule> {
    let (ports, rest) = text.split_once('/')?;
    let (first, last) = ports.split_once('-').unwrap_or((ports, ""));
    let direction = if rest.contains('<') {
        HostFirewallRuleDirection::Inbound
    } else {
        HostFirewallRuleDirection::Outbound
    };
    let port_type = if rest.ends_with('s') {
        HostFirewallRulePortType::Src
    } else {
        HostFirewallRulePortType::Dst
    };
    Some(HostFirewallRule {
        port: first.parse().ok()?,
        end_port: last.parse().ok(),
        direction,
        port_type: Some(port_type),
        protocol: rest.get(..3)?.into(),
        ..Default::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::product::Role;

    use super::*;

    fn firewall(release: &str) -> Firewall {
        Firewall::initial(Product::new(Role::Esxi, release).unwrap())
    }

    #[test]
    fn every_rule_of_every_release_is_understood() {
        for (release, rulesets) in [("8.0.3", 57), ("6.5", 41)] {
            let firewall = firewall(release);
            assert_eq!(firewall.rulesets.len(), rulesets, "{release}");
            for (ruleset, shown) in firewall.rulesets.iter().zip(firewall.info().ruleset) {
                let written = ruleset.kind.rules.split_whitespace().count();
                assert_eq!(shown.rule.len(), written, "{}", shown.key);
            }
        }
    }

    #[test]
    fn ports_and_directions_are_as_written() {
        let rules = firewall("8.0.3").info().ruleset;
        let of = |key: &str| rules.iter().find(|ruleset| ruleset.key == key).unwrap();
        let ftp = &of("ftpClient").rule;
        assert_eq!((ftp[0].port, ftp[1].port, ftp[1].end_port), (21, 20, None));
        assert_eq!(ftp[1].direction, HostFirewallRuleDirection::Inbound);
        assert_eq!(ftp[1].port_type, Some(HostFirewallRulePortType::Src));
        let gdb = &of("gdbserver").rule[0];
        assert_eq!((gdb.port, gdb.end_port, gdb.protocol.as_str()), (1000, Some(9999), "tcp"));
        assert_eq!(of("ntpClient").user_controllable, Some(false));
        assert_eq!(of("vpxHeartbeats").service.as_deref(), Some("vpxa"));
    }

    #[test]
    fn before_8_users_control_every_ruleset() {
        let old = firewall("6.7");
        assert!(old.rulesets.iter().all(|ruleset| old.is_user_controllable(ruleset)));
        let shown = old.info().ruleset;
        let ntp = shown.iter().find(|ruleset| ruleset.key == "ntpClient").unwrap();
        assert_eq!((ntp.service.as_deref(), ntp.user_controllable), (Some("ntpd"), None));
    }
}
