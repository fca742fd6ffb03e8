//! One version of the shop: its settings, its routes, its listeners.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU8,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use crate::{
    deployed::Deployed,
    fault::{Fault, Faults},
    inventory::Inventory,
    metrics::Metrics,
    origin::HttpUrl,
    refusal::{nothing_here, wrong_method},
    server::{Servers, StartError, listen},
    store::Store,
    tls::{Authority, Certificates, TlsListener},
};

mod around;
mod buy;
mod fault_admin;
mod login;
mod page;
mod route;
mod status;
mod visitor;

/// The one user of the shop.
pub const TEST_USER: &str = "test-user";
/// The password of [`TEST_USER`] unless the settings say otherwise.
pub const TEST_PASSWORD: &str = "open-sesame-4711";

/// How to run one version.
pub struct ServiceConfig {
    /// Where to answer http; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to answer the admin API that changes faults; nowhere when absent.
    pub admin: Option<SocketAddr>,
    /// Where to answer https, and who signs the certificate; nowhere when absent.
    pub https: Option<(SocketAddr, Arc<Authority>)>,
    /// What the service states about itself.
    pub deployed: Deployed,
    /// Prefix of the replicas' names, usually the colour.
    pub name: String,
    /// How many replicas to simulate.
    pub replicas: NonZeroU8,
    /// What is wrong from the start.
    pub faults: Vec<Fault>,
    /// An inventory that is asked over HTTP; without one it is in the process.
    pub upstream: Option<HttpUrl>,
    /// The password of [`TEST_USER`].
    pub password: String,
    /// Sessions, carts and orders, to be shared with another version.
    pub store: Arc<Store>,
}

impl ServiceConfig {
    /// Returns the settings of a sound service on a free port with a free admin port.
    pub fn on_free_ports(deployed: Deployed) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: free,
            admin: Some(free),
            https: None,
            deployed,
            name: "shop".to_owned(),
            replicas: NonZeroU8::MIN.saturating_add(2),
            faults: Vec::new(),
            upstream: None,
            password: TEST_PASSWORD.to_owned(),
            store: Arc::new(Store::default()),
        }
    }
}

/// A running version. Stops when dropped.
pub struct Service {
    address: SocketAddr,
    admin: Option<SocketAddr>,
    https: Option<SocketAddr>,
    certificate: Option<Arc<dyn ResolvesServerCert>>,
    servers: Servers,
}

/// What every handler of one version sees.
pub(crate) struct Floor {
    deployed: Deployed,
    name: String,
    replicas: NonZeroU8,
    faults: Arc<Faults>,
    inventory: Inventory,
    password: String,
    store: Arc<Store>,
    metrics: Metrics,
    versions_asked: AtomicUsize,
}

impl Service {
    /// Starts a version and returns once it listens.
    ///
    /// # Errors
    /// When an address can't be listened on or a certificate can't be made.
    pub async fn start(config: ServiceConfig) -> Result<Self, StartError> {
        let faults = Arc::new(Faults::starting_with(&config.faults));
        let mut servers = Servers::new();
        let floor = Arc::new(Floor {
            deployed: config.deployed,
            name: config.name,
            replicas: config.replicas,
            faults: Arc::clone(&faults),
            inventory: Inventory::at(config.upstream),
            password: config.password,
            store: config.store,
            metrics: Metrics::default(),
            versions_asked: AtomicUsize::new(0),
        });
        let (listener, address) = listen(config.listen).await?;
        servers.serve(listener, routes(&floor));
        let mut service = Self { address, admin: None, https: None, certificate: None, servers };
        if let Some(admin) = config.admin {
            let (listener, address) = listen(admin).await?;
            service.servers.serve(listener, fault_admin::routes(Arc::clone(&faults)));
            service.admin = Some(address);
        }
        if let Some((address, authority)) = config.https {
            service.serve_https(address, &authority, &floor).await?;
        }
        Ok(service)
    }

    async fn serve_https(
        &mut self,
        address: SocketAddr,
        authority: &Authority,
        floor: &Arc<Floor>,
    ) -> Result<(), StartError> {
        let certificates = Certificates::issued_by(authority)?;
        let choice: Arc<dyn ResolvesServerCert> =
            Arc::new(FaultyCertificate { faults: Arc::clone(&floor.faults), certificates });
        let listener = listen(address).await?;
        self.https = Some(listener.1);
        self.servers.serve(TlsListener::new(listener, Arc::clone(&choice))?, routes(floor));
        self.certificate = Some(choice);
        Ok(())
    }

    /// Returns where it answers http.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns where its admin API answers, if it has one.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Returns where it answers https, if it does.
    pub fn https(&self) -> Option<SocketAddr> {
        self.https
    }

    /// Stops, letting answers under way finish for up to five seconds.
    pub async fn stop(self) {
        self.servers.stop().await;
    }

    /// Returns who chooses this version's certificate, if it has one.
    pub(crate) fn certificate(&self) -> Option<Arc<dyn ResolvesServerCert>> {
        self.certificate.clone()
    }
}

impl Floor {
    /// Returns the number of the replica that answers next, from 1, each in turn.
    fn next_replica(&self) -> usize {
        self.versions_asked.fetch_add(1, Ordering::Relaxed) % usize::from(self.replicas.get()) + 1
    }
}

fn routes(floor: &Arc<Floor>) -> Router {
    Router::new()
        .route(route::HOME, get(page::home))
        .route(route::LOGIN, get(login::form).post(login::submit))
        .route(route::DASHBOARD, get(page::dashboard))
        .route(route::CART, get(buy::cart).post(buy::add))
        .route(route::CHECKOUT, post(buy::check_out))
        .route(route::ORDER, get(buy::order))
        .route(route::HEALTH, get(status::health))
        .route(route::VERSION, get(status::version))
        .route(route::METRICS, get(status::metrics))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(floor), around::around))
        .with_state(Arc::clone(floor))
}

/// Presents the certificate that the faults of the moment ask for.
#[derive(Debug)]
struct FaultyCertificate {
    faults: Arc<Faults>,
    certificates: Certificates,
}

impl ResolvesServerCert for FaultyCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Certificates { ordinary, near_end } = &self.certificates;
        Some(Arc::clone(if self.faults.has(Fault::CertificateNearEnd) { near_end } else { ordinary }))
    }
}
