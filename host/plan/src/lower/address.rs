//! Addresses that stand in a plan as such: whether an endpoint's own rules cover them, and the policy those rules.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use holdpoint_core::address::{Class, class, permit};
use holdpoint_core::plan::endpoint::AddressRule;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The private ranges, for networks that lie within one.
const PRIVATE: [IpNet; 4] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7)),
];

/// Whether an endpoint's rules let this address be dialled.
pub(crate) fn covered(rules: &[AddressRule], address: IpAddr) -> bool {
    permit(rules, address).is_ok()
}

/// Whether the host's policy lets an endpoint have this rule.
///
/// A cloud's metadata address must be named by itself: a network that holds one does not open it, not here and not in
/// the gateway.
pub(crate) fn permitted(policy: &[AddressRule], rule: &AddressRule) -> bool {
    let AddressRule::Network(asked) = rule else { return policy.contains(rule) };
    let one = (asked.prefix_len() == asked.max_prefix_len()).then(|| class(asked.addr()));
    policy.iter().any(|allowed| match allowed {
        AddressRule::Public => one == Some(Class::Public),
        AddressRule::Private => one != Some(Class::Metadata) && PRIVATE.iter().any(|network| network.contains(asked)),
        AddressRule::Network(network) if one == Some(Class::Metadata) => network == asked,
        AddressRule::Network(network) => network.contains(asked),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> AddressRule {
        AddressRule::Network(text.parse().unwrap())
    }

    #[test]
    fn a_metadata_address_is_permitted_only_where_it_is_named_by_itself() {
        let everything = [rule("0.0.0.0/0"), rule("::/0"), AddressRule::Public, AddressRule::Private];

        for metadata in ["169.254.169.254/32", "168.63.129.16/32", "fd00:ec2::254/128"] {
            assert!(!permitted(&everything, &rule(metadata)), "{metadata}");
            assert!(permitted(&[rule(metadata)], &rule(metadata)), "{metadata}");
        }
    }

    #[test]
    fn a_policy_permits_what_lies_within_it() {
        assert!(permitted(&[AddressRule::Private], &rule("10.2.0.0/16")));
        assert!(!permitted(&[AddressRule::Private], &rule("0.0.0.0/0")));
        assert!(!permitted(&[rule("10.0.0.0/16")], &AddressRule::Private));
        assert!(permitted(&[AddressRule::Public], &rule("93.184.216.34/32")));
        assert!(!permitted(&[AddressRule::Public], &rule("93.184.216.0/24")));
    }
}
