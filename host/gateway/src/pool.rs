//! Pools: one HTTP client, with its kept connections, for each endpoint and each plugin's grants. Never shared wider.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use holdpoint_core::facts::Certificate;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::plan::endpoint::{Endpoint, Scheme};
use holdpoint_core::plan::grant::Effective;
use reqwest::Client;
use rustls::sign::CertifiedKey;

use crate::admit::Scope;
use crate::certificate;
use crate::dial::{Fresh, Timed};
use crate::refusal::Refusal;
use crate::resolve::{Lookup, Vetted};
use crate::tls::Trust;

/// How long an unused connection is kept. Below the five seconds after which common servers close theirs, so that a
/// request rarely meets a connection that is just being closed.
const KEPT_FOR: Duration = Duration::from_secs(4);
/// How many unused connections a pool keeps: as many as one call may use at once by default.
pub(crate) const KEPT: usize = 8;
/// The longest list of header fields that is accepted over HTTP/2, in bytes.
const HEADER_LIST: u32 = 256 * 1024;

/// The kept connections of one plugin's grants to one endpoint.
pub(crate) struct Pool {
    endpoint: Endpoint,
    effective: Effective,
    pub(crate) client: Client,
    pub(crate) fresh: Fresh,
    /// When it was last used, counted in uses of all pools.
    used: AtomicU64,
    certificate: Mutex<Option<(Vec<u8>, Certificate)>>,
}

impl Pool {
    /// Reads a certificate, unless it is the one that was read last.
    pub(crate) fn certificate(&self, der: &[u8]) -> Option<Certificate> {
        let mut last = self.certificate.lock().unwrap_or_else(PoisonError::into_inner);
        match last.as_ref() {
            Some((known, read)) if known == der => Some(read.clone()),
            Some(_) | None => {
                let read = certificate::read(der)?;
                *last = Some((der.to_vec(), read.clone()));
                Some(read)
            }
        }
    }
}

/// Pools by who uses them for what. One plugin's grants or endpoint may differ from call to call; each has its own.
type ByUser = BTreeMap<(PluginName, EndpointName), Vec<Arc<Pool>>>;

/// All pools of the process.
pub(crate) struct Pools {
    trust: Trust,
    lookup: Arc<dyn Lookup>,
    kept: Mutex<ByUser>,
    uses: AtomicU64,
}

impl Pools {
    pub(crate) fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self { trust: Trust::new(), lookup, kept: Mutex::default(), uses: AtomicU64::new(0) }
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// What resolves an endpoint's host.
    pub(crate) fn vetted(&self, endpoint: &Endpoint) -> Vetted {
        Vetted::new(&endpoint.origin.host, &endpoint.addresses, Arc::clone(&self.lookup))
    }

    /// The pool for exactly this plugin, these grants and this endpoint; made when there is none yet.
    pub(crate) fn of(
        &self,
        scope: &Scope,
        name: &EndpointName,
        endpoint: &Endpoint,
        certificate: Option<&Arc<CertifiedKey>>,
    ) -> Result<Arc<Pool>, Refusal> {
        let mut pools = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (scope.plugin.clone(), name.clone());
        let same = |pool: &&Arc<Pool>| pool.endpoint == *endpoint && pool.effective == scope.effective;
        if let Some(pool) = pools.get(&key).and_then(|pools| pools.iter().find(same)) {
            return Ok(Arc::clone(pool));
        }
        let pool = Arc::new(self.make(scope, endpoint, certificate)?);
        pools.entry(key).or_default().push(Arc::clone(&pool));
        Ok(pool)
    }

    /// Closes every kept connection: what comes next is sent under another identity.
    pub(crate) fn forget(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Closes the kept connections of the pools that were used longest ago, until this one and at most so many others
    /// keep any. Exchanges under way keep theirs to their end.
    pub(crate) fn make_room(&self, current: &Arc<Pool>, others: usize) {
        current.used.store(self.uses.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let used = |pool: &Arc<Pool>| pool.used.load(Ordering::Relaxed);
        let mut times: Vec<u64> = kept.values().flatten().map(used).collect();
        if times.len() <= others + 1 {
            return;
        }
        times.sort_unstable_by(|one, other| other.cmp(one));
        let oldest = times.get(others).copied().unwrap_or(0);
        kept.retain(|_, pools| {
            pools.retain(|pool| used(pool) >= oldest);
            !pools.is_empty()
        });
    }

    fn make(
        &self,
        scope: &Scope,
        endpoint: &Endpoint,
        certificate: Option<&Arc<CertifiedKey>>,
    ) -> Result<Pool, Refusal> {
        let tls = match endpoint.origin.scheme {
            Scheme::Https | Scheme::Tls => self.trust.config(&endpoint.authorities, certificate, &[b"h2", b"http/1.1"]),
            Scheme::Http | Scheme::Tcp => self.trust.none(),
        };
        let tls = tls.map_err(|error| Refusal::Tls(crate::failure::chain(&error)))?;
        let fresh = Fresh::default();
        let vetted = self.vetted(endpoint);
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .tls_info(true)
            .dns_resolver(Arc::new(vetted))
            .connector_layer(Timed(fresh.clone()))
            .connect_timeout(Duration::from_millis(endpoint.connect_timeout.as_millis()))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .http2_max_header_list_size(HEADER_LIST)
            .pool_max_idle_per_host(KEPT)
            .pool_idle_timeout(KEPT_FOR)
            .build()
            .map_err(|error| Refusal::Connect(crate::failure::chain(&error)))?;
        let (endpoint, effective) = (endpoint.clone(), scope.effective.clone());
        Ok(Pool { endpoint, effective, client, fresh, used: AtomicU64::new(0), certificate: Mutex::default() })
    }
}
