//! The whole shop: two versions and the switch before them, in one process.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU8,
    sync::Arc,
    time::Duration,
};

use serde::Serialize;

use crate::{
    colour::Colour,
    deployed::Deployed,
    fault::Fault,
    server::StartError,
    service::{Service, ServiceConfig, TEST_PASSWORD, TEST_USER},
    store::Store,
    switch::{Mishap, Switch, SwitchConfig},
    tls::Authority,
};

/// Where the parts of a shop listen; port 0 takes a free one.
#[derive(Clone, Copy, Debug)]
pub struct ShopListen {
    /// The switch's traffic.
    pub switch: SocketAddr,
    /// The switch's admin API.
    pub switch_admin: SocketAddr,
    /// The blue version.
    pub blue: SocketAddr,
    /// The green version.
    pub green: SocketAddr,
    /// The blue version's admin API.
    pub blue_admin: SocketAddr,
    /// The green version's admin API.
    pub green_admin: SocketAddr,
    /// The switch's traffic over https, and that of both versions on free ports; none when absent.
    pub https: Option<SocketAddr>,
}

impl ShopListen {
    /// Returns free ports for everything but https.
    pub fn on_free_ports() -> Self {
        Self::from_port(0)
    }

    /// Returns six ports in a row from `base`: switch, its admin, blue, green, their admins.
    ///
    /// Zero means free ports. `base` is at most 65,528, so that a seventh is left for https; past that the
    /// last port is repeated and the start fails.
    pub fn from_port(base: u16) -> Self {
        let place = |offset: u16| {
            let port = if base == 0 { 0 } else { base.saturating_add(offset) };
            SocketAddr::from((Ipv4Addr::LOCALHOST, port))
        };
        Self {
            switch: place(0),
            switch_admin: place(1),
            blue: place(2),
            green: place(3),
            blue_admin: place(4),
            green_admin: place(5),
            https: None,
        }
    }

    /// Adds https on the seventh port in the row, or on a free one.
    #[must_use]
    pub fn with_https(mut self) -> Self {
        let port = match self.switch.port() {
            0 => 0,
            base => base.saturating_add(6),
        };
        self.https = Some(SocketAddr::new(self.switch.ip(), port));
        self
    }
}

/// How to run a whole shop.
pub struct ShopConfig {
    /// Where to listen.
    pub listen: ShopListen,
    /// What runs in blue.
    pub blue: Deployed,
    /// What runs in green.
    pub green: Deployed,
    /// Which colour gets the traffic at first.
    pub live: Colour,
    /// What is wrong with blue.
    pub blue_faults: Vec<Fault>,
    /// What is wrong with green.
    pub green_faults: Vec<Fault>,
    /// How many replicas each version simulates.
    pub replicas: NonZeroU8,
    /// The test user's password.
    pub password: String,
    /// The bearer token that the switch's admin API demands; none when absent.
    pub admin_token: Option<String>,
    /// How long a switch is under way before the traffic moves.
    pub switch_takes: Duration,
    /// What goes wrong with every switch.
    pub switch_mishap: Option<Mishap>,
}

impl ShopConfig {
    /// Returns a sound shop on free ports: 1.4.0 in blue and live, 1.5.0 in green.
    pub fn on_free_ports() -> Self {
        Self {
            listen: ShopListen::on_free_ports(),
            blue: Deployed::old(),
            green: Deployed::new_release(),
            live: Colour::Blue,
            blue_faults: Vec::new(),
            green_faults: Vec::new(),
            replicas: NonZeroU8::MIN.saturating_add(2),
            password: TEST_PASSWORD.to_owned(),
            admin_token: None,
            switch_takes: Duration::ZERO,
            switch_mishap: None,
        }
    }
}

/// A running shop. Stops when dropped.
pub struct Shop {
    switch: Switch,
    blue: Service,
    green: Service,
    ready: Ready,
}

/// What a running shop tells about itself; as JSON, the line printed when it is ready.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// The shop as its users see it, through the switch.
    pub public: String,
    /// The same over https.
    pub https: Option<String>,
    /// The switch's admin API.
    pub admin: String,
    /// The colour that was live at the start.
    pub live: Colour,
    /// The blue version.
    pub blue: ColourReady,
    /// The green version.
    pub green: ColourReady,
    /// Who can log in.
    pub user: &'static str,
    /// The certificate that signed the https certificates, as PEM.
    pub ca: Option<String>,
}

