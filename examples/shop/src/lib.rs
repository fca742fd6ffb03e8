//! The example target: a small shop in two versions behind a switch that splits the traffic.
//!
//! Everything here is real: HTTP over sockets, sessions, carts and orders in memory, a reverse proxy, and an
//! admin API that moves the traffic. What is broken about a version is said by its [`Fault`]s, so that a
//! release check has something to find. The same parts start as processes (see the `shop` program) and inside
//! a test:
//!
//! ```no_run
//! # async fn example() -> Result<(), holdpoint_shop::StartError> {
//! let shop = holdpoint_shop::Shop::start(holdpoint_shop::ShopConfig::on_free_ports()).await?;
//! let home_page = &shop.ready().public; // http://127.0.0.1:…
//! # assert!(home_page.starts_with("http"));
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod client;
mod colour;
mod cookie;
mod deployed;
mod fault;
mod inventory;
mod lock;
mod metrics;
mod origin;
mod recent;
mod refusal;
mod server;
mod service;
mod shop;
mod store;
mod switch;
mod tls;
mod token;

pub use colour::Colour;
pub use deployed::{BadDeployed, Deployed};
pub use fault::{BadFault, Fault};
pub use origin::{BadUrl, HttpUrl, Origin};
pub use server::StartError;
pub use service::{Service, ServiceConfig, TEST_PASSWORD, TEST_USER};
pub use shop::{ColourReady, Ready, Shop, ShopConfig, ShopListen};
pub use store::Store;
pub use switch::{Mishap, Switch, SwitchConfig};
pub use tls::{Authority, CertificateError};
