//! What ports of virtual switches are allowed: the policies of switches, and those of port groups, which say
//! only what differs.

use vim25::Str;
use vim25::types::{
    HostNetOffloadCapabilities, HostNetworkPolicy, HostNetworkSecurityPolicy,
    HostNetworkTrafficShapingPolicy, HostNicFailureCriteria, HostNicOrderPolicy,
    HostNicTeamingPolicy, LinkDiscoveryProtocolConfig,
};

/// The policy of a new switch over these adapters.
#[must_use]
pub fn of_switch(pnics: &[Str]) -> HostNetworkPolicy {
    let security = HostNetworkSecurityPolicy {
        allow_promiscuous: Some(false),
        mac_changes: Some(false),
        forged_transmits: Some(false),
        ..Default::default()
    };
    let offload = HostNetOffloadCapabilities {
        csum_offload: Some(true),
        tcp_segmentation: Some(true),
        zero_copy_xmit: Some(true),
        ..Default::default()
    };
    let shaping = HostNetworkTrafficShapingPolicy { enabled: Some(false), ..Default::default() };
    HostNetworkPolicy {
        security: Some(Box::new(security)),
        nic_teaming: Some(Box::new(teaming(pnics))),
        offload_policy: Some(Box::new(offload)),
        shaping_policy: Some(Box::new(shaping)),
        ..Default::default()
    }
}

fn teaming(pnics: &[Str]) -> HostNicTeamingPolicy {
    let criteria = HostNicFailureCriteria {
        check_speed: Some("minimum".into()),
        speed: Some(10),
        check_duplex: Some(false),
        full_duplex: Some(false),
        check_error_percent: Some(false),
        percentage: Some(0),
        check_beacon: Some(false),
        ..Default::default()
    };
    let order = HostNicOrderPolicy { active_nic: pnics.to_vec(), ..Default::default() };
    HostNicTeamingPolicy {
        policy: Some("loadbalance_srcid".into()),
        reverse_policy: Some(true),
        notify_switches: Some(true),
        rolling_order: Some(false),
        failure_criteria: Some(Box::new(criteria)),
        nic_order: Some(Box::new(order)),
        ..Default::default()
    }
}

/// The policy of a port group that takes all from its switch.
#[must_use]
pub fn of_port_group() -> HostNetworkPolicy {
    filled(HostNetworkPolicy::default())
}

/// The policy of a port group with every part present: hosts show those that say nothing as empty.
#[must_use]
pub fn filled(mut policy: HostNetworkPolicy) -> HostNetworkPolicy {
    policy.security.get_or_insert_default();
    let teaming = policy.nic_teaming.get_or_insert_default();
    teaming.failure_criteria.get_or_insert_default();
    policy.offload_policy.get_or_insert_default();
    policy.shaping_policy.get_or_insert_default();
    policy
}

/// How uplinks make themselves known.
#[must_use]
pub fn link_discovery() -> LinkDiscoveryProtocolConfig {
    LinkDiscoveryProtocolConfig {
        protocol: "cdp".into(),
        operation: "listen".into(),
        ..Default::default()
    }
}
