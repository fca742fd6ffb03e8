//! What the grants are matched against is what is dialled and asked for: the HTTP client's own parser reads an admitted URL
//! as the same host, port and path.
#![no_main]

use holdpoint_core::plan::endpoint::Scheme;
use holdpoint_gateway::target::{Target, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(Target::Absolute(place)) = parse(text) else { return };
    let url = place.url();
    let uri: http::Uri = url.as_str().parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
    let origin = place.origin();
    assert_eq!(uri.host(), Some(origin.host.as_str()), "{text:?}");
    let usual = match origin.scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
        Scheme::Tcp | Scheme::Tls => panic!("{text:?}: HTTP is not spoken there"),
    };
    assert_eq!(uri.port_u16().unwrap_or(usual), origin.port, "{text:?}");
    assert_eq!(uri.path(), place.path(), "{text:?}");
    assert_eq!(uri.query(), url.query(), "{text:?}");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{text:?}");
    for part in place.path().split('/') {
        assert!(part != "." && part != ".." && !part.contains('\\'), "{text:?}");
    }
    // Canonical: read again, it is itself.
    let again = parse(url.as_str()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(again, Target::Absolute(place), "{text:?}");
});