/// What one version tells about itself.
#[derive(Clone, Debug, Serialize)]
pub struct ColourReady {
    /// The version itself, past the switch.
    pub url: String,
    /// The same over https.
    pub https: Option<String>,
    /// Its admin API.
    pub admin: Option<String>,
    /// Its version.
    pub version: String,
    /// The commit it was built from.
    pub revision: String,
    /// Its artifact's digest.
    pub digest: String,
}

impl Shop {
    /// Starts both versions and the switch, and returns once all of them listen.
    ///
    /// # Errors
    /// When an address can't be listened on or a certificate can't be made.
    pub async fn start(config: ShopConfig) -> Result<Self, StartError> {
        let authority = match config.listen.https {
            Some(_) => Some(Arc::new(Authority::generate()?)),
            None => None,
        };
        let store = Arc::new(Store::default());
        let (blue_config, green_config) = (
            config.service(Colour::Blue, &store, authority.as_ref()),
            config.service(Colour::Green, &store, authority.as_ref()),
        );
        let (blue_ready, green_ready) = (config.blue.clone(), config.green.clone());
        let blue = Service::start(blue_config).await?;
        let green = Service::start(green_config).await?;
        let live = config.live;
        let front = config.listen.https;
        let mut switch = Switch::start(config.into_switch(&blue, &green)?).await?;
        let https = match (front, blue.certificate(), green.certificate()) {
            (Some(address), Some(blue), Some(green)) => Some(switch.serve_https(address, blue, green).await?),
            (None, _, _) | (Some(_), None, _) | (Some(_), _, None) => None,
        };
        let ready = Ready {
            public: http(switch.address()),
            https: https.map(secure),
            admin: http(switch.admin()),
            live,
            blue: ColourReady::of(&blue, &blue_ready),
            green: ColourReady::of(&green, &green_ready),
            user: TEST_USER,
            ca: authority.map(|authority| authority.pem()),
        };
        Ok(Self { switch, blue, green, ready })
    }

    /// Returns the addresses and what is deployed.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Returns the colour that gets the traffic.
    pub fn live(&self) -> Colour {
        self.switch.live()
    }

    /// Stops everything, the switch first, letting answers under way finish for up to five seconds each.
    pub async fn stop(self) {
        self.switch.stop().await;
        tokio::join!(self.blue.stop(), self.green.stop());
    }
}

impl ShopConfig {
    fn service(&self, colour: Colour, store: &Arc<Store>, authority: Option<&Arc<Authority>>) -> ServiceConfig {
        let (listen, admin, deployed, faults) = match colour {
            Colour::Blue => (self.listen.blue, self.listen.blue_admin, &self.blue, &self.blue_faults),
            Colour::Green => (self.listen.green, self.listen.green_admin, &self.green, &self.green_faults),
        };
        let free = SocketAddr::new(listen.ip(), 0);
        ServiceConfig {
            listen,
            admin: Some(admin),
            https: authority.map(|authority| (free, Arc::clone(authority))),
            deployed: deployed.clone(),
            name: colour.name().to_owned(),
            replicas: self.replicas,
            faults: faults.clone(),
            upstream: None,
            password: self.password.clone(),
            store: Arc::clone(store),
        }
    }

    fn into_switch(self, blue: &Service, green: &Service) -> Result<SwitchConfig, StartError> {
        Ok(SwitchConfig {
            listen: self.listen.switch,
            admin: self.listen.switch_admin,
            blue: http(blue.address()).parse()?,
            green: http(green.address()).parse()?,
            live: self.live,
            admin_token: self.admin_token,
            takes: self.switch_takes,
            mishap: self.switch_mishap,
        })
    }
}

impl ColourReady {
    fn of(service: &Service, deployed: &Deployed) -> Self {
        Self {
            url: http(service.address()),
            https: service.https().map(secure),
            admin: service.admin().map(http),
            version: deployed.version().to_owned(),
            revision: deployed.revision().to_owned(),
            digest: deployed.digest().to_owned(),
        }
    }
}

fn http(address: SocketAddr) -> String {
    format!("http://{address}")
}

fn secure(address: SocketAddr) -> String {
    format!("https://{address}")
}
