//! The gateway against real sockets on loopback: what goes over the wire, what comes back, what never leaves.

mod answer;
mod house;
mod limits;
mod net;
mod pool;
mod request;
mod resolve;
mod secret;
mod tls;
