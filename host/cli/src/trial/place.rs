//! Where things are in a fixture: URLs of endpoints and of requests, by the gateway's own parse.

use std::collections::BTreeMap;
use std::net::IpAddr;

use holdpoint_core::name::EndpointName;
use holdpoint_core::plan::endpoint::{AddressRule, Endpoint, Origin, Scheme};
use holdpoint_core::time::Span;
use holdpoint_gateway::target::{self, Target};
use url::Url;

/// The endpoint at a URL: `http` or `https`, or `tcp://host:port` and `tls://host:port`.
///
/// # Errors
/// When the URL is none, in words.
pub(crate) fn endpoint(url: &str) -> Result<Endpoint, String> {
    let (origin, base_path) = below_http(url).map_or_else(|| http(url), Ok)?;
    let addresses = [AddressRule::Public].into_iter().chain(literal(&origin.host)).collect();
    Ok(Endpoint { origin, base_path, addresses, authorities: Vec::new(), connect_timeout: Span::from_secs(5) })
}

fn http(url: &str) -> Result<(Origin, String), String> {
    match target::parse(url).map_err(|error| error.to_string())? {
        Target::Absolute(place) => {
            let path = place.path().trim_end_matches('/').to_owned();
            Ok((place.origin().clone(), path))
        }
        Target::Named { .. } => Err("an endpoint is bound to a URL, not to another endpoint".to_owned()),
    }
}

fn below_http(url: &str) -> Option<(Origin, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = [Scheme::Tcp, Scheme::Tls].into_iter().find(|known| known.as_str() == scheme)?;
    let (host, port) = rest.rsplit_once(':')?;
    Some((Origin { scheme, host: host.to_owned(), port: port.parse().ok()? }, String::new()))
}

/// Whoever writes an address out may mean it, be it loopback.
fn literal(host: &str) -> Option<AddressRule> {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    inner.parse::<IpAddr>().ok().map(|address| AddressRule::Network(address.into()))
}

/// Where a request of a fixture goes. An endpoint that nothing binds is `https://NAME.test`, and is bound.
///
/// # Errors
/// When the gateway would not take the URL either, in words.
pub(crate) fn asked(url: &str, endpoints: &mut BTreeMap<EndpointName, Endpoint>) -> Result<Url, String> {
    let words = |error: target::NotATarget| error.to_string();
    match target::parse(url).map_err(words)? {
        Target::Absolute(place) => Ok(place.url().clone()),
        Target::Named { name, below } => {
            if !endpoints.contains_key(&name) {
                endpoints.insert(name.clone(), endpoint(&format!("https://{name}.test"))?);
            }
            let endpoint = endpoints.get(&name).ok_or("the endpoint is not bound")?;
            target::join(endpoint, &below).map(|place| place.url().clone()).map_err(words)
        }
    }
}
