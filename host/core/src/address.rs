//! Address classes: what kind of place an address is, and which other address hides in it.
//!
//! The tables are IANA's special-purpose registries for IPv4 and IPv6 with every row, also those that are globally
//! reachable, and the multicast ranges. What lies in no allocated range is reserved, never public.
//! Sources: <https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>.

use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::plan::endpoint::AddressRule;

/// What kind of place an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The public internet.
    Public,
    /// 10/8, 172.16/12, 192.168/16, `fc00::/7`.
    Private,
    /// This machine.
    Loopback,
    /// This wire only.
    LinkLocal,
    /// Where a cloud hands out credentials.
    Metadata,
    /// 100.64/10, between a carrier and its customers.
    Shared,
    /// Examples in documents.
    Documentation,
    /// Benchmarks between networks.
    Benchmarking,
    /// Many receivers at once, broadcast included.
    Multicast,
    /// Assigned to a protocol of its own.
    Protocol,
    /// An IPv4 address in the clothes of an IPv6 one.
    Translation,
    /// Not to be used, or not yet.
    Reserved,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Loopback => "loopback",
            Self::LinkLocal => "link-local",
            Self::Metadata => "cloud metadata",
            Self::Shared => "shared carrier",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Multicast => "multicast or broadcast",
            Self::Protocol => "protocol-assigned",
            Self::Translation => "translated",
            Self::Reserved => "reserved",
        })
    }
}

/// An address that may not be dialled, and which part of it is why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barred {
    /// The address as it would have been dialled.
    pub dialled: IpAddr,
    /// The address that no rule allows: the same, or one that hides in it.
    pub face: IpAddr,
    /// What kind of place that is.
    pub class: Class,
}

impl fmt::Display for Barred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dialled == self.face {
            write!(f, "{} ({})", self.dialled, self.class)
        } else {
            write!(f, "{} (which hides {}, {})", self.dialled, self.face, self.class)
        }
    }
}

/// Finds out whether the rules allow an address.
///
/// The address itself and every address that hides in it must be allowed. A mapped address (`::ffff:a.b.c.d`) is the
/// IPv4 one, because that is where its packets go.
///
/// # Errors
/// When they don't: which part of it, and why.
pub fn permit(rules: &[AddressRule], address: IpAddr) -> Result<(), Barred> {
    let plain = address.to_canonical();
    let hidden = match plain {
        IpAddr::V4(_) => Vec::new(),
        IpAddr::V6(outer) => embedded(outer),
    };
    for face in [plain].into_iter().chain(hidden.into_iter().map(IpAddr::V4)) {
        let class = class(face);
        if !rules.iter().any(|rule| allows(rule, face, class)) {
            return Err(Barred { dialled: address, face, class });
        }
    }
    Ok(())
}

fn allows(rule: &AddressRule, address: IpAddr, class: Class) -> bool {
    match rule {
        AddressRule::Public => class == Class::Public,
        AddressRule::Private => class == Class::Private,
        // Metadata only by its own address: a network that happens to hold it doesn't count.
        AddressRule::Network(network) => {
            network.contains(&address) && (class != Class::Metadata || network.prefix_len() == network.max_prefix_len())
        }
    }
}

/// Tells what kind of place an address is. A mapped address is classed as the IPv4 one.
pub fn class(address: IpAddr) -> Class {
    let address = address.to_canonical();
    if METADATA.contains(&address) {
        return Class::Metadata;
    }
    match address {
        IpAddr::V4(address) => {
            V4.iter().find(|(network, _)| network.holds(address)).map_or(Class::Public, |(_, class)| *class)
        }
        IpAddr::V6(address) => {
            V6.iter().find(|(network, _)| network.holds(address)).map_or(Class::Reserved, |(_, class)| *class)
        }
    }
}

