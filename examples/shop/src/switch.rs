//! The switch: traffic goes to the colours by weight, usually all of it to the live one; an admin API says how.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use crate::{
    client::{HttpClient, http_client},
    colour::Colour,
    origin::Origin,
    server::{Servers, StartError, listen},
    tls::TlsListener,
};

mod admin;
mod desk;
mod operation;
mod probe;
mod proxy;
mod split;

use desk::Desk;
use split::Usher;

/// What goes wrong with the switch itself, so that a caller's recovery can be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// An operation begins and never ends.
    Hangs,
    /// An operation begins and fails, and the traffic stays where it was.
    Fails,
    /// A change of weights begins and never ends; everything else is sound.
    ShiftHangs,
    /// A change of weights begins and fails; everything else is sound.
    ShiftFails,
}

/// How to run a switch.
pub struct SwitchConfig {
    /// Where to take the traffic; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to answer the admin API.
    pub admin: SocketAddr,
    /// Where the blue version answers.
    pub blue: Origin,
    /// Where the green version answers.
    pub green: Origin,
    /// Which colour gets the traffic at first.
    pub live: Colour,
    /// The bearer token that the admin API demands; none when absent.
    pub admin_token: Option<String>,
    /// How long an operation is under way before the traffic moves.
    pub takes: Duration,
    /// What goes wrong with every operation.
    pub mishap: Option<Mishap>,
}

impl SwitchConfig {
    /// Returns the settings of a sound switch on free ports, with blue live.
    pub fn on_free_ports(blue: Origin, green: Origin) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: free,
            admin: free,
            blue,
            green,
            live: Colour::Blue,
            admin_token: None,
            takes: Duration::ZERO,
            mishap: None,
        }
    }
}

/// A running switch. Stops when dropped.
pub struct Switch {
    address: SocketAddr,
    admin: SocketAddr,
    crossing: Arc<Crossing>,
    servers: Servers,
}

/// What the proxy and the admin API share.
pub(crate) struct Crossing {
    desk: Desk,
    usher: Usher,
    blue: Origin,
    green: Origin,
    client: HttpClient,
    admin_token: Option<String>,
    takes: Duration,
    mishap: Option<Mishap>,
}

impl Crossing {
    fn origin(&self, colour: Colour) -> &Origin {
        match colour {
            Colour::Blue => &self.blue,
            Colour::Green => &self.green,
        }
    }
}

impl Switch {
    /// Starts a switch and returns once it listens.
    ///
    /// # Errors
    /// When an address can't be listened on.
    pub async fn start(config: SwitchConfig) -> Result<Self, StartError> {
        let (listener, address) = listen(config.listen).await?;
        let (admin_listener, admin) = listen(config.admin).await?;
        let crossing = Arc::new(Crossing {
            desk: Desk::with_live(config.live),
            usher: Usher::default(),
            blue: config.blue,
            green: config.green,
            client: http_client(),
            admin_token: config.admin_token,
            takes: config.takes,
            mishap: config.mishap,
        });
        let mut servers = Servers::new();
        servers.serve(listener, proxy::routes(&crossing));
        servers.serve(admin_listener, admin::routes(&crossing));
        Ok(Self { address, admin, crossing, servers })
    }

    /// Also takes traffic over https, with the certificate that the live colour would present.
    pub(crate) async fn serve_https(
        &mut self,
        address: SocketAddr,
        blue: Arc<dyn ResolvesServerCert>,
        green: Arc<dyn ResolvesServerCert>,
    ) -> Result<SocketAddr, StartError> {
        let choice = LiveCertificate { crossing: Arc::clone(&self.crossing), blue, green };
        let listener = listen(address).await?;
        let bound = listener.1;
        self.servers.serve(TlsListener::new(listener, Arc::new(choice))?, proxy::routes(&self.crossing));
        Ok(bound)
    }

    /// Returns where it takes the traffic.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns where its admin API answers.
    pub fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// Returns the colour that gets the most traffic.
    pub fn live(&self) -> Colour {
        self.crossing.desk.live()
    }

    /// Stops, letting answers under way finish for up to five seconds.
    pub async fn stop(self) {
        self.servers.stop().await;
    }
}

struct LiveCertificate {
    crossing: Arc<Crossing>,
    blue: Arc<dyn ResolvesServerCert>,
    green: Arc<dyn ResolvesServerCert>,
}

impl std::fmt::Debug for LiveCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveCertificate").finish_non_exhaustive()
    }
}

impl ResolvesServerCert for LiveCertificate {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        match self.crossing.desk.live() {
            Colour::Blue => self.blue.resolve(hello),
            Colour::Green => self.green.resolve(hello),
        }
    }
}
