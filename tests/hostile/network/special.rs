//! N2: addresses that are not public, in every form that one address can be written into another.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::names::{Names, Zone};
use super::sending_anywhere;
use crate::inside::alone;
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "N2", attack: "special addresses", run: |trial| alone(trial, "N2", run) };

/// The blocks of IANA's IPv4 Special-Purpose Address Registry (RFC 6890 and its updates), each by an address inside of it.
/// Globally reachable anycast blocks are among them: nothing that is deployed has its own address there.
const FOUR: [&str; 25] = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "100.100.100.200",
    "168.63.129.16",
    "172.31.255.255",
];

/// The same of the IPv6 registry, with multicast, site-local and the metadata addresses of clouds.
const SIX: [&str; 21] = [
    "::",
    "::1",
    "::ffff:0:0",
    "64:ff9b:1::1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:2::1",
    "2001:db8::1",
    "2001:10::1",
    "2001:20::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "fd20:ce::254",
    "2001:0:7f00:1::",
];

fn run(trial: &mut Trial) {
    let mut addresses: Vec<IpAddr> = FOUR.iter().chain(&SIX).map(|text| text.parse().expect("an address")).collect();
    for four in ["127.0.0.1", "169.254.169.254", "10.0.0.1", "100.64.0.1", "192.168.0.1", "198.18.0.1"] {
        addresses.extend(wrapped(four.parse().expect("an address")).map(IpAddr::from));
    }
    addresses.sort_unstable();
    addresses.dedup();

    // Written out, they are mistakes of the plan.
    let literals: Vec<String> = addresses.iter().map(|address| literal(*address)).collect();
    let (status, err) = sending_anywhere(&literals).refused();
    trial.expect(status == Some(2), || format!("{status:?} {err}"));
    for (number, literal) in literals.iter().enumerate() {
        let told = err.lines().any(|line| line.contains(&format!("endpoint \"e{number}\"")));
        trial.expect(told, || format!("{literal} is no mistake"));
    }
    // Behind names, they are found out when the names are resolved.
    let zone: Vec<IpAddr> = addresses.clone();
    let zone: Zone = Arc::new(move |name, _| {
        let number = name.strip_prefix('n').and_then(|rest| rest.strip_suffix(".test")?.parse::<usize>().ok());
        number.and_then(|number| zone.get(number)).copied().into_iter().collect()
    });
    let _names = Names::serving(zone);
    let names: Vec<String> = (0..addresses.len()).map(|number| format!("n{number}.test")).collect();
    let ran = sending_anywhere(&names).run();
    let ends = ran.ends("sender");
    trial.expect(ends.len() == names.len(), || format!("{} checks ended", ends.len()));
    let mut denied = 0;
    for (ended, address) in ends.iter().zip(&addresses) {
        // The resolver itself may not hand an address on; then there is nothing to dial either.
        let held = ended.summary.starts_with("denied:") || ended.summary.starts_with("went wrong: the name");
        denied += u32::from(ended.summary.starts_with("denied:"));
        let requests = ended.attempt["facts"]["requests"].as_u64();
        trial.expect(held && requests == Some(0), || format!("{address}: {} on {requests:?} requests", ended.summary));
    }
    trial.figure(format!("{denied} of {} denied by name, all by literal; 0 requests", addresses.len()));
}

fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => format!("[{six}]"),
    }
}

/// An IPv4 address as IPv6 can carry it: mapped, compatible, NAT64, 6to4, Teredo, ISATAP.
fn wrapped(four: Ipv4Addr) -> impl Iterator<Item = Ipv6Addr> {
    let [a, b, c, d] = four.octets().map(u16::from);
    let (high, low) = (a << 8 | b, c << 8 | d);
    [
        Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, high, low),
        Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, high, low, 0, 0, 0, 0),
        Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low),
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0x5efe, high, low),
    ]
    .into_iter()
}