/// Finds the IPv4 addresses that hide in an IPv6 one: mapped, compatible, NAT64, 6to4, Teredo (server and client)
/// and ISATAP. Where a form allows more than one reading, all of them.
pub fn embedded(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let bytes = address.octets();
    let at = |places: [usize; 4]| Ipv4Addr::from(places.map(|place| bytes.get(place).copied().unwrap_or_default()));
    let last = at([12, 13, 14, 15]);
    let mut found = Vec::new();
    let compatible = COMPATIBLE.holds(address) && last.to_bits() > 1;
    if compatible || MAPPED.holds(address) || NAT64.holds(address) {
        found.push(last);
    }
    if NAT64_LOCAL.holds(address) {
        found.push(last);
        // RFC 6052 §2.2: prefixes of 48, 56 and 64 bits put the address around the eighth byte instead.
        if address.to_bits() << 48 >> 80 != 0 {
            found.extend([at([6, 7, 9, 10]), at([7, 9, 10, 11]), at([9, 10, 11, 12])]);
        }
    }
    if SIX_TO_FOUR.holds(address) {
        found.push(at([2, 3, 4, 5]));
    }
    if TEREDO.holds(address) {
        // RFC 4380 §4: the server in the clear, the client with every bit turned.
        found.extend([at([4, 5, 6, 7]), Ipv4Addr::from_bits(!last.to_bits())]);
    }
    // RFC 5214 §6.1: the interface identifier is 0000:5efe or 0200:5efe and the address.
    if matches!(address.segments(), [_, _, _, _, 0 | 0x200, 0x5efe, _, _]) {
        found.push(last);
    }
    found
}

/// An IPv4 network: where it starts, and how many bits are its own.
#[derive(Debug, Clone, Copy)]
struct Net4([u8; 4], u32);

impl Net4 {
    fn holds(self, address: Ipv4Addr) -> bool {
        (address.to_bits() ^ u32::from_be_bytes(self.0)).leading_zeros() >= self.1
    }
}

/// An IPv6 network, likewise.
struct Net6([u16; 8], u32);

impl Net6 {
    fn holds(&self, address: Ipv6Addr) -> bool {
        (address.to_bits() ^ Ipv6Addr::from(self.0).to_bits()).leading_zeros() >= self.1
    }
}

const COMPATIBLE: Net6 = Net6([0, 0, 0, 0, 0, 0, 0, 0], 96);
const MAPPED: Net6 = Net6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96);
const NAT64: Net6 = Net6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
const NAT64_LOCAL: Net6 = Net6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48);
const SIX_TO_FOUR: Net6 = Net6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);
const TEREDO: Net6 = Net6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32);

/// Where clouds hand out credentials, from their own documentation.
const METADATA: [IpAddr; 11] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), // nearly all of them
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),   // Amazon ECS
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),  // Amazon EKS
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)), // Alibaba
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),     // Oracle
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),   // Azure's wire server, among public addresses
    IpAddr::V4(Ipv4Addr::new(169, 254, 42, 42)),   // Scaleway
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)), // Amazon EC2
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)), // Amazon EKS
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)), // Google
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)), // Scaleway
];

/// The IPv4 registry. The first row that holds an address decides.
const V4: [(Net4, Class); 20] = [
    (Net4([0, 0, 0, 0], 8), Class::Reserved),
    (Net4([10, 0, 0, 0], 8), Class::Private),
    (Net4([100, 64, 0, 0], 10), Class::Shared),
    (Net4([127, 0, 0, 0], 8), Class::Loopback),
    (Net4([169, 254, 0, 0], 16), Class::LinkLocal),
    (Net4([172, 16, 0, 0], 12), Class::Private),
    (Net4([192, 0, 0, 0], 24), Class::Protocol),
    (Net4([192, 0, 2, 0], 24), Class::Documentation),
    (Net4([192, 31, 196, 0], 24), Class::Protocol),
    (Net4([192, 52, 193, 0], 24), Class::Protocol),
    (Net4([192, 88, 99, 0], 24), Class::Protocol),
    (Net4([192, 168, 0, 0], 16), Class::Private),
    (Net4([192, 175, 48, 0], 24), Class::Protocol),
    (Net4([198, 18, 0, 0], 15), Class::Benchmarking),
    (Net4([198, 51, 100, 0], 24), Class::Documentation),
    (Net4([203, 0, 113, 0], 24), Class::Documentation),
    (Net4([233, 252, 0, 0], 24), Class::Documentation),
    (Net4([224, 0, 0, 0], 4), Class::Multicast),
    (Net4([255, 255, 255, 255], 32), Class::Multicast),
    (Net4([240, 0, 0, 0], 4), Class::Reserved),
];

