//! No address that is not public by an independent reading of the registries is let through by default, whatever it is
//! wrapped in.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use holdpoint_core::address::permit;
use holdpoint_core::plan::endpoint::AddressRule;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u128, u8)| {
    let (bits, wrapped) = input;
    let four = Ipv4Addr::from_bits(bits as u32);
    let low = u128::from(four.to_bits());
    let address: IpAddr = match wrapped % 8 {
        0 => four.into(),
        1 => four.to_ipv6_mapped().into(),
        2 => Ipv6Addr::from_bits(low).into(),
        3 => Ipv6Addr::from_bits(0x0064_ff9b << 96 | low).into(),
        4 => Ipv6Addr::from_bits(0x2002 << 112 | low << 80 | 1).into(),
        5 => Ipv6Addr::from_bits(0x2001 << 112 | low << 64).into(),
        6 => Ipv6Addr::from_bits(0x2001 << 112 | u128::from(!four.to_bits())).into(),
        _ => Ipv6Addr::from_bits(bits).into(),
    };
    let public = match (wrapped % 8, address) {
        (0..7, _) => is_public(four),
        (_, IpAddr::V6(six)) => is_global(six),
        (_, IpAddr::V4(four)) => is_public(four),
    };
    if permit(&[AddressRule::Public], address).is_ok() {
        assert!(public, "{address} is let through");
    }
});

/// By the names that the standard library has for the registry's rows, and by numbers for those that it has none for.
fn is_public(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !special
}

/// Only 2000::/3 is given out, and of it not what is for protocols or documents.
fn is_global(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let mapped = address.to_ipv4_mapped().is_some_and(is_public);
    mapped
        || ((0x2000..0x4000).contains(&first)
            && !(first == 0x2001 && second == 0x0db8)
            && !(first == 0x3fff && second < 0x1000))
        || (first == 0x64 && second == 0xff9b)
}
