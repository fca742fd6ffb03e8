//! Address classes: what kind of place an address is, and which other address hides in it.
//!
//! The tables are IANA's special-purpose registries for IPv4 and IPv6 with every row, also those that are globally
//! reachable, and the multicast ranges. What lies in no allocated range is reserved, never public.
//! Sources: <https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use holdpoint_core::plan::endpoint::AddressRule;

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

/// An IPv4 network.
struct Net4([u8; 4], u32);

impl Net4 {
    fn holds(&self, address: Ipv4Addr) -> bool {
        (address.to_bits() ^ u32::from_be_bytes(self.0)).leading_zeros() >= self.1
    }
}

/// An IPv6 network.
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
