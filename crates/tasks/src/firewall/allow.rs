//! Who may use the ports of a ruleset: everybody, or a list of addresses and networks.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use vim25::types::{HostFirewallRulesetIpList, HostFirewallRulesetIpNetwork};

/// Who is let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AllowList {
    All,
    Only(BTreeSet<Network>),
}

/// An address (all of its bits count), or a network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `10.0.0.1`, `10.0.0.0/8`, `fd00::1` or `fd00::/8`; says what is wrong otherwise.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr =
            address.parse().map_err(|_| format!("`{text}` is no address and no network"))?;
        let bits = bits(address);
        let prefix = match prefix {
            None => bits,
            Some(prefix) => {
                let prefix: Option<u8> = prefix.parse().ok().filter(|prefix| *prefix <= bits);
                prefix
                    .ok_or_else(|| format!("`{text}` needs a number up to {bits} after the `/`"))?
            }
        };
        let network = Self { address, prefix };
        let first = network.first();
        if first != address {
            return Err(format!("`{text}` is an address inside the network `{first}/{prefix}`"));
        }
        Ok(network)
    }

    fn is_address(&self) -> bool {
        self.prefix == bits(self.address)
    }

    /// The address with all bits of the host cleared.
    fn first(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(own) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::V4((u32::from(own) & mask).into())
            }
            IpAddr::V6(own) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::V6((u128::from(own) & mask).into())
            }
        }
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl AllowList {
    /// Whether nobody is let through.
    pub(crate) fn is_nobody(&self) -> bool {
        matches!(self, Self::Only(networks) if networks.is_empty())
    }
}

/// What a server says that is no address is left out: it lets nobody through.
impl From<&HostFirewallRulesetIpList> for AllowList {
    fn from(list: &HostFirewallRulesetIpList) -> Self {
        if list.all_ip {
            return Self::All;
        }
        let network = |one: &HostFirewallRulesetIpNetwork| {
            let address = one.network.parse().ok()?;
            let prefix = u8::try_from(one.prefix_length).ok()?;
            let network = Network { address, prefix: prefix.min(bits(address)) };
            Some(Network { address: network.first(), ..network })
        };
        let addresses = list.ip_address.iter().filter_map(|one| Network::parse(one).ok());
        Self::Only(addresses.chain(list.ip_network.iter().filter_map(network)).collect())
    }
}

impl From<&AllowList> for HostFirewallRulesetIpList {
    fn from(list: &AllowList) -> Self {
        let AllowList::Only(networks) = list else {
            return Self { all_ip: true, ..Self::default() };
        };
        let (addresses, networks): (Vec<_>, Vec<_>) =
            networks.iter().partition(|network| network.is_address());
        let network = |one: &Network| HostFirewallRulesetIpNetwork {
            network: one.address.to_string().into(),
            prefix_length: one.prefix.into(),
            ..HostFirewallRulesetIpNetwork::default()
        };
        Self {
            ip_address: addresses.iter().map(|one| one.address.to_string().into()).collect(),
            ip_network: networks.into_iter().map(network).collect(),
            all_ip: false,
            ..Self::default()
        }
    }
}

impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Only(networks) if networks.is_empty() => f.write_str("nobody"),
            Self::Only(networks) => {
                let words: Vec<_> = networks.iter().map(ToString::to_string).collect();
                f.write_str(&words.join(", "))
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_address() {
            true => write!(f, "{}", self.address),
            false => write!(f, "{}/{}", self.address, self.prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read_and_nothing_else_is() {
        let table = [
            ("10.0.0.1", Ok("10.0.0.1")),
            ("10.0.0.1/32", Ok("10.0.0.1")),
            ("10.0.0.0/8", Ok("10.0.0.0/8")),
            ("0.0.0.0/0", Ok("0.0.0.0/0")),
            ("FD00::/8", Ok("fd00::/8")),
            ("fd00::0001", Ok("fd00::1")),
            ("::/0", Ok("::/0")),
            ("10.0.0.1/8", Err("`10.0.0.0/8`")),
            ("fd00::1/64", Err("`fd00::/64`")),
            ("10.0.0.0/33", Err("up to 32")),
            ("log.lab", Err("no address")),
            ("10.0.0.0/", Err("up to 32")),
        ];
        for (text, expected) in table {
            match (Network::parse(text), expected) {
                (Ok(network), Ok(shown)) => assert_eq!(network.to_string(), shown),
                (Err(error), Err(part)) => assert!(error.contains(part), "{text}: {error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_list_survives_the_way_to_the_server_and_back() {
        let texts = ["10.0.0.1", "10.1.0.0/16", "fd00::/8"];
        let list = AllowList::Only(texts.map(|text| Network::parse(text).unwrap()).into());
        let wire = HostFirewallRulesetIpList::from(&list);
        assert_eq!((wire.ip_address.len(), wire.ip_network.len(), wire.all_ip), (1, 2, false));
        assert_eq!(AllowList::from(&wire), list);
        let nobody = AllowList::from(&HostFirewallRulesetIpList::default());
        assert!(nobody.is_nobody() && !list.is_nobody() && !AllowList::All.is_nobody());
        assert_eq!(nobody.to_string(), "nobody");
    }
}
