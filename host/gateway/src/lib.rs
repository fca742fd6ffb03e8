//! The one gateway for every byte that leaves.
//!
//! A call of a plugin gets a [`Session`] from the [`Gateway`]; what it asks of the network goes through seven steps:
//! one canonical parse (`target`), the grant (`admit`), resolution and the core's address classes (`resolve`),
//! connections to what is left (`dial`, `pool`), a rebuilt request (`request`), no redirect, and an answer read under
//! caps (`answer`), stripped of secrets (`vault`) and recorded (`record`). A [`Refusal`] says what went wrong; a [`Denial`] prints the lines of a
//! plan that would allow it. Modules stand in reading order.
#![forbid(unsafe_code)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod gateway;
mod session;
pub mod target;
mod admit;
mod resolve;
mod request;
mod pool;
mod tls;
mod dial;
mod answer;
mod turn;
mod vault;
mod carried;
mod placeholder;
mod mask;
mod certificate;
mod net;
mod shake;
mod failure;
mod refusal;
mod denial;
mod record;
mod time;
pub mod outside;

pub use admit::Scope;
pub use answer::HttpAnswer;
pub use denial::Denial;
pub use gateway::{Gateway, GatewayNotReady, Settings};
pub use net::{Connection, Layer, Received, TlsFacts, Transaction};
pub use outside::{Outside, Play};
pub use record::Recorded;
pub use refusal::Refusal;
pub use request::HttpRequest;
pub use resolve::{Lookup, SystemLookup};
pub use session::Session;
pub use time::Time;
pub use tls::TlsNotReady;
pub use vault::{AlreadyEntrusted, NotASecret, SHORTEST, Vault};
