//! Addresses that stand in a plan as such: whether an endpoint's own rules cover them, and the policy those rules.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use holdpoint_core::plan::endpoint::AddressRule;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Where clouds hand out credentials. Only a rule that names one by itself means it.
const METADATA: [IpAddr; 8] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// The private ranges.
const PRIVATE: [IpNet; 4] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7)),
];

/// Ranges that are neither public nor private: this host, this wire, many at once, and what is set aside.
const APART: [IpNet; 16] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 8)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 0, 0), 24)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 2, 0), 24)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 88, 99, 0), 24)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 15)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 3)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 3)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0x4000, 0, 0, 0, 0, 0, 0, 0), 2)),
];

fn is_private(address: IpAddr) -> bool {
    !METADATA.contains(&address) && PRIVATE.iter().any(|network| network.contains(&address))
}

fn is_public(address: IpAddr) -> bool {
    let upper_half = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0x8000, 0, 0, 0, 0, 0, 0, 0), 1));
    let apart = APART.iter().chain(&PRIVATE).chain([&upper_half]).any(|network| network.contains(&address));
    !apart && !METADATA.contains(&address)
}

fn names_one(network: IpNet, address: IpAddr) -> bool {
    network.prefix_len() == network.max_prefix_len() && network.addr() == address
}

/// Whether an endpoint's rules let this address be dialled.
pub(crate) fn covered(rules: &[AddressRule], address: IpAddr) -> bool {
    let address = address.to_canonical();
    rules.iter().any(|rule| match rule {
        AddressRule::Public => is_public(address),
        AddressRule::Private => is_private(address),
        AddressRule::Network(network) if METADATA.contains(&address) => names_one(*network, address),
        AddressRule::Network(network) => network.contains(&address),
    })
}

/// Whether the host's policy lets an endpoint have this rule.
pub(crate) fn permitted(policy: &[AddressRule], rule: &AddressRule) -> bool {
    let AddressRule::Network(asked) = rule else { return policy.contains(rule) };
    let one = (asked.prefix_len() == asked.max_prefix_len()).then(|| asked.addr());
    if let Some(metadata) = one.filter(|address| METADATA.contains(address)) {
        return covered(policy, metadata);
    }
    policy.iter().any(|allowed| match allowed {
        AddressRule::Public => one.is_some_and(is_public),
        AddressRule::Private => PRIVATE.iter().any(|network| network.contains(asked)),
        AddressRule::Network(network) => network.contains(asked),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> AddressRule {
        match text {
            "public" => AddressRule::Public,
            "private" => AddressRule::Private,
            network => AddressRule::Network(network.parse().unwrap()),
        }
    }

    fn covers(text: &str, address: &str) -> bool {
        covered(&[rule(text)], address.parse().unwrap())
    }

    #[test]
    fn loopback_and_link_local_are_neither_public_nor_private() {
        for address in ["127.0.0.1", "::1", "169.254.1.1", "fe80::1", "0.0.0.0", "::ffff:127.0.0.1"] {
            assert!(!covers("public", address), "{address}");
            assert!(!covers("private", address), "{address}");
        }
        assert!(covers("127.0.0.0/8", "127.0.0.1"));
    }

    #[test]
    fn a_public_address_is_public_and_a_private_one_private() {
        assert!(covers("public", "93.184.216.34") && covers("public", "2606:2800:220:1::1"));
        assert!(covers("private", "10.1.2.3") && covers("private", "fd12::1"));
        assert!(!covers("public", "192.168.0.1") && !covers("private", "93.184.216.34"));
    }

    #[test]
    fn a_metadata_address_is_covered_only_where_it_is_named_by_itself() {
        assert!(!covers("0.0.0.0/0", "169.254.169.254") && !covers("private", "fd00:ec2::254"));
        assert!(covers("169.254.169.254/32", "169.254.169.254"));
        assert!(!permitted(&[rule("0.0.0.0/0"), AddressRule::Private], &rule("169.254.169.254/32")));
        assert!(permitted(&[rule("169.254.169.254/32")], &rule("169.254.169.254/32")));
    }

    #[test]
    fn a_policy_permits_what_lies_within_it() {
        assert!(permitted(&[AddressRule::Private], &rule("10.2.0.0/16")));
        assert!(!permitted(&[AddressRule::Private], &rule("0.0.0.0/0")));
        assert!(!permitted(&[rule("10.0.0.0/16")], &AddressRule::Private));
        assert!(permitted(&[AddressRule::Public], &rule("93.184.216.34/32")));
    }
}
