//! Resolution: a name becomes addresses once per connection, and only those that the endpoint allows are left.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use holdpoint_core::address::{self, Barred};
use holdpoint_core::plan::endpoint::AddressRule;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::dial;

/// Something that knows the addresses of names.
pub trait Lookup: Send + Sync {
    /// Looks a name up. Addresses come in the order in which they should be tried.
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The operating system's own lookup.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A fixed table of names; every other name is unknown.
impl Lookup for BTreeMap<String, Vec<IpAddr>> {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = self.get(&name).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "unknown name"));
        Box::pin(async move { found })
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unresolved {
    /// It is not the endpoint's.
    #[error("{0} is not the endpoint's host")]
    Foreign(String),
    /// The lookup failed.
    #[error("could not resolve {host}")]
    Failed {
        /// The name.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The lookup found no address.
    #[error("{0} has no address")]
    Empty(String),
    /// No address that it has may be dialled. The first is told.
    #[error("{host} leads to {barred}")]
    Barred {
        /// The name.
        host: String,
        /// The address, and why.
        barred: Barred,
    },
}

/// Resolves one endpoint's host, and nothing else.
#[derive(Clone)]
pub(crate) struct Vetted {
    host: String,
    rules: Arc<[AddressRule]>,
    lookup: Arc<dyn Lookup>,
}

impl Vetted {
    pub(crate) fn new(host: &str, rules: &[AddressRule], lookup: Arc<dyn Lookup>) -> Self {
        Self { host: host.to_owned(), rules: rules.into(), lookup }
    }

    /// The addresses that may be dialled. At least one.
    pub(crate) async fn addresses(&self) -> Result<Vec<IpAddr>, Unresolved> {
        let found = match literal(&self.host) {
            Some(address) => vec![address],
            None => self.look_up().await?,
        };
        let mut first_barred = None;
        let mut allowed = Vec::new();
        for address in found {
            match address::permit(&self.rules, address) {
                Ok(()) => allowed.push(address.to_canonical()),
                Err(barred) => {
                    tracing::debug!(host = %self.host, %barred, "an address is left out");
                    first_barred = first_barred.or(Some(barred));
                }
            }
        }
        match first_barred {
            _ if !allowed.is_empty() => Ok(allowed),
            Some(barred) => Err(Unresolved::Barred { host: self.host.clone(), barred }),
            None => Err(Unresolved::Empty(self.host.clone())),
        }
    }

    async fn look_up(&self) -> Result<Vec<IpAddr>, Unresolved> {
        let found = self.lookup.lookup(self.host.clone()).await;
        found.map_err(|source| Unresolved::Failed { host: self.host.clone(), source })
    }

    /// Whether the host is itself an address that may not be dialled: the client's resolver is never asked about those.
    pub(crate) fn check_literal(&self) -> Result<(), Barred> {
        literal(&self.host).map_or(Ok(()), |address| address::permit(&self.rules, address))
    }
}

impl Resolve for Vetted {
    fn resolve(&self, name: Name) -> Resolving {
        let vetted = self.clone();
        Box::pin(async move {
            if !name.as_str().eq_ignore_ascii_case(&vetted.host) {
                return Err(Unresolved::Foreign(name.as_str().to_owned()).into());
            }
            let addresses = vetted.addresses().await?;
            dial::mark_resolved();
            // Port 0 stands for the URL's own.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

/// The host as an address, when it is one. IPv6 in brackets.
fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_is_not_the_endpoints_is_not_looked_up() {
        let table = BTreeMap::from([("evil.test".to_owned(), vec![IpAddr::from([127, 0, 0, 1])])]);
        let rules = [AddressRule::Network("127.0.0.0/8".parse().unwrap())];
        let vetted = Vetted::new("shop.test", &rules, Arc::new(table));

        let error = vetted.resolve("evil.test".parse().unwrap()).await.err().unwrap();

        assert!(matches!(error.downcast_ref(), Some(Unresolved::Foreign(name)) if name == "evil.test"));
    }
}