/// The IPv6 registry, then what is allocated for the public. The first row that holds an address decides.
const V6: [(Net6, Class); 20] = [
    (Net6([0, 0, 0, 0, 0, 0, 0, 0], 128), Class::Reserved),
    (Net6([0, 0, 0, 0, 0, 0, 0, 1], 128), Class::Loopback),
    (COMPATIBLE, Class::Translation),
    (MAPPED, Class::Translation),
    (NAT64, Class::Translation),
    (NAT64_LOCAL, Class::Translation),
    (Net6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), Class::Reserved),
    (Net6([0x100, 0, 0, 1, 0, 0, 0, 0], 64), Class::Reserved),
    (TEREDO, Class::Translation),
    (Net6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), Class::Benchmarking),
    (Net6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Class::Protocol),
    (Net6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Class::Documentation),
    (SIX_TO_FOUR, Class::Translation),
    (Net6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), Class::Protocol),
    (Net6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Class::Documentation),
    (Net6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Class::Private),
    (Net6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Class::LinkLocal),
    (Net6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Class::Multicast),
    // 5f00::/16, fec0::/10 and all that is not allocated fall through to reserved.
    (Net6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3), Class::Public),
    (Net6([0, 0, 0, 0, 0, 0, 0, 0], 0), Class::Reserved),
];

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn network(text: &str) -> AddressRule {
        AddressRule::Network(text.parse().unwrap())
    }

    /// Every row of both registries as IANA lists them, the globally reachable ones too.
    const ROWS: [&str; 54] = [
        "0.0.0.0/8",
        "0.0.0.0/32",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.0.0/29",
        "192.0.0.8/32",
        "192.0.0.9/32",
        "192.0.0.10/32",
        "192.0.0.170/32",
        "192.0.0.171/32",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.88.99.2/32",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "255.255.255.255/32",
        "224.0.0.0/4",
        "::1/128",
        "::/128",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001::/32",
        "2001:1::1/128",
        "2001:1::2/128",
        "2001:1::3/128",
        "2001:2::/48",
        "2001:3::/32",
        "2001:4:112::/48",
        "2001:10::/28",
        "2001:20::/28",
        "2001:30::/28",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    ];

    /// The first and the last address of a network.
    fn edges(row: &str) -> [IpAddr; 2] {
        let AddressRule::Network(row) = network(row) else { unreachable!() };
        [row.network(), row.broadcast()]
    }

    #[test]
    fn no_row_of_the_special_registries_is_allowed_by_default() {
        for row in ROWS {
            for edge in edges(row) {
                assert!(permit(&[AddressRule::Public], edge).is_err(), "{edge} of {row}");
            }
        }
    }

    #[test]
    fn what_lies_beside_a_row_is_public() {
        for text in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "8.8.8.8",
            "2000::1",
            "2001:200::1",
            "2001:db7::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700::1111",
            "3ffe::1",
            "3fff:1000::1",
        ] {
            assert_eq!(class(ip(text)), Class::Public, "{text}");
            assert_eq!(permit(&[AddressRule::Public], ip(text)), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_not_allocated_is_reserved() {
        for text in ["4000::1", "8000::1", "1::1", "fe00::1", "fec0::1", "100:1::", "200::1"] {
            assert_eq!(class(ip(text)), Class::Reserved, "{text}");
        }
    }

    #[test]
    fn each_class_has_its_word() {
        for (text, expected) in [
            ("127.0.0.1", Class::Loopback),
            ("::1", Class::Loopback),
            ("::ffff:127.0.0.1", Class::Loopback),
            ("169.254.0.1", Class::LinkLocal),
            ("fe80::1", Class::LinkLocal),
            ("169.254.169.254", Class::Metadata),
            ("::ffff:169.254.169.254", Class::Metadata),
            ("fd00:ec2::254", Class::Metadata),
            ("100.100.100.200", Class::Metadata),
            ("192.0.0.192", Class::Metadata),
            ("168.63.129.16", Class::Metadata),
            ("10.0.0.1", Class::Private),
            ("fd12::1", Class::Private),
            ("100.64.0.1", Class::Shared),
            ("198.19.0.1", Class::Benchmarking),
            ("239.1.1.1", Class::Multicast),
            ("255.255.255.255", Class::Multicast),
            ("64:ff9b::808:808", Class::Translation),
            ("2002:808:808::1", Class::Translation),
            ("2001:0:808:808::1", Class::Translation),
            ("203.0.113.7", Class::Documentation),
        ] {
            assert_eq!(class(ip(text)), expected, "{text}");
        }
    }

    #[test]
    fn metadata_is_allowed_by_its_own_address_only() {
        let metadata = ip("169.254.169.254");
        assert!(permit(&[network("169.254.0.0/16")], metadata).is_err());
        assert!(permit(&[network("0.0.0.0/0")], metadata).is_err());
        assert!(permit(&[AddressRule::Private], ip("fd00:ec2::254")).is_err());
        assert!(permit(&[AddressRule::Public], ip("168.63.129.16")).is_err());
        assert_eq!(permit(&[network("169.254.169.254/32")], metadata), Ok(()));
    }

    #[test]
    fn private_rules_open_the_private_ranges_and_no_other() {
        for text in ["10.1.2.3", "172.16.0.1", "192.168.1.1", "fd12::1"] {
            assert_eq!(permit(&[AddressRule::Private], ip(text)), Ok(()), "{text}");
        }
        for text in ["127.0.0.1", "169.254.1.1", "100.64.0.1", "8.8.8.8", "fe80::1", "::1"] {
            assert!(permit(&[AddressRule::Private], ip(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_disguise_needs_both_its_outside_and_its_inside_allowed() {
        for text in [
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::10.0.0.1",
            "64:ff9b:1:a00:0:100::",
            "2002:a00:1::1",
            "2001:0:a00:1::1",
            "2001:0:808:808::f5ff:fffe",
            "2600::5efe:10.0.0.1",
            "2600::200:5efe:10.0.0.1",
            "::10.0.0.1",
        ] {
            assert!(embedded(text.parse().unwrap()).contains(&Ipv4Addr::new(10, 0, 0, 1)), "{text}");
            let outside = network(&format!("{text}/128"));
            assert!(permit(&[AddressRule::Public], ip(text)).is_err(), "{text}");
            assert!(permit(&[AddressRule::Public, outside.clone()], ip(text)).is_err(), "{text}");
        }
        let nat64 = [AddressRule::Public, network("64:ff9b::/96")];
        assert_eq!(permit(&nat64, ip("64:ff9b::8.8.8.8")), Ok(()));
        assert_eq!(permit(&nat64, ip("64:ff9b::127.0.0.1")).unwrap_err().class, Class::Loopback);
    }

    #[test]
    fn an_empty_list_allows_nothing() {
        assert!(permit(&[], ip("8.8.8.8")).is_err());
    }

    proptest! {
        #[test]
        fn an_address_is_as_forbidden_in_disguise_as_it_is_in_the_open(
            row in proptest::sample::select(&V4[..]),
            bits: u32,
            low: u64,
        ) {
            let (Net4(start, length), _) = row;
            let host = bits & u32::MAX.checked_shr(length).unwrap_or(0);
            let inner = Ipv4Addr::from_bits(u32::from_be_bytes(start) | host);
            prop_assert!(permit(&[AddressRule::Public], IpAddr::V4(inner)).is_err());
            let [a, b, c, d] = inner.octets();
            let (high, rest) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            let [.., e, f] = low.to_be_bytes();
            let tail = u16::from_be_bytes([e, f]);
            let everywhere = [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, rest),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, rest),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, rest),
                Ipv6Addr::new(0x2002, high, rest, tail, 0, 0, 0, tail),
                Ipv6Addr::new(0x2001, 0, high, rest, 0, tail, tail, tail),
                Ipv6Addr::new(0x2001, 0, 0x808, 0x808, 0, tail, !high, !rest),
                Ipv6Addr::new(0x2600, tail, 0, 0, 0, 0x5efe, high, rest),
                Ipv6Addr::new(0x2600, tail, 0, 0, 0x200, 0x5efe, high, rest),
            ];
            for address in everywhere {
                prop_assert!(permit(&[AddressRule::Public], IpAddr::V6(address)).is_err(), "{}", address);
                // Not even where the disguise itself is allowed.
                let dressed = [AddressRule::Public, network("2001::/32"), network("64:ff9b::/32"), network("2002::/16")];
                prop_assert!(permit(&dressed, IpAddr::V6(address)).is_err(), "{}", address);
            }
        }

        #[test]
        fn whatever_the_address_a_public_one_is_in_no_special_row(bits: u128) {
            let address = IpAddr::V6(Ipv6Addr::from_bits(bits));
            if permit(&[AddressRule::Public], address).is_ok() {
                for row in ROWS {
                    let AddressRule::Network(row) = network(row) else { unreachable!() };
                    prop_assert!(!row.contains(&address), "{} is in {}", address, row);
                }
            }
        }
    }
}
