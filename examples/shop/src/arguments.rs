//! The command line of the shop.

use std::{net::SocketAddr, num::NonZeroU8, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use holdpoint_shop::{
    Authority, BadDeployed, Colour, Deployed, Fault, HttpUrl, Mishap, Origin, ServiceConfig, ShopConfig, ShopListen,
    Store, SwitchConfig, TEST_PASSWORD,
};

/// Run a small shop in two versions behind a blue/green switch
///
/// Each command prints one line of JSON with its addresses once it listens, and runs until SIGTERM or Ctrl-C.
#[derive(Parser)]
#[command(name = "shop", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Also end when standard input closes, so that no shop outlives who started it
    #[arg(long, global = true)]
    until_stdin_closes: bool,
}

/// What ends the program.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Signal,
    SignalOrStdinCloses,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run one version of the shop
    Serve(Serve),
    /// Run the blue/green switch before two versions
    Switch(SwitchArguments),
    /// Run both versions and the switch in one process
    All(All),
}

impl Arguments {
    pub(crate) fn until(&self) -> Until {
        if self.until_stdin_closes { Until::SignalOrStdinCloses } else { Until::Signal }
    }
}

const FAULTS: &str = "Faults: checkout-broken, wrong-build, slow, dependency-down, certificate-near-end, \
    error-rate:N (N per cent, 1 to 100). They can be changed while a version runs: POST {\"faults\": […]} to \
    /admin/faults on its admin address.";

/// One version.
#[derive(Args)]
#[command(after_help = FAULTS)]
pub(crate) struct Serve {
    /// Where to answer http; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:9001")]
    listen: SocketAddr,
    /// Where to answer the admin API, which changes faults [default: nowhere]
    #[arg(long)]
    admin: Option<SocketAddr>,
    /// Where to answer https, with a certificate made at the start [default: nowhere]
    #[arg(long)]
    https: Option<SocketAddr>,
    /// The version it states
    #[arg(long, default_value = "1.4.0")]
    version: String,
    /// The revision it states [default: that of the built-in 1.4.0]
    #[arg(long)]
    revision: Option<String>,
    /// The digest it states, sha256:… [default: that of the built-in 1.4.0]
    #[arg(long)]
    digest: Option<String>,
    /// The colour it runs in, which names its replicas
    #[arg(long)]
    colour: Option<Colour>,
    /// How many replicas to simulate
    #[arg(long, default_value = "3")]
    replicas: NonZeroU8,
    /// What is wrong with it; may be repeated
    #[arg(long = "fault", value_name = "NAME")]
    faults: Vec<Fault>,
    /// An inventory to depend on, asked with GET [default: one in the process]
    #[arg(long, value_name = "URL")]
    upstream: Option<HttpUrl>,
    /// The password of test-user
    #[arg(long, env = "SHOP_PASSWORD", hide_env_values = true, default_value = TEST_PASSWORD)]
    password: String,
}

impl Serve {
    pub(crate) fn authority(&self) -> anyhow::Result<Option<Arc<Authority>>> {
        self.https.map(|_| Ok(Arc::new(Authority::generate()?))).transpose()
    }

    pub(crate) fn config(self, authority: Option<Arc<Authority>>) -> anyhow::Result<ServiceConfig> {
        Ok(ServiceConfig {
            listen: self.listen,
            admin: self.admin,
            https: self.https.zip(authority),
            deployed: stated(&self.version, self.revision.as_deref(), self.digest.as_deref(), &Deployed::old())?,
            name: self.colour.map_or("shop", Colour::name).to_owned(),
            replicas: self.replicas,
            faults: self.faults,
            upstream: self.upstream,
            password: self.password,
            store: Arc::new(Store::default()),
        })
    }
}

/// What goes wrong with the switch.
#[derive(Clone, Copy, ValueEnum)]
enum SwitchFault {
    /// An operation begins and never ends
    Hangs,
    /// An operation begins and fails
    Fails,
    /// A change of weights begins and never ends; everything else is sound
    ShiftHangs,
    /// A change of weights begins and fails; everything else is sound
    ShiftFails,
}

impl From<SwitchFault> for Mishap {
    fn from(fault: SwitchFault) -> Self {
        match fault {
            SwitchFault::Hangs => Self::Hangs,
            SwitchFault::Fails => Self::Fails,
            SwitchFault::ShiftHangs => Self::ShiftHangs,
            SwitchFault::ShiftFails => Self::ShiftFails,
        }
    }
}

/// How a switch behaves.
#[derive(Args)]
struct Behaviour {
    /// Which colour gets the traffic at first
    #[arg(long, default_value = "blue")]
    live: Colour,
    /// The bearer token that the admin API demands [default: none]
    #[arg(long, env = "SHOP_ADMIN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    admin_token: Option<String>,
    /// How many milliseconds an operation is under way before the traffic moves
    #[arg(long, default_value_t = 0, value_name = "MS")]
    switch_takes: u64,
    /// What goes wrong with operations [default: nothing]
    #[arg(long)]
    switch_fault: Option<SwitchFault>,
}

/// The switch.
#[derive(Args)]
pub(crate) struct SwitchArguments {
    /// Where to take the traffic; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where to answer the admin API
    #[arg(long, default_value = "127.0.0.1:8081")]
    admin: SocketAddr,
    /// Where the blue version answers
    #[arg(long, value_name = "ORIGIN", default_value = "http://127.0.0.1:9001")]
    blue: Origin,
    /// Where the green version answers
    #[arg(long, value_name = "ORIGIN", default_value = "http://127.0.0.1:9002")]
    green: Origin,
    #[command(flatten)]
    behaviour: Behaviour,
}

impl SwitchArguments {
    pub(crate) fn config(self) -> SwitchConfig {
        SwitchConfig {
            listen: self.listen,
            admin: self.admin,
            blue: self.blue,
            green: self.green,
            live: self.behaviour.live,
            admin_token: self.behaviour.admin_token,
            takes: Duration::from_millis(self.behaviour.switch_takes),
            mishap: self.behaviour.switch_fault.map(Mishap::from),
        }
    }
}

/// Everything.
#[derive(Args)]
#[command(after_help = FAULTS)]
pub(crate) struct All {
    /// The first of the ports: switch, its admin API, blue, green, their admin APIs, https; 0 takes free ones
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(0..=65_528))]
    port_base: u16,
    /// Take traffic over https too, with the live version's certificate, made at the start
    #[arg(long)]
    https: bool,
    /// Write the certificate that signed those of https to this file, as PEM
    #[arg(long, value_name = "FILE", requires = "https")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The version in blue
    #[arg(long, default_value = "1.4.0", value_name = "VERSION")]
    version_blue: String,
    /// The version in green
    #[arg(long, default_value = "1.5.0", value_name = "VERSION")]
    version_green: String,
    /// The revision in blue [default: that of the built-in 1.4.0]
    #[arg(long, value_name = "REVISION")]
    revision_blue: Option<String>,
    /// The revision in green [default: that of the built-in 1.5.0]
    #[arg(long, value_name = "REVISION")]
    revision_green: Option<String>,
    /// The digest in blue [default: that of the built-in 1.4.0]
    #[arg(long, value_name = "DIGEST")]
    digest_blue: Option<String>,
    /// The digest in green [default: that of the built-in 1.5.0]
    #[arg(long, value_name = "DIGEST")]
    digest_green: Option<String>,
    /// What is wrong with blue; may be repeated
    #[arg(long, value_name = "NAME")]
    fault_blue: Vec<Fault>,
    /// What is wrong with green; may be repeated
    #[arg(long, value_name = "NAME")]
    fault_green: Vec<Fault>,
    /// How many replicas each version simulates
    #[arg(long, default_value = "3")]
    replicas: NonZeroU8,
    /// The password of test-user
    #[arg(long, env = "SHOP_PASSWORD", hide_env_values = true, default_value = TEST_PASSWORD)]
    password: String,
    #[command(flatten)]
    behaviour: Behaviour,
}

impl All {
    pub(crate) fn config(self) -> anyhow::Result<ShopConfig> {
        let listen = ShopListen::from_port(self.port_base);
        Ok(ShopConfig {
            listen: if self.https { listen.with_https() } else { listen },
            blue: stated(
                &self.version_blue,
                self.revision_blue.as_deref(),
                self.digest_blue.as_deref(),
                &Deployed::old(),
            )
            .context("blue")?,
            green: stated(
                &self.version_green,
                self.revision_green.as_deref(),
                self.digest_green.as_deref(),
                &Deployed::new_release(),
            )
            .context("green")?,
            live: self.behaviour.live,
            blue_faults: self.fault_blue,
            green_faults: self.fault_green,
            replicas: self.replicas,
            password: self.password,
            admin_token: self.behaviour.admin_token,
            switch_takes: Duration::from_millis(self.behaviour.switch_takes),
            switch_mishap: self.behaviour.switch_fault.map(Mishap::from),
        })
    }
}

/// Returns the identity with what the command line leaves open taken from a built-in one.
fn stated(
    version: &str,
    revision: Option<&str>,
    digest: Option<&str>,
    built_in: &Deployed,
) -> Result<Deployed, BadDeployed> {
    let revision = revision.unwrap_or(built_in.revision());
    Deployed::try_new(version, revision, digest.unwrap_or(built_in.digest()))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn every_default_listens_on_this_machine_only() {
        let Command::All(all) = Arguments::parse_from(["shop", "all"]).command else { panic!("not all") };

        assert_eq!(all.config().unwrap().listen.switch, SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
    }

    #[test]
    fn an_unknown_fault_is_a_usage_error() {
        assert!(Arguments::try_parse_from(["shop", "serve", "--fault", "on-fire"]).is_err());
    }
}
